import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../static/page/frame.js";

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

test("arrays come back with their types and values", () => {
  const message = { x: { $: [0, 2, "f4"] }, y: { $: [8, 2, "f8"] }, u: { $: [24, 3, "u1"] }, words: "σ", none: null };
  const bytes = packed(message, Float32Array.of(1.5, -2), Float64Array.of(1e300, 2), Uint8Array.of(1, 2, 255, 0, 0, 0, 0, 0));
  const { x, y, u, words, none } = parse(bytes);
  assert.deepEqual(x, Float32Array.of(1.5, -2));
  assert.deepEqual(y, Float64Array.of(1e300, 2));
  assert.deepEqual(u, Uint8Array.of(1, 2, 255));
  assert.equal(words, "σ");
  assert.equal(none, null);
});

test("a frame that does not begin at a multiple of 8 is read as well", () => {
  const bytes = packed({ y: { $: [0, 1, "f8"] } }, Float64Array.of(0.25));
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assert.deepEqual(parse(shifted.subarray(3)).y, Float64Array.of(0.25));
});
