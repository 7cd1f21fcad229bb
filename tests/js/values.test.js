import assert from "node:assert/strict";
import { test } from "node:test";
import { scales } from "../../static/chart/scales.js";
import { byteAt, pointAt, pointOrder, readCell, readCurves, readPlane, readPoint, readRow, readingKind, stops } from "../../static/chart/values.js";

const axis = (text, range = [0, 10], more = {}) => ({ title: { text }, range, ...more });
const layout = { hovermode: "x unified", xaxis: axis("Step", [0, 10], { unifiedhovertitle: { text: "Step %{x:,d}" } }), yaxis: axis("Cost") };
const line = (name, x, y, more = {}) => ({ name, x, y, line: { color: "#123456" }, ...more });

test("curves are read at the stop nearest to a place", () => {
  const data = [line("train", [0, 5, 10], [3, 2, 1]), line("test", [0, 10], [4, 2.5]), line("ghost", [0], [9], { hoverinfo: "skip" })];
  assert.equal(readingKind({ data, layout }), "curves");
  assert.deepEqual(stops(data), [0, 5, 10]);
  const { x, title, rows } = readCurves({ data, layout }, 6);
  assert.deepEqual([x, title], [5, "Step 5"]);
  assert.deepEqual(rows.map((r) => [r.name, r.text]), [["train", "2"]]);
  assert.deepEqual(readCurves({ data, layout }, 99).rows.map((r) => r.text), ["1", "2.50"]);
});

test("points are read one by one, in the order of x", () => {
  const data = [{ name: "a", x: [5, 1], y: [1, 2], text: ["five", "one"], hovertemplate: "%{text}<extra></extra>" }];
  const figure = { data, layout: { ...layout, hovermode: "closest", margin: { l: 0, r: 0, t: 0, b: 0 } } };
  assert.equal(readingKind(figure), "points");
  assert.deepEqual(pointOrder(data), [[0, 1], [0, 0]]);
  const s = scales(figure.layout, 100, 100);
  assert.deepEqual(readPoint(data, pointAt(data, s, 48, 92)).lines, ["five"]);
  assert.equal(pointAt(data, s, 90, 10), null);
});

test("a plane says its coordinates and what its field has there", () => {
  const plane = { xaxis: axis("x₁ (raw)", [-1, 1]), yaxis: axis("x₂", [-1, 1]), meta: { field: { reads: { name: "p =", low: 0, high: 1 } } } };
  assert.equal(readingKind({ data: [], layout: plane }), "plane");
  const field = Uint8Array.of(0, 51, 204, 255); // rows from below
  assert.equal(byteAt(field, 2, plane, 0.9, -0.9), 51);
  assert.deepEqual(readPlane({ layout: plane }, 0.9, -0.9, 51), ["x₁ 0.900, x₂ −0.900", "p = 0.200"]);
});

test("a row of histograms is read in shares of each one's total", () => {
  const rows = [line("layer 1, now", [-1, 0, 1], [1, 1.6, 1.2]), line("output, now", [-1, 0, 1], [0, 0.8, 0])];
  const figure = { data: rows, layout: { ...layout, meta: { rows: "share of weights" } } };
  assert.equal(readingKind(figure), "rows");
  const read = readRow(figure, 0.1, 1.5);
  assert.deepEqual([read.title, read.rows.map((r) => r.text)], ["−0.500 to 0.500", ["75.0%"]]);
  assert.equal(readRow(figure, 0.1, 7), null);
});

test("a cell of a matrix says both classes, count and share", () => {
  const matrix = { layout: { meta: { cells: Int32Array.of(8, 2, 0, 5), names: ["cat", "other"] } } };
  assert.deepEqual(readCell(matrix, 1.5, 1.5).lines, ["true cat, predicted other", "2 (20.0% of 10)"]);
  assert.deepEqual(readCell(matrix, 0.1, 0.1).lines, ["true other, predicted cat", "0 (0.0% of 5)"]);
});
