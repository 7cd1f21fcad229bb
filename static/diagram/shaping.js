/** The buttons that change the network's layers. */

import { element } from "../page/dom.js";

/** Keys that a focused part of the diagram handles itself, instead of the page's shortcuts. */
export const KEPT = new Set([" ", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

/** Return a button with a label, which gives up the focus after a mouse click. */
export function button(name, text, label, act) {
  const node = element("button", name, text);
  node.type = "button";
  node.ariaLabel = label;
  node.title = label;
  node.onmousedown = (event) => event.preventDefault();
  node.onclick = act;
  return node;
}

/** Add a hidden layer at place l (from 0), as wide as the one before it. */
export function insert(diagram, l) {
  const hidden = diagram.hidden();
  diagram.shape([...hidden.slice(0, l), hidden[l - 1] ?? hidden[0] ?? 4, ...hidden.slice(l)], l);
}

/** Return buttons that remove a unit from hidden layer l (from 0), add one, and remove the layer. */
export function shapers(diagram, l) {
  const resize = (by) => {
    const hidden = diagram.hidden();
    const units = Math.max(1, Math.min(diagram.panel.limits.units, hidden[l] + by));
    if (units !== hidden[l]) diagram.shape([...hidden.slice(0, l), units, ...hidden.slice(l + 1)]);
  };
  const remove = () => {
    const hidden = diagram.hidden();
    diagram.shape([...hidden.slice(0, l), ...hidden.slice(l + 1)], l);
  };
  const n = l + 1;
  return [
    button("", "−", `Layer ${n}: one neuron less`, () => resize(-1)),
    button("", "+", `Layer ${n}: one neuron more`, () => resize(1)),
    button("nl-gone", "×", `Remove layer ${n}`, remove),
  ];
}
