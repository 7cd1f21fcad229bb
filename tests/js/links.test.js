import assert from "node:assert/strict";
import { test } from "node:test";
import { Links, ends, linkAt, strength } from "../../static/diagram/links.js";

const column = (x, ys) => ({ x, size: 20, at: (j) => ys[j] });
// Two inputs and a bias into two units.
const all = { weight: [1, -2, 0.5, 3, 0, -1], columns: 3 };

test("strength grows from 0 towards 1, alike for both signs", () => {
  assert.equal(strength(0), 0);
  assert.equal(strength(-2), strength(2));
  assert.ok(strength(1) < strength(2) && strength(1000) <= 1);
});

test("links are numbered row by row, the last column being the bias", () => {
  const links = new Links(all, (i) => i);
  assert.deepEqual([...links.target], [0, 0, 0, 1, 1, 1]);
  assert.deepEqual([...links.source], [0, 1, -1, 0, 1, -1]);
  assert.equal(links.find(1, -1), 5);
  assert.equal(links.find(2, 0), -1);
  assert.deepEqual(links.into(1), [3, 4]);
});

test("of many links only those that travelled are known, by their place", () => {
  const links = new Links({ weight: [3, 1], columns: 3, at: [3, 2] }, (i) => i);
  assert.deepEqual([...links.target], [1, 0]);
  assert.deepEqual([...links.source], [0, -1]);
});

test("the link under a point is found along its curve, and none beyond reach", () => {
  const links = new Links(all, (i) => i);
  const columns = [column(0, [0, 100]), column(200, [0, 100])];
  const straight = ends(links, 0, columns[0], columns[1]);
  assert.deepEqual(straight, { x0: 10, y0: 0, x1: 190, y1: 0 });
  assert.deepEqual(linkAt([links], columns, 40, 0, 5), { layer: 0, k: 0 });
  // The curve from the lower input to the upper unit passes the middle.
  assert.ok([1, 3].includes(linkAt([links], columns, 100, 50, 5).k));
  assert.equal(linkAt([links], columns, 100, 300, 5), null);
  assert.equal(linkAt([links], columns, 5, 0, 5), null);
});
