/** The words in a chart: where they stand, spread where they would touch. */

import { font, writeOver } from "../draw/canvas.js";
import { unescaped } from "../draw/numbers.js";
import { inside, typeScale } from "./scales.js";

const ANCHOR = { left: 0, center: 0.5, right: 1, top: 0, middle: 0.5, bottom: 1 };

/** Paint the layout's annotations. Labels at line ends are spread; of changes that collide the first
 * is painted. data: the traces, whose names the end labels have. */
export function paintLabels(g, layout, list, s, background, { w: width, h: height }, data) {
  const k = typeScale(layout);
  const placed = (list ?? []).map((a) => placeLabel(g, a, s, data)).filter(Boolean);
  const ends = placed.filter((p) => p.kind === "end-label");
  const edges = placed.filter((p) => p.kind === "edge-label");
  const right = Math.max(...ends.map((p) => p.x + p.w));
  const groups = edges.some((p) => p.x < right + 4) ? [[...ends, ...edges]] : [ends, edges];
  for (const group of groups) spreadLabels(group, 15 * k, s.box.y, s.box.y + s.box.h - 7 * k);
  const changes = [];
  for (const p of placed) {
    p.x = Math.max(0, Math.min(width - p.w - 1, p.x));
    // Words below the axis go no lower than a low chart does.
    if (p.kind === "note") p.y = Math.min(p.y, height - 8 * k);
    if (p.kind === "change") {
      if (changes.some((c) => c.y === p.y && p.x < c.x + c.w + 6 && c.x < p.x + p.w + 6)) continue;
      changes.push(p);
    }
    g.font = p.font;
    if (!p.plate && p.kind !== "row-label") {
      writeOver(g, p.text, p.x, p.y, p.color, background);
      continue;
    }
    if (p.plate) {
      g.fillStyle = p.plate;
      g.fillRect(p.x - 5, p.y - 9 * k, p.w + 10, 18 * k);
    }
    g.textBaseline = "middle";
    g.fillStyle = p.color;
    g.fillText(p.text, p.x, p.y);
  }
}

/** Return where an annotation stands, null where the part that is shown does not have its place. */
function placeLabel(g, a, s, data) {
  const size = a.font.size;
  const text = unescaped(a.text);
  const type = font(size, a.font.weight);
  g.font = type;
  const w = g.measureText(text).width;
  const end = a.name === "end-label";
  let x = a.xref === "paper" ? s.box.x + a.x * s.box.w : s.x.px(a.x);
  let y = a.yref === "paper" ? s.box.y + (1 - a.y) * s.box.h : s.y.at(a.y);
  if (end && x > s.box.x + s.box.w) [x, y] = leavingAt(a, s, data) ?? [x, y];
  if (a.xref !== "paper" && (x < s.box.x - 1 || x > s.box.x + s.box.w + 1)) return null;
  if (a.xref !== "paper" && a.yref !== "paper" && !end && !inside(s, x, y, 1)) return null;
  x += (a.xshift ?? 0) - w * ANCHOR[a.xanchor ?? "center"];
  y += size * (0.5 - ANCHOR[a.yanchor ?? "middle"]) * 1.2 - (end || a.name === "edge-label" ? 0 : a.yshift ?? 0);
  return { kind: a.name, text, color: a.font.color, plate: a.bgcolor, font: type, x, y, w };
}

/** Return where the line that a label names leaves the right edge of a zoomed chart. */
function leavingAt(a, s, data) {
  const trace = data.find((t) => t.name === a.text);
  if (!trace) return null;
  let i = 0;
  while (i < trace.x.length && trace.x[i] <= s.x.high) i++;
  if (!i) return null;
  const y = s.y.px(trace.y[i - 1]);
  return [s.box.x + s.box.w, Math.max(s.box.y, Math.min(s.box.y + s.box.h, y))];
}

/** Move the labels' y as little as needed to lie `gap` apart between top and bottom. */
function spreadLabels(labels, gap, top, bottom) {
  labels.sort((a, b) => a.y - b.y);
  spread(labels.map((l) => l.y), gap, top, bottom).forEach((y, i) => (labels[i].y = y));
}

/** Return ascending places moved as little as needed to lie `gap` apart between low and high. */
export function spread(places, gap, low, high) {
  const groups = [];
  for (const place of places) {
    groups.push({ centre: place, n: 1 });
    while (groups.length > 1) {
      const [p, q] = groups.slice(-2);
      if (q.centre - p.centre >= (gap * (p.n + q.n)) / 2) break;
      groups.splice(-2, 2, { centre: (p.centre * p.n + q.centre * q.n) / (p.n + q.n), n: p.n + q.n });
    }
    const last = groups[groups.length - 1];
    const half = (gap * (last.n - 1)) / 2;
    last.centre = Math.max(low + half, Math.min(high - half, last.centre));
  }
  return groups.flatMap(({ centre, n }) => Array.from({ length: n }, (_, k) => centre + gap * (k - (n - 1) / 2)));
}
