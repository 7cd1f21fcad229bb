/** The canvas that fills a panel's plot, and the one font that everything on a canvas is written in. */

import { element } from "../page/dom.js";

const FAMILY = '"Source Sans 3", "Source Sans", "Source Sans Pro", sans-serif';
/** A plot that is smaller than this in either direction shows nothing. */
const SMALLEST = 40;

/** Return the font of words on a canvas. */
export const font = (size, weight = 400) => `${weight} ${size}px ${FAMILY}`;

/** Return a canvas that screen readers pass over; what it shows is told in words elsewhere. */
export function blankCanvas() {
  const canvas = element("canvas");
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

/** Give a canvas the pixels of a plot of size {w, h, ratio} and return its cleared context. */
export function cleared(canvas, { w, h, ratio }) {
  const [width, height] = [Math.round(w * ratio), Math.round(h * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, w, h);
  return g;
}

/** Write words with a rim in the ground's colour, which keeps them readable over lines. */
export function writeOver(g, text, x, y, color, ground, rim = 3) {
  g.textBaseline = "middle";
  g.lineJoin = "round";
  g.lineWidth = rim;
  g.strokeStyle = ground;
  g.strokeText(text, x, y);
  g.fillStyle = color;
  g.fillText(text, x, y);
}

/** A canvas in a plot that follows its size. repaint() asks for a painting. */
export class Surface {
  constructor(plot, repaint) {
    Object.assign(this, { plot, repaint, size: { w: 0, h: 0, ratio: 1 } });
    this.canvas = blankCanvas();
    this.g = this.canvas.getContext("2d");
    plot.prepend(this.canvas);
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(plot);
    this.measure();
  }

  measure() {
    const { width, height } = this.plot.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    if (width === this.size.w && height === this.size.h && ratio === this.size.ratio) return;
    this.size = { w: width, h: height, ratio };
    this.resized();
    this.repaint();
  }

  /** What follows the plot's size; for classes that need it. */
  resized() {}

  get hasRoom() {
    return this.size.w >= SMALLEST && this.size.h >= SMALLEST;
  }

  /** Return the place of a pointer event in the plot, in pixels. */
  pixel(event) {
    const { left, top } = this.plot.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  destroy() {
    this.observer.disconnect();
  }
}
