/** Charts of the page Layers: lines of each layer over the steps, and the flow as a heat map. All of
 * it is painted on the canvas, so that six of them stay smooth, and no box hides what it tells of. */

import { Chart } from "./chart.js";
import * as paint from "./paint.js";

const FONT = '"Source Sans 3", "Source Sans", "Source Sans Pro", sans-serif';
/** A line this near to the pointer is meant, in pixels. */
const NEAR = 40;
/** Lines of other layers than the marked one. */
const FAINT = 0.16;

export class LayerChart extends Chart {
  constructor(plot, repaint, link) {
    super(plot, repaint);
    this.link = link;
    link.join(this);
  }

  /** No Plotly: the axes are painted. */
  sync() {
    if (this.panel && this.size.w >= 40 && this.size.h >= 40) this.shown = this.layout();
    return false;
  }

  paint(background) {
    if (!this.shown || this.size.w < 40 || this.size.h < 40) return;
    const { g, size, shown } = this;
    this.background = background;
    const [w, h] = [Math.round(size.w * size.ratio), Math.round(size.h * size.ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) [this.canvas.width, this.canvas.height] = [w, h];
    g.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    g.clearRect(0, 0, size.w, size.h);
    const s = paint.scales(shown, size.w, size.h);
    if (shown.meta.heat) this.paintHeat(s);
    else this.paintLines(s, background);
    this.paintAxes(s);
    this.paintCursor(s, background);
  }

  /** Paint the axes; the steps' title stands before the first of them, where there is room. */
  paintAxes(s) {
    const { g, shown } = this;
    const { xaxis } = shown;
    const k = paint.typeScale(shown);
    paint.axes(g, { ...shown, xaxis: { ...xaxis, title: { text: "" } } }, s);
    g.textAlign = "right";
    g.fillText(xaxis.title.text, s.box.x - 10 * k, s.box.y + s.box.h + 13 * k);
    g.textAlign = "left";
  }

  paintLines(s, background) {
    const { g, shown, panel } = this;
    const marked = this.link.current;
    paint.grid(g, shown, s);
    paint.shapes(g, shown.shapes, s);
    const [own, others] = [[], []];
    for (const t of panel.figure.data) (marked === null || t.meta.layer === marked ? own : others).push(t);
    g.globalAlpha = FAINT;
    paint.traces(g, others, s);
    g.globalAlpha = 1;
    const k = marked === null ? 1 : 1.6;
    paint.traces(g, own.map((t) => ({ ...t, line: { ...t.line, width: t.line.width * k } })), s);
    const name = marked === null ? null : own[0]?.name;
    const ends = (shown.annotations ?? []).filter((a) => a.name !== "end-label" || marked === null || this.shortName(name) === a.text);
    paint.annotations(g, ends, s, background, this.size, panel.figure.data, paint.typeScale(shown));
  }

  shortName(name) {
    return name === "output" ? "out" : name?.replace("layer ", "");
  }

  paintHeat(s) {
    const { g, shown, panel } = this;
    const { rows, colors, zero, nothing, low, high } = shown.meta.heat;
    const [trace] = panel.figure.data;
    const n = trace.x.length;
    if (n) g.drawImage(this.picture(trace.z, n, rows, colors, zero, nothing), 0, 0, this.image.width, rows, ...this.span(trace.x, s));
    const marked = this.link.current;
    if (marked !== null && marked <= rows) {
      const [top, bottom] = [s.y.px(marked + 0.5), s.y.px(marked - 0.5)];
      g.strokeStyle = shown.font.color;
      g.lineWidth = 2;
      g.strokeRect(s.box.x + 1, top + 1, s.box.w - 2, bottom - top - 2);
    }
    paint.annotations(g, shown.annotations, s, this.background, this.size, [], paint.typeScale(shown));
    this.paintScale(s, colors, low, high);
  }

  /** Return the heat map as an image with one pixel a cell, over evenly spaced steps. */
  picture(z, n, rows, colors, zero, nothing) {
    if (this.pictured === z) return this.image;
    const table = (this.table?.key === colors.join() ? this.table : (this.table = lookup(colors, zero, nothing)));
    const { x } = this.panel.figure.data[0];
    const columns = Math.min(600, Math.max(1, Math.round(this.size.w)));
    this.image ??= document.createElement("canvas");
    [this.image.width, this.image.height] = [columns, rows];
    const g = this.image.getContext("2d");
    const pixels = g.createImageData(columns, rows);
    const out = new Uint32Array(pixels.data.buffer);
    let i = 0;
    for (let c = 0; c < columns; c++) {
      const at = x[0] + ((c + 0.5) / columns) * (x[n - 1] - x[0]);
      while (i < n - 1 && x[i + 1] <= at) i++;
      for (let r = 0; r < rows; r++) out[(rows - 1 - r) * columns + c] = table[z[r * n + i]];
    }
    g.putImageData(pixels, 0, 0);
    this.pictured = z;
    return this.image;
  }

  span(x, s) {
    const { g } = this;
    g.imageSmoothingEnabled = false;
    const [left, right] = [s.x.px(x[0]), s.x.px(x[x.length - 1])];
    return [left, s.box.y, Math.max(2, Math.min(right, s.box.x + s.box.w) - left), s.box.h];
  }

  /** Paint what the colours stand for at the right, above. */
  paintScale(s, colors, low, high) {
    const { g, shown } = this;
    const k = paint.typeScale(shown);
    const [w, h] = [110 * k, 8 * k];
    const y = 5 * k;
    const right = s.box.x + s.box.w;
    g.font = `${12 * k}px ${FONT}`;
    g.textBaseline = "middle";
    g.fillStyle = shown.xaxis.tickfont.color;
    const text = (e) => power(e);
    const end = g.measureText(text(high)).width;
    const start = right - end - 5 - w;
    g.textAlign = "left";
    g.fillText(text(high), right - end, y + h / 2);
    g.textAlign = "right";
    g.fillText(text(low), start - 5, y + h / 2);
    g.textAlign = "left";
    const ramp = g.createLinearGradient(start, 0, start + w, 0);
    colors.forEach((c, i) => ramp.addColorStop(i / (colors.length - 1), c));
    g.fillStyle = ramp;
    g.fillRect(start, y, w, h);
  }

  /** Paint the step and, of a marked layer, the value under the pointer, in every chart. */
  paintCursor(s, background) {
    const { step, current } = this.link;
    if (step === null || step < s.x.low || step > s.x.high) return;
    const { g, shown, panel } = this;
    const k = paint.typeScale(shown);
    const trace = shown.meta.heat ? null : panel.figure.data.find((t) => t.meta.layer === current);
    const i = trace ? nearest(trace.x, step) : -1;
    const x = s.x.px(trace ? trace.x[i] : step);
    g.strokeStyle = shown.xaxis.tickfont.color;
    g.lineWidth = 1;
    g.setLineDash([2, 3]);
    g.beginPath();
    g.moveTo(x, s.box.y);
    g.lineTo(x, s.box.y + s.box.h);
    g.stroke();
    g.setLineDash([]);
    if (!trace) return;
    const y = Math.max(s.box.y, Math.min(s.box.y + s.box.h, s.y.px(trace.y[i])));
    g.beginPath();
    g.arc(x, y, 3.5 * k, 0, 7);
    g.fillStyle = trace.line.color;
    g.fill();
    const words = shown.meta.share ? `${(100 * trace.y[i]).toFixed(1)}%` : figures(trace.y[i]);
    g.font = `600 ${12 * k}px ${FONT}`;
    const w = g.measureText(words).width;
    const left = x + 6 + w > s.box.x + s.box.w ? x - 6 - w : x + 6;
    const top = y - 12 * k < s.box.y + 8 ? y + 13 * k : y - 11 * k;
    g.textBaseline = "middle";
    g.lineJoin = "round";
    g.lineWidth = 4;
    g.strokeStyle = background;
    g.strokeText(words, left, top);
    g.fillStyle = shown.font.color;
    g.fillText(words, left, top);
  }

  /** Return the layer and the step at a place in pixels; a layer of null: none is near. */
  at(px, py) {
    if (!this.shown || !this.panel) return null;
    const s = paint.scales(this.shown, this.size.w, this.size.h);
    const { box } = s;
    if (px < box.x || px > box.x + box.w + 24 || py < box.y - 2 || py > box.y + box.h + 2) return null;
    const step = s.x.low + ((px - box.x) / box.w) * (s.x.high - s.x.low);
    if (this.shown.meta.heat) {
      const layer = Math.round(s.y.low + ((box.y + box.h - py) / box.h) * (s.y.high - s.y.low));
      return { layer: Math.max(1, Math.min(this.shown.meta.heat.rows, layer)), step };
    }
    let best = { layer: null, step };
    let least = NEAR;
    for (const t of this.panel.figure.data) {
      const d = Math.abs(s.y.px(t.y[nearest(t.x, step)]) - py);
      if (d < least) [least, best] = [d, { layer: t.meta.layer, step }];
    }
    return best;
  }
}

/** Return the number of the value in ascending x that is nearest to v. */
export function nearest(x, v) {
  let [low, high] = [0, x.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= v) low = middle;
    else high = middle;
  }
  return Math.abs(x[high] - v) < Math.abs(x[low] - v) ? high : low;
}

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
export const power = (e) => `10${e < 0 ? "⁻" : ""}${[...String(Math.abs(e))].map((d) => SUPERSCRIPT[d]).join("")}`;

/** Return a number with three significant figures, beyond 0.001 to 100,000 with a power of ten. */
export function figures(v) {
  if (v === 0) return "0";
  const size = Math.abs(v);
  const sign = v < 0 ? "−" : "";
  if (size >= 1e-3 && size < 1e5) return sign + Number(size.toPrecision(3)).toString();
  const e = Math.floor(Math.log10(size));
  return `${sign}${(size / 10 ** e).toFixed(1)}×${power(e)}`;
}

/** Return the colour of each byte as a pixel. */
function lookup(colors, zero, nothing) {
  const rgb = colors.map(channels);
  const table = new Uint32Array(256);
  for (let v = 2; v < 256; v++) {
    const t = ((v - 2) / 253) * (rgb.length - 1);
    const i = Math.min(rgb.length - 2, Math.floor(t));
    table[v] = pixel(rgb[i].map((c, j) => Math.round(c + (rgb[i + 1][j] - c) * (t - i))));
  }
  table[0] = pixel(channels(nothing));
  table[1] = pixel(channels(zero));
  return Object.assign(table, { key: colors.join() });
}

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const pixel = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
