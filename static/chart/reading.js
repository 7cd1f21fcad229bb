/** Reading values off a chart, as in a lab notebook: at the pointer, the finger, or where the arrow
 * keys have gone. What is read, chart/values.js decides; here it is marked and said in a note. */

import { number, whole } from "../draw/numbers.js";
import { element } from "../page/dom.js";
import { inside, scales } from "./scales.js";
import { byteAt, pointAt, pointOrder, readCell, readCurves, readPlane, readPoint, readRow, readable, readingKind, rowAt, rowTraces, scored, stops } from "./values.js";

/** Changes this near are at the step that is read, in pixels; so many are listed. */
const NEAR = 5;
const LISTED = 4;
/** A key goes so far over a plane, as a share of what is shown. */
const STRIDE = 0.025;
const KEYS = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };
const UPRIGHT = { ArrowUp: 1, ArrowDown: -1 };

export class Reading {
  constructor(chart) {
    this.chart = chart;
    this.at = null; // {px, py} of the pointer, or {x, y} or {point} where keys have gone
    this.note = element("div", "nl-note");
    this.note.hidden = true;
    chart.plot.append(this.note);
    const { plot } = chart;
    plot.addEventListener("pointermove", (event) => this.point(event), { capture: true, passive: true });
    plot.addEventListener("pointerdown", (event) => this.point(event), { capture: true, passive: true });
    plot.addEventListener("pointerleave", (event) => event.pointerType === "touch" || this.read(null));
    plot.addEventListener("keydown", (event) => this.key(event));
    plot.addEventListener("blur", () => this.stop());
    this.outside = (event) => plot.contains(event.target) || this.read(null);
    document.addEventListener("pointerdown", this.outside, { capture: true, passive: true });
  }

  /** How the chart is read; "layers" where a layer is marked in all charts instead. */
  get kind() {
    const figure = this.chart.panel?.figure;
    if (!figure) return null;
    if (figure.layout.meta?.linked && figure.layout.hovermode === false) return "layers";
    return readingKind({ ...figure, data: this.chart.traces() });
  }

  get notebook() {
    return this.chart.panel.figure.layout.meta?.notebook;
  }

  /** Read at a place; null: no more. */
  read(at) {
    if (at === null && this.at === null) return;
    this.at = at;
    this.chart.repaint();
  }

  stop() {
    this.read(null);
    this.markLayer?.(null);
  }

  point(event) {
    const { chart } = this;
    if (!chart.shown) return;
    const [px, py] = chart.pixel(event);
    const s = scales(chart.shown, chart.size.w, chart.size.h);
    const pressed = event.buttons === 1 && event.pointerType !== "touch";
    this.note.ariaLive = "off";
    this.read(inside(s, px, py, NEAR) && !pressed ? { px, py } : null);
  }

  // --- keys -------------------------------------------------------------------------------------

  key(event) {
    const along = KEYS[event.key];
    const up = UPRIGHT[event.key];
    const { kind } = this;
    if (event.key === "Escape" && event.target === this.chart.plot) return this.stop();
    if ((along === undefined && up === undefined) || !kind || event.target !== this.chart.plot) return;
    // The page's own shortcut on an arrow is a training step.
    event.preventDefault();
    event.stopPropagation();
    this.note.ariaLive = "polite";
    if (kind === "plane" || kind === "cells") this.goOver(along ?? 0, up ?? 0, kind === "cells" ? 1 : 0);
    else if (kind === "points") this.goToPoint(along ?? up);
    else if (kind === "layers" || this.chart.panel.figure.layout.meta?.linked) this.goToLayer(along ?? up, kind);
    else this.goAlong(along ?? 0, up ?? 0);
  }

  /** Go along the curves; in a chart of rows up and down among them. */
  goAlong(along, up) {
    const rows = this.kind === "rows";
    const { data } = this.chart.panel.figure;
    const places = stops(rows ? rowTraces(data) : this.curves());
    if (!places.length) return;
    const y = (this.here?.row ?? 0) + (rows ? up : 0);
    const last = places.length - 1;
    const from = this.here ? places.indexOf(this.here.x) : last;
    const to = this.here && (along || !rows) ? Math.max(0, Math.min(last, from + (rows ? along : along || up))) : from;
    const highest = rows ? Math.max(...rowTraces(data).map((t) => rowAt(t.y[0]))) : 0;
    this.read({ x: places[to], y: Math.max(0, Math.min(highest, y)) });
  }

  goToPoint(by) {
    const order = pointOrder(this.chart.traces());
    if (!order.length) return;
    const at = this.here?.point ? order.findIndex(([k, i]) => k === this.here.point[0] && i === this.here.point[1]) : -1;
    const to = at < 0 ? 0 : Math.max(0, Math.min(order.length - 1, at + by));
    this.read({ point: order[to] });
  }

  /** Go over a plane; stride: how far a key goes on its axes, where not a share of what is shown. */
  goOver(along, up, stride) {
    const { xaxis, yaxis } = this.chart.shown;
    const moved = ([low, high], v, by) => Math.max(low, Math.min(high, v + by * (stride || STRIDE * (high - low))));
    const middle = ([low, high]) => (low + high) / 2;
    const { x, y } = this.here ?? { x: middle(xaxis.range), y: middle(yaxis.range) };
    this.read({ x: moved(xaxis.range, x, along), y: moved(yaxis.range, y, up) });
  }

  goToLayer(by, kind) {
    const trace = this.chart.panel.figure.data.find((t) => t.name === "measured");
    const layers = trace ? Array.from(trace.x) : [];
    if (!layers.length) return;
    const at = layers.indexOf(this.layer);
    const to = at < 0 ? layers.length - 1 : Math.max(0, Math.min(layers.length - 1, at + by));
    this.markLayer?.(layers[to]);
    if (kind !== "layers") this.read({ x: layers[to] });
  }

  // --- what is found ----------------------------------------------------------------------------

  curves() {
    const { data } = this.chart.panel.figure;
    return this.notebook ? data.filter((t) => t.name in this.notebook.colors) : readable(data);
  }

  /** Return what is read: {x, y, px, py, title, lines, rows, point}; null where there is nothing. */
  find(kind, s) {
    const { chart, at } = this;
    const { figure, field, field_size: n } = chart.panel;
    if (kind === "points") {
      const point = at.point ?? pointAt(chart.traces(), s, at.px, at.py);
      return point && this.found(s, { ...readPoint(chart.traces(), point), point });
    }
    const [x, y] = at.px === undefined ? [at.x, at.y] : [s.x.value(at.px), s.y.place(at.py)];
    if (kind === "cells") return this.found(s, readCell(figure, x, y));
    if (kind === "plane") {
      const near = pointAt(chart.traces(), s, s.x.px(x), s.y.px(y), 10);
      const lines = readPlane(figure, x, y, byteAt(field, n, figure.layout, x, y));
      return this.found(s, { x, y, lines: near ? [...lines, ...readPoint(chart.traces(), near).lines] : lines });
    }
    const read = kind === "rows" ? readRow(figure, x, y) : readCurves({ ...figure, data: this.curves() }, x);
    return read && this.found(s, { ...read, row: rowAt(y ?? 0), py: at.py });
  }

  found(s, read) {
    const px = s.x.px(read.x);
    const py = read.py ?? (read.y === undefined ? s.box.y : s.y.px(read.y));
    return inside(s, px, Math.max(s.box.y, Math.min(s.box.y + s.box.h, py)), 1) ? { ...read, px, py } : null;
  }

  // --- what is shown ----------------------------------------------------------------------------

  /** Mark what is read, and show it beside. */
  paint(s) {
    const { plot, panel } = this.chart;
    const { kind } = this;
    const on = kind !== null;
    if (on !== (plot.tabIndex === 0)) {
      plot.tabIndex = on ? 0 : -1;
      plot.role = on ? "application" : null;
    }
    const label = on ? `${panel.title}: arrow keys read the values` : null;
    if (plot.ariaLabel !== label) plot.ariaLabel = label;
    this.here = on && this.at !== null && kind !== "layers" ? this.find(kind, s) : null;
    this.note.hidden = !this.here;
    if (!this.here) return;
    this.mark(kind, s);
    if (this.notebook) this.sayRecords(s);
    else this.say(this.here);
    this.placeNote(kind);
  }

  mark(kind, s) {
    const { g, shown, background } = this.chart;
    const { px, py, rows } = this.here;
    g.strokeStyle = shown.xaxis.tickfont.color;
    g.lineWidth = 1;
    if (kind === "cells") {
      const [w, h] = [s.x.px(1) - s.x.px(0), s.y.px(0) - s.y.px(1)];
      g.strokeStyle = shown.font.color;
      g.strokeRect(px - w / 2 + 1, py - h / 2 + 1, w - 2, h - 2);
    } else if (kind !== "points") {
      g.setLineDash([2, 3]);
      g.beginPath();
      g.moveTo(px, s.box.y);
      g.lineTo(px, s.box.y + s.box.h);
      if (kind === "plane") {
        g.moveTo(s.box.x, py);
        g.lineTo(s.box.x + s.box.w, py);
      }
      g.stroke();
      g.setLineDash([]);
    }
    for (const { y, color } of rows ?? []) dot(g, px, s.y.px(y), 4, color, background);
    if (kind === "points") ring(g, px, py, shown.font.color);
  }

  say({ title, head, lines, rows }) {
    const text = JSON.stringify([title, lines, rows?.map(({ name, text }) => [name, text])]);
    if (text === this.said) return;
    this.said = text;
    const words = (lines ?? []).map((line) => element("p", "", line));
    const table = rows ? [valueTable(head ?? [], rows.map(({ name, text }) => [name, text]), rows.map((r) => r.color))] : [];
    this.note.replaceChildren(...(title ? [element("b", "", title)] : []), ...table, ...words);
  }

  /** Say what the records at the step have: costs and scores, before and after an edit, and changes. */
  sayRecords(s) {
    const { x: step } = this.here;
    const { score, colors } = this.notebook;
    const floor = s.y.log ? 10 ** s.y.low : -Infinity;
    const curves = this.curves().reverse();
    const lines = curves.map((t) => {
      const at = records(t.x, step);
      const cost = (i) => (t.y[i] <= floor ? "≤ " : "") + number(t.y[i]);
      const result = (i) => (t.customdata ? scored(t.customdata[i], score) : "");
      return [t.name, at.map(cost).join(" → "), [...new Set(at.map(result))].join(" → ")];
    });
    const changes = this.changes(step, s);
    const text = JSON.stringify([step, lines, changes]);
    if (text === this.said) return;
    this.said = text;
    const made = changes.slice(-LISTED).map(([at, words]) => element("p", "", `${at === step ? "" : `step ${whole(at)}: `}${words}`));
    if (changes.length > LISTED) made.unshift(element("p", "", `${changes.length - LISTED} more changes, then`));
    this.note.replaceChildren(
      element("b", "", `Step ${whole(step)}`),
      valueTable(["", "cost", score], lines, curves.map((t) => colors[t.name])), ...made,
    );
  }

  /** Return the changes that lie nearer to this record than to any other, or right beside it. */
  changes(step, s) {
    const places = stops(this.curves());
    const i = places.indexOf(step);
    const low = i > 0 ? (places[i - 1] + step) / 2 : -Infinity;
    const high = i < places.length - 1 ? (step + places[i + 1]) / 2 : Infinity;
    const near = (at) => Math.abs(s.x.px(at) - s.x.px(step)) <= NEAR;
    return this.notebook.changes.filter(([at]) => (at > low && at <= high) || near(at));
  }

  /** Put the note beside what is read, on the side that has room for it. */
  placeNote(kind) {
    const { note } = this;
    const { px, py } = this.here;
    const { w: room, h } = this.chart.size;
    const w = note.offsetWidth;
    const left = px + 12 + w <= room ? px + 12 : px - 12 - w >= 0 ? px - 12 - w : Math.max(0, room - w);
    note.style.left = `${left}px`;
    const beside = kind !== "curves";
    note.style.top = beside ? `${Math.max(2, Math.min(h - note.offsetHeight - 2, py - note.offsetHeight - 8))}px` : "";
  }

  destroy() {
    document.removeEventListener("pointerdown", this.outside, { capture: true });
  }
}

/** Return the numbers of a step's first record and, where it has another, its last. */
const records = (x, step) => [...new Set([x.indexOf(step), x.lastIndexOf(step)])].filter((i) => i >= 0);

/** Return a table whose first cells have the colours of what they name. */
function valueTable(head, lines, colors) {
  const row = (cells, first) => element("tr", "", ...cells.map((cell, i) => element(first || !i ? "th" : "td", "", cell)));
  const table = element("table", "", ...(head.length ? [row(head, true)] : []), ...lines.map((cells) => row(cells, false)));
  const rows = [...table.rows].slice(head.length ? 1 : 0);
  rows.forEach((tr, i) => (tr.cells[0].style.color = colors[i] ?? ""));
  return table;
}

function dot(g, x, y, r, color, rim) {
  g.beginPath();
  g.arc(x, y, r, 0, 7);
  g.fillStyle = color;
  g.strokeStyle = rim;
  g.lineWidth = 1.5;
  g.fill();
  g.stroke();
}

function ring(g, x, y, color) {
  g.beginPath();
  g.arc(x, y, 6, 0, 7);
  g.strokeStyle = color;
  g.lineWidth = 2;
  g.stroke();
}
