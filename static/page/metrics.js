/** The row above the panels: the run's numbers, timeline and status, and notices. */

import { changed, element, say } from "./dom.js";

export class Metrics {
  /** timeline: the element between the numbers and the status. */
  constructor(timeline) {
    this.values = new Map();
    this.list = element("div");
    this.list.style.display = "contents";
    this.text = element("span");
    this.status = element("div", "nl-status", element("span", "nl-dot"), this.text);
    this.notice = element("div", "nl-notice");
    this.notice.setAttribute("role", "status");
    this.root = element("div", "nl-bar", this.list, timeline, this.status, this.notice);
    this.root.hidden = true;
  }

  /** Show metrics, status and notice. */
  set(message) {
    this.root.hidden = false;
    changed(this.list, message.metrics.map((m) => [m.key, m.label]), () => this.build(message.metrics));
    for (const { key, value } of message.metrics) say(this.values.get(key), value);
    say(this.text, message.status?.text);
    this.status.dataset.kind = message.status?.kind ?? "";
    this.status.hidden = !message.status;
    say(this.notice, message.notice);
  }

  /** Show a notice that is not part of a frame. */
  say(sentence) {
    this.root.hidden = false;
    say(this.notice, sentence);
  }

  build(metrics) {
    this.values.clear();
    this.list.replaceChildren(
      ...metrics.map(({ key, label }) => {
        const name = element("span", "");
        if (key === "train_cost" || key === "test_cost") {
          const swatch = element("i", "nl-swatch");
          swatch.dataset.key = key;
          name.append(swatch);
        }
        name.append(label);
        const value = element("b");
        this.values.set(key, value);
        const metric = element("div", "nl-metric", name, value);
        metric.dataset.key = key;
        return metric;
      }),
    );
  }
}
