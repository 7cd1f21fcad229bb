/** What pointing at a chart does beyond reading it: a layer is marked in all charts over the layers,
 * and a click on a plane says where it was. */

import { font, writeOver } from "../draw/canvas.js";
import { inside, scales, typeScale } from "./scales.js";
import { stroke } from "./traces.js";

/** A press that moves farther than this is a drag. */
const STILL = 4;

/** Return where a pointer event lies on a chart, in the axes' coordinates, or null outside. */
export function placeAt(chart, event) {
  if (!chart.shown) return null;
  const s = scales(chart.shown, chart.size.w, chart.size.h);
  const [x, y] = chart.pixel(event);
  return inside(s, x, y) ? { x: s.x.place(x), y: s.y.place(y) } : null;
}

/** Marks the layer under the pointer, or where the arrow keys are, in all charts whose figure says
 * meta.linked. */
export class Layers {
  constructor(repaint) {
    this.repaint = repaint;
    this.marked = null;
  }

  mark(layer) {
    if (layer === this.marked) return;
    this.marked = layer;
    this.repaint();
  }

  listen(chart) {
    const linked = () => chart.panel?.figure?.layout.meta?.linked === "layer";
    chart.plot.addEventListener("pointermove", (event) => {
      if (!linked()) return;
      const found = placeAt(chart, event);
      this.mark(found ? Math.round(found.x) : null);
    }, { capture: true, passive: true });
    chart.plot.addEventListener("pointerleave", () => linked() && this.mark(null));
    if (chart.reading) chart.reading.markLayer = (layer) => linked() && this.mark(layer);
  }

  paint(chart, s, background) {
    const { reading, panel } = chart;
    if (reading) reading.layer = this.marked;
    if (this.marked === null || panel.figure.layout.meta?.linked !== "layer") return;
    paintMark(chart.g, panel.figure, this.marked, s, background);
  }
}

/** Paint a dotted line at a layer, its measured dot larger, and its value. */
function paintMark(g, figure, layer, s, background) {
  const trace = figure.data.find((t) => t.name === "measured");
  const at = trace ? Array.from(trace.x).indexOf(layer) : -1;
  if (at < 0) return;
  const { text, color, theory } = figure.layout.meta.mark;
  const k = typeScale(figure.layout);
  const [x, y] = [s.x.px(layer), s.y.px(trace.y[at])];
  stroke(g, [x, s.box.y, x, s.box.y + s.box.h], { color, width: 1, dash: "2px,3px" });
  g.beginPath();
  g.arc(x, y, 6 * k, 0, 7);
  g.strokeStyle = color;
  g.lineWidth = 2;
  g.stroke();
  if (theory) return; // said above the chart
  const words = `layer ${layer}: ${text[at]}`;
  g.font = font(12 * k, 600);
  const w = g.measureText(words).width;
  const left = x + 6 + w > s.box.x + s.box.w ? x - 6 - w : x + 6;
  writeOver(g, words, left, s.box.y + 8 * k, color, background, 4);
}

/** Return what a click at a place of the axes chooses, of the figure's trace "choices": the nearest
 * on the screen; null where nothing is chosen by clicks. */
export function picked(chart, x, y) {
  const { figure } = chart.panel;
  const key = figure.layout.meta?.pick;
  const trace = key && figure.data.find((t) => t.name === "choices");
  if (!trace?.x.length) return null;
  const s = scales(chart.shown, chart.size.w, chart.size.h);
  const away = (i) => Math.hypot(s.x.px(trace.x[i]) - s.x.px(x), s.y.px(trace.y[i]) - s.y.px(y));
  const nearest = trace.text.reduce((best, _, i) => (away(i) < away(best) ? i : best), 0);
  return { type: "control", key, value: trace.text[nearest] };
}

/** Call report(x, y) when a chart whose figure says meta.clickable is clicked. */
export function clicks(chart, report) {
  let from = null;
  chart.plot.addEventListener("pointerdown", (event) => (from = event), { capture: true, passive: true });
  window.addEventListener("pointerup", (event) => {
    const start = from;
    from = null;
    if (!start || !chart.panel?.figure?.layout.meta?.clickable) return;
    if (Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > STILL) return;
    const found = placeAt(chart, event);
    if (found) report(found.x, found.y);
  }, { capture: true, passive: true });
}
