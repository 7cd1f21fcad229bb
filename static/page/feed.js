/** Fetches frames by long polling: requests the next one when the last has been shown. The server holds
 * the request until there is a frame or a few seconds have passed. */

/** Milliseconds before a failed request is repeated. */
const RETRY_MS = 500;
const NOTHING_NEW = 204;
const GONE = 404;
const FAILED = 409;
const ENDED = "This session has ended. Reload the page to begin again.";

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class Feed {
  /** take(bytes) shows a frame and returns {seq, pace}; say(sentence) shows why there is none;
   * behind() is called when the page's side bar or buttons are out of date. */
  constructor(base, token, take, say, behind) {
    Object.assign(this, { base, token, take, say, behind, seen: 0, pace: 33, last: -Infinity, theme: "" });
    this.onVisible = () => document.hidden || this.kick();
    document.addEventListener("visibilitychange", this.onVisible);
  }

  /** Request frames now, because something may have changed. */
  kick() {
    this.again = true;
    if (!this.busy) this.run();
  }

  /** Request frames in this theme at once; a request under way would return the old theme. */
  wear(theme) {
    if (theme === this.theme) return;
    this.theme = theme;
    this.asked?.abort();
    this.kick();
  }

  async run() {
    this.busy = true;
    try {
      while (this.again && !this.stopped && !document.hidden) {
        const wait = this.last + this.pace - performance.now();
        if (wait > 0) await sleep(wait);
        this.again = false;
        this.last = performance.now();
        await this.ask();
      }
    } catch {
      // The server is busy or away; the page keeps its last frame meanwhile.
      setTimeout(() => this.kick(), RETRY_MS);
    } finally {
      this.busy = false;
    }
  }

  async ask() {
    const query = new URLSearchParams({ seen: this.seen, theme: this.theme });
    this.asked = new AbortController();
    const answer = await fetch(`${this.base}frames/${this.token}?${query}`, { cache: "no-store", signal: this.asked.signal });
    if (answer.headers.get("X-Page-Behind")) this.behind();
    if (answer.status === NOTHING_NEW) {
      this.again = true;
      return;
    }
    if (answer.status === GONE || answer.status === FAILED) {
      this.stopped = answer.status === GONE;
      this.say(this.stopped ? ENDED : await answer.text());
      return;
    }
    if (!answer.ok) throw new Error(`frames: ${answer.status}`);
    const { seq, pace } = this.take(new Uint8Array(await answer.arrayBuffer()));
    Object.assign(this, { seen: seq, pace, again: true });
  }

  stop() {
    this.stopped = true;
    document.removeEventListener("visibilitychange", this.onVisible);
  }
}
