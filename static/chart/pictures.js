/** Small pictures in a grid with words below: examples of the gallery, and weights of a layer. */

import { Surface, cleared, font } from "../draw/canvas.js";
import { divergingPixels } from "../draw/colors.js";

const GAP = 10;
/** While frames come fast, what is read changes this seldom. */
const READ_MS = 400;
/** Words below a picture have room for this many pixels of theirs. */
const MOST_WORDS = 110;
/** A picture is drawn no larger than this. */
const LARGEST = 150;

export class Pictures extends Surface {
  constructor(plot, repaint) {
    super(plot, repaint);
    this.takenAt = -Infinity;
    this.small = document.createElement("canvas");
  }

  set(p) {
    const { tiles, shape } = this.panel ?? {};
    const other = !tiles || tiles.length !== p.tiles.length || shape.join() !== p.shape.join();
    const chosen = JSON.stringify(p.controls.map((c) => c.value)) + p.colors.t1;
    const now = performance.now();
    clearTimeout(this.waiting);
    if (!other && chosen === this.chosen && now - this.takenAt < READ_MS) {
      this.waiting = setTimeout(() => {
        this.set(p);
        this.repaint();
      }, READ_MS);
      return;
    }
    [this.panel, this.chosen, this.takenAt] = [p, chosen, now];
    this.plot.ariaLabel = p.tiles.map((t) => [t.top, t.bottom].filter(Boolean).join(", ")).join("; ");
    this.plot.role = "img";
  }

  paint() {
    const { g, size, panel } = this;
    if (!panel || !this.hasRoom) return;
    cleared(this.canvas, size);
    const { tiles, shape, pictures, colors } = panel;
    const [rows, columns, channels] = shape;
    if (!tiles.length) return;
    const large = Boolean(this.plot.closest("[data-present]"));
    const type = large ? 16 : 12;
    const lines = tiles.some((t) => t.bottom) ? 2 : 1;
    const words = lines * (type + 3) + 4;
    const place = fit(tiles.length, size.w - 2 * GAP, size.h - GAP, words, columns / rows, this.widest(type) + 3);
    const bytes = rows * columns * channels;
    g.textAlign = "center";
    g.textBaseline = "alphabetic";
    tiles.forEach((tile, i) => {
      const x = GAP + (i % place.across) * place.w;
      const y = 2 + Math.floor(i / place.across) * place.h;
      const left = x + (place.w - place.side) / 2;
      this.picture(pictures.subarray(i * bytes, (i + 1) * bytes), left, y, place.side, place.tall);
      g.strokeStyle = tile.wrong ? colors.wrong : colors.line;
      g.lineWidth = tile.wrong ? 2 : 1;
      g.strokeRect(left, y, place.side, place.tall);
      g.font = font(type, 600);
      g.fillStyle = tile.wrong ? colors.wrong : colors.t1;
      g.fillText(cut(g, tile.top, place.w - 1), x + place.w / 2, y + place.tall + type + 1);
      g.font = font(type);
      g.fillStyle = colors.t2;
      g.fillText(cut(g, tile.bottom, place.w - 1), x + place.w / 2, y + place.tall + 2 * type + 4);
    });
    g.textAlign = "left";
  }

  /** Return the width of the longest words below a picture: some room for it is worth smaller ones. */
  widest(type) {
    const { g, panel } = this;
    g.font = font(type, 600);
    const widths = panel.tiles.flatMap((t) => [t.top, t.bottom]).map((text) => g.measureText(text).width);
    return Math.min(MOST_WORDS, Math.max(...widths));
  }

  picture(values, x, y, w, h) {
    const { small, panel } = this;
    const [rows, columns, channels] = panel.shape;
    if (small.width !== columns || small.height !== rows) [small.width, small.height] = [columns, rows];
    const context = small.getContext("2d");
    const image = context.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const colors = panel.diverging ? this.pixels() : null;
    for (let i = 0; i < rows * columns; i++) {
      const at = i * channels;
      pixels[i] = colors ? colors[values[at]] : packed(values, at, channels);
    }
    context.putImageData(image, 0, 0);
    this.g.imageSmoothingEnabled = columns > 24;
    this.g.drawImage(small, x, y, w, h);
  }

  /** Return the pixels of bytes: low, mid at 127.5, high. */
  pixels() {
    const { low, mid, high } = this.panel.colors;
    const key = low + mid + high;
    if (this.tableKey !== key) [this.tableKey, this.colorTable] = [key, divergingPixels(this.panel.colors)];
    return this.colorTable;
  }

  destroy() {
    clearTimeout(this.waiting);
    super.destroy();
  }
}

/** Return a pixel of one channel, grey, or of three. */
function packed(values, at, channels) {
  const [r, g, b] = channels === 3 ? [values[at], values[at + 1], values[at + 2]] : [values[at], values[at], values[at]];
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** Return how many pictures a row has so that they are largest, and the size of a place, whose words
 * have room where the pictures do not become tiny for it. */
function fit(n, width, height, words, ratio, widest) {
  const all = laid(n, width, height, words, ratio, n);
  const readable = laid(n, width, height, words, ratio, Math.floor(width / widest));
  return readable && readable.side > 0.5 * all.side ? readable : all;
}

function laid(n, width, height, words, ratio, most) {
  let best = null;
  for (let across = 1; across <= Math.min(n, most); across++) {
    const down = Math.ceil(n / across);
    const w = width / across;
    const h = height / down;
    const side = Math.min(w - GAP, (h - words - 4) * ratio, LARGEST);
    if (side > 4 && (!best || side > best.side)) best = { across, side, tall: side / ratio, w, h: side / ratio + words + 4 };
  }
  if (best || most < n) return best;
  return { across: n, side: 4, tall: 4 / ratio, w: width / n, h: 4 + words };
}

function cut(g, text, room) {
  if (!text || g.measureText(text).width <= room) return text;
  let end = text.length - 1;
  while (end > 1 && g.measureText(`${text.slice(0, end)}…`).width > room) end -= 1;
  return `${text.slice(0, end)}…`;
}
