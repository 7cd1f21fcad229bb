import assert from "node:assert/strict";
import { test } from "node:test";
import { inside, nearest, roundTicks, scales, squareMargin, thinnedTicks, zoomedAxis } from "../../static/chart/scales.js";

const margin = { l: 50, r: 10, t: 10, b: 40 };
const layout = (x, y) => ({ margin, xaxis: x, yaxis: y });

test("data go to pixels and back, y upwards", () => {
  const s = scales(layout({ range: [0, 100] }, { range: [-1, 1] }), 260, 150);
  assert.deepEqual(s.box, { x: 50, y: 10, w: 200, h: 100 });
  assert.deepEqual([s.x.px(0), s.x.px(100), s.y.px(1), s.y.px(-1)], [50, 250, 10, 110]);
  assert.equal(s.x.value(150), 50);
  assert.equal(s.y.value(60), 0);
  assert.ok(inside(s, 50, 10) && !inside(s, 49, 10) && inside(s, 49, 10, 2));
});

test("a log axis has exponents as its places", () => {
  const { y } = scales(layout({ range: [0, 1] }, { type: "log", range: [-3, 1] }), 260, 150);
  assert.equal(y.px(0.1), y.at(-1));
  assert.ok(Math.abs(y.value(y.px(0.02)) - 0.02) < 1e-12);
  assert.ok(y.px(0) > 1000, "zero lies far below");
});

test("round ticks lie within the range, on 1, 2 or 5", () => {
  assert.deepEqual(roundTicks(0.1, 0.9, 4), [0.2, 0.4, 0.6, 0.8]);
  assert.deepEqual(roundTicks(-3, 3, 3), [-2, 0, 2]);
  for (const [low, high] of [[0, 1], [-7, 13], [1e-9, 3e-9], [1e6, 9e6]]) {
    const ticks = roundTicks(low, high);
    assert.ok(ticks.length >= 2 && ticks.length <= 7);
    assert.ok(ticks.every((t) => t >= low && t <= high * 1.0001));
  }
});

test("a zoomed axis keeps its ticks where enough are left, else gets round ones", () => {
  const axis = { range: [0, 400], tickvals: [0, 100, 200, 300, 400], ticktext: ["0", "100", "200", "300", "400"] };
  assert.deepEqual(zoomedAxis(axis, [50, 350]).ticktext, ["100", "200", "300"]);
  const near = zoomedAxis(axis, [110, 190]);
  assert.deepEqual(near.range, [110, 190]);
  assert.ok(near.tickvals.length > 2 && near.tickvals.every((v) => v >= 110 && v <= 190));
  const names = { range: [0, 2], tickvals: [0.5, 1.5], ticktext: ["cat", "other"] };
  assert.deepEqual(zoomedAxis(names, [0, 1]).ticktext, ["cat"]);
});

test("tick labels that would touch are left out by every other", () => {
  const axis = { range: [0, 10], tickvals: [0, 2, 4, 6, 8, 10], ticktext: ["a", "b", "c", "d", "e", "f"], tickfont: { size: 12 } };
  assert.deepEqual(thinnedTicks(axis, 300), axis.ticktext);
  assert.deepEqual(thinnedTicks(axis, 50), ["a", "", "c", "", "e", ""]);
});

test("a square plot stands in the middle", () => {
  const m = squareMargin(margin, 400, 200);
  assert.equal(400 - m.l - m.r, 200 - m.t - m.b);
  assert.equal(m.l - margin.l, m.r - margin.r);
});

test("the nearest of ascending values is found", () => {
  const x = [0, 10, 20, 30];
  assert.deepEqual([-5, 4, 6, 19, 99].map((v) => nearest(x, v)), [0, 0, 1, 2, 3]);
});
