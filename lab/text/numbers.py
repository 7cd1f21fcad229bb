"""Numbers as people write them, and the names of layers, parameters and changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(exponent: int) -> str:
    """Return 10 to a power, with the exponent in superscripts."""
    return "10" + str(exponent).translate(SUPERSCRIPT)


def number(x: float, digits: int = 3) -> str:
    """Return x with so many significant figures; beyond 0.001..1e5 with a power of ten."""
    x = float(x)
    if math.isnan(x):
        return "–"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"
    sign, x = ("−" if x < 0 else ""), abs(x)
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    e = int(exponent)
    if e < -3 or e >= 5:
        mantissa, exponent = f"{x:.1e}".split("e")
        return f"{sign}{mantissa}×{power_of_ten(int(exponent))}"
    rounded = float(f"{mantissa}e{e}")
    return f"{sign}{rounded:,.{max(0, digits - 1 - e)}f}"


def short(x: float) -> str:
    """Return x for an axis: no trailing zeros, decimals down to 0.001, powers of ten beyond."""
    if x == 0:
        return "0"
    if abs(x) < 0.0009999 or abs(x) >= 100_000:
        e = math.floor(math.log10(abs(x)) + 1e-9)
        lead = float(f"{abs(x) / 10.0**e:.3g}")
        sign = "−" if x < 0 else ""
        return sign + ("" if lead == 1 else f"{lead:g}×") + power_of_ten(e)
    whole, _, rest = f"{float(f'{abs(x):.6g}'):.10f}".partition(".")
    rest = rest.rstrip("0")
    text = f"{int(whole):,}" + (f".{rest}" if rest else "")
    return ("−" if x < 0 else "") + text


def count(n: float) -> str:
    """Return a whole number with commas between thousands."""
    return f"{round(n):,}".replace("-", "−")


def percent(x: float) -> str:
    """Return a share 0..1 in per cent with one decimal; a dash where there is none."""
    return f"{100 * x:.1f}%".replace("-", "−") if math.isfinite(x) else "–"


def times(ratio: float) -> str:
    """Return a ratio with two figures: 12×, 8,300×, 0.71×; powers of ten from a million on."""
    if ratio >= 999_500:
        return f"{number(ratio, 2)}×" if math.isfinite(ratio) else "∞×"
    if ratio < 1000:
        return f"{number(float(f'{ratio:.1e}'), 2)}×"
    return f"{int(float(f'{ratio:.1e}')):,}×"


#: Fields whose names on screen are not their keys, and those that 0 switches off.
NAMES = {
    "l1": "L1 penalty",
    "l2": "L2 penalty",
    "clip_norm": "clip the norm",
    "clip_value": "clip the values",
}
OFF_AT_ZERO = ("l1", "l2", "dropout", "clip_norm", "clip_value")


def parameter_label(name: str) -> str:
    """Return in words which weight "w1.2.0" is, or which bias "b1.2": counted from 1."""
    layer, *units = name[1:].split(".")
    at = ",".join(str(int(unit) + 1) for unit in units).translate(SUBSCRIPT)
    return f"{name[0]}{at} of layer {layer}"


def is_parameter(field: str) -> bool:
    """Return whether a change is of a weight or a bias, by hand, and not of a setting."""
    return "." in field


def change_label(field: str, value: Any) -> str:
    """Return a live change in words, such as "learning rate 0.003"."""
    if is_parameter(field):
        return f"{parameter_label(field)}: {number(value)}"
    if field == "data":
        return f"drawn: {count(value)} training examples"
    name = NAMES.get(field, field.replace("_", " "))
    if value == 0 and field in OFF_AT_ZERO:
        return f"{name} off"
    if value is None:
        return f"{name} {'full' if field == 'batch_size' else 'off'}"
    if isinstance(value, bool):
        return f"{name} {'on' if value else 'off'}"
    if isinstance(value, int | float):
        return (
            f"{name} {short(float(f'{value:.3g}')) if isinstance(value, float) else count(value)}"
        )
    return f"{name} {value}"


def changes_label(changes: Sequence[Any]) -> str:
    """Return in words changes that share a mark: one field's last value, or a count of edits."""
    fields = {made.field for made in changes}
    if len(fields) > 1:
        return f"{len(fields)} parameters by hand"
    return change_label(changes[-1].field, changes[-1].value)


def capital(text: str) -> str:
    """Return text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def owner(layer: int, layers: int) -> str:
    """Return what a layer (from 0) is called inside a sentence."""
    return "the output layer" if layer == layers - 1 else f"layer {layer + 1}"


def layer_name(layer: int, layers: int) -> str:
    """Return what a layer (from 0) is called: the last one is the output."""
    return "output" if layer == layers - 1 else f"layer {layer + 1}"
