/** Numbers as people write them, as dnn/figures/words.py does, and names with small figures. */

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
    const [short, power] = Math.abs(x).toExponential(1).split("e");
    const raised = String(Number(power)).replace("-", "⁻").replace(/\d/g, (d) => SUPERSCRIPT[d]);
    return `${sign}${short}×10${raised}`;
  }
  const places = Math.max(0, digits - 1 - e);
  const value = Number(`${mantissa}e${e}`);
  return sign + value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** Return a name with a number from 1 on as its subscript. */
export function numbered(name, n) {
  return name + String(n).replace(/\d/g, (d) => SUBSCRIPT[d]);
}
