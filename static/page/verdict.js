/** The verdict above the charts: a sentence, a few numbers, and a button for the fix. */

import { element } from "./dom.js";

export class Verdict {
  constructor(send) {
    this.send = send;
    this.root = element("section", "nl-verdict");
    this.root.setAttribute("role", "status");
    this.root.hidden = true;
  }

  /** Show a verdict; null hides it. */
  set(verdict) {
    const now = JSON.stringify(verdict ?? null);
    if (now === this.shown) return;
    this.shown = now;
    this.root.hidden = !verdict;
    if (!verdict) return;
    this.root.dataset.kind = verdict.kind;
    this.root.dataset.past = String(Boolean(verdict.past));
    const words = element("div", "nl-said", element("h2", "", verdict.title), element("p", "", verdict.text));
    const facts = verdict.facts.map(({ label, value, note }) =>
      element("div", "nl-fact", element("span", "", label), element("b", "", value), element("span", "", note)));
    const beside = element("div", "nl-beside", ...facts);
    if (verdict.button) beside.append(this.button(verdict.button));
    this.root.replaceChildren(words, beside);
  }

  button({ label, key }) {
    const button = element("button", "", label);
    button.type = "button";
    button.onclick = () => this.send({ type: "fix", key });
    return element("div", "nl-fix", element("span", "", "One way to fix it"), button);
  }
}
