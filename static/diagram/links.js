/** The links between the layers: read from a frame, painted in batches, and found under a pointer. */

/** A weight of this size is drawn with about two thirds of the greatest width. */
const FULL = 3;
const WIDEST = 5.5;
const STEPS = 10;

/** Return the visual strength of a weight or bias, 0 to 1, on one scale for all steps. */
export function strength(w) {
  return 1 - Math.exp(-Math.abs(w) / FULL);
}

/** The links of one layer: arrays source, target, weight, gradient, move; source -1 is the bias. */
export class Links {
  constructor(told, rowOf) {
    Object.assign(this, told);
    const n = told.weight.length;
    this.source = new Int32Array(n);
    this.target = new Int32Array(n);
    for (let k = 0; k < n; k++) {
      const at = told.at ? told.at[k] : k;
      const i = at % told.columns;
      this.target[k] = Math.floor(at / told.columns);
      this.source[k] = i === told.columns - 1 ? -1 : i;
    }
    this.rowOf = rowOf;
  }

  /** Return the index of a link, -1 if the frame does not contain it. */
  find(target, source) {
    for (let k = 0; k < this.source.length; k++) if (this.target[k] === target && this.source[k] === source) return k;
    return -1;
  }

  /** Return the indices of a unit's links, without its bias. */
  into(target) {
    const found = [];
    for (let k = 0; k < this.source.length; k++) if (this.target[k] === target && this.source[k] >= 0) found.push(k);
    return found;
  }
}

/** Return the ends of link k between two columns. */
export function ends(links, k, from, to) {
  return {
    x0: from.x + from.size / 2, y0: from.at(links.rowOf(links.source[k])),
    x1: to.x - to.size / 2, y1: to.at(links.target[k]),
  };
}

/** Paint the links of all layers, thin ones first: one stroke for each width and sign. */
export function paintLinks(g, layers, columns, colors, shown, thickest = WIDEST) {
  const batches = Array.from({ length: 2 * STEPS }, () => []);
  layers.forEach((links, l) => {
    for (let k = 0; k < links.weight.length; k++) {
      if (links.source[k] < 0 || !shown(l, links.source[k], links.target[k])) continue;
      const w = links.weight[k];
      const step = Math.min(STEPS - 1, Math.floor(strength(w) * STEPS));
      batches[2 * step + (w < 0 ? 1 : 0)].push(l, k);
    }
  });
  const base = g.globalAlpha;
  g.lineCap = "butt";
  batches.forEach((batch, b) => {
    if (!batch.length) return;
    const share = (Math.floor(b / 2) + 0.5) / STEPS;
    g.strokeStyle = b % 2 ? colors.negative : colors.positive;
    // Lines of one pixel are painted ten times as fast as thicker ones, and most links are thin.
    const width = 0.4 + thickest * share;
    g.lineWidth = width < 1.5 ? 1 : width;
    g.globalAlpha = base * (0.14 + 0.8 * Math.min(1, 1.35 * share));
    g.beginPath();
    for (let i = 0; i < batch.length; i += 2) curve(g, ends(layers[batch[i]], batch[i + 1], columns[batch[i]], columns[batch[i] + 1]));
    g.stroke();
  });
  g.globalAlpha = base;
}

/** Add one link to the path. */
export function curve(g, { x0, y0, x1, y1 }) {
  const middle = (x0 + x1) / 2;
  g.moveTo(x0, y0);
  g.bezierCurveTo(middle, y0, middle, y1, x1, y1);
}

/** Return {layer, k} of the link nearest to a point, within `reach` pixels, or null. */
export function linkAt(layers, columns, x, y, reach) {
  for (let l = 0; l < layers.length; l++) {
    const [from, to] = [columns[l], columns[l + 1]];
    const share = (x - from.x - from.size / 2) / (to.x - to.size / 2 - from.x - from.size / 2);
    if (!(share > 0.02 && share < 0.98)) continue;
    const t = along(share);
    const bend = 3 * t * t - 2 * t * t * t;
    let best = null;
    let least = reach;
    for (let k = 0; k < layers[l].weight.length; k++) {
      if (layers[l].source[k] < 0) continue;
      const { y0, y1, x0, x1 } = ends(layers[l], k, from, to);
      const slope = ((y1 - y0) * 6 * t * (1 - t)) / ((x1 - x0) * (1.5 - 3 * t + 3 * t * t));
      // Of links that cross here, take the strongest.
      const distance = Math.abs(y0 + (y1 - y0) * bend - y) / Math.hypot(1, slope) - 1.5 * strength(layers[l].weight[k]);
      if (distance < least) [least, best] = [distance, { layer: l, k }];
    }
    return best;
  }
  return null;
}

/** Return the curve parameter at which a link is at this share of its horizontal distance. */
function along(share) {
  let [low, high] = [0, 1];
  for (let i = 0; i < 20; i++) {
    const t = (low + high) / 2;
    if (1.5 * t - 1.5 * t * t + t * t * t < share) low = t;
    else high = t;
  }
  return (low + high) / 2;
}
