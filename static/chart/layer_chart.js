/** Charts of the page Layers: lines of each layer over the steps, and the flow as a heat map. What is
 * read off one is marked in all: see page/layer_link.js. */

import { font, writeOver } from "../draw/canvas.js";
import { rampPixels } from "../draw/colors.js";
import { number, percent, power, whole } from "../draw/numbers.js";
import { Chart } from "./chart.js";
import { paintLabels } from "./labels.js";
import { nearest, scales, typeScale } from "./scales.js";
import { paintShapes, paintTraces } from "./traces.js";

/** A line this near to the pointer is meant, in pixels. */
const NEAR = 40;
/** Lines of other layers than the marked one. */
const FAINT = 0.16;

export class LayerChart extends Chart {
  constructor(plot, repaint, link) {
    super(plot, repaint);
    this.titleAside = true; // the charts are low
    this.link = link;
    link.join(this);
  }

  paintContents(g, s, background) {
    if (this.shown.meta.heat) this.paintHeat(s);
    else this.paintLines(s, background);
    this.paintCursor(s, background);
  }

  paintLines(s, background) {
    const { g, shown, panel } = this;
    const marked = this.link.current;
    paintShapes(g, shown.shapes, s);
    const [own, others] = [[], []];
    for (const t of panel.figure.data) (marked === null || t.meta.layer === marked ? own : others).push(t);
    g.globalAlpha = FAINT;
    paintTraces(g, others, s);
    g.globalAlpha = 1;
    const k = marked === null ? 1 : 1.6;
    paintTraces(g, own.map((t) => ({ ...t, line: { ...t.line, width: t.line.width * k } })), s);
    const name = marked === null ? null : own[0]?.name;
    const ends = (shown.annotations ?? []).filter((a) => a.name !== "end-label" || marked === null || this.shortName(name) === a.text);
    paintLabels(g, shown, ends, s, background, this.size, panel.figure.data);
  }

  shortName(name) {
    return name === "output" ? "out" : name?.replace("layer ", "");
  }

  paintHeat(s) {
    const { g, shown, panel } = this;
    const { rows, colors, zero, nothing, low, high } = shown.meta.heat;
    const [trace] = panel.figure.data;
    const n = trace.x.length;
    if (n) this.paintCells(s, trace.x, this.picture(trace.z, n, rows, colors, zero, nothing));
    const marked = this.link.current;
    if (marked !== null && marked <= rows) {
      const [top, bottom] = [s.y.px(marked + 0.5), s.y.px(marked - 0.5)];
      g.strokeStyle = shown.font.color;
      g.lineWidth = 2;
      g.strokeRect(s.box.x + 1, top + 1, s.box.w - 2, bottom - top - 2);
    }
    paintLabels(g, shown, shown.annotations, s, this.background, this.size, []);
    this.paintScale(s, colors, low, high);
  }

  /** Return the heat map as an image with one pixel a cell, over evenly spaced steps. */
  picture(z, n, rows, colors, zero, nothing) {
    if (this.pictured === z) return this.image;
    const key = colors.join();
    if (this.tableKey !== key) [this.tableKey, this.table] = [key, rampPixels(colors, zero, nothing)];
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
      for (let r = 0; r < rows; r++) out[(rows - 1 - r) * columns + c] = this.table[z[r * n + i]];
    }
    g.putImageData(pixels, 0, 0);
    this.pictured = z;
    return this.image;
  }

  /** Paint the picture over its steps, as far as they are shown. */
  paintCells(s, x, picture) {
    const { g } = this;
    const [left, right] = [s.x.px(x[0]), s.x.px(x[x.length - 1])];
    g.save();
    g.beginPath();
    g.rect(s.box.x, s.box.y, s.box.w, s.box.h);
    g.clip();
    g.imageSmoothingEnabled = false;
    g.drawImage(picture, left, s.box.y, Math.max(2, right - left), s.box.h);
    g.restore();
  }

  /** Paint what the colours stand for at the right, above. */
  paintScale(s, colors, low, high) {
    const { g, shown } = this;
    const k = typeScale(shown);
    const [w, h] = [110 * k, 8 * k];
    const y = 5 * k;
    const right = s.box.x + s.box.w;
    g.font = font(12 * k);
    g.textBaseline = "middle";
    g.fillStyle = shown.xaxis.tickfont.color;
    const end = g.measureText(power(high)).width;
    const start = right - end - 5 - w;
    g.textAlign = "left";
    g.fillText(power(high), right - end, y + h / 2);
    g.textAlign = "right";
    g.fillText(power(low), start - 5, y + h / 2);
    g.textAlign = "left";
    const ramp = g.createLinearGradient(start, 0, start + w, 0);
    colors.forEach((c, i) => ramp.addColorStop(i / (colors.length - 1), c));
    g.fillStyle = ramp;
    g.fillRect(start, y, w, h);
  }

  /** Paint the step and, of a marked layer, the value under the pointer, in every chart. */
  paintCursor(s, background) {
    const { step } = this.link;
    if (step === null || step < s.x.low || step > s.x.high) return;
    const { g, shown } = this;
    const k = typeScale(shown);
    const read = this.readAt(step);
    const x = s.x.px(read?.step ?? step);
    g.strokeStyle = shown.xaxis.tickfont.color;
    g.lineWidth = 1;
    g.setLineDash([2, 3]);
    g.beginPath();
    g.moveTo(x, s.box.y);
    g.lineTo(x, s.box.y + s.box.h);
    g.stroke();
    g.setLineDash([]);
    if (this.link.chart === this) this.writeBeside(s, x, s.box.y + s.box.h - 9 * k, `step ${whole(read?.step ?? step)}`, background, 400);
    if (!read) return;
    const y = Math.max(s.box.y, Math.min(s.box.y + s.box.h, s.y.px(read.y)));
    if (read.color) {
      g.beginPath();
      g.arc(x, y, 3.5 * k, 0, 7);
      g.fillStyle = read.color;
      g.fill();
    }
    this.writeBeside(s, x, y - 12 * k < s.box.y + 8 ? y + 13 * k : y - 11 * k, read.text, background, 600);
  }

  writeBeside(s, x, y, words, background, weight) {
    const { g, shown } = this;
    g.font = font(12 * typeScale(shown), weight);
    const w = g.measureText(words).width;
    const left = x + 6 + w > s.box.x + s.box.w ? x - 6 - w : x + 6;
    writeOver(g, words, left, y, shown.font.color, background, 4);
  }

  /** Return what the marked layer has at a step: {step, y, color, text}; null without one. */
  readAt(step) {
    const { data, layout: { meta } } = this.panel.figure;
    const { current } = this.link;
    if (meta.heat) {
      const [{ x, z }] = data;
      if (current === null || current > meta.heat.rows || !x.length) return null;
      let i = nearest(x, step);
      if (i && x[i] > step) i -= 1; // a cell reaches from its step to the next one
      return { step: x[i], y: current, text: cellWords(z[(current - 1) * x.length + i], meta.heat) };
    }
    const trace = data.find((t) => t.meta.layer === current);
    if (!trace?.x.length) return null;
    const i = nearest(trace.x, step);
    return { step: trace.x[i], y: trace.y[i], color: trace.line.color, text: meta.share ? percent(trace.y[i]) : number(trace.y[i]) };
  }

  /** Return where the keys are, for a screen reader. */
  words() {
    const read = this.readAt(this.link.step);
    return read ? `layer ${this.link.current}, step ${whole(read.step)}: ${read.text}` : "";
  }

  /** Return the layer and step that a key goes to from another: along the steps, or up the layers. */
  goTo({ layer, step }, along, up) {
    const { data, layout: { meta } } = this.panel.figure;
    const x = data[0]?.x ?? [];
    if (!x.length) return null;
    const layers = meta.heat ? Array.from({ length: meta.heat.rows }, (_, i) => i + 1) : data.map((t) => t.meta.layer).sort((a, b) => a - b);
    const clamp = (v, last) => Math.max(0, Math.min(last, v));
    const at = layers.indexOf(layer);
    return {
      layer: layers[at < 0 ? layers.length - 1 : clamp(at + up, layers.length - 1)],
      step: x[step === null ? x.length - 1 : clamp(nearest(x, step) + along, x.length - 1)],
    };
  }

  /** Return the layer and the step at a place in pixels; a layer of null: none is near. */
  at(px, py) {
    if (!this.shown || !this.panel) return null;
    const s = scales(this.shown, this.size.w, this.size.h);
    const { box } = s;
    if (px < box.x || px > box.x + box.w + 24 || py < box.y - 2 || py > box.y + box.h + 2) return null;
    const step = s.x.place(px);
    if (this.shown.meta.heat) {
      const layer = Math.round(s.y.place(py));
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

/** Return what a cell of the heat map stands for: coded 0 nothing, 1 zero, else a power of ten. */
function cellWords(code, { low, high }) {
  if (code < 2) return code ? "0" : "nothing";
  return number(10 ** (low + ((code - 2) / 253) * (high - low)), 2);
}
