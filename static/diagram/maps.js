/** The maps of all units in one image: bytes become pixels once a frame, and each unit copies its part. */

import { divergingPixels } from "../draw/colors.js";

export class Maps {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.made = "";
  }

  /** Set the bytes of parts [{kind, side, count}], in sequence; tiles are stored row by row from below. */
  set(bytes, parts, colors, discretise) {
    const made = JSON.stringify([colors, discretise]);
    if (made !== this.made) {
      this.made = made;
      this.table = divergingPixels(colors, discretise);
    }
    const width = Math.max(1, ...parts.map((p) => p.side));
    const height = Math.max(1, parts.reduce((sum, p) => sum + p.count * (p.kind === "tiles" ? p.side : 1), 0));
    if (this.canvas.width !== width || this.canvas.height !== height || !this.image) {
      [this.canvas.width, this.canvas.height] = [width, height];
      this.context = this.canvas.getContext("2d");
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    this.smooth = !discretise;
    this.bytes = bytes;
    this.places = [];
    let [from, row] = [0, 0];
    for (const part of parts) {
      const lines = part.kind === "tiles" ? part.side : 1;
      this.places.push({ ...part, from, row, lines });
      for (let k = 0; k < part.count; k++, from += lines * part.side, row += lines) {
        for (let r = 0; r < lines; r++) this.line(from + (lines - 1 - r) * part.side, row + r, part.side, width);
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }

  line(from, row, side, width) {
    for (let i = 0, to = row * width; i < side; i++) this.pixels[to++] = this.table[this.bytes[from + i]];
  }

  /** Paint map k of a part over a square. */
  tile(g, part, k, x, y, size) {
    const { row, side } = this.places[part];
    g.imageSmoothingEnabled = this.smooth;
    g.drawImage(this.canvas, 0, row + k * side, side, side, x, y, size, size);
  }

  /** Paint all rows of a part over a box. */
  strip(g, part, x, y, w, h) {
    const { row, side, count } = this.places[part];
    g.imageSmoothingEnabled = false;
    g.drawImage(this.canvas, 0, row, side, count, x, y, w, h);
  }

  /** Return the bytes of map k of a part. */
  of(part, k) {
    const { from, side } = this.places[part];
    return this.bytes.subarray(from + k * side * side, from + (k + 1) * side * side);
  }
}
