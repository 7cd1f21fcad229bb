import assert from "node:assert/strict";
import { test } from "node:test";
import { fillTemplate, formatted, number, numbered, percent, power, whole } from "../../static/draw/numbers.js";

test("numbers have three figures and a true minus", () => {
  const written = { 0: "0", 1: "1.00", 0.5: "0.500", 0.0123456: "0.0123", 1234.5: "1,230", 99940: "99,900", 99960: "1.0×10⁵", "-2.345": "−2.35" };
  for (const [x, text] of Object.entries(written)) assert.equal(number(Number(x)), text, x);
});

test("very small and very large ones are powers of ten", () => {
  assert.equal(number(0.00012), "1.2×10⁻⁴");
  assert.equal(number(-3.4e12), "−3.4×10¹²");
  assert.equal(power(-10), "10⁻¹⁰");
  assert.deepEqual([number(NaN), number(Infinity), number(-Infinity)], ["–", "∞", "−∞"]);
});

test("whole numbers, shares and names", () => {
  assert.equal(whole(12345), "12,345");
  assert.equal(percent(0.7083), "70.8%");
  assert.equal(percent(-0.0001), "0.0%");
  assert.equal(numbered("a", 12), "a₁₂");
});

test("a figure's template is filled, line by line", () => {
  const values = { x: 0.25, y: 1234, text: "&lt;0.5", fullData: { name: "recall" } };
  assert.deepEqual(fillTemplate("said %{x:.2f}<br>%{text}<extra></extra>", values), ["said 0.25", "<0.5"]);
  assert.deepEqual(fillTemplate("%{fullData.name} %{x:.1%}", values), ["recall 25.0%"]);
  assert.equal(formatted(1234, ",d"), "1,234");
  assert.equal(formatted(0.0123, ".3g"), "0.0123");
});
