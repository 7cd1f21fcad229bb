// The lessons of the teacher's page: links to copy, and codes shown as large as the screen.

let mounted = null;

/** Draw the list that the page has sent, and answer its buttons. */
export function draw({ parentElement, data }) {
  const root = parentElement.querySelector(".nl-teach");
  if (root.dataset.html === data.html) return;
  root.dataset.html = data.html;
  mounted?.close();
  root.innerHTML = data.html;
  mounted = new Lessons(root);
}

class Lessons {
  constructor(root) {
    this.root = root;
    this.codes = [...root.querySelectorAll("[data-show]")];
    this.dialog = root.querySelector("dialog");
    for (const button of root.querySelectorAll("[data-copy]")) button.onclick = () => this.copy(button);
    this.codes.forEach((button, i) => (button.onclick = () => this.show(i)));
    const acts = { before: () => this.step(-1), next: () => this.step(1), close: () => this.close() };
    for (const button of this.dialog.querySelectorAll("[data-act]")) button.onclick = acts[button.dataset.act];
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.codes[this.at]?.focus());
  }

  key(event) {
    event.stopPropagation(); // the page's own keys are not meant
    if (event.key === "ArrowLeft") this.step(-1);
    if (event.key === "ArrowRight") this.step(1);
    if (event.key === "Escape") this.close();
  }

  show(i) {
    this.at = i;
    const from = this.codes[i].closest("[data-lesson]");
    const part = (name) => this.dialog.querySelector(`.nl-show-${name}`);
    part("title").textContent = from.dataset.lesson;
    part("place").textContent = from.dataset.place;
    part("code").innerHTML = from.querySelector("template").innerHTML;
    const address = part("address");
    address.textContent = from.dataset.spoken;
    // As large as its length allows, on one line where that can be read.
    address.style.setProperty("--nl-letters", Math.max(14, from.dataset.spoken.length));
    if (!this.dialog.open) this.dialog.showModal();
  }

  step(by) {
    this.show((this.at + by + this.codes.length) % this.codes.length);
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  async copy(button) {
    const label = button.firstElementChild;
    const before = (button.dataset.before ??= label.textContent);
    label.textContent = (await copied(button)) ? "Copied" : "Not copied";
    clearTimeout(this.timer);
    for (const other of this.root.querySelectorAll("[data-before]")) {
      if (other !== button) other.firstElementChild.textContent = other.dataset.before;
    }
    this.timer = setTimeout(() => (label.textContent = before), 4000);
  }
}

/** Copy a button's text; a page that is not served by https has no clipboard but a selection's. */
async function copied(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = button.dataset.copy;
    button.after(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    button.focus();
    return done;
  }
}
