/** What a figure says at a place: which of its values are read there, in words. No drawing. */

import { fillTemplate, number, percent, unescaped, whole } from "../draw/numbers.js";
import { nearest } from "./scales.js";

/** A point this near to the pointer is read, in pixels. */
const NEAR = 24;

/** Return how a figure is read: "curves" at a place of x, "points" one by one, "plane" anywhere,
 * "rows" (curves in rows of their own); null where there is nothing to read. */
export function readingKind({ data, layout }) {
  if (layout.meta?.field) return "plane";
  if (layout.meta?.rows) return "rows";
  if (!readable(data).length) return null;
  return layout.hovermode === "closest" ? "points" : "curves";
}

/** Return the traces that can be read. */
export const readable = (data) => data.filter((t) => t.hoverinfo !== "skip" && t.x?.length);

/** Return the ascending places of x at which there is something to read: those of the longest trace. */
export function stops(traces) {
  const longest = traces.reduce((best, t) => (t.x.length > best.length ? t.x : best), []);
  return [...new Set(longest)];
}

/** Return what curves have at the stop nearest to a value of x: {x, title, rows: [{name, color, text,
 * y}]}; null without curves. title: the place in words. */
export function readCurves({ data, layout }, value) {
  const traces = readable(data);
  const places = stops(traces);
  if (!places.length) return null;
  const x = places[nearest(places, value)];
  const rows = traces.flatMap((t) => {
    const i = Array.prototype.lastIndexOf.call(t.x, x);
    return i < 0 ? [] : [{ name: unescaped(t.name ?? ""), color: colorOf(t, i), text: textOf(t, i), y: t.y[i] }];
  });
  return { x, title: titleOf(layout.xaxis, x), rows };
}

/** Return [index of the trace, index of the point] of what can be read one by one, by x. */
export function pointOrder(data) {
  const traces = readable(data);
  return traces
    .flatMap((t, k) => Array.from(t.x, (x, i) => [x, t.y[i], k, i]))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, , k, i]) => [k, i]);
}

/** Return the point nearest to a place in pixels, as [trace, point]; null where none is near. */
export function pointAt(data, s, px, py, near = NEAR) {
  let [best, least] = [null, near];
  readable(data).forEach((t, k) => {
    for (let i = 0; i < t.x.length; i++) {
      const distance = Math.hypot(s.x.px(t.x[i]) - px, s.y.px(t.y[i]) - py);
      if (distance < least) [best, least] = [[k, i], distance];
    }
  });
  return best;
}

/** Return {x, y, lines} of one point. */
export function readPoint(data, [k, i]) {
  const t = readable(data)[k];
  return { x: t.x[i], y: t.y[i], lines: linesOf(t, i) };
}

/** Return the coordinates of a plane in words, and what its field has there where it says so. */
export function readPlane({ layout }, x, y, byte) {
  const axis = ({ title }, v) => `${unescaped(title.text).replace(/ \(.*/, "")} ${number(v)}`;
  const lines = [`${axis(layout.xaxis, x)}, ${axis(layout.yaxis, y)}`];
  const { reads } = layout.meta.field ?? {};
  if (reads && byte !== undefined) {
    const value = reads.low + (byte / 255) * (reads.high - reads.low);
    lines.push(`${reads.name} ${reads.log ? `×${number(reads.log ** value)}` : number(value)}`);
  }
  return lines;
}

/** Return the curves of the row at a height: {x, title, rows}; rows lie at y = 0, 1, ... from below. */
export function readRow({ data, layout }, value, height) {
  const traces = data.filter((t) => t.customdata && Math.floor(Math.max(0, t.y[0])) === Math.floor(Math.max(0, height)));
  if (!traces.length) return null;
  const [{ x: places }] = traces;
  const i = nearest(places, value);
  const half = (places[1] - places[0]) / 2;
  const rows = traces.map((t) => ({ name: t.name, color: t.line.color, text: `${whole(t.customdata[i])}`, y: t.y[i] }));
  return { x: places[i], title: `${number(places[i] - half)} to ${number(places[i] + half)}`, rows, head: layout.meta.rows };
}

/** Return the field's byte at a place of the plane. */
export function byteAt(field, n, { xaxis, yaxis }, x, y) {
  const cell = ({ range: [low, high] }, v) => Math.max(0, Math.min(n - 1, Math.round(((v - low) / (high - low)) * (n - 1))));
  return field?.[cell(yaxis, y) * n + cell(xaxis, x)];
}

function linesOf(t, i) {
  const values = { x: t.x[i], y: t.y[i], text: t.text?.[i], customdata: t.customdata?.[i], fullData: { name: t.name } };
  return fillTemplate(t.hovertemplate ?? "%{x:.4g}, %{y:.4g}", values);
}

function textOf(t, i) {
  return t.hovertemplate ? linesOf(t, i).join(", ") : number(t.y[i]);
}

function colorOf(t, i) {
  const color = t.marker?.color ?? t.line?.color;
  return Array.isArray(color) ? color[i] : color;
}

function titleOf(axis, x) {
  if (axis.unifiedhovertitle) return fillTemplate(axis.unifiedhovertitle.text, { x }).join("");
  return `${unescaped(axis.title.text).replace(/ \(.*/, "")} ${number(x)}`;
}

/** Return what a run's record says of its score: a whole number of ten-thousandths is an accuracy. */
export const scored = (value, kind) => (kind === "accuracy" ? percent(value / 1e4) : number(value));
