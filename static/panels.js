/** One live panel as DOM: head, words, controls, chart, banner.
 *
 * What a message says of a panel, message.panels[key]:
 *   title, subtitle, legend, badge, controls, banner, empty, dim: words and controls, see Panel below;
 *   figure: {data, layout}, arrays of numbers in Plotly's names; what else a kind needs, its file says;
 *   kind: what is drawn, one of KINDS in kinds.js: "chart" (where none is said), "plane" (a chart over
 *     the input plane: it keeps the points that are sent once), "diagram", "ridges", "pictures",
 *     "layer_lines" (lines of layers over the steps, or their heat map; the layer under the pointer is
 *     marked in all);
 *   span: its place, each part optional: {
 *     wide: [columns of 24, rows], by default [8, 1];  at: [column, row] from 1, where it begins there;
 *     medium: [columns of 2, rows], by default [1, 1];  narrow: height in pixels, by default 340;
 *     bare: "controls" leaves its controls out, "all" its words too;  last: true puts it at the end;
 *     low: what of these is different in a window at most 820 pixels high }.
 * What a message says of the page, message.layout, each part optional:
 *   {rows: relative heights of the rows of a wide page, mediumRow: height of those of a medium one in
 *   pixels, each: the span of panels that say none, head: least height of heads in pixels, dense: true
 *   for many low panels, bar: "notice" leaves the numbers above out and keeps the notices}.
 * A page is wide from 880 pixels on, medium from 560. So a new panel or page is a file in Python and
 * none here; lab/panels/layout.py says where the panels of the first five pages stand. */

import { key as legendKey } from "./chart/markers.js";
import { changed, element, say } from "./page/dom.js";

/** A slider that is dragged sends its value this often. */
const SENT_MS = 100;
/** What moves a slider. */
const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);

/** One panel: heading, controls, badge, plot, overlay and banner. send(event) reports what is done. */
export class Panel {
  constructor(key, send) {
    this.key = key;
    this.send = send;
    this.pending = new Map();
    this.title = element("h3");
    this.subtitle = element("p");
    this.legend = element("div", "nl-legend");
    this.pointed = element("p", "nl-pointed");
    this.pointed.hidden = true;
    this.badge = element("span", "nl-badge");
    this.controls = element("div", "nl-controls");
    this.controls.onpointerdown = () => (this.clicked = true);
    this.controls.onkeydown = () => (this.clicked = false);
    this.plot = element("div", "nl-plot");
    this.emptyStrong = element("b");
    this.emptyText = element("span");
    this.empty = element("div", "nl-empty", this.emptyStrong, this.emptyText);
    this.banner = element("div", "nl-banner");
    this.plot.append(this.empty);
    const head = element("div", "nl-head", this.title, this.badge, this.controls);
    const words = element("div", "nl-words", this.subtitle, this.legend, this.pointed);
    this.root = element("section", "nl-panel", head, words, this.plot, this.banner);
    this.root.dataset.key = key;
  }

  /** Take a place in the page's grid: span as above, order among the panels. */
  place(span, order, alone) {
    // Only where it changes: every style that is set has the page look at all of its styles again.
    changed(this.root, [span, order, alone], () => {
      const { style, dataset } = this.root;
      style.order = span.last ? 99 : order;
      // Where some panels are hidden, two share a row, and an odd one has the last to itself.
      dataset.alone = String(alone);
      const [column, row] = span.at ?? [];
      const spans = (n, from) => (from ? `${from} / span ${n}` : `span ${n}`);
      const [wide, medium] = [span.wide ?? [8, 1], span.medium ?? [1, 1]];
      style.setProperty("--wide-columns", spans(wide[0], column));
      style.setProperty("--wide-rows", spans(wide[1], row));
      style.setProperty("--medium-columns", spans(medium[0]));
      style.setProperty("--medium-rows", spans(medium[1]));
      style.setProperty("--narrow-height", `${span.narrow ?? 340}px`);
      if (span.bare) dataset.bare = span.bare;
      else delete dataset.bare;
    });
  }

  /** Show everything but the chart. */
  set(p, theme) {
    say(this.title, p.title);
    if (this.root.ariaLabel !== p.title) this.root.ariaLabel = p.title;
    say(this.subtitle, p.subtitle);
    changed(this.legend, [p.legend, theme], () => this.setLegend(p.legend ?? []));
    say(this.badge, p.badge?.text);
    this.badge.dataset.kind = p.badge?.kind ?? "";
    this.badge.title = p.badge?.help ?? "";
    const controls = this.awaited(p.controls ?? []);
    // A slider that is being dragged must not be made anew: its value is set beside the others.
    changed(this.controls, controls.map((c) => (c.range ? { ...c, value: null } : c)), () => this.setControls(controls));
    for (const c of controls) if (c.range) this.sliders?.get(c.key)?.(c.value);
    this.plot.dataset.dim = String(Boolean(p.dim));
    this.empty.hidden = !p.empty;
    say(this.emptyStrong, p.empty?.strong);
    say(this.emptyText, p.empty?.text);
    changed(this.banner, p.banner, () => this.setBanner(p.banner));
  }

  /** Say what the chart has at the layer under the pointer, over the subtitle; null: nothing. */
  point(layer) {
    const { meta } = this.chart.panel?.figure?.layout ?? {};
    const trace = this.chart.panel?.figure?.data.find((t) => t.name === "measured");
    const theory = meta?.mark?.theory;
    if (layer === null || !theory || !trace) return say(this.pointed, "");
    const at = Array.from(trace.x).indexOf(layer);
    const line = theory[layer - 1] ? ` · ${meta.mark.name} ${theory[layer - 1]}` : "";
    say(this.pointed, at < 0 ? "" : `Layer ${layer}: measured ${meta.mark.text[at]}${line}`);
  }

  setLegend(keys) {
    this.legend.hidden = !keys.length;
    this.legend.replaceChildren(
      ...keys.map((entry) => {
        const signs = [legendKey(entry), ...(entry.also ? [legendKey(entry.also)] : [])];
        if (Array.isArray(entry.label)) signs.unshift(entry.label[0]);
        const last = Array.isArray(entry.label) ? entry.label[1] : entry.label;
        return element("span", "nl-key", ...signs, last);
      }),
    );
  }

  /** Return controls as the user has just set them, for as long as the answer is under way. */
  awaited(controls) {
    return controls.map((control) => {
      const wish = this.pending.get(control.key);
      if (!wish) return control;
      if (wish.value === control.value || performance.now() > wish.until) this.pending.delete(control.key);
      return { ...control, value: wish.value };
    });
  }

  choose(control, value) {
    // A click leaves the keys to the page: the space bar plays and pauses.
    if (this.clicked) document.activeElement?.blur();
    this.pending.set(control.key, { value, until: performance.now() + 2000 });
    this.send({ type: "control", panel: this.key, key: control.key, value });
  }

  setControls(controls) {
    const focused = this.controls.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.controls.hidden = !controls.length;
    this.controls.replaceChildren(...controls.map((c) => this.control(c)));
    if (focused) [...this.controls.querySelectorAll("[data-name]")].find((n) => n.dataset.name === focused)?.focus();
  }

  control(control) {
    if (control.range) return this.slider(control);
    if (control.pages) return this.pager(control);
    if (!control.options) return this.check(control);
    return control.menu || control.options.length > 4 ? this.select(control) : this.segment(control);
  }

  /** A slider; its number stands beside it. While it moves, a few values a second are sent. */
  slider(control) {
    const [min, max, step] = control.range;
    const input = element("input", "nl-range");
    Object.assign(input, { type: "range", min, max, step, value: control.value, ariaLabel: control.label });
    input.dataset.name = control.key;
    const number = element("output", "", control.value);
    let sent = -Infinity;
    let held = false;
    const send = () => {
      sent = performance.now();
      this.choose(control, Number(input.value).toFixed(2));
    };
    input.onpointerdown = () => (held = true);
    // These keys are the slider's own here, not the page's.
    input.onkeydown = (event) => {
      if (!KEYS.has(event.key)) return;
      this.clicked = false;
      event.stopPropagation();
    };
    input.oninput = () => {
      number.textContent = Number(input.value).toFixed(2);
      if (performance.now() - sent > SENT_MS) send();
    };
    input.onchange = () => {
      held = false;
      send();
    };
    (this.sliders ??= new Map()).set(control.key, (value) => {
      if (held || value === number.textContent) return;
      input.value = value;
      number.textContent = value;
    });
    return element("label", "nl-slider", control.label, input, number);
  }

  /** Two buttons that turn pages, and which one it is between them. */
  pager(control) {
    const turn = (by, sign, label) => {
      const button = element("button", "", sign);
      const to = Number(control.value) + by;
      Object.assign(button, { type: "button", ariaLabel: label, disabled: to < 1 || to > control.pages });
      button.dataset.name = `${control.key} ${sign}`;
      button.onclick = () => this.choose(control, String(to));
      return button;
    };
    const at = element("span", "", `${control.value} / ${control.pages}`);
    return element("div", "nl-segment nl-pager", turn(-1, "‹", "Page before"), at, turn(1, "›", "Next page"));
  }

  check(control) {
    const input = element("input");
    input.type = "checkbox";
    input.checked = Boolean(control.value);
    input.dataset.name = control.name ?? control.key;
    input.onchange = () => this.choose(control, input.checked);
    return element("label", "nl-check", input, control.label);
  }

  select(control) {
    const select = element("select", "nl-select");
    select.ariaLabel = control.label;
    select.dataset.name = control.name ?? control.key;
    for (const [value, label] of control.options) select.append(new Option(label, value, false, value === control.value));
    select.onchange = () => this.choose(control, control.options[select.selectedIndex][0]);
    return select;
  }

  segment(control) {
    const group = element("div", "nl-segment");
    group.setAttribute("role", "group");
    group.ariaLabel = control.label;
    for (const [value, label] of control.options) {
      const button = element("button", "", label);
      button.type = "button";
      button.dataset.name = `${control.key} ${value}`;
      button.ariaPressed = String(value === control.value);
      button.onclick = () => {
        for (const other of group.children) other.ariaPressed = String(other === button);
        this.choose(control, value);
      };
      group.append(button);
    }
    return group;
  }

  setBanner(banner) {
    this.banner.hidden = !banner;
    if (!banner) return;
    this.banner.dataset.kind = banner.kind;
    this.banner.toggleAttribute("data-wordless", !banner.strong && !banner.text);
    const words = element("span", "", element("b", "", banner.strong ?? ""), banner.text ?? "");
    this.banner.replaceChildren(...(banner.strong || banner.text ? [words] : []));
    for (const { label, key, help } of banner.buttons) {
      const button = element("button", "", label);
      Object.assign(button, { type: "button", title: help });
      button.onclick = () => this.send({ type: "fix", key });
      this.banner.append(button);
    }
  }
}
