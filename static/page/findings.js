/** The diagnosis in words: one line per finding, with its evidence and a button for the fix. */

import { element } from "./dom.js";

const NONE = "No problem found in this run.";

export class Findings {
  /** link: marks a finding's layer in all panels; send(event) reports what is pressed. */
  constructor(link, send) {
    Object.assign(this, { link, send });
    this.root = element("section", "nl-findings");
    this.root.ariaLabel = "Diagnosis";
    this.root.setAttribute("role", "status");
    this.root.hidden = true;
  }

  /** Show findings; null or undefined hides the list. */
  set(findings) {
    const now = JSON.stringify(findings ?? null);
    if (now === this.shown) return;
    this.shown = now;
    this.root.hidden = !findings;
    if (!findings) return;
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const lines = findings.map((found) => this.line(found));
    this.root.replaceChildren(...(lines.length ? lines : [element("p", "nl-no-finding", NONE)]));
    if (focused) this.root.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  line({ key, kind, sentence, evidence, layer, button: label, live }) {
    const words = element("p", "", element("b", "", sentence), ` ${evidence}`);
    const button = element("button", "", label);
    Object.assign(button, { type: "button", title: live ? "Applied to this run as it goes on" : "Starts a new network" });
    button.dataset.key = key;
    button.onclick = () => this.send({ type: "fix", key });
    const line = element("div", "nl-finding", words, button);
    line.dataset.kind = kind;
    line.onpointerenter = () => this.link.mark(layer);
    line.onpointerleave = () => this.link.mark(null);
    return line;
  }
}
