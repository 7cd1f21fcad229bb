/** Reports to the server the page's theme, whether it is visible, and whether the user is active. */

import { channels } from "../draw/colors.js";

/** Milliseconds without input after which training may pause. */
const IDLE_MS = 10 * 60 * 1000;
const LOOK_MS = 500;
const INPUTS = ["pointerdown", "pointermove", "keydown", "touchstart", "wheel"];

export class Watcher {
  constructor(parent, send) {
    this.parent = parent;
    this.send = send;
    this.touched = performance.now();
    this.onInput = () => {
      this.touched = performance.now();
      this.idle = false;
    };
    this.onVisible = () => send({ type: "hidden", value: document.hidden });
    for (const name of INPUTS) document.addEventListener(name, this.onInput, { capture: true, passive: true });
    document.addEventListener("visibilitychange", this.onVisible);
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  set(message) {
    if (message.playing && !this.message?.playing) this.onInput();
    this.message = message;
  }

  /** Call tell(theme) now and whenever the page's theme may have changed. */
  tellTheme(tell) {
    this.tell = tell;
    this.look();
  }

  look() {
    const theme = pageTheme(this.parent);
    if (theme) this.tell?.(theme);
    if (!this.message) return;
    const now = performance.now();
    const limit = window.__neuralLabIdleMs ?? IDLE_MS;
    if (this.message.playing && !this.idle && now - this.touched >= limit) {
      this.idle = true;
      this.send({ type: "untouched" });
    }
  }

  destroy() {
    clearInterval(this.timer);
    for (const name of INPUTS) document.removeEventListener(name, this.onInput, { capture: true });
    document.removeEventListener("visibilitychange", this.onVisible);
  }
}

/** Return "light" or "dark" from the page's background or colour scheme; null where neither is known. */
function pageTheme(node) {
  const style = getComputedStyle(node);
  const rgb = channels(style.getPropertyValue("--st-background-color"));
  if (rgb) return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] < 128 ? "dark" : "light";
  const scheme = style.colorScheme;
  return scheme === "dark" || scheme === "light" ? scheme : null;
}
