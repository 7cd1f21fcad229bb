/** The one painter of axes: grid, ticks, lines and titles of a layout as Plotly knows it. */

import { font } from "../draw/canvas.js";
import { unescaped } from "../draw/numbers.js";
import { typeScale } from "./scales.js";

/** Pixels between two tick labels in a row. */
const APART = 6;
/** Pixels below the plot to the middle of the labels of x, and of its title. */
const [LABELS, TITLE] = [14, 32];

/** Paint the axes of a layout: {xaxis, yaxis, font, margin}. aside: the title of x stands before its
 * ticks, which saves a line. width: that of the canvas, which no tick label leaves. */
export function paintAxes(g, layout, s, width, aside = false) {
  paintGrid(g, layout, s);
  const k = typeScale(layout);
  g.lineWidth = 1;
  g.textBaseline = "middle";
  paintX(g, layout.xaxis, s, k, width);
  const widest = paintY(g, layout.yaxis, s, k);
  paintTitles(g, layout, s, k, widest, aside);
  g.textAlign = "left";
}

function paintGrid(g, layout, s) {
  g.lineWidth = 1;
  for (const [spec, scale, across] of [[layout.xaxis, s.x, true], [layout.yaxis, s.y, false]]) {
    if (!spec.showgrid) continue;
    g.strokeStyle = spec.gridcolor;
    g.beginPath();
    for (const { px } of visibleTicks(spec, scale)) {
      const p = Math.round(px) + 0.5;
      if (across) line(g, p, s.box.y, p, s.box.y + s.box.h);
      else line(g, s.box.x, p, s.box.x + s.box.w, p);
    }
    g.stroke();
  }
}

/** Return {px, text} of the ticks that lie on the axis. */
function visibleTicks(spec, scale) {
  const [low, high] = [scale.at(scale.low), scale.at(scale.high)].sort((a, b) => a - b);
  return (spec.tickvals ?? [])
    .map((value, i) => ({ px: scale.px(value), text: unescaped(spec.ticktext?.[i] ?? "") }))
    .filter(({ px }) => px >= low - 1 && px <= high + 1);
}

function paintX(g, spec, s, k, width) {
  const bottom = s.box.y + s.box.h;
  const ticks = spec.showticklabels === false ? [] : visibleTicks(spec, s.x);
  g.strokeStyle = spec.linecolor;
  g.beginPath();
  if (spec.showline) line(g, s.box.x - 1, bottom + 0.5, s.box.x + s.box.w, bottom + 0.5);
  if (spec.ticks) for (const { px } of ticks) line(g, Math.round(px) + 0.5, bottom, Math.round(px) + 0.5, bottom + 4);
  g.stroke();
  g.font = font(spec.tickfont.size);
  g.fillStyle = spec.tickfont.color;
  g.textAlign = "left";
  let free = -Infinity;
  for (const { px, text } of ticks) {
    const w = g.measureText(text).width;
    const left = Math.max(0, Math.min(width - w, px - w / 2));
    if (left < free) continue;
    free = left + w + APART;
    g.fillText(text, left, bottom + (spec.ticks ? LABELS : LABELS - 2) * k);
  }
}

/** Paint the y axis and return the width of its widest label. */
function paintY(g, spec, s, k) {
  const ticks = spec.showticklabels === false ? [] : visibleTicks(spec, s.y);
  g.strokeStyle = spec.linecolor;
  g.beginPath();
  if (spec.showline) line(g, s.box.x - 0.5, s.box.y, s.box.x - 0.5, s.box.y + s.box.h);
  if (spec.ticks) for (const { px } of ticks) line(g, s.box.x - 4, Math.round(px) + 0.5, s.box.x, Math.round(px) + 0.5);
  g.stroke();
  g.font = font(spec.tickfont.size);
  g.fillStyle = spec.tickfont.color;
  g.textAlign = "right";
  let widest = 0;
  for (const { px, text } of ticks) {
    g.fillText(text, s.box.x - 7 * k, px);
    widest = Math.max(widest, g.measureText(text).width);
  }
  return widest;
}

function paintTitles(g, { xaxis, yaxis, margin }, s, k, widest, aside) {
  const bottom = s.box.y + s.box.h;
  g.font = font(xaxis.title.font.size);
  g.fillStyle = xaxis.title.font.color;
  if (aside) {
    g.textAlign = "right";
    g.fillText(unescaped(xaxis.title.text), s.box.x - 10 * k, bottom + LABELS * k);
  } else {
    g.textAlign = "center";
    g.fillText(unescaped(xaxis.title.text), s.box.x + s.box.w / 2, bottom + Math.min(TITLE * k, margin.b - 6 * k));
  }
  if (!yaxis.title.text) return;
  g.textAlign = "center";
  g.font = font(yaxis.title.font.size);
  g.fillStyle = yaxis.title.font.color;
  g.save();
  g.translate(Math.max(8 * k, s.box.x - widest - 18 * k), s.box.y + s.box.h / 2);
  g.rotate(-Math.PI / 2);
  g.fillText(unescaped(yaxis.title.text), 0, 0);
  g.restore();
}

function line(g, x0, y0, x1, y1) {
  g.moveTo(x0, y0);
  g.lineTo(x1, y1);
}
