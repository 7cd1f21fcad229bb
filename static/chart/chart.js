/** One chart of a figure as Plotly describes it: axes on a canvas that is painted when they change,
 * and on another, every frame, what they hold. Who makes it may give it a `reading`. */

import { Surface, blankCanvas, cleared, font } from "../draw/canvas.js";
import { element } from "../page/dom.js";
import { paintAxes } from "./axes.js";
import { Field, contour } from "./field.js";
import { paintLabels } from "./labels.js";
import { scales, squareMargin, thinnedTicks, typeScale, zoomedAxis } from "./scales.js";
import { paintShapes, paintTraces } from "./traces.js";
import { Zoom } from "./zoom.js";

/** In a lower panel the title of x stands nearer to its ticks. */
const LOW = 190;

export class Chart extends Surface {
  constructor(plot, repaint) {
    super(plot, repaint);
    this.axesCanvas = blankCanvas();
    this.axesCanvas.className = "nl-axes";
    plot.prepend(this.axesCanvas);
    this.version = 0;
    this.hint = element("button", "nl-zoom", "zoomed · double-click to reset");
    this.hint.type = "button";
    this.hint.hidden = true;
    this.hint.onclick = () => this.zoom.set(null);
    plot.append(this.hint);
    this.zoom = new Zoom(this);
  }

  /** Take the newest data of the panel. */
  set(p) {
    this.panel = p;
    this.version += 1;
    if (p.static) this.static = p.static;
    this.zoom.check(p.figure.layout);
  }

  /** Return the layout for the present size and zoom. */
  layout() {
    const spec = this.panel.figure.layout;
    const { w, h } = this.size;
    let margin = { ...spec.margin };
    if (h < LOW && typeScale(spec) === 1) margin.b = Math.min(margin.b, 36);
    if (spec.meta?.square) margin = squareMargin(margin, w, h);
    const { x, y } = this.zoom.range ?? {};
    const xaxis = x ? zoomedAxis(spec.xaxis, x) : spec.xaxis;
    const yaxis = y ? zoomedAxis(spec.yaxis, y) : spec.yaxis;
    // A title is centred on its axis: it has room up to the nearer edge of the panel.
    const room = h - margin.b - margin.t + 2 * Math.min(margin.t, margin.b) - 6;
    const title = { ...spec.yaxis.title, text: fitting(this.g, spec.yaxis.title, room) };
    return {
      ...spec, width: w, height: h, margin, xaxis: { ...xaxis, tickangle: 0 },
      yaxis: { ...yaxis, ticktext: thinnedTicks(yaxis, h - margin.t - margin.b), title },
    };
  }

  /** Return what stands still: not where a figure of another plane is in its place. */
  still() {
    return this.static && !this.panel.plane ? this.static.data : [];
  }

  traces() {
    return [...this.panel.figure.data, ...this.still()];
  }

  /** Paint the newest data, and its axes where they are others. */
  paint(background, layers) {
    if (!this.panel || !this.hasRoom) return;
    const shown = (this.shown = this.layout());
    this.background = background;
    const s = scales(shown, this.size.w, this.size.h);
    this.paintAxes(shown, s);
    const g = cleared(this.canvas, this.size);
    this.paintContents(g, s, background);
    layers?.paint(this, s, background);
    this.reading?.paint(s);
    this.zoom.paint(g, s);
    this.hint.hidden = !this.zoom.range;
  }

  /** Paint the axes on their own canvas, where they or their place have changed. */
  paintAxes(shown, s) {
    const { xaxis, yaxis, margin } = shown;
    const key = JSON.stringify([xaxis, yaxis, margin, this.size, document.fonts?.status]);
    if (key === this.axesKey) return;
    this.axesKey = key;
    paintAxes(cleared(this.axesCanvas, this.size), shown, s, this.size.w, this.titleAside);
  }

  paintContents(g, s, background) {
    const { shown, panel, size } = this;
    if (panel.field) this.paintField(s, shown.meta.field);
    paintShapes(g, shown.shapes, s);
    paintTraces(g, panel.figure.data, s);
    if (this.still().length) this.paintStill(s);
    paintLabels(g, shown, shown.annotations, s, background, size, panel.figure.data);
  }

  /** Paint the field over the part of its plane that is shown. */
  paintField(s, colors) {
    const { panel, g } = this;
    const n = panel.field_size;
    this.field ??= new Field();
    const other = this.fieldVersion !== this.version || this.fieldColors !== colors;
    if (other) this.field.set(panel.field, n, colors, Boolean(panel.discretise));
    [this.fieldVersion, this.fieldColors] = [this.version, colors];
    const { xaxis, yaxis } = panel.figure.layout;
    const [x, y] = [s.x.at(xaxis.range[0]), s.y.at(yaxis.range[1])];
    const whole = { x, y, w: s.x.at(xaxis.range[1]) - x, h: s.y.at(yaxis.range[0]) - y };
    g.save();
    g.beginPath();
    g.rect(s.box.x, s.box.y, s.box.w, s.box.h);
    g.clip();
    this.field.paint(g, whole);
    if (panel.contour) contour(g, panel.field, n, 127.5, whole, colors.line);
    g.restore();
  }

  /** Paint what stands still from a copy that is made anew only when it or its place changes. */
  paintStill(s) {
    const { w, h } = this.size;
    const place = JSON.stringify([this.static.version, this.size, s.box, s.x.low, s.x.high, s.y.low, s.y.high]);
    if (place !== this.stillPlace) {
      this.stillPlace = place;
      this.copy ??= document.createElement("canvas");
      paintTraces(cleared(this.copy, this.size), this.static.data, s);
    }
    this.g.drawImage(this.copy, 0, 0, w, h);
  }

  destroy() {
    super.destroy();
    this.zoom.destroy();
    this.reading?.destroy();
  }
}

/** What `fitting` found out: to measure a title in every frame takes longer than all painting. */
const fitted = new Map();

/** Return the title without its unit in brackets where it is longer than its axis. */
function fitting(g, { text, font: { size } }, length) {
  const asked = `${text} ${size} ${Math.round(length)}`;
  const known = fitted.get(asked);
  if (known !== undefined) return known;
  g.font = font(size);
  const found = g.measureText(text).width <= length ? text : text.split(" (")[0];
  if (fitted.size > 200) fitted.clear();
  // Until the fonts are there, others are measured.
  if (document.fonts?.status === "loaded") fitted.set(asked, found);
  return found;
}
