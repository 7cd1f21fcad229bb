import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange } from "../../static/diagram/arrange.js";

const network = (...units) => ({
  inputs: { kind: "tiles", names: ["x₁", "x₂"], order: [0, 1] },
  layers: units.map((n) => ({ kind: n > 30 ? "strip" : "tiles", units: n })),
});

test("columns go from left to right and lie within the panel", () => {
  const { columns } = arrange(network(8, 6, 1), 900, 400, false);
  assert.equal(columns.length, 4);
  columns.forEach((c, i) => {
    if (i) assert.ok(c.x > columns[i - 1].x);
    assert.ok(c.x - c.size / 2 >= 0 && c.x + c.size / 2 <= 900);
  });
});

test("units of a column do not touch and lie within its height", () => {
  for (const h of [240, 400, 700]) {
    for (const { units, size, at, top, height } of arrange(network(8, 30, 1), 900, h, false).columns) {
      for (let j = 0; j < units; j++) {
        assert.ok(at(j) - size / 2 >= top - 1 && at(j) + size / 2 <= top + height + 1, `${h} ${j}`);
        if (j) assert.ok(at(j) - at(j - 1) >= size, `${h} ${j}`);
      }
    }
  }
});

test("a wide layer is a strip, with a row a unit", () => {
  const [, strip] = arrange(network(64, 1), 600, 400, false).columns;
  assert.equal(strip.kind, "strip");
  assert.ok(strip.at(63) - strip.at(0) < strip.height);
});

test("where there is no room, or on a projector, columns have no buttons", () => {
  assert.equal(arrange(network(8, 1), 900, 400, false).roomy, true);
  assert.equal(arrange(network(8, 8, 8, 8, 8, 8, 1), 390, 400, false).roomy, false);
  assert.equal(arrange(network(8, 1), 900, 400, true).roomy, false);
});
