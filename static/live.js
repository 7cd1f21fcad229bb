/** The live panels: fetches frames and paints the newest one in each animation frame. */

import { Chart } from "./chart.js";
import { Diagram } from "./diagram.js";
import { Drawing } from "./drawing.js";
import { Saver } from "./export.js";
import { Feed } from "./feed.js";
import { Findings } from "./findings.js";
import { parse } from "./frame.js";
import { LayerChart } from "./layer_chart.js";
import { LayerBar, LayerLink } from "./layer_link.js";
import { Lesson } from "./lesson.js";
import { Notebook } from "./notebook.js";
import { Metrics, Panel, element } from "./panels.js";
import { Layers, clicks, picked } from "./pointing.js";
import { Pictures } from "./pictures.js";
import { Ridges } from "./ridges.js";
import { install } from "./style.js";
import { Timeline } from "./timeline.js";
import { Verdict } from "./verdict.js";
import { Watcher } from "./watch.js";

const mounted = new WeakMap();
/** What is drawn in a panel, where it is not a chart. */
const layerChart = (panel, view) => new LayerChart(panel.plot, () => view.schedule(), view.link);
const DRAWN = {
  network: (panel, view) => new Diagram(panel, () => view.schedule(), () => view.refocus(), view.send),
  distributions: (panel, view) => new Ridges(panel, () => view.schedule(), view.link),
  ...Object.fromEntries(["pictures", "filters"].map((key) => [key, (panel, view) => new Pictures(panel.plot, () => view.schedule())])),
  ...Object.fromEntries(["flow", "layer_gradient", "layer_update", "layer_activation", "layer_delta", "layer_weight", "layer_share"].map((key) => [key, layerChart])),
};
/** Panels over the input plane, which show the same points and a unit's map. */
const OVER_PLANE = new Set(["boundary", "space"]);
/** Side bar and buttons are drawn anew so long after a frame: painting comes first. */
const BEHIND_MS = 150;
/** With reduced motion, pictures change this seldom. */
const CALM_MS = 500;

/** Charts that are painted in turn while frames come faster than this: the eye follows the others. */
const TURNS = [["cost"], ["gradients", "weights"]];
const HURRIED_MS = 60;

/** So much later than an answer that somebody waits for its axes follow, where they are others. */
const AXES_MS = 20;

/** What tests and benchmarks read. */
const counts = (window.__neuralLab ??= {
  frames: { network: 0, boundary: 0, cost: 0, gradients: 0, weights: 0, metrics: 0 },
  seq: 0, received: 0, mounts: 0, reacts: 0, step: 0, playing: false, first: 0, paint_ms: [], runs: 0,
});

/** Show the run that component.data names in component.parentElement; called whenever the page is
 * run. component.base: the address of frames and files. Returns the clean-up. */
export function draw(component) {
  const { parentElement, data } = component;
  let view = mounted.get(parentElement);
  if (!view || !view.root.isConnected) {
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
    install(document);
    this.parent = parent;
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
    this.layers = new Layers(() => this.schedule());
    this.watcher = new Watcher(parent, this.send);
    this.paint = this.paint.bind(this);
    this.paintedAt = this.freshAt = -Infinity;
    this.turn = 0;
    counts.mounts += 1;
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
    const message = parse(bytes);
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

  /** Points are sent until the server hears that they have arrived; keep them over later frames. */
  keepStatic(message) {
    for (const [key, p] of Object.entries(message.panels)) {
      if (!p.static) continue;
      this.panel(key).chart.static = p.static;
      if (OVER_PLANE.has(key)) this.points = p.static;
      this.feed.have = p.static.version;
    }
  }

  panel(key) {
    let panel = this.panels.get(key);
    if (!panel) {
      panel = new Panel(key, this.send);
      this.grid.append(panel.root);
      const drawn = DRAWN[key]?.(panel, this);
      panel.chart = drawn ?? new Chart(panel.plot, () => this.schedule());
      if (!drawn) panel.chart.notebook = new Notebook(panel.chart);
      if (key === "boundary") panel.drawing = new Drawing(panel, () => this.schedule());
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
    const keys = this.due(now, fresh);
    if (fresh || this.other) this.update(message, keys);
    this.other = false;
    const answer = fresh && !message.playing;
    const more = this.syncAxes(now, keys, answer);
    const background = this.background();
    const paintStarted = performance.now();
    for (const key of keys) {
      this.panel(key).chart.paint(background, this.layers);
      this.panel(key).drawing?.paint();
      this.panel(key).point(this.layers.marked);
      if (fresh) counts.frames[key] = (counts.frames[key] ?? 0) + 1;
    }
    this.bar.paint();
    if (fresh) this.count(message, started, performance.now() - paintStarted);
    // When the answer's own picture is on the screen, not in its way.
    if (more) answer ? setTimeout(() => this.schedule(), AXES_MS) : this.schedule();
    loadPlotly(() => this.schedule());
  }

  /** Return the colour of the panels; to ask for it in every frame takes longer than to paint one. */
  background() {
    const { nlTheme } = this.root.dataset;
    if (this.colored?.[0] !== nlTheme) this.colored = [nlTheme, getComputedStyle(this.root).getPropertyValue("--panel")];
    return this.colored[1];
  }

  /** Return the panels to paint: of some charts only every other one, where frames come fast. What
   * was left out is painted when nothing new comes. */
  due(now, fresh) {
    const { message } = this;
    const keys = Object.keys(message.panels);
    const hurried = fresh && message.playing && now - this.freshAt < HURRIED_MS && keys.length > 2;
    if (fresh) this.freshAt = now;
    clearTimeout(this.settling);
    if (!hurried) return keys;
    this.turn = (this.turn + 1) % TURNS.length;
    this.settling = setTimeout(() => this.refocus(), 3 * HURRIED_MS);
    return keys.filter((key) => !TURNS[1 - this.turn].includes(key));
  }

  /** Another unit of the diagram is to be shown than the last frame shows. */
  refocus() {
    this.other = true;
    this.schedule();
  }

  /** Take the message for some of its panels. */
  update(message, due) {
    if (this.root.dataset.nlTheme !== message.theme) this.root.dataset.nlTheme = message.theme;
    this.root.dataset.page = message.page;
    this.root.toggleAttribute("data-present", Boolean(message.present));
    this.root.dataset.partial = String(message.partial);
    this.metrics.set(message);
    this.timeline.set(message.timeline);
    this.verdict.set(message.verdict);
    this.bar.set(message.layers);
    this.findings.set(message.findings);
    this.lesson.set(message.lesson);
    let order = 0;
    const keys = Object.keys(message.panels);
    this.root.dataset.panels = String(keys.length);
    for (const [key, told] of Object.entries(message.panels)) {
      const panel = this.panel(key);
      if (!due.includes(key)) {
        order += 1;
        continue;
      }
      const over = OVER_PLANE.has(key);
      if (over) panel.chart.static = this.points;
      const p = over && message.panels.network ? this.panel("network").chart.preview(told) : told;
      // Where some are hidden, two share a row, and an odd one has the last to itself.
      panel.root.dataset.alone = String(keys.length % 2 === 1 && key === keys.at(-1));
      panel.root.hidden = false;
      panel.root.style.order = order++;
      panel.set(p, message.theme);
      panel.chart.set(p);
      panel.drawing?.set(told.draw);
    }
    for (const [key, panel] of this.panels) if (!(key in message.panels)) panel.root.hidden = true;
  }

  /** Let Plotly redraw one chart's axes at most, so that no frame is late; return whether more wait.
   * answer: whether somebody waits for this frame, which is to be painted first. */
  syncAxes(now, keys, answer) {
    const Plotly = window.Plotly?.react ? window.Plotly : null;
    let busy = false;
    let more = false;
    // Each in its turn: the first ones would keep the last from theirs on a busy machine.
    const from = keys.indexOf(this.synced) + 1;
    for (const key of [...keys.slice(from), ...keys.slice(0, from)]) {
      const { chart } = this.panel(key);
      if (chart.sync(Plotly, now, !busy && !(answer && chart.shown))) {
        busy = true;
        this.synced = key;
        counts.reacts += 1;
      }
      more ||= chart.waiting;
      if (chart.wanting) this.later();
    }
    return more;
  }

  /** Come back for what may be read off a chart when Plotly may draw it again. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.schedule(), 250);
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
    for (const timer of [this.timer, this.asking, this.settling]) clearTimeout(timer);
    this.watcher.destroy();
    for (const { chart, drawing } of this.panels.values()) {
      drawing?.destroy();
      chart.destroy(window.Plotly);
    }
    this.root.remove();
  }
}

let loading = null;

/** Load Plotly in the background, once, and say when it is there. */
function loadPlotly(ready) {
  if (window.Plotly?.react || loading) return;
  loading = element("script");
  loading.src = new URL("plotly.min.js", import.meta.url).href;
  loading.async = true;
  loading.onload = ready;
  document.head.append(loading);
}
