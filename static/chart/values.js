/** What a figure says at a place: which of its values are read there, in words. No drawing. */

import { fillTemplate, number, percent, unescaped, whole } from "../draw/numbers.js";
import { nearest } from "./scales.js";

/** A point this near to the pointer is read, in pixels. */
const NEAR = 24;

/** Return how a figure is read: "curves" at a place of x, "points" one by one, "plane" anywhere,
 * "rows" (curves in rows of their own), "cells" of a matrix; null where there is nothing to read. */
export function readingKind({ data, layout }) {
  if (layout.meta?.cells) return "cells";
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
  const bin = traces.some((t) => t.line?.shape === "hvh") ? (places[1] - places[0]) / 2 : 0;
  return { x, title: titleOf(layout.xaxis, x, bin), rows };
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
    lines.push(`${reads.name} ${reads.base ? `×${number(reads.base ** value)}` : number(value)}`);
  }
  return lines;
}

/** Return the named traces of a figure of rows, which lie at y = 0, 1, ... from below. */
export const rowTraces = (data) => data.filter((t) => t.name && t.x.length);

/** Return the number of the row at a height. */
export const rowAt = (height) => Math.floor(Math.max(0, height));

/** Return the histograms of the row at a height: {x, title, rows}, shares of each one's total. */
export function readRow({ data, layout }, value, height) {
  const traces = rowTraces(data).filter((t) => rowAt(t.y[0]) === rowAt(height));
  if (!traces.length) return null;
  const [{ x: places }] = traces;
  const i = nearest(places, value);
  const half = (places[1] - places[0]) / 2;
  const rows = traces.map((t) => ({ name: t.name, color: t.line.color, text: percent(shareOf(t.y, i, rowAt(height))), y: t.y[i] }));
  return { x: places[i], title: binOf(places[i], half), rows, head: ["", layout.meta.rows] };
}

/** Return a cell of a matrix whose rows are the true classes from above: {x, y, lines}; x and y are
 * its middle. */
export function readCell({ layout: { meta: { cells, names } } }, x, y) {
  const n = Math.round(Math.sqrt(cells.length));
  const clamp = (v) => Math.max(0, Math.min(n - 1, Math.floor(v)));
  const [column, row] = [clamp(x), n - 1 - clamp(y)];
  const count = cells[row * n + column];
  const all = cells.subarray(row * n, (row + 1) * n).reduce((sum, c) => sum + c, 0);
  const name = (k) => names[k] ?? String(k);
  const share = all ? ` (${percent(count / all)} of ${whole(all)})` : "";
  return { x: column + 0.5, y: n - row - 0.5, lines: [`true ${name(row)}, predicted ${name(column)}`, `${whole(count)}${share}`] };
}

/** Return the field's byte at a place of the plane. */
export function byteAt(field, n, { xaxis, yaxis }, x, y) {
  const cell = ({ range: [low, high] }, v) => Math.max(0, Math.min(n - 1, Math.round(((v - low) / (high - low)) * (n - 1))));
  return field?.[cell(yaxis, y) * n + cell(xaxis, x)];
}

/** Return the share that one value has of all, each counted from a base. */
function shareOf(y, i, base) {
  const all = y.reduce((sum, v) => sum + v - base, 0);
  return all ? (y[i] - base) / all : 0;
}

/** Return a bin in words; what is off by rounding alone is 0. */
function binOf(middle, half) {
  const end = (v) => number(Math.abs(v) < 1e-4 * half ? 0 : v);
  return `${end(middle - half)} to ${end(middle + half)}`;
}

function linesOf(t, i) {
  const values = { x: t.x[i], y: t.y[i], text: t.text?.[i], customdata: t.customdata?.[i], fullData: { name: t.name } };
  return fillTemplate(t.hovertemplate ?? "%{x:.4g}, %{y:.4g}", values);
}

function textOf(t, i) {
  if (t.hovertemplate) return linesOf(t, i).join(", ");
  return Number.isInteger(t.y[i]) ? whole(t.y[i]) : number(t.y[i]);
}

function colorOf(t, i) {
  const color = t.marker?.color ?? t.line?.color;
  return Array.isArray(color) ? color[i] : color;
}

function titleOf(axis, x, bin) {
  if (axis.unifiedhovertitle) return fillTemplate(axis.unifiedhovertitle.text, { x }).join("");
  const name = unescaped(axis.title.text).replace(/ \(.*/, "");
  return bin ? `${name} ${binOf(x, bin)}` : `${name} ${number(x)}`;
}

/** Return what a run's record says of its score: a whole number of ten-thousandths is an accuracy. */
export const scored = (value, kind) => (kind === "accuracy" ? percent(value / 1e4) : number(value));
