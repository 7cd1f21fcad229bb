/** Traces and shapes of a Plotly figure, painted on a canvas. */

import { shape as markerPath } from "./markers.js";

/** Paint lines, fills and markers, clipped to the plot. */
export function paintTraces(g, data, s) {
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

/** Paint a path in pixels, [x0, y0, x1, y1, ...]. */
export function stroke(g, path, style) {
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
export function paintShapes(g, list, s) {
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
