/** Reading values off a chart of curves, as in a lab notebook: at the step under the pointer, the
 * finger, or where the arrow keys have gone. For charts whose figure says meta.notebook. */

import { element } from "./panels.js";
import { scales } from "./paint.js";

/** Changes this near are at the step that is read, in pixels; so many are listed. */
const NEAR = 5;
const LISTED = 4;
const KEYS = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };

export class Notebook {
  constructor(chart) {
    this.chart = chart;
    this.at = null;
    this.note = element("div", "nl-note");
    this.note.hidden = true;
    chart.plot.append(this.note);
    const { plot } = chart;
    plot.addEventListener("pointermove", (e) => this.point(e), { capture: true, passive: true });
    plot.addEventListener("pointerdown", (e) => this.point(e), { capture: true, passive: true });
    plot.addEventListener("pointerleave", (e) => e.pointerType === "touch" || this.read(null));
    plot.addEventListener("keydown", (e) => this.key(e));
    plot.addEventListener("blur", () => this.read(null));
    this.outside = (e) => plot.contains(e.target) || this.read(null);
    document.addEventListener("pointerdown", this.outside, { capture: true, passive: true });
  }

  get meta() {
    return this.chart.panel?.figure.layout.meta?.notebook;
  }

  /** Read at {px: pixels from the left} or {step}; null: no more. */
  read(at) {
    if (at === null && this.at === null) return;
    this.at = at;
    this.chart.repaint();
  }

  point(event) {
    if (!this.meta || !this.chart.shown) return;
    const { left, top } = this.chart.plot.getBoundingClientRect();
    const { box } = scales(this.chart.shown, this.chart.size.w, this.chart.size.h);
    const [x, y] = [event.clientX - left, event.clientY - top];
    const inside = x >= box.x - NEAR && x <= box.x + box.w && y >= box.y && y <= box.y + box.h;
    this.note.ariaLive = "off";
    this.read(inside && event.buttons !== 1 || event.pointerType === "touch" && inside ? { px: x } : null);
  }

  /** The arrow keys go along the curve while the chart has the focus. */
  key(event) {
    if (!this.meta || !this.curves().length) return;
    if (event.key === "Escape") return this.read(null);
    if (!(event.key in KEYS)) return;
    const { x } = this.curves()[0];
    const from = this.at === null ? x.length - 1 : this.index(x);
    let to = this.at === null ? from : Math.max(0, Math.min(x.length - 1, from + KEYS[event.key]));
    // An edit leaves two records of its step.
    while (to > 0 && to < from && x[to] === x[from]) to -= 1;
    // The page's own shortcut on this key is a training step.
    event.preventDefault();
    event.stopPropagation();
    this.note.ariaLive = "polite";
    this.read({ step: x[to] });
  }

  curves() {
    return this.chart.panel.figure.data.filter((t) => t.name in this.meta.colors).reverse();
  }

  /** Return the number of the record that is nearest to where is read. */
  index(x) {
    const { low, high, px } = scales(this.chart.shown, this.chart.size.w, this.chart.size.h).x;
    const target = this.at.step ?? low + ((this.at.px - px(low)) / (px(high) - px(low))) * (high - low);
    let best = 0;
    for (let i = 1; i < x.length; i++) if (Math.abs(x[i] - target) <= Math.abs(x[best] - target)) best = i;
    return best;
  }

  /** Paint the line and the dots, and show the values beside them. */
  paint(s) {
    const { plot, panel, g } = this.chart;
    const on = Boolean(this.meta);
    if (on !== (plot.tabIndex === 0)) {
      plot.tabIndex = on ? 0 : -1;
      plot.ariaLabel = on ? `${panel.title}: arrow keys read the values along the curve` : null;
    }
    const curves = on && this.at !== null ? this.curves().filter((t) => t.x.length) : [];
    this.note.hidden = !curves.length;
    if (!curves.length) return;
    const i = this.index(curves[0].x);
    const step = curves[0].x[i];
    const x = s.x.px(step);
    if (x < s.box.x - 1 || x > s.box.x + s.box.w + 1) return (this.note.hidden = true);
    const { colors, rim } = this.meta;
    g.strokeStyle = this.meta.line;
    g.lineWidth = 1;
    g.setLineDash([2, 3]);
    g.beginPath();
    g.moveTo(x, s.box.y);
    g.lineTo(x, s.box.y + s.box.h);
    g.stroke();
    g.setLineDash([]);
    const rows = curves.map((t) => ({ name: t.name, at: records(t.x, step), trace: t })).filter((r) => r.at.length);
    for (const { name, at, trace } of rows) {
      g.beginPath();
      g.arc(x, s.y.px(trace.y[at.at(-1)]), 4, 0, 7);
      g.fillStyle = colors[name];
      g.strokeStyle = rim;
      g.lineWidth = 1.5;
      g.fill();
      g.stroke();
    }
    this.say(step, rows, this.changes(curves[0].x, i, s), s);
    this.note.style.left = `${this.place(x)}px`;
  }

  /** Return where the note begins: beside the line, on the side that has room for it. */
  place(x) {
    const [w, room] = [this.note.offsetWidth, this.chart.size.w];
    if (x + 12 + w <= room) return x + 12;
    return x - 12 - w >= 0 ? x - 12 - w : Math.max(0, room - w);
  }

  /** Return the changes that lie nearer to this record than to any other, or right beside it. */
  changes(x, i, s) {
    const low = i ? (x[i - 1] + x[i]) / 2 : -Infinity;
    const high = i < x.length - 1 ? (x[i] + x[i + 1]) / 2 : Infinity;
    const near = (step) => Math.abs(s.x.px(step) - s.x.px(x[i])) <= NEAR;
    return this.meta.changes.filter(([step]) => (step > low && step <= high) || near(step));
  }

  say(step, rows, changes, s) {
    const floor = s.y.log ? 10 ** s.y.low : -Infinity;
    const lines = rows.map(({ name, at, trace }) => {
      const cost = (i) => (trace.y[i] <= floor ? "≤ " : "") + number(trace.y[i]);
      const score = (i) => (trace.customdata ? scored(trace.customdata[i], this.meta.score) : "");
      // Before and after an edit.
      return [name, at.map(cost).join(" → "), [...new Set(at.map(score))].join(" → ")];
    });
    const text = JSON.stringify([step, lines, changes]);
    if (text === this.said) return;
    this.said = text;
    const head = ["", "cost", this.meta.score];
    const table = element("table", "", ...[head, ...lines].map((cells, row) => element("tr", "",
      ...cells.map((cell, column) => element(row && column ? "td" : "th", "", cell)))));
    lines.forEach(([name], row) => { table.rows[row + 1].cells[0].style.color = this.meta.colors[name]; });
    const made = changes.slice(-LISTED).map(([at, words]) => element("p", "", `${at === step ? "" : `step ${whole(at)}: `}${words}`));
    if (changes.length > LISTED) made.unshift(element("p", "", `${changes.length - LISTED} more changes, then`));
    this.note.replaceChildren(element("b", "", `Step ${whole(step)}`), table, ...made);
  }

  destroy() {
    document.removeEventListener("pointerdown", this.outside, { capture: true });
  }
}

/** Return the numbers of a step's first record and, where it has another, its last. */
const records = (x, step) => [...new Set([x.indexOf(step), x.lastIndexOf(step)])].filter((i) => i >= 0);
const whole = (n) => n.toLocaleString("en");
const scored = (value, kind) => (kind === "accuracy" ? `${(value / 100).toFixed(1)}%` : number(value));

/** Return x with three figures, as dnn/figures/words.py writes numbers. */
function number(x) {
  if (!Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const [mantissa, exponent] = x.toExponential(2).split("e");
  const e = Number(exponent);
  if (e >= -3 && e < 5) {
    const decimals = Math.max(0, 2 - e);
    const rounded = Number(`${mantissa}e${e}`);
    const text = rounded.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return text.replace("-", "−");
  }
  const [short, power] = x.toExponential(1).split("e");
  const raised = String(Number(power)).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
  return `${short.replace("-", "−")}×10${raised}`;
}
