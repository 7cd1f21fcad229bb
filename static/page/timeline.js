/** The slider over a run's steps: drag it back, and everything on the page shows that moment. */

import { whole } from "../draw/numbers.js";
import { element } from "./dom.js";

/** Milliseconds between two requests while the slider is dragged. */
const ASK_MS = 90;
/** Milliseconds after which an unanswered request is given up and the slider follows the run again. */
const PATIENCE_MS = 4000;

export class Timeline {
  constructor(send) {
    this.send = send;
    this.slider = element("input");
    Object.assign(this.slider, { type: "range", min: 0, max: 1, step: 1, value: 0 });
    this.slider.ariaLabel = "Step of the run";
    this.slider.oninput = () => this.ask(Number(this.slider.value));
    // The arrow keys move the slider here; they must not make a training step.
    this.slider.onkeydown = (event) => event.key.startsWith("Arrow") && event.stopPropagation();
    this.back = element("button", "", "To the end");
    this.back.type = "button";
    this.back.onclick = () => this.ask(this.end);
    this.label = element("span");
    this.root = element("div", "nl-timeline", this.label, this.slider, this.back);
    this.root.hidden = true;
    this.asked = null;
  }

  /** Show the run's step; told: {step, end, earlier}, or null to hide the slider. */
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

  /** Request a step: at once, or when enough time has passed since the last request. */
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
