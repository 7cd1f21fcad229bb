/** Paints the units on the diagram's canvas: maps, strips, rims, biases and input names. */

import { font } from "../draw/canvas.js";
import { strength } from "./links.js";


/** Paint column c of a diagram. */
export function paintColumn(diagram, c) {
  const { g, panel: p } = diagram;
  const column = diagram.geometry.columns[c];
  const [maps, part] = c ? [diagram.maps, c - 1] : [diagram.inputMaps, 0];
  if (!c && !diagram.static) return;
  if (column.kind === "strip") {
    const x = column.x - column.size / 2;
    maps.strip(g, part, x, column.top, column.size, column.height);
    g.strokeStyle = p.colors.line;
    g.lineWidth = 1;
    g.strokeRect(x + 0.5, column.top + 0.5, column.size - 1, column.height - 1);
    paintRow(diagram, c, column);
    return;
  }
  const { size } = column;
  g.beginPath();
  for (let j = 0; j < column.units; j++) {
    const [x, y] = [Math.round(column.x - size / 2), Math.round(column.at(j) - size / 2)];
    const on = c || p.inputs.order[j] >= 0;
    if (!on) {
      // Inputs that are switched off are painted faintly, over the panel's colour.
      g.fillStyle = p.colors.panel;
      g.fillRect(x, y, size, size);
      g.globalAlpha = 0.28;
    }
    maps.tile(g, part, j, x, y, size);
    g.globalAlpha = 1;
  }
  paintRims(diagram, c, column);
}

/** Mark the unit of a strip that is pinned or pointed at. */
function paintRow(diagram, c, column) {
  const { g, panel } = diagram;
  const high = Math.max(4, column.height / column.units);
  for (let j = 0; j < column.units; j++) {
    const fixed = diagram.pinned() === `${c}.${j + 1}`;
    const [at, k] = diagram.pointed?.unit ?? [];
    if (!fixed && !(at === c && k === j)) continue;
    g.strokeStyle = fixed ? panel.colors.t1 : panel.colors.t2;
    g.lineWidth = fixed ? 2 : 1.5;
    g.strokeRect(column.x - column.size / 2 - 3, column.at(j) - high / 2, column.size + 6, high);
  }
}

/** Round the corners of a column's maps, frame them, and paint their biases. */
function paintRims(diagram, c, column) {
  const { g, panel } = diagram;
  const { size } = column;
  const radius = Math.min(4, size / 5);
  const rim = (j, out, r) => g.roundRect(Math.round(column.x - size / 2) - out, Math.round(column.at(j) - size / 2) - out, size + 2 * out, size + 2 * out, r);
  g.beginPath();
  for (let j = 0; j < column.units; j++) {
    g.rect(Math.round(column.x - size / 2), Math.round(column.at(j) - size / 2), size, size);
    rim(j, 0, radius);
  }
  g.fillStyle = panel.colors.panel;
  g.fill("evenodd");
  g.beginPath();
  for (let j = 0; j < column.units; j++) rim(j, -0.5, radius);
  g.strokeStyle = panel.colors.t3;
  g.lineWidth = 1;
  g.stroke();
  if (c) paintBiases(diagram, c, column);
  const [unit, pinned] = [diagram.pointed?.unit, diagram.pinned()];
  for (let j = 0; j < column.units; j++) {
    const fixed = pinned === `${c}.${j + 1}`;
    if (!fixed && !(unit && unit[0] === c && unit[1] === j)) continue;
    g.beginPath();
    rim(j, 2, radius + 2);
    g.strokeStyle = fixed ? panel.colors.t1 : panel.colors.t2;
    g.lineWidth = fixed ? 2 : 1.5;
    g.stroke();
  }
}

function paintBiases(diagram, c, column) {
  const { g, panel } = diagram;
  const links = diagram.layers[c - 1];
  const size = Math.max(3, Math.min(8, column.size / 4));
  for (let k = 0; k < links.weight.length; k++) {
    if (links.source[k] >= 0) continue;
    const [x, y] = [Math.round(column.x - column.size / 2) - 2, Math.round(column.at(links.target[k]) + column.size / 2 - size) + 2];
    const b = links.weight[k];
    g.fillStyle = panel.colors.panel;
    g.fillRect(x - 1, y - 1, size + 2, size + 2);
    g.fillStyle = b < 0 ? panel.colors.negative : panel.colors.positive;
    g.globalAlpha = 0.2 + 0.8 * strength(3 * b);
    g.fillRect(x, y, size, size);
    g.globalAlpha = 1;
    g.strokeStyle = panel.colors.t3;
    g.lineWidth = 0.75;
    g.strokeRect(x, y, size, size);
  }
}

/** Paint the names of the inputs beside their maps. */
export function paintNames(diagram) {
  const { g, panel } = diagram;
  const column = diagram.geometry.columns[0];
  if (column.kind !== "tiles") return;
  const type = diagram.geometry.projected ? 16 : Math.min(13, Math.max(9, column.size * 0.8));
  g.font = font(type);
  g.textAlign = "right";
  g.textBaseline = "middle";
  panel.inputs.names.forEach((name, j) => {
    g.fillStyle = panel.inputs.order[j] >= 0 ? panel.colors.t1 : panel.colors.t3;
    g.fillText(name, column.x - column.size / 2 - 6, column.at(j), diagram.geometry.projected ? 58 : 44);
  });
  g.textAlign = "left";
}
