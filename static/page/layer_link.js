/** The layer highlighted in every panel of the page Layers: hovered, focused or picked. */

import { element } from "./dom.js";

/** A press that moves farther than this is a drag. */
const STILL = 6;
/** How far an arrow key moves: [steps, layers]. */
const KEYS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], PageDown: [-10, 0], PageUp: [10, 0], Home: [-Infinity, 0], End: [Infinity, 0],
  ArrowUp: [0, 1], ArrowDown: [0, -1],
};

export class LayerLink {
  /** repaint() paints all panels; send(event) reports an event to the page. */
  constructor(repaint, send) {
    Object.assign(this, { repaint, send, marked: null, picked: null, step: null, chart: null });
    this.said = element("span", "nl-unseen"); // for screen readers: what the keys have come to
    this.said.ariaLive = "polite";
  }

  /** The layer to highlight, or null. */
  get current() {
    return this.marked ?? this.picked;
  }

  mark(layer, step = null) {
    if (layer === this.marked && step === this.step) return;
    Object.assign(this, { marked: layer, step });
    this.repaint();
  }

  /** Pick a layer, or none with null; picking the same layer again clears the choice. */
  pick(layer) {
    const value = layer === null || layer === this.picked ? "" : String(layer);
    this.send({ type: "control", key: "layer", value });
  }

  /** Listen to a chart whose at(x, y) tells the layer and step at a place, and goTo(from, along, up)
   * where a key leads. */
  join(chart) {
    const { plot } = chart;
    const found = (event) => chart.at(...chart.pixel(event));
    let from = null;
    plot.addEventListener("pointermove", (event) => {
      const at = found(event);
      this.chart = at ? chart : null;
      this.mark(at?.layer ?? null, at?.step ?? null);
      plot.style.cursor = at?.layer ? "pointer" : "";
    }, { passive: true });
    plot.addEventListener("pointerleave", () => this.mark(null));
    plot.addEventListener("pointerdown", (event) => (from = event.target.closest("button") ? null : event), { passive: true });
    plot.addEventListener("pointerup", (event) => {
      const start = from;
      from = null;
      if (!start || Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > STILL) return;
      const at = found(event);
      if (at?.layer) this.pick(at.layer);
    }, { passive: true });
    plot.tabIndex = 0;
    plot.role = "application";
    plot.addEventListener("keydown", (event) => event.target === plot && this.key(chart, event));
    plot.addEventListener("blur", () => this.mark(null));
  }

  /** The arrow keys go along the steps and from layer to layer, Enter picks the layer. */
  key(chart, event) {
    const [along, up] = KEYS[event.key] ?? [];
    if (event.key === "Escape") return this.mark(null);
    if (event.key === "Enter" && this.marked !== null) return this.pick(this.marked);
    const to = along === undefined ? null : chart.goTo({ layer: this.marked ?? this.picked, step: this.step }, along, up);
    if (!to) return;
    // The page's own shortcut on an arrow is a training step.
    event.preventDefault();
    event.stopPropagation();
    this.chart = chart;
    this.mark(to.layer, to.step);
    this.said.textContent = chart.words();
  }
}

/** The row above the panels: a button for each layer, and the controls that all panels share. */
export class LayerBar {
  constructor(link, panel) {
    this.link = link;
    this.panel = panel; // a Panel without a chart: it knows how controls are made
    this.buttons = new Map();
    this.list = element("div", "nl-layer-list");
    this.list.setAttribute("role", "group");
    this.list.ariaLabel = "Layer";
    this.root = element("div", "nl-layer-bar", element("span", "nl-layer-label", "Layer"), this.list, panel.controls, link.said);
    this.root.hidden = true;
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  set(bar) {
    this.root.hidden = !bar || !(bar.items.length || bar.controls.length);
    if (!bar) return;
    this.link.picked = bar.picked;
    const key = JSON.stringify(bar.items);
    if (key !== this.shown) {
      this.shown = key;
      this.build(bar.items);
    }
    for (const [layer, button] of this.buttons) button.ariaPressed = String(layer === bar.picked);
    this.panel.set({ controls: bar.controls }, "");
  }

  /** Show which layer is highlighted. */
  paint() {
    const { current } = this.link;
    for (const [layer, button] of this.buttons) button.toggleAttribute("data-marked", layer === current && layer !== null);
  }

  build(items) {
    this.buttons.clear();
    if (!items.length) return this.list.replaceChildren();
    const all = this.button({ layer: null, name: "All", title: "No layer picked: all are shown alike", color: "transparent" });
    this.list.replaceChildren(all, ...items.map((item) => this.button(item)));
  }

  button({ layer, name, title, color }) {
    const swatch = element("i", "nl-layer-swatch");
    swatch.style.background = color;
    const button = element("button", "nl-layer-button", ...(layer === null ? [name] : [swatch, name]));
    button.type = "button";
    button.title = title;
    button.ariaLabel = title;
    button.dataset.layer = layer ?? "all";
    button.onpointerenter = (event) => event.pointerType === "mouse" && this.link.mark(layer);
    button.onpointerleave = () => this.link.mark(null);
    button.onfocus = () => button.matches(":focus-visible") && this.link.mark(layer);
    button.onblur = () => this.link.mark(null);
    button.onpointerdown = () => (this.pointed = true);
    button.onclick = () => {
      this.link.pick(layer);
      // A click leaves the keys to the page: the space bar plays and pauses.
      if (this.pointed) button.blur();
      this.pointed = false;
    };
    this.buttons.set(layer, button);
    return button;
  }

  /** Arrow keys move between the buttons, Escape clears the choice. */
  key(event) {
    const buttons = [...this.buttons.values()];
    const i = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape" && this.link.picked !== null) this.link.pick(null);
    if (i < 0 || to === undefined) return;
    buttons[Math.max(0, Math.min(buttons.length - 1, to))].focus();
    // The page's own shortcut on → is a training step.
    event.preventDefault();
    event.stopPropagation();
  }
}
