/** From data to pixels and back: where a chart's box lies, and the ticks of its axes. No drawing. */

/** Return how much larger a layout's type is than at a desk: on a projector all of it grows. */
export const typeScale = (layout) => layout.font.size / 12;

/** Return the scales of a layout drawn in w by h pixels: {box, x, y}. An axis has px(value), at(place
 * on the axis: of a log axis the exponent), value(px), its range as low and high, and log. */
export function scales(layout, w, h) {
  const m = layout.margin;
  const box = { x: m.l, y: m.t, w: Math.max(1, w - m.l - m.r), h: Math.max(1, h - m.t - m.b) };
  return { box, x: axisScale(layout.xaxis, box.x, box.w), y: axisScale(layout.yaxis, box.y + box.h, -box.h) };
}

function axisScale(spec, start, length) {
  const [low, high] = spec.range;
  const log = spec.type === "log";
  const k = length / (high - low);
  const at = (v) => start + (v - low) * k;
  const place = (px) => low + (px - start) / k;
  return {
    log, low, high, at, place,
    px: log ? (v) => at(v > 0 ? Math.log10(v) : -400) : at,
    value: log ? (px) => 10 ** place(px) : place,
  };
}

/** Return whether a place in pixels lies in the box, or so many pixels beside it. */
export function inside({ box }, x, y, beside = 0) {
  return x >= box.x - beside && x <= box.x + box.w + beside && y >= box.y - beside && y <= box.y + box.h + beside;
}

/** Return the index of the value in ascending x that is nearest to v. */
export function nearest(x, v) {
  let [low, high] = [0, x.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= v) low = middle;
    else high = middle;
  }
  return Math.abs(x[high] - v) < Math.abs(x[low] - v) ? high : low;
}

/** Return round values within low..high, at most `most` of them. */
export function roundTicks(low, high, most = 6) {
  const rough = (high - low) / most;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * size).find((s) => s >= rough * 0.999);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

/** Return an axis over another range, a part of its own: with its own ticks where three or more of
 * them are there, or where they are names; else with round numbers. */
export function zoomedAxis(spec, range) {
  const place = (v) => (spec.type === "log" ? Math.log10(v) : v);
  const kept = spec.tickvals.map((_, i) => i).filter((i) => place(spec.tickvals[i]) >= range[0] && place(spec.tickvals[i]) <= range[1]);
  const names = spec.type === "log" || spec.ticktext.some((text) => !/^[−-]?[\d.,]+$/.test(text) && text !== "");
  if (kept.length > 2 || names) {
    return { ...spec, range, tickvals: kept.map((i) => spec.tickvals[i]), ticktext: kept.map((i) => spec.ticktext[i]) };
  }
  const tickvals = roundTicks(...range);
  const text = (v) => v.toLocaleString("en-US", { maximumFractionDigits: 12 }).replace("-", "−");
  return { ...spec, range, tickvals, ticktext: tickvals.map(text) };
}

/** Return the tick labels of a y axis of this length, some of them blank where all would touch. */
export function thinnedTicks({ range: [low, high], type, tickvals, ticktext, tickfont }, length) {
  if (!tickvals || tickvals.length < 3) return ticktext;
  const at = (v) => ((type === "log" ? Math.log10(v) : v) / (high - low)) * length;
  let every = 1;
  while (every < tickvals.length && Math.abs(at(tickvals[every]) - at(tickvals[0])) < 1.25 * tickfont.size) every *= 2;
  return ticktext.map((text, i) => (i % every ? "" : text));
}

/** Return margins with which the plot of a panel of w by h pixels is square and in the middle. */
export function squareMargin(m, w, h) {
  const side = Math.max(40, Math.min(w - m.l - m.r, h - m.t - m.b));
  const extra = Math.max(0, (w - m.l - m.r - side) / 2);
  return { ...m, l: m.l + extra, r: m.r + extra, b: Math.max(m.b, h - m.t - side) };
}
