/** Plotly traces, shapes and annotations painted on a canvas, in the coordinates of Plotly's axes. */

import { shape as markerPath } from "./markers.js";

const FONT = '"Source Sans 3", "Source Sans", "Source Sans Pro", sans-serif';

/** Return how much larger a layout's type is than at a desk: on a projector all of it grows. */
export const typeScale = (layout) => layout.font.size / 12;

/** Return maps from data to pixels for a layout drawn in a box of w by h pixels. */
export function scales(layout, w, h) {
  const m = layout.margin;
  const box = { x: m.l, y: m.t, w: Math.max(1, w - m.l - m.r), h: Math.max(1, h - m.t - m.b) };
  return { box, x: axis(layout.xaxis, box.x, box.w), y: axis(layout.yaxis, box.y + box.h, -box.h) };
}

function axis(spec, start, length) {
  const [low, high] = spec.range;
  const log = spec.type === "log";
  const k = length / (high - low);
  const at = (v) => start + (v - low) * k;
  return { log, low, high, at, px: log ? (v) => at(v > 0 ? Math.log10(v) : -400) : at };
}

/** Paint the gridlines. */
export function grid(g, layout, s) {
  g.lineWidth = 1;
  for (const [spec, scale, across] of [[layout.xaxis, s.x, true], [layout.yaxis, s.y, false]]) {
    if (!spec.showgrid) continue;
    g.strokeStyle = spec.gridcolor;
    g.beginPath();
    for (const value of spec.tickvals ?? []) {
      const p = Math.round(scale.px(value)) + 0.5;
      if (across && p >= s.box.x && p <= s.box.x + s.box.w + 1) line(g, p, s.box.y, p, s.box.y + s.box.h);
      if (!across && p >= s.box.y && p <= s.box.y + s.box.h + 1) line(g, s.box.x, p, s.box.x + s.box.w, p);
    }
    g.stroke();
  }
}

function line(g, x0, y0, x1, y1) {
  g.moveTo(x0, y0);
  g.lineTo(x1, y1);
}

/** Paint lines, fills and markers, clipped to the plot. */
export function traces(g, data, s) {
  g.save();
  g.beginPath();
  g.rect(s.box.x, s.box.y - 1, s.box.w + 1, s.box.h + 2);
  g.clip();
  let before = null;
  for (const trace of data) {
    const path = trace.mode?.includes("lines") ? points(trace, s) : null;
    if (path) {
      if (trace.fill === "tonexty" && before) fill(g, path, before, trace.fillcolor);
      stroke(g, path, trace.line);
      before = path;
    }
    if (trace.mode?.includes("markers") && trace.cliponaxis !== false) markers(g, trace, s);
  }
  g.restore();
  for (const trace of data) if (trace.cliponaxis === false) markers(g, trace, s);
}

/** Return the pixel path [x0, y0, x1, y1, ...] of a trace; steps where its line has that shape. */
function points(trace, s) {
  const { x, y } = trace;
  const n = Math.min(x.length, y.length);
  const path = [];
  if (trace.line?.shape !== "hvh") {
    for (let i = 0; i < n; i++) path.push(s.x.px(x[i]), s.y.px(y[i]));
    return path;
  }
  for (let i = 0; i < n; i++) {
    const left = s.x.px(i ? (x[i - 1] + x[i]) / 2 : x[0] - (x[1] - x[0]) / 2);
    const right = s.x.px(i < n - 1 ? (x[i] + x[i + 1]) / 2 : x[i] + (x[i] - x[i - 1]) / 2);
    const top = s.y.px(y[i]);
    path.push(left, top, right, top);
  }
  return path;
}

function fill(g, path, before, color) {
  g.fillStyle = color;
  g.beginPath();
  g.moveTo(path[0], path[1]);
  for (let i = 2; i < path.length; i += 2) g.lineTo(path[i], path[i + 1]);
  for (let i = before.length - 2; i >= 0; i -= 2) g.lineTo(before[i], before[i + 1]);
  g.fill();
}

function stroke(g, path, style) {
  g.strokeStyle = style.color;
  g.lineWidth = style.width;
  g.lineJoin = "round";
  g.setLineDash(dashes(style.dash));
  g.beginPath();
  g.moveTo(path[0], path[1]);
  // One record alone would leave nothing to see.
  if (path.length === 2) g.lineTo(path[0] + 1.5, path[1]);
  for (let i = 2; i < path.length; i += 2) g.lineTo(path[i], path[i + 1]);
  g.stroke();
  g.setLineDash([]);
}

function dashes(dash) {
  return dash ? dash.split(",").map(parseFloat) : [];
}

function markers(g, trace, s) {
  const { symbol, size, color, line: edge } = trace.marker;
  for (let i = 0; i < trace.x.length; i++) {
    g.beginPath();
    markerPath(g, symbol, s.x.px(trace.x[i]), s.y.px(trace.y[i]), size / 2);
    g.fillStyle = Array.isArray(color) ? color[i] : color;
    g.strokeStyle = Array.isArray(edge.color) ? edge.color[i] : edge.color;
    g.lineWidth = edge.width;
    g.fill();
    g.stroke();
  }
}

/** Paint the layout's lines and rectangles. */
export function shapes(g, list, s) {
  g.save();
  g.beginPath();
  g.rect(s.box.x, s.box.y, s.box.w + 1, s.box.h);
  g.clip();
  for (const shape of list ?? []) {
    const x = (v) => (shape.xref === "paper" ? s.box.x + v * s.box.w : s.x.px(v));
    const y = (v) => (shape.yref === "paper" ? s.box.y + (1 - v) * s.box.h : s.y.px(v));
    const [x0, x1, y0, y1] = [x(shape.x0), x(shape.x1), y(shape.y0), y(shape.y1)];
    if (shape.fillcolor) {
      g.fillStyle = shape.fillcolor;
      g.fillRect(x0, y1, x1 - x0, y0 - y1);
    }
    if (shape.line?.width) stroke(g, [x0, y0, x1, y1], shape.line);
  }
  g.restore();
}

const ANCHOR = { left: 0, center: 0.5, right: 1, top: 0, middle: 0.5, bottom: 1 };

/** Paint the layout's annotations; labels at line ends are pushed apart, marks that collide left out. */
export function annotations(g, list, s, background, { w: width, h: height }, data, k) {
  const placed = (list ?? []).map((a) => place(g, a, s, data)).filter(Boolean);
  const ends = placed.filter((p) => p.kind === "end-label");
  const edges = placed.filter((p) => p.kind === "edge-label");
  const right = Math.max(...ends.map((p) => p.x + p.w));
  const groups = edges.some((p) => p.x < right + 4) ? [[...ends, ...edges]] : [ends, edges];
  for (const group of groups) apart(group, 15 * k, s.box.y, s.box.y + s.box.h - 7 * k);
  const marks = [];
  for (const p of placed) {
    p.x = Math.max(0, Math.min(width - p.w - 1, p.x));
    // Words below the axis go no lower than a low chart does.
    if (p.kind === "note") p.y = Math.min(p.y, height - 8 * k);
    if (p.kind === "change") {
      if (marks.some((m) => m.y === p.y && p.x < m.x + m.w + 6 && m.x < p.x + p.w + 6)) continue;
      marks.push(p);
    }
    g.font = p.font;
    g.textBaseline = "middle";
    if (p.plate) {
      g.fillStyle = p.plate;
      g.fillRect(p.x - 5, p.y - 9 * k, p.w + 10, 18 * k);
    } else if (p.kind !== "row-label") {
      // A rim in the panel's colour keeps words readable over lines.
      g.lineJoin = "round";
      g.lineWidth = 3;
      g.strokeStyle = background;
      g.strokeText(p.text, p.x, p.y);
    }
    g.fillStyle = p.color;
    g.fillText(p.text, p.x, p.y);
  }
}

function place(g, a, s, data) {
  const size = a.font.size;
  const font = `${a.font.weight ?? 400} ${size}px ${FONT}`;
  g.font = font;
  const w = g.measureText(a.text).width;
  const end = a.name === "end-label";
  let x = a.xref === "paper" ? s.box.x + a.x * s.box.w : s.x.px(a.x);
  let y = a.yref === "paper" ? s.box.y + (1 - a.y) * s.box.h : s.y.at(a.y);
  if (end && x > s.box.x + s.box.w) [x, y] = leaving(a, s, data) ?? [x, y];
  if (end && (x < s.box.x || x > s.box.x + s.box.w + 1)) return null;
  if (a.name === "change" && (x < s.box.x || x > s.box.x + s.box.w)) return null;
  x += (a.xshift ?? 0) - w * ANCHOR[a.xanchor ?? "center"];
  y += size * (0.5 - ANCHOR[a.yanchor ?? "middle"]) * 1.2 - (end || a.name === "edge-label" ? 0 : a.yshift ?? 0);
  return { kind: a.name, text: a.text, color: a.font.color, plate: a.bgcolor, font, x, y, w };
}

/** Return where the line that a label names leaves the right edge (of a zoomed chart). */
function leaving(a, s, data) {
  const trace = data.find((t) => t.name === a.text);
  if (!trace) return null;
  let i = 0;
  while (i < trace.x.length && trace.x[i] <= s.x.high) i++;
  if (!i) return null;
  const y = s.y.px(trace.y[i - 1]);
  return [s.box.x + s.box.w, Math.max(s.box.y, Math.min(s.box.y + s.box.h, y))];
}

/** Move labels vertically as little as needed to lie `gap` apart between top and bottom. */
function apart(labels, gap, top, bottom) {
  labels.sort((a, b) => a.y - b.y);
  const groups = [];
  for (const l of labels) {
    groups.push({ c: l.y, n: 1 });
    while (groups.length > 1) {
      const [p, q] = groups.slice(-2);
      if (q.c - p.c >= (gap * (p.n + q.n)) / 2) break;
      groups.splice(-2, 2, { c: (p.c * p.n + q.c * q.n) / (p.n + q.n), n: p.n + q.n });
    }
    const last = groups[groups.length - 1];
    const half = (gap * (last.n - 1)) / 2;
    last.c = Math.max(top + half, Math.min(bottom - half, last.c));
  }
  let i = 0;
  for (const { c, n } of groups) for (let k = 0; k < n; k++) labels[i++].y = c + gap * (k - (n - 1) / 2);
}

/** Paint axes with ticks and titles: what stands there until Plotly has been loaded. */
export function axes(g, layout, s) {
  const { box } = s;
  const { xaxis, yaxis } = layout;
  const k = typeScale(layout);
  g.font = `${xaxis.tickfont.size}px ${FONT}`;
  g.lineWidth = 1;
  g.textBaseline = "middle";
  for (const [spec, scale, horizontal] of [[xaxis, s.x, true], [yaxis, s.y, false]]) {
    g.strokeStyle = spec.linecolor;
    g.fillStyle = spec.tickfont.color;
    g.textAlign = horizontal ? "center" : "right";
    g.beginPath();
    if (spec.showline) {
      if (horizontal) line(g, box.x, box.y + box.h + 0.5, box.x + box.w, box.y + box.h + 0.5);
      else line(g, box.x - 0.5, box.y, box.x - 0.5, box.y + box.h);
    }
    (spec.showticklabels === false ? [] : spec.tickvals ?? []).forEach((v, i) => {
      const p = scale.px(v);
      if (horizontal) line(g, p, box.y + box.h, p, box.y + box.h + 4);
      else line(g, box.x - 4, p, box.x, p);
      if (horizontal) g.fillText(spec.ticktext[i], p, box.y + box.h + 13 * k);
      else g.fillText(spec.ticktext[i], box.x - 7, p);
    });
    g.stroke();
  }
  g.textAlign = "center";
  g.fillText(xaxis.title.text, box.x + box.w / 2, box.y + box.h + 30 * k);
  g.save();
  g.translate(Math.max(12 * k, box.x - 36 * k), box.y + box.h / 2);
  g.rotate(-Math.PI / 2);
  g.fillText(yaxis.title.text, 0, 0);
  g.restore();
  g.textAlign = "left";
}

/** Paint a dotted line at a layer, its measured dot larger, and its value. */
export function mark(g, figure, layer, s, background) {
  const trace = figure.data.find((t) => t.name === "measured");
  const at = trace ? Array.from(trace.x).indexOf(layer) : -1;
  if (at < 0) return;
  const { text, color, theory } = figure.layout.meta.mark;
  const k = typeScale(figure.layout);
  const [x, y] = [s.x.px(layer), s.y.px(trace.y[at])];
  stroke(g, [x, s.box.y, x, s.box.y + s.box.h], { color, width: 1, dash: "2px,3px" });
  g.beginPath();
  g.arc(x, y, 6 * k, 0, 7);
  g.strokeStyle = color;
  g.lineWidth = 2;
  g.stroke();
  if (theory) return; // said above the chart
  const words = `layer ${layer}: ${text[at]}`;
  g.font = `600 ${12 * k}px ${FONT}`;
  const w = g.measureText(words).width;
  const left = x + 6 + w > s.box.x + s.box.w ? x - 6 - w : x + 6;
  g.textBaseline = "middle";
  g.lineJoin = "round";
  g.lineWidth = 4;
  g.strokeStyle = background;
  g.strokeText(words, left, s.box.y + 8 * k);
  g.fillStyle = color;
  g.fillText(words, left, s.box.y + 8 * k);
}
