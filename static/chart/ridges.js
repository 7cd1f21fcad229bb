/** How values are spread in each layer, over time: ridgelines, overlay, or bands of percentiles. */

import { Surface, cleared, font, writeOver } from "../draw/canvas.js";
import { mixed } from "../draw/colors.js";
import { number, percent, whole } from "../draw/numbers.js";
import { nearest, typeScale } from "./scales.js";

/** Of a small picture's height, what the ridges' base lines span; the rest is for the tallest. */
const STACK = 0.62;
/** How a picture is to be read. */
const EXPLAINED = {
  ridgelines: "front: newest; heights per layer",
  overlay: "bold: newest; heights per layer",
  percentiles: "over the steps: 0–100%, 5–95%, 25–75%, median",
};

export class Ridges extends Surface {
  constructor(plot, repaint, link) {
    super(plot, repaint);
    this.link = link;
    this.pointer = null;
    plot.addEventListener("pointermove", (event) => this.point(this.pixel(event)), { capture: true, passive: true });
    for (const type of ["pointerleave", "blur"]) plot.addEventListener(type, () => this.point(null));
    link.join(this);
  }

  /** Read at a place in pixels; null: no more. */
  point(place) {
    this.pointer = place;
    this.repaint();
  }

  set(p) {
    this.panel = p;
  }

  /** Return the boxes of the layers' pictures, as many columns as make them widest for their height. */
  boxes() {
    const n = this.panel.tiles?.length ?? 0;
    const { w, h } = this.size;
    const k = typeScale(this.panel.figure.layout);
    const foot = 34 * k;
    let best = 1;
    let score = -1;
    for (let c = 1; c <= n; c++) {
      const [bw, bh] = [w / c, (h - foot) / Math.ceil(n / c)];
      const fit = Math.min(bw / 1.35, bh);
      if (fit > score) [score, best] = [fit, c];
    }
    const rows = Math.ceil(n / best);
    const [bw, bh] = [(w - 12) / best, (h - foot) / rows];
    return Array.from({ length: n }, (_, i) => ({
      x: 8 + (i % best) * bw, y: Math.floor(i / best) * bh, w: bw - 8, h: bh - 4, last: i + best >= n,
    }));
  }

  /** token(name): a colour of the page by its name in css/tokens.css. */
  paint(background, layers, token) {
    if (!this.panel || !this.hasRoom) return;
    cleared(this.canvas, this.size);
    this.background = background;
    this.token = token;
    this.placed = this.boxes();
    this.placed.forEach((box, i) => this.paintTile(i, box));
    this.paintTitle();
  }

  paintTile(i, box) {
    const { g, panel } = this;
    const { layout } = panel.figure;
    const k = typeScale(layout);
    const tile = panel.tiles[i];
    const { current } = this.link;
    const area = this.area(box);
    const faint = current !== null && current !== tile.layer;
    if (current === tile.layer && panel.tiles.length > 1) {
      g.strokeStyle = tile.color;
      g.lineWidth = 1.5;
      g.beginPath();
      g.roundRect(box.x - 2, box.y + 1, box.w + 2, box.h + 1, 5);
      g.stroke();
    }
    this.paintAxis(area, box.last, layout, k);
    g.globalAlpha = faint ? 0.35 : 1;
    if (panel.mode === "percentiles") this.paintBands(i, area, tile);
    else this.paintRidges(i, area, tile);
    g.globalAlpha = 1;
    if (panel.mode === "percentiles") this.labelsUp(area, layout.xaxis, k);
    this.paintName(tile, box, k, this.readAt(i, area));
  }

  paintName(tile, box, k, read) {
    const { g } = this;
    g.textBaseline = "middle";
    g.textAlign = "left";
    g.font = font(12 * k, 600);
    g.fillStyle = tile.text;
    g.fillText(tile.name, box.x + 4, box.y + 10 * k);
    const used = g.measureText(tile.name).width + 14;
    g.font = font(12 * k);
    g.fillStyle = this.token(read ? "text" : "text-faint");
    const words = (read ?? [tile.note]).find((text) => used + g.measureText(text).width <= box.w);
    if (!words) return;
    g.textAlign = "right";
    g.fillText(words, box.x + box.w - 4, box.y + 10 * k);
    g.textAlign = "left";
  }

  /** Return how far along its axis a place lies, 0 to 1. */
  share(place) {
    const [low, high] = this.panel.figure.layout.xaxis.range;
    return (place - low) / (high - low);
  }

  /** Values run from left to right; in the percentile view upwards. */
  paintAxis(area, last, layout, k) {
    const { g } = this;
    const { tickvals, ticktext, gridcolor, tickfont } = layout.xaxis;
    const up = this.panel.mode === "percentiles";
    g.font = font(11.5 * k);
    g.textBaseline = "middle";
    g.lineWidth = 1;
    let free = -Infinity;
    tickvals.forEach((v, i) => {
      const share = this.share(v);
      g.strokeStyle = v === 0 ? layout.xaxis.linecolor : gridcolor;
      g.beginPath();
      if (up) {
        const y = Math.round(area.y + area.h * (1 - share)) + 0.5;
        g.moveTo(area.x, y);
        g.lineTo(area.x + area.w, y);
        g.stroke();
        return;
      }
      const x = Math.round(area.x + area.w * share) + 0.5;
      g.moveTo(x, area.y);
      g.lineTo(x, area.y + area.h);
      g.stroke();
      if (!last) return;
      const w = g.measureText(ticktext[i]).width;
      const left = Math.max(area.x - 4, Math.min(area.x + area.w - w + 4, x - w / 2));
      if (left < free) return;
      free = left + w + 6;
      g.fillStyle = tickfont.color;
      g.textAlign = "left";
      g.fillText(ticktext[i], left, area.y + area.h + 9 * k);
    });
  }

  /** Write the values at the left, over the bands. */
  labelsUp(area, { tickvals, ticktext, tickfont }, k) {
    const { g } = this;
    g.font = font(11.5 * k);
    g.textAlign = "left";
    const every = area.h < 90 ? 2 : 1;
    tickvals.forEach((v, i) => {
      if (i % every) return;
      const y = area.y + area.h * (1 - this.share(v));
      const at = Math.max(area.y + 6 * k, Math.min(area.y + area.h - 6 * k, y));
      writeOver(g, ticktext[i], area.x + 2, at, tickfont.color, this.background);
    });
  }

  paintRidges(i, area, tile) {
    const { g, panel } = this;
    const { bins, steps } = panel;
    const shares = panel.shares.subarray(i * steps.length * bins, (i + 1) * steps.length * bins);
    const n = steps.length;
    const overlay = panel.mode === "overlay";
    const stack = overlay || n === 1 ? 0 : area.h * STACK;
    const tall = area.h - stack - 2;
    for (let t = 0; t < n; t++) {
      const age = n === 1 ? 0 : (n - 1 - t) / (n - 1);
      const base = area.y + area.h - this.back(t) * stack;
      this.ridge(shares.subarray(t * bins, (t + 1) * bins), area, base, tall);
      const newest = t === n - 1;
      if (!overlay || newest) {
        g.fillStyle = mixed(tile.color, this.background, overlay ? 0.75 : newest ? 0.25 : 0.55 + 0.33 * age);
        const alpha = g.globalAlpha;
        g.globalAlpha = alpha * (overlay ? 0.45 : 0.9);
        g.fill();
        g.globalAlpha = alpha;
      }
      g.strokeStyle = mixed(tile.color, this.background, newest ? 0 : overlay ? 0.3 + 0.55 * age : 0.25 + 0.3 * age);
      g.lineWidth = newest ? 1.8 : 1;
      g.stroke();
    }
    if (stack && area.h > 110) this.paintTimes(area, stack);
  }

  /** Return how far back a moment stands, 0 the newest to 1 the first step shown: true to its step. */
  back(t) {
    const { steps } = this.panel;
    const [first, last] = [steps[0], steps[steps.length - 1]];
    return last > first ? (last - steps[t]) / (last - first) : 0;
  }

  ridge(shares, area, base, tall) {
    const { g } = this;
    const bins = shares.length;
    const w = area.w / bins;
    g.beginPath();
    g.moveTo(area.x, base);
    for (let b = 0; b < bins; b++) g.lineTo(area.x + (b + 0.5) * w, base - (shares[b] / 255) * tall);
    g.lineTo(area.x + area.w, base);
  }

  /** Name the first and the last step beside their base lines. */
  paintTimes(area, stack) {
    const { g, panel } = this;
    const k = typeScale(panel.figure.layout);
    g.font = font(11 * k);
    g.fillStyle = this.token("text-soft");
    g.textAlign = "right";
    for (const t of [0, panel.steps.length - 1]) {
      const base = area.y + area.h - this.back(t) * stack;
      g.fillText(whole(panel.steps[t]), area.x + area.w, base - 6 * k);
    }
    g.textAlign = "left";
  }

  paintBands(i, area, tile) {
    const { g, panel } = this;
    const { steps } = panel;
    const n = steps.length;
    const all = panel.bands.subarray(i * n * 7, (i + 1) * n * 7);
    const [first, last] = [steps[0], steps[n - 1]];
    const x = (t) => area.x + (last > first ? (steps[t] - first) / (last - first) : 1) * area.w;
    const y = (t, q) => area.y + area.h * (1 - this.share(all[t * 7 + q]));
    for (const [low, high, share] of [[0, 6, 0.82], [1, 5, 0.62], [2, 4, 0.38]]) {
      g.beginPath();
      for (let t = 0; t < n; t++) g.lineTo(x(t), y(t, low));
      for (let t = n - 1; t >= 0; t--) g.lineTo(x(t), y(t, high));
      g.closePath();
      g.fillStyle = mixed(tile.color, this.background, share);
      g.fill();
    }
    g.beginPath();
    for (let t = 0; t < n; t++) g.lineTo(x(t), y(t, 3));
    g.strokeStyle = tile.text;
    g.lineWidth = 1.8;
    g.stroke();
  }

  /** Return what is under the pointer in a picture, in words, the longest first; null elsewhere. */
  readAt(i, area) {
    if (!this.pointer) return null;
    const [px, py] = this.pointer;
    if (px < area.x || px > area.x + area.w || py < area.y - 18 || py > area.y + area.h) return null;
    const { panel } = this;
    const n = panel.steps.length;
    if (panel.mode === "percentiles") return this.readBands(i, area);
    const stack = panel.mode === "overlay" ? 0 : area.h * STACK;
    const back = stack ? Math.max(0, Math.min(1, (area.y + area.h - py) / stack)) : 0;
    let t = n - 1;
    for (let j = 0; j < n; j++) if (Math.abs(this.back(j) - back) < Math.abs(this.back(t) - back)) t = j;
    const b = Math.max(0, Math.min(panel.bins - 1, Math.floor(((px - area.x) / area.w) * panel.bins)));
    const share = (panel.shares[(i * n + t) * panel.bins + b] / 255) * panel.tops[i];
    const words = `${percent(share)} here`;
    return [`step ${whole(panel.steps[t])}: ${words}`, words];
  }

  /** Return the percentiles at the step under the pointer, in words. */
  readBands(i, area) {
    const { panel } = this;
    const { steps, values } = panel;
    const n = steps.length;
    const at = steps[0] + ((this.pointer[0] - area.x) / area.w) * (steps[n - 1] - steps[0]);
    const t = nearest(steps, at);
    const q = (k) => number(values[(i * n + t) * 7 + k]);
    const words = `5–95%: ${q(1)} to ${q(5)}`;
    return [`step ${whole(steps[t])}, ${words}`, words, `${q(1)} to ${q(5)}`];
  }

  /** Return the layer that a key leads to, and put the reading there: a bin, or a step, on or back. */
  goTo({ layer }, along, up) {
    const { tiles, bins, steps, mode } = this.panel;
    if (!this.placed?.length) return null;
    const at = tiles.findIndex((tile) => tile.layer === layer);
    const i = Math.max(0, Math.min(tiles.length - 1, at + (at < 0 ? tiles.length : up)));
    const area = this.area(this.placed[i]);
    const share = this.pointer && at >= 0 ? (this.pointer[0] - this.area(this.placed[at]).x) / area.w : 0.5;
    const stride = 1 / (mode === "percentiles" ? steps.length : bins);
    this.pointer = [area.x + area.w * Math.max(stride / 2, Math.min(1 - stride / 2, share + along * stride)), area.y + area.h - 1];
    this.repaint();
    return { layer: tiles[i].layer, step: null };
  }

  /** Return where the keys are, for a screen reader. */
  words() {
    const i = this.panel.tiles.findIndex((tile) => tile.layer === this.link.current);
    return i < 0 ? "" : `${this.panel.tiles[i].name}: ${this.readAt(i, this.area(this.placed[i]))?.[0] ?? ""}`;
  }

  /** Return the part of a tile's box below its name. */
  area(box) {
    const head = 18 * typeScale(this.panel.figure.layout);
    return { x: box.x + 4, y: box.y + head, w: box.w - 8, h: box.h - head - 4 };
  }

  paintTitle() {
    const { g, size, panel } = this;
    const { xaxis } = panel.figure.layout;
    const k = typeScale(panel.figure.layout);
    g.font = font(12 * k);
    g.fillStyle = xaxis.tickfont.color;
    g.textAlign = "center";
    g.textBaseline = "middle";
    const words = `${xaxis.title.text} · ${EXPLAINED[panel.mode]}`;
    g.fillText(words, size.w / 2, size.h - 9 * k);
    g.textAlign = "left";
  }

  /** Return the layer at a place. */
  at(px, py) {
    const i = (this.placed ?? []).findIndex((b) => px >= b.x && px <= b.x + b.w && py >= b.y && py <= b.y + b.h);
    return i < 0 ? null : { layer: this.panel.tiles[i].layer, step: null };
  }
}
