import assert from "node:assert/strict";
import { test } from "node:test";
import { Messages } from "../../static/page/frame.js";

const parse = (bytes) => new Messages().take(bytes);

/** Return a frame as lab/figures/frame.py packs it: u32 length | JSON padded to 8 | arrays. */
function packed(message, ...arrays) {
  let head = new TextEncoder().encode(JSON.stringify(message));
  const padded = new Uint8Array(head.length + ((8 - ((head.length + 4) % 8)) % 8)).fill(32);
  padded.set(head);
  head = padded;
  const tail = arrays.flatMap((a) => [...new Uint8Array(a.buffer, a.byteOffset, a.byteLength)]);
  const bytes = new Uint8Array(4 + head.length + tail.length);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  bytes.set(tail, 4 + head.length);
  return bytes;
}

const whole = { seq: 1, numbers: { step: 5 } };

test("arrays come back with their types and values", () => {
  const parts = { x: { $: 0 }, y: { $: 1 }, u: { $: 2 }, words: "σ", none: null, panels: [] };
  const arrays = [[0, 2, "f4", 0, 0], [8, 2, "f8", 0, 0], [24, 3, "u1", 0, 0]];
  const bytes = packed({ ...whole, parts, arrays }, Float32Array.of(1.5, -2), Float64Array.of(1e300, 2), Uint8Array.of(1, 2, 255, 0, 0, 0, 0, 0));
  const { x, y, u, words, none, seq, numbers } = parse(bytes);
  assert.deepEqual(x, Float32Array.of(1.5, -2));
  assert.deepEqual(y, Float64Array.of(1e300, 2));
  assert.deepEqual(u, Uint8Array.of(1, 2, 255));
  assert.deepEqual([words, none, seq, numbers], ["σ", null, 1, { step: 5 }]);
});

test("a frame that does not begin at a multiple of 8 is read as well", () => {
  const bytes = packed({ ...whole, parts: { panels: [], y: { $: 0 } }, arrays: [[0, 1, "f8", 0, 0]] }, Float64Array.of(0.25));
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assert.deepEqual(parse(shifted.subarray(3)).y, Float64Array.of(0.25));
});

test("a change leaves what it does not name, adds to curves, and takes away what is gone", () => {
  const messages = new Messages();
  const parts = {
    status: "a", notice: "b", panels: ["cost", "map"],
    "panels/cost/title": "Cost", "panels/cost/figure/data": [{ y: { $: 0 } }], "panels/cost/figure/layout/title": { text: "J" },
    "panels/map/field": { $: 1 },
  };
  const first = messages.take(packed({ ...whole, parts, arrays: [[0, 2, "f4", 0, 0], [8, 3, "u1", 0, 0]] }, Float32Array.of(1, 2), Uint8Array.of(1, 2, 3, 0, 0, 0, 0, 0)));
  const change = { seq: 2, numbers: { step: 6 }, base: 1, gone: ["notice"], parts: { status: "c" }, arrays: [[0, 3, "f4", 0, 1], null] };
  const second = messages.take(packed(change, Float32Array.of(7, 8)));
  assert.deepEqual(second.panels.cost, { title: "Cost", figure: { data: [{ y: Float32Array.of(1, 7, 8) }], layout: { title: { text: "J" } } } });
  assert.deepEqual(second.panels.map.field, Uint8Array.of(1, 2, 3));
  assert.equal(second.status, "c");
  assert.equal("notice" in second, false);
  assert.deepEqual(second.numbers, { step: 6 });
  // What has not changed is the same object, so that it is not painted anew; the first message stays as it was.
  assert.equal(second.panels.cost.figure.layout.title, first.panels.cost.figure.layout.title);
  assert.deepEqual(first.panels.cost.figure.data[0].y, Float32Array.of(1, 2));
  assert.equal(first.status, "a");
});

test("a change of another message than the last one is not taken", () => {
  const messages = new Messages();
  messages.take(packed({ ...whole, parts: { panels: [] }, arrays: [] }));
  assert.equal(messages.take(packed({ seq: 4, numbers: {}, base: 3, gone: [], parts: {}, arrays: [] })), null);
});

test("panels stand in the order that the message has", () => {
  const messages = new Messages();
  messages.take(packed({ ...whole, parts: { panels: ["b"], "panels/b/title": "B" }, arrays: [] }));
  const parts = { panels: ["a", "b"], "panels/a/title": "A" };
  const { panels } = messages.take(packed({ seq: 2, numbers: {}, base: 1, gone: [], parts, arrays: [] }));
  assert.deepEqual(Object.keys(panels), ["a", "b"]);
  assert.deepEqual(panels, { a: { title: "A" }, b: { title: "B" } });
});
