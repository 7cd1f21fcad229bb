/** Decodes a frame: u32 JSON length | JSON | arrays; see lab/figures/frame.py. */

const TYPES = { f4: Float32Array, f8: Float64Array, u1: Uint8Array, u2: Uint16Array, i4: Int32Array };
const decoder = new TextDecoder();

/** Return the message in these bytes; its arrays are views of the same buffer. */
export function parse(bytes) {
  if (bytes.byteOffset % 8) bytes = bytes.slice();
  const size = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const base = bytes.byteOffset + 4 + size;
  const revive = (key, value) => {
    if (value === null || typeof value !== "object" || !value.$) return value;
    const [offset, count, type] = value.$;
    return new TYPES[type](bytes.buffer, base + offset, count);
  };
  return JSON.parse(decoder.decode(bytes.subarray(4, 4 + size)), revive);
}
