/** How values are spread in each layer, over time: ridgelines, overlay, or bands of percentiles. */

import { element } from "./panels.js";
import { figures, nearest } from "./layer_chart.js";
import { typeScale } from "./paint.js";

const FONT = '"Source Sans 3", "Source Sans", "Source Sans Pro", sans-serif';
/** Of a small picture's height, what the ridges' base lines span; the rest is for the tallest. */
const STACK = 0.62;
/** How a picture is to be read. */
const EXPLAINED = {
  ridgelines: "front: newest; heights per layer",
  overlay: "bold: newest; heights per layer",
  percentiles: "over the steps: 0–100%, 5–95%, 25–75%, median",
};

export class Ridges {
  constructor(panel, repaint, link) {
    this.plot = panel.plot;
    this.link = link;
    this.repaint = repaint;
    this.canvas = element("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.g = this.canvas.getContext("2d");
    this.plot.prepend(this.canvas);
    this.size = { w: 0, h: 0, ratio: 1 };
    this.wanting = false;
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(this.plot);
    this.measure();
    this.pointer = null;
    this.plot.addEventListener("pointermove", (e) => this.point(e), { capture: true, passive: true });
    this.plot.addEventListener("pointerleave", () => ((this.pointer = null), this.repaint()));
    link.join(this);
  }

  point(event) {
    const { left, top } = this.plot.getBoundingClientRect();
    this.pointer = [event.clientX - left, event.clientY - top];
    this.repaint();
  }

  measure() {
    const { width, height } = this.plot.getBoundingClientRect();
    this.size = { w: width, h: height, ratio: window.devicePixelRatio || 1 };
    this.repaint();
  }

  set(p) {
    this.panel = p;
  }

  sync() {
    return false;
  }

  destroy() {
    this.observer.disconnect();
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

  paint() {
    const { g, size, panel } = this;
    if (!panel || size.w < 40 || size.h < 40) return;
    const [w, h] = [Math.round(size.w * size.ratio), Math.round(size.h * size.ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) [this.canvas.width, this.canvas.height] = [w, h];
    g.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    g.clearRect(0, 0, size.w, size.h);
    this.colors = getComputedStyle(this.plot);
    this.background = this.colors.getPropertyValue("--panel");
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
    const head = 18 * k;
    const area = { x: box.x + 4, y: box.y + head, w: box.w - 8, h: box.h - head - 4 };
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
    g.font = `600 ${12 * k}px ${FONT}`;
    g.fillStyle = tile.text;
    g.fillText(tile.name, box.x + 4, box.y + 10 * k);
    const used = g.measureText(tile.name).width + 14;
    g.font = `${12 * k}px ${FONT}`;
    g.fillStyle = this.colors.getPropertyValue(read ? "--t1" : "--t3");
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
    g.font = `${11.5 * k}px ${FONT}`;
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
    g.font = `${11.5 * k}px ${FONT}`;
    g.textBaseline = "middle";
    g.lineJoin = "round";
    g.lineWidth = 3;
    g.strokeStyle = this.background;
    g.fillStyle = tickfont.color;
    g.textAlign = "left";
    const every = area.h < 90 ? 2 : 1;
    tickvals.forEach((v, i) => {
      if (i % every) return;
      const y = area.y + area.h * (1 - this.share(v));
      const at = Math.max(area.y + 6 * k, Math.min(area.y + area.h - 6 * k, y));
      g.strokeText(ticktext[i], area.x + 2, at);
      g.fillText(ticktext[i], area.x + 2, at);
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
    g.font = `${11 * k}px ${FONT}`;
    g.fillStyle = this.colors.getPropertyValue("--t2");
    g.textAlign = "right";
    for (const t of [0, panel.steps.length - 1]) {
      const base = area.y + area.h - this.back(t) * stack;
      g.fillText(panel.steps[t].toLocaleString("en"), area.x + area.w, base - 6 * k);
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
    const words = `${(100 * share).toFixed(1)}% here`;
    return [`step ${panel.steps[t].toLocaleString("en")}: ${words}`, words];
  }

  /** Return the percentiles at the step under the pointer, in words. */
  readBands(i, area) {
    const { panel } = this;
    const { steps, values } = panel;
    const n = steps.length;
    const at = steps[0] + ((this.pointer[0] - area.x) / area.w) * (steps[n - 1] - steps[0]);
    const t = nearest(steps, at);
    const q = (k) => figures(values[(i * n + t) * 7 + k]);
    const words = `5–95%: ${q(1)} to ${q(5)}`;
    return [`step ${steps[t].toLocaleString("en")}, ${words}`, words, `${q(1)} to ${q(5)}`];
  }

  paintTitle() {
    const { g, size, panel } = this;
    const { xaxis, font } = panel.figure.layout;
    const k = typeScale(panel.figure.layout);
    g.font = `${12 * k}px ${FONT}`;
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

const known = new Map();

/** Return the colour `share` of the way from a to b, both #rrggbb or #rgb. */
function mixed(a, b, share) {
  const key = `${a}${b}${share.toFixed(2)}`;
  let found = known.get(key);
  if (!found) {
    const [p, q] = [channels(a), channels(b)];
    found = `rgb(${p.map((c, i) => Math.round(c + (q[i] - c) * share)).join(",")})`;
    if (known.size > 2000) known.clear();
    known.set(key, found);
  }
  return found;
}

function channels(hex) {
  const h = hex.trim().slice(1);
  return (h.length === 3 ? [...h].map((c) => c + c) : [h.slice(0, 2), h.slice(2, 4), h.slice(4, 6)]).map((c) => parseInt(c, 16));
}
