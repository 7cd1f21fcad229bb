/** The network diagram on a canvas: maps of all units, links and biases, and its selection: the unit or
 * link under the pointer, pinned, or being edited. */

import { Surface, cleared } from "../draw/canvas.js";
import { arrange } from "./arrange.js";
import { Editor } from "./editor.js";
import { formula, linkWords, unitName } from "./formula.js";
import { Links, curve, ends, linkAt, paintLinks, strength } from "./links.js";
import { Maps } from "./maps.js";
import { paintColumn, paintNames } from "./neurons.js";
import { Readout } from "./readout.js";
import { Units } from "./units.js";

/** How long a change is shown before the server has confirmed it. */
const AWAITED_MS = 2500;
/** How long the pointer rests on a unit before its map is requested from the server. */
const REST_MS = 80;
/** How near to a link the pointer has to be, for a mouse and for a finger. */
const [REACH, REACH_FINGER] = [5, 14];

export class Diagram extends Surface {
  /** panel: its Panel; repaint() schedules painting; refocus() reports that the unit in view changed. */
  constructor(panel, repaint, refocus, send) {
    super(panel.plot, repaint);
    Object.assign(this, { refocus, send });
    this.maps = new Maps();
    this.inputMaps = new Maps();
    this.layers = [];
    this.wishes = new Map();
    this.readout = new Readout(this);
    this.units = new Units(this);
    this.editor = new Editor(this);
    panel.plot.append(this.units.root, this.editor.root);
    panel.root.append(this.readout.root);
    this.listen();
  }

  listen() {
    const { root } = this.units;
    root.addEventListener("pointermove", (event) => this.pointAt(event));
    root.addEventListener("pointerleave", () => this.point(null));
    root.addEventListener("click", (event) => {
      if (event.target !== root) return;
      const link = this.linkUnder(event, event.pointerType === "mouse" ? REACH : REACH_FINGER);
      if (link) this.edit(link.layer + 1, this.layers[link.layer].target[link.k], this.layers[link.layer].source[link.k]);
      else this.editor.close();
    });
    this.onKey = (event) => {
      if (event.key !== "Escape" || !this.plot.offsetParent) return;
      if (this.editor.open) this.editor.close();
      else if (this.pinned()) this.pin("");
    };
    document.addEventListener("keydown", this.onKey);
  }

  resized() {
    this.place();
  }

  /** Take the newest data of the panel. */
  set(p) {
    this.panel = p;
    // The names of very many inputs are sent once, with the static data.
    p.inputs.names ??= this.static?.names ?? [];
    p.inputs.order ??= [...p.inputs.names.keys()];
    this.layers = p.links.map((told, l) => new Links(told, (i) => (l ? i : p.inputs.order.indexOf(i))));
    const { colors, discretise } = p;
    this.maps.set(p.maps, p.layers.map((l) => ({ kind: l.kind, side: l.side, count: l.shown?.length ?? l.units })), colors.map, discretise);
    if (this.static) {
      const { side, maps } = this.static;
      this.inputMaps.set(maps, [{ kind: p.inputs.kind, side, count: p.inputs.shown.length }], colors.map, discretise);
    }
    this.remember(p);
    this.place();
    this.editor.renew();
    // A paused run sends no further frame: its labels are updated now.
    if (p.moved) this.units.renew();
    else this.units.tell();
  }

  /** Keep the last update: frames of a paused run carry none. */
  remember(p) {
    if (p.moved > 0) this.moves = { steps: p.moved, until: p.step, links: p.links.map((l) => l.move) };
    else if (this.moves && (this.moves.until !== p.step || this.moves.links.some((m, l) => m.length !== p.links[l].move.length))) this.moves = null;
  }

  place() {
    if (!this.panel || this.size.w < 40) return;
    const projected = this.plot.closest(".nl-root")?.hasAttribute("data-present");
    this.geometry = arrange(this.panel, this.size.w, this.size.h, projected, window.matchMedia("(pointer: coarse)").matches);
    this.units.build();
  }

  // --- what people do ---------------------------------------------------------------------------

  /** Return the value just requested under a name, or else that of the last frame. */
  wished(name, told) {
    const wish = this.wishes.get(name);
    if (!wish) return told;
    if (JSON.stringify(wish.value) === JSON.stringify(told) || performance.now() > wish.until) {
      this.wishes.delete(name);
      return told;
    }
    return wish.value;
  }

  wish(name, value) {
    this.wishes.set(name, { value, until: performance.now() + AWAITED_MS });
  }

  pinned() {
    return this.wished("pinned", this.panel?.pinned ?? "");
  }

  pin(where) {
    this.wish("pinned", where);
    this.send({ type: "control", panel: "network", key: "pinned", value: where });
    this.changed();
  }

  /** Pin a unit, or unpin it. */
  toggle(c, j) {
    const where = `${c}.${j + 1}`;
    this.pin(this.pinned() === where ? "" : where);
  }

  feature(row) {
    const { keys, order } = this.panel.inputs;
    if (!keys.length) return;
    const now = this.wished("features", keys.filter((_, i) => order[i] >= 0));
    const next = keys.filter((key) => (key === keys[row] ? !now.includes(key) : now.includes(key)));
    if (!next.length) return this.readout.say("At least one input has to stay.");
    this.wish("features", next);
    this.send({ type: "features", features: next });
  }

  hidden() {
    return this.wished("hidden", this.panel.hidden);
  }

  /** Request other hidden layers; at: the layer (from 0) that is added or removed, if any. */
  shape(hidden, at = null) {
    this.wish("hidden", hidden);
    this.send({ type: "shape", hidden, at });
    this.units.renew();
  }

  edit(c, j, source, from = null) {
    this.editor.show(c, j, source, from);
  }

  pointAt(event) {
    if (event.pointerType !== "mouse" || event.target !== this.units.root) return;
    const link = this.linkUnder(event, REACH);
    this.units.root.style.cursor = link ? "pointer" : "";
    this.point(link ? { link } : null);
  }

  linkUnder(event, reach) {
    if (!this.geometry) return null;
    return linkAt(this.layers, this.geometry.columns, ...this.pixel(event), reach);
  }

  /** Set what is under the pointer: {unit: [c, j]}, {link} or null. */
  point(what) {
    if (JSON.stringify(what) === JSON.stringify(this.pointed ?? null)) return;
    this.pointed = what;
    if (this.geometry) this.fetchPointed();
    this.changed();
  }

  changed() {
    this.units.tell();
    this.refocus();
  }

  /** Return [c, j] of the unit under the pointer, or else of the pinned one; null if there is none. */
  unit() {
    if (this.pointed?.unit && this.known(...this.pointed.unit)) return this.pointed.unit;
    const [c, j] = this.pinned().split(".").map(Number);
    return this.pinned() && this.known(c, j - 1) ? [c, j - 1] : null;
  }

  known(c, j) {
    const column = this.geometry?.columns[c];
    return Boolean(column) && j < column.units;
  }

  /** Return whether a unit's map must be requested: the frame has only one row of a strip's units. */
  far([c]) {
    return this.geometry.columns[c].kind === "strip";
  }

  /** Request the map and the formula of a strip's unit when the pointer rests on it. */
  fetchPointed() {
    const unit = this.pointed?.unit;
    const wanted = unit?.[0] && this.far(unit) ? `${unit[0]}.${unit[1] + 1}` : "";
    if (wanted === (this.fetched ?? "")) return;
    clearTimeout(this.fetching);
    this.fetching = setTimeout(() => {
      this.fetched = wanted;
      this.send({ type: "control", panel: "network", key: "pointed", value: wanted });
    }, REST_MS);
  }

  /** Return the boundary's panel showing the unit in view, until the server sends it so. A hidden
   * space shown in its place is replaced only by a unit under the pointer, not by a pinned one. */
  preview(p) {
    const unit = this.panel && this.unit();
    if (!unit || (p.plane && !this.pointed?.unit)) return p;
    if (this.panel.pinned === `${unit[0]}.${unit[1] + 1}` && !this.pointed?.unit) return p;
    const [c, j] = unit;
    if (this.far(unit) || (!c && !this.static)) return p;
    const layer = c ? this.panel.layers[c - 1] : null;
    const { low, mid, high } = this.panel.colors.map;
    const figure = p.plane ?? p.figure;
    const label = layer ? [`${layer.symbol} = ${layer.low}`, layer.high] : ["low", "high"];
    return {
      ...p,
      title: unitName(this.panel, c, j),
      plane: null,
      discretise: this.panel.discretise,
      subtitle: (p.plane_subtitle ?? p.subtitle).replace(/^Boundary/, "Map"),
      legend: [{ symbol: "ramp", colors: [low, mid, high], label }],
      figure: { ...figure, layout: { ...figure.layout, meta: { ...figure.layout.meta, field: this.panel.colors.field } } },
      field: c ? this.maps.of(c - 1, j) : this.inputMaps.of(0, j),
      field_size: c ? layer.side : this.static.side,
      contour: false,
    };
  }

  // --- painting ---------------------------------------------------------------------------------

  paint() {
    if (!this.geometry || !this.panel) return;
    // While the page changes, the layout can be missing, or of a network of another depth.
    if (this.geometry.columns.length !== this.layers.length + 1) return;
    cleared(this.canvas, this.size);
    this.paintLinks();
    for (let c = 0; c < this.geometry.columns.length; c++) paintColumn(this, c);
    paintNames(this);
    this.readout.show(this.words());
  }

  paintLinks() {
    const { g, layers, panel } = this;
    const { columns } = this.geometry;
    const thickest = this.geometry.size > 16 ? 6 : 4;
    const unit = this.unit();
    if (!unit?.[0]) return this.paintAll(thickest);
    const [c, j] = unit;
    g.globalAlpha = 0.4;
    paintLinks(g, layers, columns, panel.colors, (l, i, to) => l !== c - 1 || to !== j, thickest);
    g.globalAlpha = 1;
    paintLinks(g, layers, columns, panel.colors, (l, i, to) => l === c - 1 && to === j, thickest);
    this.paintPointed();
  }

  paintAll(thickest) {
    paintLinks(this.g, this.layers, this.geometry.columns, this.panel.colors, () => true, thickest);
    this.paintPointed();
  }

  /** Paint the link under the pointer, or being edited, with its value on a plate. */
  paintPointed() {
    const link = this.pointed?.link ?? this.editor.link();
    if (!link || !this.layers[link.layer] || this.layers[link.layer].source[link.k] < 0) return;
    const { g, panel } = this;
    const links = this.layers[link.layer];
    const w = links.weight[link.k];
    const where = ends(links, link.k, this.geometry.columns[link.layer], this.geometry.columns[link.layer + 1]);
    for (const [color, wide] of [[panel.colors.t1, 3], [w < 0 ? panel.colors.negative : panel.colors.positive, 0]]) {
      g.beginPath();
      curve(g, where);
      g.strokeStyle = color;
      g.lineWidth = 1.5 + 6 * strength(w) + wide;
      g.stroke();
    }
  }

  /** Return [name, words] of what is in view. */
  words() {
    const { link } = this.pointed ?? {};
    if (link && this.layers[link.layer]) return linkWords(this.panel, this.layers, this.moves, link.layer, link.k);
    const unit = this.unit();
    if (!unit) return null;
    const [c, j] = unit;
    if (!c) return [unitName(this.panel, c, j), this.inputWords(j)];
    if (this.layers[c - 1].find(j, -1) < 0) return [unitName(this.panel, c, j), "…"];
    return [unitName(this.panel, c, j), formula(this.panel, this.layers, c, j, this.readout.terms(this.letters(c)))];
  }

  /** Return the mean length of the names of column c's sources. */
  letters(c) {
    const { names } = this.panel.inputs;
    return c === 1 ? names.join("").length / names.length : 2;
  }

  inputWords(j) {
    const { keys, order } = this.panel.inputs;
    const given = "as the network is given it, over the plane";
    if (!keys.length) return given;
    return order[j] >= 0 ? `${given}; click switches it off` : "not in use; click switches it on";
  }

  destroy() {
    super.destroy();
    clearTimeout(this.fetching);
    document.removeEventListener("keydown", this.onKey);
  }
}
