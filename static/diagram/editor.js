/** The pop-up in which a weight or a bias is edited, by a number field or a slider. */

import { unitName } from "./formula.js";
import { element } from "../page/dom.js";
import { button } from "./shaping.js";
import { numbered } from "../draw/numbers.js";

/** While a slider is dragged, its value is sent this often. */
const SEND_MS = 120;
const ROOM = { w: 236, h: 138 };
/** The slider goes from minus this to this, or to twice the value where that is larger. */
const REACH = 2;

export class Editor {
  constructor(diagram) {
    this.diagram = diagram;
    this.title = element("b");
    this.which = element("select", "nl-select");
    this.which.ariaLabel = "Which weight, or the bias";
    this.which.onchange = () => this.choose(Number(this.which.value));
    this.number = element("input");
    Object.assign(this.number, { type: "number", step: "any", ariaLabel: "Value" });
    // A value being typed or dragged is kept; one that has been sent follows the run again.
    this.number.addEventListener("input", () => (this.busy = true));
    this.number.onchange = () => this.typed();
    this.number.onblur = () => this.typed();
    this.number.addEventListener("keydown", (event) => event.key === "Enter" && this.typed());
    this.slider = element("input");
    Object.assign(this.slider, { type: "range", step: "any", ariaLabel: "Value, dragged" });
    this.slider.oninput = () => this.drag(this.slider.valueAsNumber);
    this.slider.onchange = () => this.take(this.slider.valueAsNumber);
    const close = button("nl-close", "×", "Close (Esc)", () => this.close());
    this.said = element("p");
    this.said.setAttribute("role", "status");
    this.root = element("div", "nl-edit", element("div", "", this.title, close), element("div", "", this.which, this.number), this.slider, this.said);
    this.root.setAttribute("role", "dialog");
    this.root.ariaLabel = "Edit a weight or a bias";
    this.root.hidden = true;
    // Keys typed here must not trigger the page's shortcuts; Escape passes on, to close the pop-up.
    this.root.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation());
    this.root.addEventListener("keyup", (event) => event.stopPropagation());
  }

  get open() {
    return !this.root.hidden;
  }

  /** Open for unit j of column c; source -1 is its bias. from: the element that gets the focus back. */
  show(c, j, source, from = null) {
    Object.assign(this, { c, j, from: from ?? document.activeElement });
    const { panel, layers } = this.diagram;
    const links = layers[c - 1];
    this.title.textContent = unitName(panel, c, j);
    const options = [[-1, "bias"], ...links.into(j).map((k) => [links.source[k], `weight from ${this.sourceName(links.source[k])}`])];
    if (links.find(j, -1) < 0) options.shift();
    const most = panel.limits.value;
    Object.assign(this.number, { min: -most, max: most });
    this.range = `from −${most.toLocaleString("en-US")} to ${most.toLocaleString("en-US")}`;
    this.which.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    this.root.hidden = false;
    this.choose(source);
    this.place();
    this.number.focus();
    this.number.select();
  }

  sourceName(i) {
    const { inputs } = this.diagram.panel;
    return this.c === 1 ? inputs.names[inputs.order.indexOf(i)] : numbered("a", i + 1);
  }

  choose(source) {
    this.source = source;
    this.which.value = String(source);
    const value = this.value() ?? 0;
    const reach = Math.max(REACH, 2 * Math.abs(value));
    Object.assign(this.slider, { min: -reach, max: reach });
    this.put(value);
    this.say();
    this.diagram.repaint();
  }

  place() {
    const { columns } = this.diagram.geometry;
    const { w, h } = this.diagram.size;
    const [x, y] = [columns[this.c].x, columns[this.c].at(this.j)];
    const half = columns[this.c].size / 2 + 10;
    const left = x + half + ROOM.w < w ? x + half : Math.max(4, x - half - ROOM.w);
    Object.assign(this.root.style, { left: `${left}px`, top: `${Math.max(4, Math.min(h - ROOM.h - 4, y - 40))}px` });
  }

  /** Return {layer, k} of the link that is being edited, or null. */
  link() {
    if (!this.open) return null;
    const k = this.diagram.layers[this.c - 1]?.find(this.j, this.source) ?? -1;
    return k < 0 ? null : { layer: this.c - 1, k };
  }

  value() {
    const link = this.link();
    return link && this.diagram.layers[link.layer].weight[link.k];
  }

  /** Show the run's value unless it is being edited; close if the unit no longer exists. */
  renew() {
    if (!this.open) return;
    const value = this.value();
    if (value === null) return this.close();
    if (!this.busy && !this.awaited()) this.put(value);
  }

  /** Return whether the value sent last is not yet confirmed. */
  awaited() {
    return performance.now() < (this.until ?? 0);
  }

  put(value) {
    this.busy = false;
    const text = String(Number(value.toPrecision(4)));
    this.slider.value = value;
    if (this.number.value === text) return;
    this.number.value = text;
    // Select the number, so that typing replaces it.
    if (document.activeElement === this.number) this.number.select();
  }

  /** Show the error, or else the allowed range. */
  say(wrong = "") {
    this.said.textContent = wrong ? `${wrong} Allowed: numbers ${this.range}.` : `A number ${this.range}`;
    this.said.dataset.kind = wrong ? "wrong" : "";
  }

  /** Send the number typed; if it is invalid, show why and restore the current value. */
  typed() {
    if (!this.busy) return;
    const { value, validity, valueAsNumber } = this.number;
    const wrong = validity.badInput ? "Not a number that can be stored." : value === "" ? "Nothing was typed."
      : Math.abs(valueAsNumber) > this.diagram.panel.limits.value ? `${value.slice(0, 12)} is too large.` : "";
    this.say(wrong);
    if (!wrong) return this.take(valueAsNumber);
    this.number.value = "";
    this.put(this.value() ?? 0);
  }

  drag(value) {
    this.busy = true;
    this.say();
    this.number.value = String(Number(value.toPrecision(4)));
    this.next = value;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.report(this.next);
    }, SEND_MS);
  }

  take(value) {
    clearTimeout(this.timer);
    this.timer = null;
    this.put(value);
    this.report(value);
  }

  report(value) {
    // Enter and blur both arrive here; while training, the same value may be sent again.
    const same = value === this.sent?.value && this.sent.where === `${this.c} ${this.j} ${this.source}`;
    if (same && this.awaited()) return;
    this.sent = { value, where: `${this.c} ${this.j} ${this.source}` };
    this.until = performance.now() + 800;
    this.diagram.send({ type: "edit", panel: "network", layer: this.c, unit: this.j, source: this.source, value });
  }

  close() {
    if (!this.open) return;
    clearTimeout(this.timer);
    this.timer = this.sent = null;
    this.busy = false;
    const back = this.root.contains(document.activeElement);
    this.root.hidden = true;
    if (back && this.from?.isConnected) this.from.focus();
    else document.activeElement?.blur?.();
    this.diagram.repaint();
  }
}
