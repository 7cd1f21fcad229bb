/** Marker shapes, on canvases and in legends. */

const polygon = (...xy) => (g, x, y, r) => {
  for (let i = 0; i < xy.length; i += 2) {
    const [px, py] = [x + r * xy[i], y + r * xy[i + 1]];
    if (i) g.lineTo(px, py);
    else g.moveTo(px, py);
  }
  g.closePath();
};

const star = Array.from({ length: 10 }, (_, i) => {
  const [a, r] = [(i * Math.PI) / 5 - Math.PI / 2, i % 2 ? 0.55 : 1.35];
  return [r * Math.cos(a), r * Math.sin(a)];
}).flat();

const SHAPES = {
  circle: (g, x, y, r) => {
    g.moveTo(x + r, y);
    g.arc(x, y, r, 0, 2 * Math.PI);
  },
  diamond: polygon(0, -1.25, 1.25, 0, 0, 1.25, -1.25, 0),
  square: polygon(-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9),
  "triangle-up": polygon(0, -1.2, 1.1, 0.8, -1.1, 0.8),
  "triangle-down": polygon(0, 1.2, 1.1, -0.8, -1.1, -0.8),
  cross: polygon(-0.4, -1.1, 0.4, -1.1, 0.4, -0.4, 1.1, -0.4, 1.1, 0.4, 0.4, 0.4, 0.4, 1.1, -0.4, 1.1, -0.4, 0.4, -1.1, 0.4, -1.1, -0.4, -0.4, -0.4),
  x: polygon(-1, -0.5, -0.5, -1, 0, -0.5, 0.5, -1, 1, -0.5, 0.5, 0, 1, 0.5, 0.5, 1, 0, 0.5, -0.5, 1, -1, 0.5, -0.5, 0),
  star: polygon(...star),
};

/** Add the outline of a marker of radius r to the path. */
export function shape(g, symbol, x, y, r) {
  (SHAPES[symbol] ?? SHAPES.circle)(g, x, y, r);
}

/** Return a small canvas that shows one entry of a legend. */
export function key(entry) {
  const ramp = entry.symbol === "ramp";
  const [w, h] = [ramp ? 64 : entry.symbol === "line" ? 16 : 13, 13];
  const canvas = document.createElement("canvas");
  const ratio = Math.max(2, window.devicePixelRatio || 1);
  canvas.width = w * ratio;
  canvas.height = h * ratio;
  canvas.style.cssText = `width:${w}px;height:${h}px`;
  canvas.setAttribute("aria-hidden", "true");
  const g = canvas.getContext("2d");
  g.scale(ratio, ratio);
  if (ramp) {
    const gradient = g.createLinearGradient(0, 0, w, 0);
    entry.colors.forEach((color, i) => gradient.addColorStop(i / (entry.colors.length - 1), color));
    g.fillStyle = gradient;
    g.fillRect(0, 3, w, 8);
  } else if (entry.symbol === "line") {
    g.fillStyle = entry.color;
    g.fillRect(0, 6, w, 1.6);
  } else {
    g.beginPath();
    shape(g, entry.symbol, w / 2, h / 2, 3.9);
    g.fillStyle = entry.color ?? "transparent";
    g.strokeStyle = entry.edge ?? entry.color;
    g.lineWidth = 1.4;
    g.fill();
    if (entry.edge) g.stroke();
  }
  return canvas;
}
