/** Saves a panel as a PNG, an SVG or an HTML page, with its title, axes and everything drawn. */

import { power } from "../draw/numbers.js";
import { element } from "./dom.js";
import { tokenColor } from "./tokens.js";

/** Size of a saved figure in pixels, and the PNG's pixels per figure pixel. */
const SIZE = { width: 900, height: 560 };
const SCALE = 2;
/** Pixels above a picture for its title and sentence. */
const HEAD = 54;
const PLOTLY = new URL("../plotly.min.js", import.meta.url);
const KINDS = ["png", "svg", "html"];

/** A button in a panel's corner, and the menu that it opens. */
export class Saver {
  constructor(panel) {
    this.panel = panel;
    this.open = element("button", "nl-save", "↓");
    Object.assign(this.open, { type: "button", title: "Save this panel as a file", ariaExpanded: "false" });
    this.open.ariaLabel = "Save this panel";
    this.menu = element("div", "nl-save-menu");
    this.menu.hidden = true;
    this.open.onclick = () => this.toggle(this.menu.hidden);
    this.root = element("div", "nl-saver", this.open, this.menu);
    this.root.onkeydown = (event) => {
      // Escape closes the menu; Space presses a button here and must not play or pause.
      if (event.key === "Escape") this.toggle(false);
      event.stopPropagation();
    };
    this.root.onfocusout = ({ relatedTarget }) => this.root.contains(relatedTarget) || this.toggle(false);
  }

  /** Whether Plotly can draw the panel; the network and the distributions are pictures. */
  get drawn() {
    return typeof this.panel.chart.layout === "function";
  }

  toggle(open) {
    if (open) plotly(); // which takes a moment to load: while somebody chooses
    this.menu.replaceChildren(
      ...KINDS.map((kind) => {
        const button = element("button", "", kind.toUpperCase());
        button.type = "button";
        button.onclick = () => this.save(kind);
        return button;
      }),
    );
    this.menu.hidden = !open;
    this.open.ariaExpanded = String(open);
    if (open) this.menu.firstChild.focus();
  }

  async save(kind) {
    const { key } = this.panel;
    this.toggle(false);
    const name = `neural-lab-${key}.${kind}`;
    if (!this.drawn) download(wrapped(this.picture(), kind), name);
    else if (kind === "html") download(URL.createObjectURL(await page(this.figure())), name);
    else download(await drawn(this.figure(), kind), name);
  }

  /** Return the panel's canvas as shown, below its title and sentence, on the panel's background. */
  picture() {
    const { title, subtitle, plot, chart: { canvas } } = this.panel;
    const ratio = canvas.width / plot.clientWidth;
    const copy = element("canvas");
    [copy.width, copy.height] = [canvas.width, canvas.height + HEAD * ratio];
    const g = copy.getContext("2d");
    const style = getComputedStyle(this.panel.root);
    g.fillStyle = tokenColor(this.panel.root, "panel");
    g.fillRect(0, 0, copy.width, copy.height);
    g.fillStyle = style.color;
    for (const [{ textContent }, font, y] of [[title, "600 16px", 22], [subtitle, "13px", 42]]) {
      g.font = `${font.replace(/\d+(?=px)/, (n) => n * ratio)} ${style.fontFamily}`;
      g.fillText(textContent, 14 * ratio, y * ratio, copy.width - 28 * ratio);
    }
    g.drawImage(canvas, 0, HEAD * ratio);
    return copy;
  }

  /** Return the figure with everything that the page paints by itself as traces and images of Plotly. */
  figure() {
    const { chart } = this.panel;
    const { figure, field, field_size: n, contour, title, subtitle } = chart.panel;
    const { meta, width, height, uirevision, ...layout } = chart.layout();
    const style = getComputedStyle(this.panel.root);
    const background = tokenColor(this.panel.root, "panel");
    const words = `<b>${plain(title)}</b>${subtitle ? `<br><span style="font-size:12px">${plain(subtitle)}</span>` : ""}`;
    const data = [...(contour ? [line(layout, field, n, meta.field.line)] : []), ...(meta?.heat ? heat(figure.data[0], meta.heat) : chart.traces())];
    return {
      data: data.map((trace) => ({ ...trace })),
      layout: {
        ...layout,
        ...SIZE,
        images: field ? [picture(chart.field.canvas, layout)] : [],
        title: { text: words, x: 0.02, y: 1, yanchor: "top", pad: { t: 16 }, font: { size: 17, color: style.color } },
        margin: { l: 76, r: Math.max(layout.margin.r, meta?.heat ? 90 : 40), t: 72, b: 60 },
        paper_bgcolor: background,
        plot_bgcolor: background,
        ...(meta?.square ? { width: 640, height: 680, yaxis: { ...layout.yaxis, scaleanchor: "x" } } : {}),
      },
    };
  }
}

/** Return a URL of a picture as PNG, SVG or HTML. */
function wrapped(canvas, kind) {
  const png = canvas.toDataURL("image/png");
  if (kind === "png") return png;
  const { width, height } = canvas;
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"><image width="${width}" height="${height}" href="${png}"/></svg>`;
  const html = `<!doctype html><meta charset="utf-8"><title>Neural Lab</title>${drawing}`;
  return URL.createObjectURL(kind === "svg" ? new Blob([drawing], { type: "image/svg+xml" }) : new Blob([html], { type: "text/html" }));
}

let loading = null;

/** Return Plotly, loaded on first use: it draws exports only, never the live charts. */
function plotly() {
  loading ??= new Promise((done, failed) => {
    if (window.Plotly?.toImage) return done(window.Plotly);
    const script = element("script");
    script.src = PLOTLY.href;
    script.onload = () => done(window.Plotly);
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

/** Return a URL of a figure as a picture. */
async function drawn(figure, format) {
  const { width, height } = figure.layout;
  return (await plotly()).toImage(figure, { format, width, height, scale: format === "png" ? SCALE : 1 });
}

/** Return text escaped for Plotly. */
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Return the field as an image over the whole plane. */
function picture(canvas, { xaxis, yaxis }) {
  const [[left, right], [low, high]] = [xaxis.range, yaxis.range];
  return {
    source: canvas.toDataURL("image/png"), xref: "x", yref: "y", x: left, y: high, layer: "below",
    sizex: right - left, sizey: high - low, sizing: "stretch",
  };
}

/** Return the contour at an output of 0.5. */
function line({ xaxis, yaxis }, field, n, color) {
  const [[left, right], [low, high]] = [xaxis.range, yaxis.range];
  const z = Array.from({ length: n }, (_, row) => Array.from(field.subarray(row * n, (row + 1) * n)));
  return {
    type: "contour", z, x0: left, dx: (right - left) / (n - 1), y0: low, dy: (high - low) / (n - 1), showscale: false,
    hoverinfo: "skip", contours: { start: 127.5, end: 127.5, size: 1, coloring: "none" }, line: { color, width: 1.5 },
  };
}

/** Return a heat map of coded bytes as one of log10 with a colour bar, and one of exact zeros. */
function heat({ x, z, colorscale }, { rows, low, high, zero }) {
  const n = x.length;
  // A cell spans from its step to the next one.
  const edges = n > 1 ? Array.from(x) : [...x, ...Array.from(x, (step) => step + 1)];
  const cells = (value) => Array.from({ length: rows }, (_, r) => Array.from({ length: edges.length - 1 }, (_, i) => value(z[r * n + i])));
  const powers = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const shared = { type: "heatmap", x: edges, y: Array.from({ length: rows + 1 }, (_, r) => r + 0.5), hoverinfo: "x+y+z" };
  return [
    {
      ...shared, z: cells((code) => (code < 2 ? null : low + ((code - 2) / 253) * (high - low))), zmin: low, zmax: high, colorscale,
      colorbar: { tickvals: powers, ticktext: powers.map(power), thickness: 14, outlinewidth: 0 },
    },
    { ...shared, z: cells((code) => (code === 1 ? 0 : null)), showscale: false, colorscale: [[0, zero], [1, zero]] },
  ];
}

/** Return an HTML page of the figure that works offline: Plotly is included. */
async function page(figure) {
  const Plotly = await (await fetch(PLOTLY)).text();
  const json = JSON.stringify(figure, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value)).replaceAll("<", "\\u003c");
  const body = `<div id="figure"></div><script>${Plotly.replaceAll("</script", "<\\/script")}</script>
<script>{ const { data, layout } = ${json}; Plotly.newPlot("figure", data, layout, { displaylogo: false }); }</script>`;
  return new Blob([`<!doctype html><meta charset="utf-8"><title>Neural Lab</title>${body}`], { type: "text/html" });
}

function download(address, name) {
  const link = element("a");
  Object.assign(link, { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}
