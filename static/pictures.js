/** Small pictures in a grid with words below: examples of the gallery, and weights of a layer. */

import { Chart } from "./chart.js";

const FONT = '"Source Sans 3", "Source Sans", "Source Sans Pro", sans-serif';
const GAP = 10;
/** While frames come fast, what is read changes this seldom. */
const READ_MS = 400;
/** Words below a picture have room for this many pixels of theirs. */
const MOST_WORDS = 110;
/** A picture is drawn no larger than this. */
const LARGEST = 150;

export class Pictures extends Chart {
  constructor(plot, repaint) {
    super(plot, repaint);
    this.layout = undefined; // Plotly can't draw it: it is saved as it is seen
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
      this.waiting = setTimeout(() => (this.set(p), this.repaint()), READ_MS);
      return;
    }
    [this.panel, this.chosen, this.takenAt] = [p, chosen, now];
    this.version += 1;
    this.plot.ariaLabel = p.tiles.map((t) => [t.top, t.bottom].filter(Boolean).join(", ")).join("; ");
    this.plot.role = "img";
  }

  /** No Plotly: there are no axes. */
  sync() {
    return false;
  }

  paint() {
    const { g, size, panel } = this;
    if (!panel || size.w < 40 || size.h < 40) return;
    const [w, h] = [Math.round(size.w * size.ratio), Math.round(size.h * size.ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) [this.canvas.width, this.canvas.height] = [w, h];
    g.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    g.clearRect(0, 0, size.w, size.h);
    const { tiles, shape, pictures, colors } = panel;
    const [rows, columns, channels] = shape;
    if (!tiles.length) return;
    const large = Boolean(this.plot.closest("[data-present]"));
    const font = large ? 16 : 12;
    const lines = tiles.some((t) => t.bottom) ? 2 : 1;
    const words = lines * (font + 3) + 4;
    const place = fit(tiles.length, size.w - 2 * GAP, size.h - GAP, words, columns / rows, this.widest(font) + 3);
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
      g.font = `600 ${font}px ${FONT}`;
      g.fillStyle = tile.wrong ? colors.wrong : colors.t1;
      g.fillText(cut(g, tile.top, place.w - 1), x + place.w / 2, y + place.tall + font + 1);
      g.font = `${font}px ${FONT}`;
      g.fillStyle = colors.t2;
      g.fillText(cut(g, tile.bottom, place.w - 1), x + place.w / 2, y + place.tall + 2 * font + 4);
    });
    g.textAlign = "left";
  }

  /** Return the width of the longest words below a picture: some room for it is worth smaller ones. */
  widest(font) {
    const { g, panel } = this;
    g.font = `600 ${font}px ${FONT}`;
    const widths = panel.tiles.flatMap((t) => [t.top, t.bottom]).map((text) => g.measureText(text).width);
    return Math.min(MOST_WORDS, Math.max(...widths));
  }

  picture(values, x, y, w, h) {
    const { small, panel } = this;
    const [rows, columns, channels] = panel.shape;
    if (small.width !== columns || small.height !== rows) [small.width, small.height] = [columns, rows];
    const context = small.getContext("2d");
    const image = context.createImageData(columns, rows);
    const table = panel.diverging ? this.table() : null;
    for (let i = 0; i < rows * columns; i++) {
      for (let k = 0; k < 3; k++) {
        const v = values[i * channels + (channels === 3 ? k : 0)];
        image.data[4 * i + k] = table ? table[3 * v + k] : v;
      }
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    this.g.imageSmoothingEnabled = columns > 24;
    this.g.drawImage(small, x, y, w, h);
  }

  /** Return the colours of bytes: low, mid at 127.5, high. */
  table() {
    const { low, mid, high } = this.panel.colors;
    const key = low + mid + high;
    if (this.tableKey === key) return this.colorTable;
    const [a, b, c] = [low, mid, high].map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
    const table = new Uint8ClampedArray(768);
    for (let v = 0; v < 256; v++) {
      const t = v / 127.5 - 1;
      const end = t < 0 ? a : c;
      for (let k = 0; k < 3; k++) table[3 * v + k] = b[k] + (end[k] - b[k]) * Math.abs(t);
    }
    [this.tableKey, this.colorTable] = [key, table];
    return table;
  }

  destroy(Plotly) {
    clearTimeout(this.waiting);
    super.destroy(Plotly);
  }
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
