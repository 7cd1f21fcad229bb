/** Fetches frames: asks for the next one when the last has been taken. Where none is to come the
 * server lets the question wait, until somebody presses something or a few seconds have passed. */

/** Milliseconds after which a failed request is made again. */
const RETRY_MS = 500;
const NOTHING_NEW = 204;
const GONE = 404;
const FAILED = 409;
const ENDED = "This session has ended. Reload the page to begin again.";

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class Feed {
  /** take(bytes) shows a frame and returns {seq, pace}; say(sentence) tells why there is none;
   * behind() is called where the page's side bar or buttons are to be drawn anew. */
  constructor(base, token, take, say, behind) {
    Object.assign(this, { base, token, take, say, behind, seen: 0, pace: 33, last: -Infinity, theme: "" });
    this.onVisible = () => document.hidden || this.kick();
    document.addEventListener("visibilitychange", this.onVisible);
  }

  /** Look for frames: something has changed, or may have. */
  kick() {
    this.again = true;
    if (!this.busy) this.run();
  }

  /** Ask for frames in this theme, at once: what waits for a press would come in the other one. */
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
