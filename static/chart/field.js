/** The field of the boundary panel: bytes to pixels, and the line where the output is undecided. */

import { divergingPixels } from "../draw/colors.js";

/** A field that keeps its buffers: set the bytes, then paint. */
export class Field {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.made = "";
  }

  /** Turn bytes (n by n, row 0 at the bottom) into pixels. */
  set(bytes, n, colors, discretise) {
    if (this.canvas.width !== n || !this.image) {
      this.canvas.width = this.canvas.height = n;
      this.context = this.canvas.getContext("2d");
      this.image = this.context.createImageData(n, n);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    const made = JSON.stringify([colors, discretise]);
    if (made !== this.made) {
      this.made = made;
      this.table = divergingPixels(colors, discretise);
    }
    for (let row = 0, to = 0; row < n; row++) {
      const from = (n - 1 - row) * n;
      for (let k = 0; k < n; k++) this.pixels[to++] = this.table[bytes[from + k]];
    }
    this.context.putImageData(this.image, 0, 0);
    this.smooth = !discretise;
  }

  /** Paint the field over a box: its samples lie on the box's edges. */
  paint(g, box) {
    const n = this.canvas.width;
    const [dx, dy] = [box.w / (n - 1), box.h / (n - 1)];
    g.save();
    g.beginPath();
    g.rect(box.x, box.y, box.w, box.h);
    g.clip();
    g.imageSmoothingEnabled = this.smooth;
    g.drawImage(this.canvas, box.x - dx / 2, box.y - dy / 2, box.w + dx, box.h + dy);
    g.restore();
  }
}

/** A field that hardly varies has steps of one byte, which would make a staircase of its level line. */
const FLAT = 64;

function softened(bytes, n) {
  let [low, high] = [255, 0];
  for (const v of bytes) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (high - low >= FLAT) return bytes;
  let from = Float32Array.from(bytes);
  for (let pass = 0; pass < 4; pass++) {
    const to = from.slice();
    const stride = pass % 2 ? n : 1;
    for (let i = 2 * stride; i < from.length - 2 * stride; i++) {
      const place = pass % 2 ? Math.floor(i / n) : i % n;
      if (place < 2 || place > n - 3) continue;
      to[i] = (from[i - 2 * stride] + from[i - stride] + from[i] + from[i + stride] + from[i + 2 * stride]) / 5;
    }
    from = to;
  }
  return from;
}

/** Paint the level line of the bytes by marching squares. */
export function contour(g, field, n, level, box, color) {
  const bytes = softened(field, n);
  const [dx, dy] = [box.w / (n - 1), box.h / (n - 1)];
  g.beginPath();
  for (let r = 0; r < n - 1; r++) {
    for (let c = 0; c < n - 1; c++) {
      const i = r * n + c;
      const [a, b, d, e] = [bytes[i], bytes[i + 1], bytes[i + n], bytes[i + n + 1]];
      const up = (a > level) + (b > level) + (d > level) + (e > level);
      if (up === 0 || up === 4) continue;
      const cut = [];
      const x = box.x + c * dx;
      const y = box.y + box.h - r * dy;
      if (a > level !== b > level) cut.push(x + ((level - a) / (b - a)) * dx, y);
      if (b > level !== e > level) cut.push(x + dx, y - ((level - b) / (e - b)) * dy);
      if (d > level !== e > level) cut.push(x + ((level - d) / (e - d)) * dx, y - dy);
      if (a > level !== d > level) cut.push(x, y - ((level - a) / (d - a)) * dy);
      for (let k = 0; k < cut.length; k += 4) {
        g.moveTo(cut[k], cut[k + 1]);
        g.lineTo(cut[k + 2], cut[k + 3]);
      }
    }
  }
  g.strokeStyle = color;
  g.lineWidth = 1.6;
  g.lineCap = "round";
  g.lineJoin = "round";
  g.stroke();
  g.lineCap = "butt";
}
