/** The live panels: fetches frames and paints the newest one in each animation frame. */

import { Layers, clicks, picked } from "./chart/pointing.js";
import { scales } from "./chart/scales.js";
import { KINDS } from "./kinds.js";
import { changed, element } from "./page/dom.js";
import { Saver } from "./page/export.js";
import { Feed } from "./page/feed.js";
import { Findings } from "./page/findings.js";
import { Messages } from "./page/frame.js";
import { LayerBar, LayerLink } from "./page/layer_link.js";
import { Lesson } from "./page/lesson.js";
import { Metrics } from "./page/metrics.js";
import { sheets } from "./page/sheets.js";
import { Timeline } from "./page/timeline.js";
import { tokenColor } from "./page/tokens.js";
import { Verdict } from "./page/verdict.js";
import { Watcher } from "./page/watch.js";
import { Panel } from "./panels.js";

// Nothing is drawn before its style is there.
await sheets(import.meta.url, new URL(import.meta.url).search);

const mounted = new WeakMap();
/** Side bar and buttons are drawn anew so long after a frame: painting comes first. */
const BEHIND_MS = 150;
/** With reduced motion, pictures change this seldom. */
const CALM_MS = 500;

/** What tests and benchmarks read. */
const counts = (window.__neuralLab ??= {
  frames: { network: 0, boundary: 0, cost: 0, gradients: 0, weights: 0, metrics: 0 },
  seq: 0, received: 0, mounts: 0, step: 0, playing: false, first: 0, paint_ms: [], runs: 0,
});

/** Show the run that component.data names in component.parentElement; called whenever the page is
 * run. component.base: the address of frames and files. Returns the clean-up. */
export function draw(component) {
  const { parentElement, data } = component;
  let view = mounted.get(parentElement);
  if (!view?.root.isConnected) {
    view?.destroy();
    view = new View(parentElement);
    mounted.set(parentElement, view);
  }
  view.trigger = component.setTriggerValue;
  if (data) view.follow(component.base, data);
  // A call that newer data overtook has its clean-up called at once, though nothing is unmounted:
  // only a panel that has left the page is taken down.
  return () => setTimeout(() => {
    if (parentElement.isConnected) return;
    view.destroy();
    if (mounted.get(parentElement) === view) mounted.delete(parentElement);
  }, 100);
}

class View {
  constructor(parent) {
    this.parent = parent;
    this.schedule = this.schedule.bind(this);
    this.low = window.matchMedia("(max-height: 820px)");
    this.low.onchange = () => this.refocus();
    this.send = (value) => this.trigger?.("event", value);
    this.timeline = new Timeline(this.send);
    this.metrics = new Metrics(this.timeline.root);
    this.grid = element("div", "nl-grid");
    this.verdict = new Verdict(this.send);
    this.link = new LayerLink(() => this.schedule(), this.send);
    this.bar = new LayerBar(this.link, new Panel("layers", this.send));
    this.findings = new Findings(this.link, this.send);
    this.lesson = new Lesson(this.send);
    const rows = [this.lesson, this.metrics, this.verdict, this.findings, this.bar].map(({ root }) => root);
    this.root = element("div", "nl-root", element("div", "nl-frame", ...rows, this.grid));
    parent.append(this.root);
    this.panels = new Map();
    this.messages = new Messages();
    this.layers = new Layers(() => this.schedule());
    this.watcher = new Watcher(parent, this.send);
    this.paint = this.paint.bind(this);
    this.paintedAt = -Infinity;
    counts.mounts += 1;
    counts.axes = (key) => this.axes(key);
    document.fonts?.ready.then(() => this.schedule());
  }

  /** Fetch the frames of a session's run, as long as there are any. */
  follow(base, { token, run }) {
    counts.runs = run;
    if (this.feed?.token !== token) {
      this.feed?.stop();
      this.feed = new Feed(base, token, (bytes) => this.receive(bytes), (sentence) => this.metrics.say(sentence), () => this.askPage());
      this.watcher.tellTheme((theme) => this.feed.wear(theme));
    }
    this.feed.kick();
  }

  receive(bytes) {
    const message = this.messages.take(bytes);
    if (!message) return { seq: 0, pace: 0 }; // a change of a message that this page has not: ask for a whole one
    counts.received += 1;
    this.keepStatic(message);
    this.message = message;
    this.fresh = true;
    this.watcher.set(message);
    this.schedule();
    return message;
  }

  /** Side bar or buttons are to be drawn anew: painting the frame comes first. */
  askPage() {
    if (this.asking) return;
    this.asking = setTimeout(() => {
      this.asking = null;
      if (!this.gone) this.send({ type: "page" });
    }, BEHIND_MS);
  }

  /** Points are sent once; keep them over later frames. */
  keepStatic(message) {
    for (const [key, p] of Object.entries(message.panels)) {
      if (!p.static) continue;
      const panel = this.panel(key, p.kind);
      panel.chart.static = p.static;
      if (panel.kind === "plane") this.points = p.static;
    }
  }

  /** Return a panel, made where it is new. */
  panel(key, kind = "chart") {
    let panel = this.panels.get(key);
    if (!panel) {
      panel = new Panel(key, this.send);
      panel.kind = panel.root.dataset.kind = kind;
      this.grid.append(panel.root);
      panel.chart = KINDS[kind](panel, this);
      panel.root.append(new Saver(panel).root);
      this.layers.listen(panel.chart);
      clicks(panel.chart, (x, y) => this.send(picked(panel.chart, x, y) ?? { type: "point", panel: key, x, y }));
      this.panels.set(key, panel);
    }
    return panel;
  }

  schedule() {
    if (this.scheduled || this.gone) return;
    this.scheduled = true;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const wait = calm ? this.paintedAt + CALM_MS - performance.now() : 0;
    if (wait > 0) setTimeout(() => requestAnimationFrame(this.paint), wait);
    else requestAnimationFrame(this.paint);
  }

  paint(now) {
    this.scheduled = false;
    if (this.gone || !this.message) return;
    const started = performance.now();
    const { message, fresh } = this;
    this.fresh = false;
    this.paintedAt = now;
    if (fresh || this.other) this.update(message);
    this.other = false;
    const token = (name) => tokenColor(this.root, name);
    const background = token("panel");
    const paintStarted = performance.now();
    for (const key of Object.keys(message.panels)) {
      const panel = this.panel(key);
      panel.chart.paint(background, this.layers, token);
      panel.drawing?.paint();
      panel.point(this.layers.marked);
      if (fresh) counts.frames[key] = (counts.frames[key] ?? 0) + 1;
    }
    this.bar.paint();
    if (fresh) this.count(message, started, performance.now() - paintStarted);
  }

  /** Another unit of the diagram is to be shown than the last frame shows. */
  refocus() {
    this.other = true;
    this.schedule();
  }

  /** Take the message. */
  update(message) {
    this.metrics.set(message);
    this.timeline.set(message.timeline);
    this.verdict.set(message.verdict);
    this.bar.set(message.layers);
    this.findings.set(message.findings);
    this.lesson.set(message.lesson);
    const keys = Object.keys(message.panels);
    const layout = message.layout ?? {};
    const at = (span) => ({ ...span, ...(this.low.matches ? span?.low : {}) });
    changed(this.root, [message.theme, message.page, message.present, message.partial, layout], () => this.arrange(message, layout));
    const diagram = [...this.panels.values()].find(({ kind, key }) => kind === "diagram" && key in message.panels);
    keys.forEach((key, i) => {
      const told = message.panels[key];
      const panel = this.panel(key, told.kind);
      const over = panel.kind === "plane";
      if (over) panel.chart.static = this.points;
      const p = over && diagram ? diagram.chart.preview(told) : told;
      panel.root.hidden = false;
      panel.place({ ...at(layout.each), ...at(told.span) }, i, keys.length % 2 === 1 && i === keys.length - 1);
      panel.set(p, message.theme);
      panel.chart.set(p);
      panel.drawing?.set(told.draw);
    });
    for (const [key, panel] of this.panels) if (!(key in message.panels)) panel.root.hidden = true;
  }

  /** Take what the message says of the page and its layout. */
  arrange({ theme, page, present, partial }, { rows, mediumRow, head, dense, bar }) {
    Object.assign(this.root.dataset, { nlTheme: theme, page, partial: String(partial), bar: bar ?? "all" });
    this.root.toggleAttribute("data-present", Boolean(present));
    const set = (name, value) => (value ? this.root.style.setProperty(name, value) : this.root.style.removeProperty(name));
    set("--wide-template-rows", rows?.map((n) => `${n}fr`).join(" "));
    set("--medium-row-height", mediumRow && `${mediumRow}px`);
    set("--head-height", head && `${head}px`);
    this.root.toggleAttribute("data-dense", Boolean(dense));
  }

  /** Return the axes of a panel as they stand, for tests: {x, y, box}, box in pixels of its plot. */
  axes(key) {
    const { chart } = this.panels.get(key) ?? {};
    if (!chart?.shown) return null;
    const { box } = scales(chart.shown, chart.size.w, chart.size.h);
    return { x: chart.shown.xaxis.range, y: chart.shown.yaxis.range, box };
  }

  count(message, started, painting) {
    counts.frames.metrics += 1;
    Object.assign(counts, message.numbers, { seq: message.seq, playing: message.playing });
    counts.first ||= started;
    counts.paint_ms.push(painting);
    if (counts.paint_ms.length > 300) counts.paint_ms.shift();
  }

  destroy() {
    this.gone = true;
    this.feed?.stop();
    for (const timer of [this.timer, this.asking]) clearTimeout(timer);
    this.low.onchange = null;
    this.watcher.destroy();
    for (const { chart, drawing } of this.panels.values()) {
      drawing?.destroy();
      chart.destroy();
    }
    this.root.remove();
  }
}
