/** What is drawn in a panel, by the kind that its message says: see panels.js. */

import { Chart } from "./chart/chart.js";
import { Drawing } from "./chart/drawing.js";
import { LayerChart } from "./chart/layer_chart.js";
import { Pictures } from "./chart/pictures.js";
import { Reading } from "./chart/reading.js";
import { Ridges } from "./chart/ridges.js";
import { Diagram } from "./diagram/diagram.js";

function chart(panel, view) {
  const made = new Chart(panel.plot, view.schedule);
  made.reading = new Reading(made);
  return made;
}

function plane(panel, view) {
  const made = chart(panel, view);
  panel.drawing = new Drawing(panel, view.schedule);
  return made;
}

/** A kind makes the object that draws: {plot, set(p), paint(background, layers, token), destroy()}. */
export const KINDS = {
  chart,
  plane,
  diagram: (panel, view) => new Diagram(panel, view.schedule, () => view.refocus(), view.send),
  ridges: (panel, view) => new Ridges(panel.plot, view.schedule, view.link),
  pictures: (panel, view) => new Pictures(panel.plot, view.schedule),
  layer_lines: (panel, view) => new LayerChart(panel.plot, view.schedule, view.link),
};
