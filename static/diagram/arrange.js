/** The layout of the network diagram: one column for the inputs and one for each layer. */

const PAD = 14;
/** Room for the names of the inputs, and for the headings above the columns. */
const NAMES = 40;
const HEAD = 56;
const HEAD_LOW = 38;
const HEAD_SMALL = 22;
/** In panels less high than this the buttons are in one row with the number of units. */
const LOW = 275;
/** The same on a projector, where there are no buttons. */
const NAMES_LARGE = 58;
const HEAD_LARGE = 28;
/** Columns narrower than this have short headings and no buttons. */
export const ROOMY = 70;
/** The same on touch screens, whose buttons are larger. */
export const ROOMY_FINGER = 92;
/** By how many pixels touch-screen buttons are taller. */
const TALLER = 8;
const LARGEST = 40;
const GAP = 5;

/** Return {columns, across, roomy, low, head, size} for a panel of w by h pixels; finger: whether the
 * screen is touched. A column is {x, size, kind, units, top, height, at(unit)}; at returns the centre of
 * a unit. */
export function arrange(p, w, h, projected, finger = false) {
  const named = p.inputs.kind === "tiles";
  const left = PAD + (named ? (projected ? NAMES_LARGE : NAMES) : 0);
  const layers = p.layers.length;
  const first = left + 16;
  const roomy = !projected && (w - first - PAD - 30) / layers >= (finger ? ROOMY_FINGER : ROOMY);
  const low = h < LOW;
  const head = (projected ? HEAD_LARGE : roomy ? (low ? HEAD_LOW : HEAD) : HEAD_SMALL) + (finger && roomy ? TALLER : 0);
  const top = head + 3;
  const room = Math.max(40, h - top - 5);
  const counts = [rows(p.inputs), ...p.layers.map((l) => (l.kind === "tiles" ? l.units : 0))];
  const most = Math.max(1, ...counts);
  const across = (w - first - PAD - 30) / layers;
  const down = Math.min(room / most, LARGEST + 8);
  const size = Math.max(5, Math.floor(Math.min(down - Math.min(GAP, 0.2 * down), 0.5 * across, LARGEST)));
  const single = p.layers[layers - 1].units === 1;
  const large = single ? Math.floor(Math.min(2 * size, 0.8 * across, 84)) : size;
  const last = w - PAD - Math.max(large, roomy ? 52 : 0) / 2;
  const columns = [];
  for (let c = 0; c <= layers; c++) {
    const layer = c ? p.layers[c - 1] : p.inputs;
    const x = Math.round(first + ((last - first) * c) / layers);
    const wide = c === layers ? large : size;
    columns.push(layer.kind === "tiles"
      ? tiles(x, wide, c ? layer.units : rows(p.inputs), top, room, down)
      : strip(x, Math.max(3, Math.min(30, 0.42 * across)), layer, top, room));
  }
  return { columns, across: (last - first) / layers, roomy, low, head, size, projected, finger };
}

function rows(inputs) {
  return inputs.kind === "tiles" ? inputs.names.length : 0;
}

function tiles(x, size, units, top, room, down) {
  const pitch = Math.min(room / units, down * 1.2);
  const start = top + room / 2 - (pitch * (units - 1)) / 2;
  return { kind: "tiles", x, size, units, top, height: room, at: (j) => start + pitch * j };
}

function strip(x, size, layer, top, room) {
  const n = layer.order ? layer.names.length : layer.units;
  return { kind: "strip", x, size, units: n, top, height: room, at: (j) => top + (room * (j + 0.5)) / n };
}
