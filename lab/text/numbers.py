"""Numbers as people write them, and sentences that state what the newest records show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dnn.run.history import History

Array = np.ndarray
FOLLOWS = "Test cost follows train cost."
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


def layer_name(layer: int, layers: int) -> str:
    """Return what a layer (from 0) is called: the last one is the output."""
    return "output" if layer == layers - 1 else f"layer {layer + 1}"


def _owner(layer: int, layers: int) -> str:
    return "the output layer" if layer == layers - 1 else f"layer {layer + 1}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _finite(history: History, name: str) -> Array:
    values = np.asarray(history[name], np.float64)
    return values[np.isfinite(values)]


#: From so many times the cost of guessing on, a cost is called worse.
WORSE = 1.1


def cost_sentence(history: History, diverged: Any = None, guessing: float | None = None) -> str:
    """Return one sentence on train and test cost: medians of the newest tenth of the records.

    guessing: the cost of the best constant answer, where it is known.
    """
    if diverged is not None:
        layer = getattr(diverged, "layer", None)
        where = f" ({diverged.quantity} in layer {layer})" if layer else ""
        return f"Passed the {power_of_ten(12)} limit at step {count(diverged.step)}{where}."
    if not len(history):
        return "No steps yet."
    train, test = _finite(history, "train_cost"), _finite(history, "test_cost")
    if not len(train):
        return "The cost is not finite."
    if len(history) == 1:
        return (
            f"At step {count(float(history.last('step')))} the train cost is {number(train[-1])}."
        )
    if not len(test):
        return f"Train cost {_way(train)}. There is no test part."
    if guessing is not None and _recent(train) > WORSE * guessing:
        return f"Worse than guessing: the train cost is {number(_recent(train))}."
    return _comparison(train, test)


def _window(values: Array) -> int:
    return max(1, len(values) // 10)


def _recent(values: Array) -> float:
    return float(np.median(values[-_window(values) :]))


def _change(values: Array) -> float:
    """Return the newest tenth's median over that of the tenth before: above 1 is rising."""
    k = _window(values)
    before = float(np.median(values[-2 * k : -k])) if len(values) > k else 0.0
    return _recent(values) / before if before > 0 else 1.0


def _way(values: Array) -> str:
    change = _change(values)
    return "is falling" if change < 0.98 else "is rising" if change > 1.02 else "holds steady"


def _comparison(train: Array, test: Array) -> str:
    a, b = _recent(train), _recent(test)
    if a <= 0 or b <= 0:
        return f"Train cost is {number(a)}, test cost {number(b)}."
    ratio = b / a
    if ratio < 1 / 1.5:
        return f"Train cost is {times(1 / ratio)} test cost."
    if ratio <= 1.5:
        still = len(train) >= 10 and abs(_change(train) - 1) < 0.005
        return f"Not falling: train and test cost stay near {number(a)}." if still else FOLLOWS
    # Overfitting needs the whole pattern: test above its best and still going up, train not.
    rising = len(test) >= 10 and _change(test) > 1.01 and b > 1.05 * _best(test)
    if rising and _change(train) < 1.01:
        return f"Test cost is {times(ratio)} train cost and rising: the network overfits."
    return f"Test cost is {times(ratio)} train cost."


def _best(values: Array) -> float:
    """Return the smallest median of a tenth of the records."""
    k = _window(values)
    return min(float(np.median(values[i : i + k])) for i in range(0, len(values) - k + 1, k))


def gradient_sentence(history: History, kind: str = "gradient_rms") -> str:
    """Return one sentence on the largest ratio between layers now, without a verdict.

    Medians of the newest twentieth of the records, so that the number can be read.
    """
    if not len(history):
        return "No steps yet."
    columns = np.asarray(history[kind], np.float64)
    recent = columns[-max(1, len(columns) // 20) :]
    with np.errstate(all="ignore"):
        now = np.median(recent, axis=0)
    L = len(now)
    if not np.isfinite(now).all():
        return "Some gradients are not finite."
    if not now.any():
        return "Every weight's gradient is exactly 0; those of biases may not be."
    if (now == 0).any():
        zeros = np.flatnonzero(now == 0)
        who, others = _owner(int(zeros[0]), L), len(zeros) - 1
        if others:
            layers = "layers" if others > 1 else "layer"
            return (
                f"The gradients of {who} and {others} more {layers} are exactly 0, "
                "drawn at the bottom."
            )
        return f"{_capital(who)}'s gradient is exactly 0, drawn at the bottom."
    if L == 1:
        return f"The only layer's gradient is {number(now[0])}."
    low, high = int(now.argmin()), int(now.argmax())
    ratio = float(now[high] / now[low])
    if ratio < 1.5:
        return "All layers get gradients of about the same size."
    small, large = _owner(low, L), _owner(high, L)
    if kind == "gradient_norm":
        return f"The norm of {small}'s gradient is {times(ratio)} smaller than {large}'s."
    return f"{_capital(small)}'s weights get gradients {times(ratio)} smaller than {large}'s."
