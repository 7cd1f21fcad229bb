/** The diagram's texts: a unit's formula with its numbers, and a link's weight, gradient and update. */

import { number, numbered } from "../draw/numbers.js";

/** A non-breaking space, between a sign and its number. */
const BOUND = "\u00a0";

/** Return the name of unit j of column c; column 0 are the inputs. */
export function unitName(p, c, j) {
  if (!c) return `Input ${p.inputs.names[j]}`;
  const layer = p.layers[c - 1];
  if (layer.title !== "Output") return `${layer.title}, neuron ${j + 1}`;
  return layer.names[j] ? `Output, ${layer.names[j]}` : "Output";
}

/** Return the symbol in a formula of source i of column c. */
function symbol(p, c, i) {
  if (!c) return p.inputs.names[p.inputs.order.indexOf(i)];
  return numbered("a", i + 1);
}

/** Return " + 0.5 a₁ − 1.2 a₂ ..." of links k, with a sign before the first only where it is negative. */
function sum(parts) {
  return parts.map(([w, name], n) => {
    const size = number(Math.abs(w)) + (name ? `${BOUND}${name}` : "");
    if (n) return `${w < 0 ? "−" : "+"}${BOUND}${size}`;
    return (w < 0 ? "−" : "") + size;
  }).join(" ");
}

/** Return the formula of unit j of column c > 0 with at most `most` weights, the strongest. */
export function formula(p, layers, c, j, most) {
  const [layer, links] = [p.layers[c - 1], layers[c - 1]];
  const into = links.into(j).sort((a, b) => Math.abs(links.weight[b]) - Math.abs(links.weight[a]));
  const kept = into.slice(0, most).sort((a, b) => a - b);
  const left = links.columns - 1 - kept.length;
  const terms = kept.map((k) => [links.weight[k], symbol(p, c - 1, links.source[k])]);
  const bias = links.find(j, -1);
  const parts = [sum(terms)];
  if (left) parts.push(`+ ${left} smaller ${left === 1 ? "term" : "terms"}`);
  if (bias >= 0) {
    const b = links.weight[bias];
    parts.push(`${b < 0 ? "−" : "+"}${BOUND}${number(Math.abs(b))}`);
  }
  const z = layer.norm ? `u = ${parts.join(" ")}, z = ${sum([[layer.norm[2 * j], "u"], [layer.norm[2 * j + 1], ""]])}` : `z = ${parts.join(" ")}`;
  return `${z}, ${answer(layer, j)}`;
}

/** Return the formula of a unit's output from z. */
function answer(layer, j) {
  const word = { Sigmoid: "sigmoid", Softmax: "softmax" }[layer.link] ?? layer.link;
  const g = word === "Linear" ? "z" : `${word}(z)`;
  if (layer.adds === undefined) return `${layer.symbol}${BOUND}=${BOUND}${g}`;
  const scale = layer.adds === 1 ? "" : `${number(layer.adds)} `;
  return `a = ${numbered("a", j + 1)} of the layer before + ${scale}${g}`;
}

/** Return [name, words] for a link or bias. moves: the last update, or null. */
export function linkWords(p, layers, moves, l, k) {
  const links = layers[l];
  const [i, j] = [links.source[k], links.target[k]];
  const to = unitName(p, l + 1, j);
  const row = l ? i : p.inputs.order.indexOf(i);
  const name = i < 0 ? `Bias of ${lower(to)}` : `Weight from ${lower(unitName(p, l, row))} to ${lower(to)}`;
  const update = moves
    ? `last update ${number(moves.links[l][k])} (${moves.steps === 1 ? "the last step" : `over the ${moves.steps.toLocaleString("en-US")} steps between the last two pictures`})`
    : "no update yet";
  return [name, `${number(links.weight[k])}, gradient ${number(links.gradient[k])} (mean cost of ${p.probe} training examples, no penalty), ${update}`];
}

const lower = (text) => text[0].toLowerCase() + text.slice(1);

/** Return the accessible label of unit j of column c. */
export function unitLabel(p, layers, c, j) {
  if (!c) {
    const on = p.inputs.order[j] >= 0;
    return `input ${p.inputs.names[j]}${p.inputs.keys.length ? (on ? ", on" : ", off") : ""}`;
  }
  const layer = p.layers[c - 1];
  const bias = layers[c - 1].find(j, -1);
  const b = bias >= 0 ? `, bias ${number(layers[c - 1].weight[bias])}` : "";
  const pinned = p.pinned === `${c}.${j + 1}` ? ", pinned" : "";
  return `${lower(unitName(p, c, j))}, ${layer.note}${b}${pinned}`;
}
