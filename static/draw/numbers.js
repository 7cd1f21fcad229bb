/** Numbers as people write them, as lab/text/numbers.py does, and names with small figures. */

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉";

/** Return x with so many significant figures and a true minus; beyond 0.001..1e5 with a power of ten. */
export function number(x, digits = 3) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const sign = x < 0 ? "−" : "";
  const [mantissa, exponent] = Math.abs(x).toExponential(digits - 1).split("e");
  const e = Number(exponent);
  if (e < -3 || e >= 5) {
    const [short, raised] = Math.abs(x).toExponential(1).split("e");
    return `${sign}${short}×${power(Number(raised))}`;
  }
  return sign + fixed(Number(`${mantissa}e${e}`), Math.max(0, digits - 1 - e));
}

/** Return ten to a whole power. */
export const power = (e) => `10${e < 0 ? "⁻" : ""}${String(Math.abs(e)).replace(/\d/g, (d) => SUPERSCRIPT[d])}`;

/** Return a whole number with its thousands apart. */
export const whole = (n) => fixed(Math.round(n), 0);

/** Return a share as a percentage with one decimal. */
export const percent = (share) => `${fixed(100 * share, 1)}%`;

/** Return a name with a number from 1 on as its subscript. */
export function numbered(name, n) {
  return name + String(n).replace(/\d/g, (d) => SUBSCRIPT[d]);
}

/** A format takes longer to make than to use. */
const formats = new Map();

function fixed(x, places) {
  let format = formats.get(places);
  if (!format) formats.set(places, (format = new Intl.NumberFormat("en-US", { minimumFractionDigits: places, maximumFractionDigits: places })));
  const text = format.format(Math.abs(x));
  return x < 0 && Number(text.replaceAll(",", "")) !== 0 ? `−${text}` : text;
}

/** Return a number in the d3 format that a figure names: ".3g", ".2f", ".1%" or ",d". */
export function formatted(value, format = ".3g") {
  if (typeof value !== "number") return String(value ?? "");
  const [, places, type] = /^,?(?:\.(\d+))?([gf%d]?)/.exec(format);
  if (type === "g") return number(value, Number(places ?? 3));
  if (type === "%") return `${fixed(100 * value, Number(places ?? 0))}%`;
  return fixed(value, Number(places ?? 0));
}

/** Return a figure's hovertemplate with its values put in: "%{y:.3g}", "%{text}". Its lines become
 * an array; what stands in <extra> is for Plotly's box and left out. */
export function fillTemplate(template, values) {
  const at = (path) => path.split(".").reduce((value, name) => value?.[name], values);
  return template.replace(/<extra>.*?<\/extra>/g, "").split("<br>").map((line) =>
    unescaped(line.replace(/%\{([^}:]+)(?::([^}]+))?\}/g, (_, path, format) => formatted(at(path), format))));
}

/** Return words that were escaped for Plotly as they are read. */
export const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
