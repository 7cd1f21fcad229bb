/** One chart: a canvas painted every frame, under axes that Plotly draws only when they change. */

import { Field, contour } from "./field.js";
import * as paint from "./paint.js";
import { element } from "./panels.js";

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showAxisDragHandles: false, scrollZoom: false, showTips: false };
/** While the pointer rests on a chart, what it can read off is renewed this often. */
const HOVER_MS = 500;
const NO_TRACES = [];

export class Chart {
  constructor(plot, repaint) {
    this.plot = plot;
    this.repaint = repaint;
    this.canvas = element("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.g = this.canvas.getContext("2d");
    this.div = element("div", "nl-plotly");
    this.hint = element("button", "nl-zoom", "zoomed · double-click to reset");
    this.hint.type = "button";
    this.hint.hidden = true;
    this.hint.onclick = () => this.setZoom(null);
    plot.prepend(this.canvas, this.div);
    plot.append(this.hint);
    this.size = { w: 0, h: 0 };
    this.zoom = null;
    this.hovering = false;
    this.reacts = 0;
    this.reactedAt = -Infinity;
    this.drawn = 0;
    this.version = 0;
    plot.addEventListener("pointerenter", () => this.hover(true));
    plot.addEventListener("pointerleave", () => this.hover(false));
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(plot);
    this.measure();
  }

  hover(on) {
    this.hovering = on;
    if (on) this.repaint();
  }

  measure() {
    const { width, height } = this.plot.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    if (width === this.size.w && height === this.size.h && ratio === this.size.ratio) return;
    this.size = { w: width, h: height, ratio };
    this.repaint();
  }

  /** Take the newest data of the panel. */
  set(p) {
    this.panel = p;
    this.version += 1;
    if (p.static) this.static = p.static;
    if (this.zoom && this.zoom[0] >= p.figure.layout.xaxis.range[1]) this.zoom = null;
  }

  setZoom(range) {
    this.zoom = range;
    this.repaint();
  }

  /** Return the layout for the present size and zoom. */
  layout() {
    const spec = this.panel.figure.layout;
    const { w, h } = this.size;
    const margin = { ...spec.margin };
    const k = paint.typeScale(spec);
    if (h < 190 && k === 1) margin.b = Math.min(margin.b, 36);
    if (spec.meta?.square) square(margin, w, h);
    const x = this.zoom ? { ...spec.xaxis, range: this.zoom, tickvals: null, ticktext: null, nticks: 6, tickformat: ",~r" } : spec.xaxis;
    // A title is centred on its axis: it has room up to the nearer edge of the panel.
    const room = h - margin.b - margin.t + 2 * Math.min(margin.t, margin.b) - 6;
    const title = { ...spec.yaxis.title, text: fitting(this.g, spec.yaxis.title, room) };
    const y = { ...spec.yaxis, ...thinned(spec.yaxis, h - margin.t - margin.b), title };
    return { ...spec, width: w, height: h, margin, xaxis: { ...x, tickangle: 0 }, yaxis: y };
  }

  /** Return whether what stands still belongs to what is shown: not where another figure's is kept. */
  still() {
    return Boolean(this.static) && !this.panel.plane;
  }

  traces() {
    return this.still() ? [...this.panel.figure.data, ...this.static.data] : this.panel.figure.data;
  }

  /** Let Plotly draw what it has to, if it may; return whether it did. What has to wait is `waiting`:
   * until then the new data is painted in the old axes. */
  sync(Plotly, now, may) {
    this.waiting = false;
    if (!this.panel || this.size.w < 40 || this.size.h < 40) return false;
    const layout = this.layout();
    const { shapes, annotations, meta, uirevision, ...rest } = layout;
    // Plotly needs the traces for hovering only, and takes longer over them than all painting.
    const wanted = rest.hovermode && this.hovering;
    const key = JSON.stringify([rest, window.matchMedia("(pointer: coarse)").matches]);
    const stale = wanted && this.drawn !== this.version && now - this.reactedAt >= HOVER_MS;
    this.wanting = wanted && this.drawn !== this.version;
    if (!Plotly) {
      this.shown = layout;
      return false;
    }
    if (key === this.key && !stale) {
      this.shown = layout;
      return false;
    }
    this.waiting = !may;
    if (!may) return false;
    this.react(Plotly, rest, wanted, now);
    this.key = key;
    this.shown = layout;
    return true;
  }

  react(Plotly, layout, wanted, now) {
    const coarse = window.matchMedia("(pointer: coarse)").matches;
    const own = {
      ...layout,
      xaxis: { ...layout.xaxis, showgrid: false },
      yaxis: { ...layout.yaxis, showgrid: false },
      dragmode: coarse ? false : layout.dragmode,
    };
    const data = wanted ? this.traces().filter((t) => t.hoverinfo !== "skip") : NO_TRACES;
    Plotly.react(this.div, data.map((t) => ({ ...t })), own, CONFIG);
    if (!this.reacts) this.listen();
    if (wanted) this.drawn = this.version;
    this.wanting = false;
    this.reacts += 1;
    this.reactedAt = now;
  }

  listen() {
    this.div.on("plotly_relayout", (change) => {
      const range = change["xaxis.range"] ?? [change["xaxis.range[0]"], change["xaxis.range[1]"]];
      if (Number.isFinite(range[0]) && Number.isFinite(range[1])) this.setZoom(range);
    });
    this.div.on("plotly_doubleclick", () => this.setZoom(null));
  }

  /** Paint the newest data in the axes that stand. */
  paint(background, layers) {
    if (!this.shown || this.size.w < 40 || this.size.h < 40) return;
    const { g, size, shown, panel } = this;
    const [w, h] = [Math.round(size.w * size.ratio), Math.round(size.h * size.ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) [this.canvas.width, this.canvas.height] = [w, h];
    g.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    g.clearRect(0, 0, size.w, size.h);
    const s = paint.scales(shown, size.w, size.h);
    if (panel.field) this.paintField(s, shown.meta.field);
    paint.grid(g, shown, s);
    paint.shapes(g, shown.shapes, s);
    paint.traces(g, panel.figure.data, s);
    if (this.still()) this.paintStatic(s);
    paint.annotations(g, shown.annotations, s, background, size, panel.figure.data, paint.typeScale(shown));
    layers?.paint(this, s, background);
    this.notebook?.paint(s);
    if (!this.reacts) paint.axes(g, shown, s);
    this.hint.hidden = !this.zoom;
  }

  paintField(s, colors) {
    const { panel, g } = this;
    const n = panel.field_size;
    this.field ??= new Field();
    const other = this.fieldVersion !== this.version || this.fieldColors !== colors;
    if (other) this.field.set(panel.field, n, colors, Boolean(panel.discretise));
    [this.fieldVersion, this.fieldColors] = [this.version, colors];
    this.field.paint(g, s.box);
    if (!panel.contour) return;
    g.save();
    g.beginPath();
    g.rect(s.box.x, s.box.y, s.box.w, s.box.h);
    g.clip();
    contour(g, panel.field, n, 127.5, s.box, colors.line);
    g.restore();
  }

  /** Paint what stands still from a copy that is made anew only when it or its place changes. */
  paintStatic(s) {
    const { w, h, ratio } = this.size;
    const place = JSON.stringify([this.static.version, this.size, s.box, s.x.low, s.x.high, s.y.low, s.y.high]);
    if (place !== this.staticPlace) {
      this.staticPlace = place;
      this.copy ??= document.createElement("canvas");
      this.copy.width = Math.round(w * ratio);
      this.copy.height = Math.round(h * ratio);
      const g = this.copy.getContext("2d");
      g.scale(ratio, ratio);
      paint.traces(g, this.static.data, s);
    }
    this.g.drawImage(this.copy, 0, 0, w, h);
  }

  destroy(Plotly) {
    this.observer.disconnect();
    this.notebook?.destroy();
    if (this.reacts && Plotly) Plotly.purge(this.div);
  }
}

/** Widen margins so that the plot is square and in the middle. */
function square(m, w, h) {
  const side = Math.max(40, Math.min(w - m.l - m.r, h - m.t - m.b));
  const extra = Math.max(0, (w - m.l - m.r - side) / 2);
  m.l += extra;
  m.r += extra;
  m.b = Math.max(m.b, h - m.t - side);
}

/** Return the tick labels of a y axis of this length, some of them blank where all would touch. */
function thinned({ range: [low, high], type, tickvals, ticktext, tickfont }, length) {
  if (!tickvals || tickvals.length < 3) return {};
  const at = (v) => ((type === "log" ? Math.log10(v) : v) / (high - low)) * length;
  let every = 1;
  while (every < tickvals.length && Math.abs(at(tickvals[every]) - at(tickvals[0])) < 1.25 * tickfont.size) every *= 2;
  return { ticktext: ticktext.map((text, i) => (i % every ? "" : text)) };
}

/** What `fitting` found out: to measure a title in every frame takes longer than all painting. */
const fitted = new Map();

/** Return the title without its unit in brackets where it is longer than its axis. */
function fitting(g, { text, font }, length) {
  const asked = `${text} ${font.size} ${Math.round(length)}`;
  const known = fitted.get(asked);
  if (known !== undefined) return known;
  g.font = `${font.size}px "Source Sans 3", "Source Sans", "Source Sans Pro", sans-serif`;
  const found = g.measureText(text).width <= length ? text : text.split(" (")[0];
  if (fitted.size > 200) fitted.clear();
  // Until the fonts are there, others are measured.
  if (document.fonts?.status === "loaded") fitted.set(asked, found);
  return found;
}
