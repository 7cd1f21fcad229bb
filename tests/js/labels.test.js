import assert from "node:assert/strict";
import { test } from "node:test";
import { spread } from "../../static/chart/labels.js";

test("labels that lie apart stay", () => assert.deepEqual(spread([10, 40, 80], 15, 0, 100), [10, 40, 80]));

test("those that touch move as little as needed, about their middle", () => {
  assert.deepEqual(spread([50, 50], 10, 0, 100), [45, 55]);
  assert.deepEqual(spread([48, 50, 52], 10, 0, 100), [40, 50, 60]);
});

test("none leaves the range, and order and gaps hold", () => {
  const places = spread([1, 2, 3, 95, 99, 100], 12, 0, 100);
  places.forEach((p, i) => {
    assert.ok(p >= 0 && p <= 100);
    if (i) assert.ok(p - places[i - 1] >= 12 - 1e-9);
  });
  assert.deepEqual(spread([], 10, 0, 100), []);
});
