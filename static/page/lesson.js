/** The strip above the panels: a question with its choices, and a lesson's goals and take-away. */

import { element } from "./dom.js";

export class Lesson {
  /** send(event) reports what is pressed. */
  constructor(send) {
    this.send = send;
    this.root = element("section", "nl-lesson");
    this.root.hidden = true;
  }

  /** Show a question or a lesson, or nothing. */
  set(lesson) {
    const now = JSON.stringify(lesson ?? null);
    if (now === this.shown) return;
    this.shown = now;
    this.root.hidden = !lesson;
    if (!lesson) return;
    this.root.ariaLabel = lesson.title;
    const shape = JSON.stringify({ ...lesson, goals: lesson.goals.map(({ text, done }) => [text, done]) });
    // A goal's progress changes with every frame; the choices must not be rebuilt under the pointer.
    if (shape !== this.shape) this.build(lesson);
    this.shape = shape;
    lesson.goals.forEach(({ missing }, i) => (this.missing[i].textContent = missing));
  }

  build(lesson) {
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    const head = element("div", "nl-lesson-head", element("h2", "", lesson.title), element("span", "", lesson.place));
    if (lesson.lesson) head.append(this.button("again", "Start again", "The lesson's network, question and goals as at first"), this.button("leave", "Leave", "Go on without the lesson, with this network"));
    const asked = element("div", "nl-asked", element("p", "", lesson.question), lesson.answer ? this.answer(lesson) : this.choices(lesson));
    this.root.replaceChildren(head, asked);
    this.missing = lesson.goals.map(() => element("span", "nl-missing"));
    if (lesson.goals.length) this.root.append(this.goals(lesson));
    if (lesson.take_away) this.root.append(this.takeAway(lesson));
    if (lesson.held) this.root.append(element("p", "nl-held", "What the run shows appears here once you have predicted."));
    this.root.dataset.done = String(lesson.done);
    this.root.dataset.lesson = String(lesson.lesson);
    if (focused) this.root.querySelector(`[data-name="${focused}"]`)?.focus();
  }

  button(value, label, title) {
    const button = element("button", "nl-quiet", label);
    Object.assign(button, { type: "button", title });
    button.dataset.name = value;
    button.onclick = () => this.send({ type: "lesson", value });
    return button;
  }

  choices({ choices }) {
    const list = element("div", "nl-choices");
    list.setAttribute("role", "group");
    list.ariaLabel = "Your prediction";
    choices.forEach((text, i) => {
      const button = element("button", "", text);
      button.type = "button";
      button.dataset.name = `choice${i}`;
      button.onclick = () => {
        button.blur(); // the space bar plays and pauses
        this.send({ type: "answer", value: i });
      };
      list.append(button);
    });
    return list;
  }

  /** Return the prediction beside the outcome. */
  answer({ answer: { verb, said, came, right, mark } }) {
    const words = element("p", "nl-answer");
    if (said) words.append(element("span", "", `${verb}: `), element("b", "", said), " ");
    words.append(element("span", "", "The run: "), element("b", "", came || "does not say yet"));
    if (mark) words.append(" ", element("span", "nl-mark", mark));
    words.dataset.right = right === null ? "" : String(right);
    return words;
  }

  goals({ goals }) {
    return element("ol", "nl-goals", ...goals.map(({ text, done }, i) => {
      const line = element("li", "", element("i", "", done ? "✓" : "○"), element("span", "", text), this.missing[i]);
      line.dataset.done = String(done);
      return line;
    }));
  }

  takeAway({ take_away: text, next }) {
    const words = element("div", "nl-take-away", element("p", "", element("b", "", "Take away: "), text));
    words.setAttribute("role", "status");
    if (next) {
      const link = element("a", "", `Next: ${next.title}`);
      link.href = `${new URL("..", import.meta.url).href.replace(/[^/]*\/static\/$/, "")}?lesson=${next.key}`;
      link.target = "_self";
      words.append(link);
    }
    return words;
  }
}
