/** Messages as bytes: u32 JSON length | JSON | arrays; see lab/figures/frame.py. */

const TYPES = { f4: Float32Array, f8: Float64Array, u1: Uint8Array, u2: Uint16Array, i4: Int32Array };
/** What is told of a message in any case. */
const ALWAYS = ["seq", "numbers"];
const decoder = new TextDecoder();

/** Return an array of a message; before: the array at its place in the message before. */
function array(buffer, tail, [offset, count, type, , kept], before) {
  const sent = new TYPES[type](buffer, tail + offset, count - kept);
  if (!kept) return sent;
  const whole = new TYPES[type](count);
  whole.set(before.subarray(0, kept));
  whole.set(sent, kept);
  return whole;
}

/** Messages as they come, each perhaps a change of the one before. */
export class Messages {
  constructor() {
    Object.assign(this, { seq: 0, parts: new Map(), arrays: [], plain: new WeakSet() });
  }

  /** Return the message in these bytes; its arrays are views of buffers. Null for a change of another message than
   * the last one: a whole one is to be asked for. */
  take(bytes) {
    if (bytes.byteOffset % 8) bytes = bytes.slice();
    const size = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    const tail = bytes.byteOffset + 4 + size;
    const told = JSON.parse(decoder.decode(bytes.subarray(4, 4 + size)));
    if (told.base === undefined) this.parts.clear();
    else if (told.base !== this.seq) return null;
    this.seq = told.seq;
    for (const path of told.gone ?? []) this.parts.delete(path);
    for (const [path, part] of Object.entries(told.parts)) this.parts.set(path, part);
    this.arrays = told.arrays.map((place, i) => (place ? array(bytes.buffer, tail, place, this.arrays[i]) : this.arrays[i]));
    return { ...Object.fromEntries(ALWAYS.map((name) => [name, told[name]])), ...this.whole() };
  }

  /** Return the parts put together. */
  whole() {
    const message = {};
    for (const [path, part] of this.parts) {
      const names = path.split("/");
      const last = names.pop();
      const inside = names.reduce((at, name) => (at[name] ??= {}), message);
      inside[last] = path === "panels" ? {} : this.revive(part);
    }
    // A panel that has come late stands where the message has it.
    message.panels = Object.fromEntries(this.parts.get("panels").map((key) => [key, message.panels[key]]));
    return message;
  }

  /** Return a part with its arrays; one without any is the same object in every message. */
  revive(part) {
    if (part === null || typeof part !== "object" || this.plain.has(part)) return part;
    if (part.$ !== undefined) return this.arrays[part.$];
    const keys = Object.keys(part);
    const made = Array.isArray(part) ? [] : {};
    let same = true;
    for (const key of keys) {
      made[key] = this.revive(part[key]);
      same &&= made[key] === part[key];
    }
    if (!same) return made;
    this.plain.add(part);
    return part;
  }
}
