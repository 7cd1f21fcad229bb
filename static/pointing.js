/** What pointing at a chart does beyond Plotly: a layer is marked in all charts over the layers, and
 * a click on a plane says where it was. */

import { mark, scales } from "./paint.js";

/** A press that moves farther than this is a drag. */
const STILL = 4;

/** Return where a pointer event lies on a chart, in the axes' coordinates, or null outside. */
export function place(chart, event) {
  if (!chart.shown) return null;
  const { left, top } = chart.plot.getBoundingClientRect();
  const s = scales(chart.shown, chart.size.w, chart.size.h);
  const [x, y] = [event.clientX - left, event.clientY - top];
  if (x < s.box.x || x > s.box.x + s.box.w || y < s.box.y || y > s.box.y + s.box.h) return null;
  const along = (axis, share) => axis.low + share * (axis.high - axis.low);
  return { x: along(s.x, (x - s.box.x) / s.box.w), y: along(s.y, 1 - (y - s.box.y) / s.box.h) };
}

/** Marks the layer under the pointer in all charts whose figure says meta.linked. */
export class Layers {
  constructor(repaint) {
    this.repaint = repaint;
    this.marked = null;
  }

  listen(chart) {
    const linked = () => chart.panel?.figure.layout.meta?.linked === "layer";
    const set = (layer) => {
      if (layer === this.marked) return;
      this.marked = layer;
      this.repaint();
    };
    chart.plot.addEventListener("pointermove", (event) => {
      if (!linked()) return;
      const found = place(chart, event);
      set(found ? Math.round(found.x) : null);
    }, { capture: true, passive: true });
    chart.plot.addEventListener("pointerleave", () => linked() && set(null));
  }

  paint(chart, s, background) {
    if (this.marked === null || chart.panel.figure.layout.meta?.linked !== "layer") return;
    mark(chart.g, chart.panel.figure, this.marked, s, background);
  }
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
    if (!start || !chart.panel?.figure.layout.meta?.clickable) return;
    if (Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > STILL) return;
    const found = place(chart, event);
    if (found) report(found.x, found.y);
  }, { capture: true, passive: true });
}
