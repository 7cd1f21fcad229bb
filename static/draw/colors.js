/** Colours as numbers: CSS colours read, mixed, and put into tables of pixels. */

/** Return [red, green, blue] of "#rgb", "#rrggbb" or "rgb(...)"; null for anything else. */
export function channels(color) {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})([0-9a-f]{2})?$/i.exec(color.trim())?.[1];
  if (hex) {
    const full = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
    return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16));
  }
  const parts = /^rgba?\(([^)]+)\)/.exec(color.trim())?.[1].split(/[\s,/]+/).map(Number);
  return parts && parts.length >= 3 ? parts.slice(0, 3) : null;
}

const between = (a, b, share) => a.map((v, i) => Math.round(v + (b[i] - v) * share));
const pixel = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

const known = new Map();

/** Return the colour `share` of the way from a to b, as CSS. */
export function mixed(a, b, share) {
  const key = `${a}${b}${share.toFixed(2)}`;
  let found = known.get(key);
  if (!found) {
    found = `rgb(${between(channels(a), channels(b), share).join(",")})`;
    if (known.size > 2000) known.clear();
    known.set(key, found);
  }
  return found;
}

/** Return the pixel of each byte: of a palette's classes, or from low over mid (127.5) to high;
 * discrete: low or high alone. */
export function divergingPixels({ palette, low, mid, high }, discrete = false) {
  const out = new Uint32Array(256);
  if (palette) {
    palette.forEach((color, i) => (out[i] = pixel(channels(color))));
    return out;
  }
  const [below, middle, above] = [low, mid, high].map(channels);
  for (let v = 0; v < 256; v++) {
    const t = v / 127.5 - 1;
    out[v] = pixel(between(middle, t < 0 ? below : above, discrete ? 1 : Math.abs(t)));
  }
  return out;
}

/** Return the pixel of each byte of a heat map: 0 is nothing, 1 is zero, 2 to 255 go along colors. */
export function rampPixels(colors, zero, nothing) {
  const stops = colors.map(channels);
  const out = new Uint32Array(256);
  for (let v = 2; v < 256; v++) {
    const t = ((v - 2) / 253) * (stops.length - 1);
    const i = Math.min(stops.length - 2, Math.floor(t));
    out[v] = pixel(between(stops[i], stops[i + 1], t - i));
  }
  [out[0], out[1]] = [pixel(channels(nothing)), pixel(channels(zero))];
  return out;
}
