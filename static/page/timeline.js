/** The slider over a run's steps: drag it back, and everything on the page shows that moment. */

import { whole } from "../draw/numbers.js";
import { element } from "./dom.js";

/** While it is dragged, so many milliseconds lie between two questions. */
const ASK_MS = 90;
/** An answer that has not come by then will not: the slider follows the run again. */
const PATIENCE_MS = 4000;

export class Timeline {
  constructor(send) {
    this.send = send;
    this.slider = element("input");
    Object.assign(this.slider, { type: "range", min: 0, max: 1, step: 1, value: 0 });
    this.slider.ariaLabel = "Step of the run";
    this.slider.oninput = () => this.ask(Number(this.slider.value));
    // The arrows are the slider's own here, not the page's key for one step.
    this.slider.onkeydown = (event) => event.key.startsWith("Arrow") && event.stopPropagation();
    this.back = element("button", "", "To the end");
    this.back.type = "button";
    this.back.onclick = () => this.ask(this.end);
    this.label = element("span");
    this.root = element("div", "nl-timeline", this.label, this.slider, this.back);
    this.root.hidden = true;
    this.asked = null;
  }

  /** Show where the run is; told: {step, end, earlier}, or null where it has no moments. */
  set(told) {
    this.root.hidden = !told;
    if (!told) return;
    this.end = told.end;
    if (Number(this.slider.max) !== told.end) this.slider.max = told.end;
    this.back.hidden = !told.earlier;
    if (this.asked && (told.step === this.asked.step || performance.now() > this.asked.until)) this.asked = null;
    const step = this.asked?.step ?? told.step;
    if (Number(this.slider.value) !== step) this.slider.value = step;
    this.show(step, told.earlier || this.asked !== null);
  }

  show(step, earlier) {
    const text = earlier ? `Step ${whole(step)} of ${whole(this.end)}` : "Timeline";
    if (this.label.textContent !== text) this.label.textContent = text;
    this.slider.ariaValueText = `step ${whole(step)} of ${whole(this.end)}`;
    this.slider.style.setProperty("--done", `${this.end ? (100 * step) / this.end : 0}%`);
  }

  /** Ask for a moment: at once, or when the last question is old enough. */
  ask(step) {
    this.asked = { step, until: performance.now() + PATIENCE_MS };
    this.show(step, true);
    clearTimeout(this.timer);
    const wait = (this.sentAt ?? -Infinity) + ASK_MS - performance.now();
    if (wait > 0) this.timer = setTimeout(() => this.tell(), wait);
    else this.tell();
  }

  tell() {
    if (!this.asked) return;
    this.sentAt = performance.now();
    this.send({ type: "moment", step: this.asked.step });
  }
}
