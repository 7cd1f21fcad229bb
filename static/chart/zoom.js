/** Zooming by dragging: a range of x, or a rectangle of a plane. A double click, Escape or the
 * button in the corner shows everything again; the range stays over later frames. */

import { inside, scales } from "./scales.js";

/** A shorter drag is a click. */
const SHORTEST = 8;

export class Zoom {
  constructor(chart) {
    this.chart = chart;
    this.range = null; // {x: [low, high], y: [low, high] or undefined}, as layouts have ranges
    const { plot } = chart;
    plot.addEventListener("pointerdown", (event) => this.press(event));
    // A click leaves the keys to the page: the space bar plays and pauses.
    plot.addEventListener("mousedown", (event) => event.target.closest("button, input, select, a") || event.preventDefault());
    plot.addEventListener("dblclick", (event) => event.target.closest("button") || this.set(null));
    this.move = (event) => this.drag(event);
    this.up = (event) => this.release(event);
    this.key = (event) => event.key === "Escape" && this.escape();
    document.addEventListener("keydown", this.key);
  }

  set(range) {
    this.range = range;
    this.chart.repaint();
  }

  /** Let go of a range that the axis of a newer frame does not reach. */
  check({ xaxis }) {
    if (this.range && (this.range.x[0] >= xaxis.range[1] || this.range.x[1] <= xaxis.range[0])) this.range = null;
  }

  /** Whether a drag chooses a rectangle: on planes, where both axes are places. */
  get plane() {
    const { meta } = this.chart.panel.figure.layout;
    return Boolean(meta?.square || meta?.field || meta?.cells);
  }

  press(event) {
    const { chart } = this;
    // A finger scrolls the page; who draws points has taken the press.
    if (event.pointerType === "touch" || event.button || event.defaultPrevented || event.target.closest("button") || !chart.shown) return;
    const [x, y] = chart.pixel(event);
    const s = scales(chart.shown, chart.size.w, chart.size.h);
    if (!inside(s, x, y)) return;
    this.from = { x, y };
    window.addEventListener("pointermove", this.move);
    window.addEventListener("pointerup", this.up);
    window.addEventListener("pointercancel", this.up);
  }

  drag(event) {
    const [x, y] = this.chart.pixel(event);
    if (Math.hypot(x - this.from.x, y - this.from.y) < SHORTEST && !this.to) return;
    this.to = { x, y };
    this.chart.repaint();
  }

  release(event) {
    const selected = event.type === "pointerup" && this.to ? this.selected() : null;
    this.stop();
    if (!selected) return this.chart.repaint();
    const s = scales(this.chart.shown, this.chart.size.w, this.chart.size.h);
    const range = (axis, a, b) => [axis.place(a), axis.place(b)].sort((p, q) => p - q);
    this.set({
      x: range(s.x, selected.x, selected.x + selected.w),
      y: this.plane ? range(s.y, selected.y, selected.y + selected.h) : undefined,
    });
  }

  stop() {
    this.from = this.to = null;
    window.removeEventListener("pointermove", this.move);
    window.removeEventListener("pointerup", this.up);
    window.removeEventListener("pointercancel", this.up);
  }

  /** Return the rectangle that is dragged, within the box; null where it is too small. Of a square
   * plane it has the plane's shape. */
  selected() {
    const { chart, from, to } = this;
    const { box } = scales(chart.shown, chart.size.w, chart.size.h);
    const within = (v, low, size) => Math.max(low, Math.min(low + size, v));
    let [x0, x1] = [from.x, within(to.x, box.x, box.w)];
    let [y0, y1] = this.plane ? [from.y, within(to.y, box.y, box.h)] : [box.y, box.y + box.h];
    if (chart.shown.meta?.square) {
      const share = Math.min(1, Math.max(Math.abs(x1 - x0) / box.w, Math.abs(y1 - y0) / box.h));
      x1 = x0 + share * box.w * Math.sign(x1 - x0 || 1);
      y1 = y0 + share * box.h * Math.sign(y1 - y0 || 1);
      [x0, x1] = shifted(x0, x1, box.x, box.x + box.w);
      [y0, y1] = shifted(y0, y1, box.y, box.y + box.h);
    }
    const found = { x: Math.min(x0, x1), y: Math.min(y0, y1), w: Math.abs(x1 - x0), h: Math.abs(y1 - y0) };
    return found.w < SHORTEST || found.h < SHORTEST ? null : found;
  }

  escape() {
    const { plot } = this.chart;
    if (this.from) this.stop();
    else if (this.range && (plot.matches(":hover") || plot.contains(document.activeElement))) this.set(null);
  }

  /** Paint the rectangle that is being dragged. */
  paint(g, s) {
    const selected = this.to && this.selected();
    if (!selected) return;
    const { color } = this.chart.shown.font;
    g.save();
    g.globalAlpha = 0.1;
    g.fillStyle = color;
    g.fillRect(s.box.x, s.box.y, selected.x - s.box.x, s.box.h);
    g.fillRect(selected.x + selected.w, s.box.y, s.box.x + s.box.w - selected.x - selected.w, s.box.h);
    g.fillRect(selected.x, s.box.y, selected.w, selected.y - s.box.y);
    g.fillRect(selected.x, selected.y + selected.h, selected.w, s.box.y + s.box.h - selected.y - selected.h);
    g.globalAlpha = 0.6;
    g.strokeStyle = color;
    g.lineWidth = 1;
    g.strokeRect(selected.x + 0.5, selected.y + 0.5, selected.w - 1, selected.h - 1);
    g.restore();
  }

  destroy() {
    this.stop();
    document.removeEventListener("keydown", this.key);
  }
}

/** Return two ends moved together so that both lie within low..high. */
function shifted(a, b, low, high) {
  const by = Math.max(0, low - Math.min(a, b)) - Math.max(0, Math.max(a, b) - high);
  return [a + by, b + by];
}
