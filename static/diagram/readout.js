/** The line below the diagram: the unit or link in view in words, and buttons for it. */

import { element } from "../page/dom.js";
import { KEPT, button, insert, shapers } from "./shaping.js";

/** Widths in pixels: of a formula's term without its name, of a letter, and of all other words. */
const TERM = 47;
const LETTER = 6;
const REST = 380;
const HINT = "Point at a neuron or a link. Click a neuron to pin it, a link or a bias to edit it.";
const HINT_TOUCH = "Tap a neuron to pin it, a link to edit it";
const HINT_SMALL = ", a layer’s number to change the layer";

export class Readout {
  constructor(diagram) {
    this.diagram = diagram;
    this.name = element("b");
    this.text = element("span");
    this.words = element("p", "", this.name, this.text);
    this.more = element("div", "nl-more");
    this.root = element("div", "nl-readout", this.words, this.more);
    this.root.addEventListener("keydown", (event) => KEPT.has(event.key) && event.target.closest("button") && event.stopPropagation());
  }

  /** Show [name, words], or the hint. */
  show(words) {
    const coarse = window.matchMedia("(pointer: coarse)").matches;
    const [name, text] = words ? [`${words[0]}: `, words[1]] : ["", performance.now() < (this.until ?? 0) ? this.said : coarse ? `${HINT_TOUCH}${this.diagram.geometry.roomy ? "" : HINT_SMALL}.` : HINT];
    if (this.name.textContent !== name) this.name.textContent = name;
    if (this.text.textContent !== text) this.text.textContent = text;
    this.offer();
  }

  /** Return how many terms of a formula fit, with names of this many letters. */
  terms(letters) {
    const { clientWidth, clientHeight } = this.words;
    const lines = Math.floor(clientHeight / 16);
    return Math.max(2, Math.floor((clientWidth * lines - REST) / (TERM + LETTER * letters)));
  }

  say(sentence) {
    [this.said, this.until] = [sentence, performance.now() + 4000];
    this.diagram.repaint();
  }

  /** Show the buttons for the chosen layer, or for the pinned unit. */
  offer() {
    const { diagram } = this;
    const pinned = diagram.pinned();
    const l = diagram.geometry.roomy || this.layer >= diagram.panel.hidden.length ? null : this.layer ?? null;
    const key = JSON.stringify([pinned, l, diagram.geometry.roomy, l === null ? 0 : diagram.panel.hidden[l]]);
    if (key === this.offered) return;
    this.offered = key;
    this.more.replaceChildren(...(l === null ? [] : this.layerButtons(l)), ...(pinned ? this.pinButtons(pinned) : []));
    this.more.hidden = !this.more.childElementCount;
  }

  layerButtons(l) {
    const { diagram } = this;
    const label = element("b", "", `Layer ${l + 1}: ${diagram.panel.hidden[l]}`);
    return [label, ...shapers(diagram, l), button("", "+ layer", `Add a layer behind layer ${l + 1}`, () => insert(diagram, l + 1))];
  }

  pinButtons(pinned) {
    const [c, j] = pinned.split(".").map(Number);
    const edit = button("", "Edit neuron", "Edit the bias and the weights of the pinned neuron", () => this.diagram.edit(c, j - 1, -1, edit));
    return [edit, button("", "Unpin", "Unpin (Esc)", () => this.diagram.pin(""))];
  }

  /** Choose a layer (from 0) to change. */
  choose(l) {
    this.layer = this.layer === l ? null : l;
    this.diagram.repaint();
  }
}
