/** Points put, erased and moved by hand on the plane, while the network trains on. */

import { key as legendKey, shape } from "./markers.js";
import { element } from "../page/dom.js";
import { placeAt } from "./pointing.js";
import { scales } from "./scales.js";

/** Milliseconds between two messages, and until what was not heard of is sent again. */
const SEND_MS = 120;
const AGAIN_MS = 2500;
/** Points of one stroke, and pixels that the pointer goes between two of them. */
const MOST = 100;
const STRIDE = 7;
/** The points that are put lie so far about the pointer, as a share of what an eraser reaches. */
const SPREAD = 0.8;

export class Drawing {
  constructor(panel, repaint) {
    this.panel = panel;
    this.repaint = repaint;
    this.strokes = [];
    this.number = 0;
    this.tool = "";
    this.at = null;
    this.root = element("div", "nl-draw");
    this.root.hidden = true;
    // A click leaves the keys to the page: the space bar plays and pauses.
    this.root.onclick = (event) => event.detail && document.activeElement?.blur();
    panel.controls.after(this.root);
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"]) {
      panel.plot.addEventListener(type, (event) => this.pointer(event), { capture: true, passive: false });
    }
    // What the page would make of a touch or a click.
    for (const type of ["mousedown", "touchstart", "click"]) {
      panel.plot.addEventListener(type, (event) => this.tool && stop(event), { capture: true, passive: false });
    }
    this.escape = (event) => event.key === "Escape" && this.tool && this.choose("");
    window.addEventListener("keydown", this.escape);
  }

  /** Take what the newest frame says: null where nothing can be drawn. */
  set(told) {
    this.told = told;
    this.root.hidden = !told;
    if (!told) return this.tool && this.choose("");
    this.number = Math.max(this.number, told.number);
    this.strokes = this.strokes.filter((stroke) => stroke.number > told.number);
    const made = JSON.stringify(told.classes);
    if (made === this.made) return;
    const held = this.made && !Number.isNaN(Number(this.tool)) ? JSON.parse(this.made)[Number(this.tool)]?.label : undefined;
    this.made = made;
    // Values come and go with the points: the one chosen stays, where it is still there.
    if (held !== undefined && this.tool && !Number.isNaN(Number(this.tool))) this.tool = String(Math.max(0, told.classes.findIndex((c) => c.label === held)));
    this.build();
  }

  build() {
    const valued = this.told.classes.some((c) => "value" in c);
    const button = (tool, label, title, sign) => {
      const node = element("button", "", ...(sign ? [sign] : []), label);
      Object.assign(node, { type: "button", title, onclick: () => this.press(tool) });
      node.dataset.tool = tool;
      return node;
    };
    this.buttons = [
      button("draw", "Draw", "Add, erase and move points while the network keeps training."),
      ...this.told.classes.map((c, k) => button(String(k), c.label, `Click and drag: points of ${valued ? "value " : ""}${c.label}`, legendKey(c))),
      button("erase", "Erase", "Click and drag to erase points."),
      button("move", "Move", "Drag a point."),
      button("clear", "Clear", valued ? "Erases all points but the lowest and the highest." : "Erases all points but one of each class, which the network needs."),
    ];
    this.root.replaceChildren(...this.buttons);
    this.choose(this.tool);
  }

  press(tool) {
    if (tool === "clear") return this.add({ kind: "clear", points: [] });
    if (tool === "draw") return this.choose(this.tool ? "" : "0");
    this.choose(tool);
  }

  choose(tool) {
    this.tool = tool;
    this.at = null;
    this.panel.plot.toggleAttribute("data-drawing", Boolean(tool));
    this.root.toggleAttribute("data-on", Boolean(tool));
    for (const node of this.buttons ?? []) {
      const own = node.dataset.tool;
      node.hidden = own !== "draw" && !tool;
      if (own !== "clear") node.ariaPressed = String(own === "draw" ? Boolean(tool) : own === tool);
    }
    this.repaint();
  }

  pointer(event) {
    if (!this.tool || !this.told || (event.button > 0 && event.type === "pointerdown")) return;
    // Buttons and words over the plane stay what they are.
    if (event.target.closest?.("button, a")) return;
    stop(event);
    const found = placeAt(this.panel.chart, event);
    this.at = event.type === "pointerleave" ? null : found;
    if (event.type === "pointerdown" && found) {
      this.panel.plot.setPointerCapture?.(event.pointerId);
      this.down = { from: found, x: -Infinity, y: -Infinity };
    }
    if (this.down && found && event.type !== "pointerup") this.go(found, event);
    if (["pointerup", "pointercancel"].includes(event.type)) this.down = null;
    this.repaint();
  }

  /** The pointer is pressed and has come to a place. */
  go(found, event) {
    const { tool, down } = this;
    const far = Math.hypot(event.clientX - down.x, event.clientY - down.y) >= STRIDE;
    if (tool === "move") {
      const moving = this.open("move");
      if (moving) moving.points[1] = [found.x, found.y];
      else this.add({ kind: "move", points: [[down.from.x, down.from.y], [found.x, found.y]] });
      down.from = found;
    } else if (far) {
      const kind = tool === "erase" ? "erase" : "put";
      const put = kind === "put" ? this.told.classes[Number(tool)] : {};
      if (!put) return; // a value that is there no more
      const point = kind === "put" ? this.about(found) : [found.x, found.y];
      const label = put.value ?? Number(tool);
      const open = this.open(kind, label);
      if (open) open.points.push(point);
      else this.add({ kind, points: [point], ...(kind === "put" ? { label, looks: put } : {}) });
      [down.x, down.y] = [event.clientX, event.clientY];
    }
  }

  /** Return the newest stroke where it can still be added to: not once it has been sent. */
  open(kind, label) {
    const last = this.strokes.at(-1);
    const same = last?.kind === kind && (kind !== "put" || last.label === label);
    return same && !last.sent && last.points.length < MOST ? last : null;
  }

  about({ x, y }) {
    const [r, angle] = [SPREAD * Math.sqrt(Math.random()), 2 * Math.PI * Math.random()];
    return [x + r * this.reach("xaxis") * Math.cos(angle), y + r * this.reach("yaxis") * Math.sin(angle)];
  }

  /** Return what an eraser reaches along an axis. */
  reach(axis) {
    const [low, high] = this.panel.chart.shown[axis].range;
    return this.told.reach * (high - low);
  }

  add(stroke) {
    this.number += 1;
    this.strokes.push({ ...stroke, number: this.number });
    this.timer ??= setTimeout(() => this.flush(), SEND_MS);
  }

  /** Send what the server has not heard of: a message may be lost behind the next one. */
  flush() {
    this.timer = null;
    const now = performance.now();
    const waiting = this.strokes.some((s) => !s.sent || now - s.sent > AGAIN_MS);
    if (waiting) {
      for (const stroke of this.strokes) stroke.sent = now;
      const strokes = this.strokes.slice(0, MOST).map(({ sent, looks, ...stroke }) => stroke);
      this.panel.send({ type: "draw", strokes });
    }
    if (this.strokes.length) this.timer = setTimeout(() => this.flush(), SEND_MS);
  }

  /** Paint what the server has not drawn yet, and what the tool reaches. */
  paint() {
    const { chart } = this.panel;
    if (!chart.shown || !this.told) return;
    const s = scales(chart.shown, chart.size.w, chart.size.h);
    const { g } = chart;
    for (const { kind, points, looks } of this.strokes) {
      if (kind !== "put") continue;
      g.fillStyle = looks.color;
      for (const [x, y] of points) {
        g.beginPath();
        shape(g, looks.symbol, s.x.px(x), s.y.px(y), 3.4);
        g.fill();
      }
    }
    if (!this.at || (this.tool !== "erase" && this.tool !== "move")) return;
    g.beginPath();
    g.arc(s.x.px(this.at.x), s.y.px(this.at.y), (s.box.w * this.told.reach), 0, 2 * Math.PI);
    g.strokeStyle = chart.shown.meta.field.line;
    g.lineWidth = 1.2;
    g.stroke();
  }

  destroy() {
    clearTimeout(this.timer);
    window.removeEventListener("keydown", this.escape);
  }
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}
