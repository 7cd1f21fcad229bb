/** The diagram's focusable parts: a button for each unit, and headings with their buttons. */

import { unitLabel } from "./formula.js";
import { element } from "../page/dom.js";
import { KEPT, button, insert, shapers } from "./shaping.js";

/** The size of the corner that shows a unit's bias, as a share of the unit's side. */
const CORNER = 0.36;
/** Labels for screen readers are updated this often. */
const LABELS_MS = 1000;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** Widths of a layer's three buttons, and of those with its number of units between them; a button
 * between two layers has the width of one of the three. */
const TOOLS = { mouse: 60, finger: 84, number: 18 };
const ADD = { mouse: 18, finger: 26 };

const box = (node, x, y, w, h) => Object.assign(node.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });

export class Units {
  constructor(diagram) {
    this.diagram = diagram;
    this.root = element("div", "nl-net");
    this.root.setAttribute("role", "group");
    this.root.ariaLabel = "Network: the arrow keys go from neuron to neuron, Enter pins one, E edits it";
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("keyup", (event) => KEPT.has(event.key) && event.stopPropagation());
    this.at = [1, 0];
    this.labelled = -Infinity;
  }

  /** Rebuild all parts if the network or the layout has changed. */
  build() {
    const { panel, geometry, size } = this.diagram;
    const key = JSON.stringify([panel.inputs, panel.layers.map(({ norm, low, high, ...told }) => told), panel.hidden, size]);
    if (key === this.built) return;
    this.built = key;
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    this.buttons = geometry.columns.map((column, c) => this.column(column, c));
    const heads = geometry.columns.map((column, c) => this.head(column, c));
    const adds = geometry.roomy ? this.adds(geometry) : [];
    this.root.replaceChildren(...heads.flat(), ...adds, ...this.buttons.flat());
    this.labelled = -Infinity;
    this.renew();
    if (focused) (this.root.querySelector(`[data-at="${focused}"]`) ?? this.current())?.focus();
  }

  column(column, c) {
    if (column.kind === "strip") return this.strip(column, c);
    return Array.from({ length: column.units }, (_, j) => {
      const node = button("nl-unit", "", "", (event) => this.press(event, c, j));
      node.title = "";
      node.dataset.at = `${c}.${j}`;
      box(node, column.x - column.size / 2, column.at(j) - column.size / 2, column.size, column.size);
      node.onpointerenter = (event) => event.pointerType === "mouse" && this.diagram.point({ unit: [c, j] });
      node.onpointerleave = (event) => event.pointerType === "mouse" && this.diagram.point(null);
      node.onfocus = () => this.focused(c, j);
      node.onblur = () => this.diagram.point(null);
      return node;
    });
  }

  /** Return the button of a strip; it stands for one unit, which the pointer or the arrow keys select. */
  strip(column, c) {
    const node = button("nl-unit nl-strip", "", "", () => c && this.diagram.toggle(...this.placeOf(node)));
    node.title = "";
    node.dataset.at = `${c}.0`;
    const wide = Math.max(column.size, 12);
    box(node, column.x - wide / 2, column.top, wide, column.height);
    const to = (event) => {
      if (event.pointerType !== "mouse" && event.type !== "pointerdown") return;
      const { top, height } = node.getBoundingClientRect();
      const j = Math.floor(((event.clientY - top) / height) * column.units);
      this.move(node, c, Math.max(0, Math.min(column.units - 1, j)));
    };
    node.onpointermove = to;
    node.onpointerdown = to;
    node.onpointerleave = (event) => event.pointerType === "mouse" && this.diagram.point(null);
    node.onfocus = () => this.focused(...this.placeOf(node));
    node.onblur = () => this.diagram.point(null);
    return [node];
  }

  placeOf(node) {
    return node.dataset.at.split(".").map(Number);
  }

  /** Select another unit of a strip. */
  move(node, c, j) {
    node.dataset.at = `${c}.${j}`;
    this.diagram.point({ unit: [c, j] });
  }

  press(event, c, j) {
    const { diagram } = this;
    if (!c) return diagram.feature(j);
    const { left, bottom, width } = event.currentTarget.getBoundingClientRect();
    const near = Math.min(12, CORNER * width);
    const corner = event.detail && event.clientX - left < near && bottom - event.clientY < near;
    if (corner) diagram.edit(c, j, -1, event.currentTarget);
    else diagram.toggle(c, j);
  }

  focused(c, j) {
    this.at = [c, j];
    this.diagram.point({ unit: [c, j] });
    this.roam();
  }

  key(event) {
    if (KEPT.has(event.key)) event.stopPropagation();
    const node = event.target.closest(".nl-unit");
    if (!node) return;
    const [c, j] = node.dataset.at.split(".").map(Number);
    if (event.key.toLowerCase() === "e" && c) {
      event.preventDefault();
      this.diagram.edit(c, j, -1, node);
    }
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    if (step[1] && node.classList.contains("nl-strip")) {
      const to = j + step[1];
      if (to < 0 || to >= this.diagram.geometry.columns[c].units) return;
      this.move(node, c, to);
      this.focused(c, to);
      return;
    }
    this.next(c, j, step)?.focus();
  }

  /** Return the neighbour of a unit: in its column, or the nearest in the next column. */
  next(c, j, [across, down]) {
    if (down) return this.unit(c, j + down);
    const { columns } = this.diagram.geometry;
    const y = columns[c].at(j);
    const to = columns[c + across];
    if (!to) return null;
    if (to.kind !== "tiles") return this.root.querySelector(`.nl-strip[data-at^="${c + across}."]`);
    let best = 0;
    for (let k = 0; k < to.units; k++) if (Math.abs(to.at(k) - y) < Math.abs(to.at(best) - y)) best = k;
    return this.unit(c + across, best);
  }

  unit(c, j) {
    return this.root.querySelector(`.nl-unit[data-at="${c}.${j}"]`);
  }

  current() {
    return this.unit(...this.at) ?? this.root.querySelector(".nl-unit");
  }

  /** Make one unit reachable by Tab; arrow keys move between units. */
  roam() {
    const current = this.current();
    for (const node of this.root.querySelectorAll(".nl-unit")) node.tabIndex = node === current ? 0 : -1;
  }

  /** Update the labels, at most every LABELS_MS. */
  renew() {
    if (performance.now() - this.labelled >= LABELS_MS) this.tell();
  }

  /** Set the accessible label of every unit: its name and current value. */
  tell() {
    this.labelled = performance.now();
    const { panel, layers } = this.diagram;
    const pinned = this.diagram.pinned();
    for (const node of this.root.querySelectorAll(".nl-unit")) {
      const [c, j] = node.dataset.at.split(".").map(Number);
      node.ariaLabel = unitLabel(panel, layers, c, j);
      if (!c && panel.inputs.keys.length) node.ariaPressed = String(panel.inputs.order[j] >= 0);
      else if (c) node.ariaPressed = String(pinned === `${c}.${j + 1}`);
    }
    this.roam();
  }

  // --- headings ---------------------------------------------------------------------------------

  head(column, c) {
    const { panel, geometry } = this.diagram;
    const layer = c ? panel.layers[c - 1] : null;
    const hidden = c > 0 && c < panel.layers.length;
    if (!geometry.roomy) return this.short(column, c, hidden, layer);
    const title = element("b", "", layer ? layer.title : "Inputs");
    if (layer) title.prepend(this.swatch(layer));
    const note = element("span", "", layer ? this.note(layer, hidden) : `${panel.inputs.units} ${panel.inputs.units === 1 ? "feature" : "features"}`);
    const head = element("div", "nl-layer", title, ...(geometry.low && hidden ? [] : [note]));
    if (layer) head.title = `${layer.title}, ${this.note(layer, hidden)}: maps from ${layer.low} (orange) to ${layer.high} (blue), paler between`;
    const wide = geometry.across;
    box(head, column.x - wide / 2, 0, wide, geometry.head);
    if (!c && column.kind === "strip") Object.assign(head.style, { left: `${column.x - column.size / 2}px`, textAlign: "left" });
    if (hidden) head.append(this.tools(c - 1, geometry.low ? layer.units : null));
    return [head];
  }

  note(layer, hidden) {
    const range = layer.low === "−1" || layer.low === "0" || !hidden ? "" : ` ±${layer.high}`;
    return layer.units > 1 || hidden ? `${layer.units} × ${layer.note}${range}` : layer.note;
  }

  swatch(layer) {
    const swatch = element("i");
    swatch.style.background = layer.color;
    return swatch;
  }

  short(column, c, hidden, layer) {
    const { geometry, panel } = this.diagram;
    const every = Math.max(1, Math.ceil(18 / geometry.across));
    if (c && !hidden) return [this.label("Out", column)];
    if (!c) return [this.label("In", column)];
    if (panel.hidden.length > 1 && (c - 1) % every) return [];
    const wide = Math.max(18, Math.min(44, geometry.across));
    const node = button("nl-pick", String(c), `Layer ${c}: change it`, () => this.diagram.readout.choose(c - 1));
    node.prepend(this.swatch(layer));
    box(node, column.x - wide / 2, 0, wide, geometry.head);
    return [node];
  }

  label(text, column) {
    const node = element("div", "nl-layer", element("b", "", text));
    box(node, column.x - 20, 0, 40, this.diagram.geometry.head);
    return node;
  }

  /** Return the buttons that change hidden layer l (from 0), with its units among them if given. */
  tools(l, units) {
    const [less, more, gone] = shapers(this.diagram, l);
    return element("div", "nl-tools", less, ...(units === null ? [] : [String(units)]), more, gone);
  }

  /** Return a button between each two columns that adds a layer there. */
  adds({ columns, across, head, low, finger }) {
    const { panel } = this.diagram;
    if (panel.hidden.length >= panel.limits.layers) return [];
    const by = finger ? "finger" : "mouse";
    // Between narrow columns there is only room beside the headings.
    const level = across >= TOOLS[by] + (low ? TOOLS.number : 0) + ADD[by] + 4;
    return columns.slice(0, -1).map((column, c) => {
      const node = button("nl-add", "+", `Add a layer ${c ? `behind layer ${c}` : "before layer 1"}`, () => insert(this.diagram, c));
      box(node, (column.x + columns[c + 1].x) / 2 - ADD[by] / 2, level ? head - ADD[by] - 2 : -1, ADD[by], ADD[by]);
      return node;
    });
  }
}
