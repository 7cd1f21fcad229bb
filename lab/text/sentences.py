"""What charts show, each in a sentence: the numbers and how they change, and no judgement of them.

Whether something is wrong with a network is for the diagnosis to say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dnn.run.history import History
from lab.text.numbers import capital, count, number, owner, power_of_ten, times

Array = np.ndarray

NOUNS = {"activation": "The signal", "delta": "The error", "gradient": "The gradient"}
#: Up to this ratio values count as equal.
FLAT = 1.5
#: So near 1 (log10) a direction keeps its size: within a factor of 2.
KEPT = math.log10(2.0)
#: A trend is that of so many of the newest records; of fewer than FEWEST there is none to speak of.
RECORDS, FEWEST = 40, 10
#: A trend is a change of more than so many standard errors, and of this share of the cost.
ERRORS, VISIBLE = 3.0, 0.002
#: Without a trend a cost is called flat where its records scatter by less than this share of it.
SCATTER = 0.01
#: A cost of at least this share of guessing's is compared with it.
NEAR_GUESSING = 0.98


def cost_sentence(history: History, diverged: Any = None, guessing: float | None = None) -> str:
    """Return one sentence on the newest train and test cost and the trend of each.

    diverged: with step, quantity and layer, where the run has left the range of numbers; guessing:
    the cost of the best constant answer, where it is known.
    """
    if diverged is not None:
        layer = getattr(diverged, "layer", None)
        where = f" ({diverged.quantity} in layer {layer})" if layer else ""
        return f"Passed the {power_of_ten(12)} limit at step {count(diverged.step)}{where}."
    if not len(history):
        return "No steps yet."
    costs = {part: np.asarray(history[f"{part}_cost"], float) for part in ("train", "test")}
    if not np.isfinite(costs["train"][-1]):
        return "The train cost is not finite."
    named = {part: y for part, y in costs.items() if np.isfinite(y[-1])}
    beside = ""
    train = float(named["train"][-1])
    if guessing is not None and train >= NEAR_GUESSING * guessing:
        beside = f"; guessing costs {number(guessing)}"
    records = min(len(history), RECORDS)
    if records < FEWEST:
        said = ", ".join(f"{part} {number(y[-1])}" for part, y in named.items())
        return f"{capital(said)}{beside}; too early for a trend."
    steps = np.asarray(history["step"], float)[-records:]
    said = ", ".join(
        f"{part} {number(y[-1])} ({trend(steps, y[-records:])})" for part, y in named.items()
    )
    return f"{capital(said)} over {records} records{beside}."


def trend(steps: Array, costs: Array) -> str:
    """Return "falling", "rising", "flat" or "no trend" for costs at steps, (k,) both.

    Falling or rising: the least-squares line changes from the first to the last step by more than
    ERRORS standard errors of that change, and by VISIBLE of the mean cost. What is not finite is
    left out; "no trend" of fewer than three costs.
    """
    good = np.isfinite(costs)
    x, y = steps[good], costs[good]
    if len(y) < 3 or np.ptp(x) == 0:
        return "no trend"
    x = (x - x.mean()) / np.ptp(x)
    change = float(x @ (y - y.mean()) / (x @ x))
    left = y - y.mean() - change * x
    scatter = math.sqrt(float(left @ left) / (len(y) - 2))
    level = abs(float(y.mean()))
    if abs(change) > max(ERRORS * scatter / math.sqrt(float(x @ x)), VISIBLE * level):
        return "falling" if change < 0 else "rising"
    return "flat" if scatter <= SCATTER * level else "no trend"


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
        who, others = owner(int(zeros[0]), L), len(zeros) - 1
        if others:
            layers = "layers" if others > 1 else "layer"
            return (
                f"The gradients of {who} and {others} more {layers} are exactly 0, "
                "drawn at the bottom."
            )
        return f"{capital(who)}'s gradient is exactly 0, drawn at the bottom."
    if L == 1:
        return f"The only layer's gradient is {number(now[0])}."
    low, high = int(now.argmin()), int(now.argmax())
    ratio = float(now[high] / now[low])
    if ratio < 1.5:
        return "All layers get gradients of about the same size."
    small, large = owner(low, L), owner(high, L)
    if kind == "gradient_norm":
        return f"The norm of {small}'s gradient is {times(ratio)} smaller than {large}'s."
    return f"{capital(small)}'s weights get gradients {times(ratio)} smaller than {large}'s."


def check_kind(kind: str) -> None:
    """Raise ValueError where kind is not "activation", "delta" or "gradient"."""
    if kind not in NOUNS:
        raise ValueError(f"kind: {kind!r} is not known; choose {' or '.join(NOUNS)}")


def per_layer(values: Sequence[float] | Array) -> Array:
    """Return values as a vector of floats, (L,). Raises ValueError without a layer."""
    v = np.array(values, np.float64).ravel()
    if not v.size:
        raise ValueError("values: there is no layer")
    return v


def signal_sentence(kind: str, values: Sequence[float] | Array) -> str:
    """Return one sentence on how `kind` goes through the layers (values: layer 1 first).

    Factors a layer are geometric means. Raises ValueError for another kind or no layers.
    """
    check_kind(kind)
    v = per_layer(values)
    found = ((~np.isfinite(v) | (v < 0), "not finite"), (v == 0, "exactly 0"))
    said = [f"{what} in {_where(which)}" for which, what in found if which.any()]
    if said:
        return f"{NOUNS[kind]} is {' and '.join(said)}."
    if len(v) == 1:
        return f"{NOUNS[kind]} is {number(v[0], 2)} in the only layer."
    logs = np.log(v)
    if _even(logs, FLAT):
        return f"Near {number(math.exp(float(logs.mean())), 2)} in every layer."
    return _compared(logs) if kind == "gradient" else _from_end_to_end(v, kind == "activation")


def _where(which: Array) -> str:
    at, n = np.flatnonzero(which) + 1, len(which)
    if len(at) == n:
        return "every layer" if n > 1 else "the only layer"
    if len(at) == 1:
        return f"layer {at[0]}"
    if len(at) == at[-1] - at[0] + 1:
        return f"layers {at[0]} to {at[-1]}"
    return f"{len(at)} of {n} layers"


def _even(logs: Array, ratio: float) -> bool:
    return float(np.ptp(logs)) < math.log(ratio)


def factor_text(f: float) -> str:
    """Return a factor with two figures, more where it is nearly 1."""
    near = abs(math.log(f)) if f > 0 else math.inf
    return "×" + number(f, 2 if near >= 0.05 else 3 if near >= 0.002 else 5)


def ratio_text(log: float) -> str:
    """Return exp(log) as times() writes it, also where no float holds it."""
    return times(math.exp(log)) if log < 600 else f"{power_of_ten(round(log / math.log(10)))}×"


def _from_end_to_end(v: Array, forwards: bool) -> str:
    """Return the factor a layer, and the values at both ends, in the order of travelling."""
    first, last = (1, len(v)) if forwards else (len(v), 1)
    logs = np.log(v)
    factor = math.exp(float(logs[last - 1] - logs[first - 1]) / (len(v) - 1))
    a, b = number(v[first - 1], 2), number(v[last - 1], 2)
    said = f"{factor_text(factor)} a layer on average, from {a} in layer {first} to {b} in {last}"
    beyond = (logs.min() - logs[[0, -1]].min(), logs[[0, -1]].max() - logs.max())
    if min(beyond) > -math.log(FLAT):
        return f"{said}."
    return f"{said}, between {number(v.min(), 2)} and {number(v.max(), 2)} on the way."


def _compared(logs: Array) -> str:
    first, last = 0, len(logs) - 1
    # Where layers between differ far more than the ends, the ends would not tell.
    if abs(logs[0] - logs[-1]) < 0.5 * float(np.ptp(logs)):
        first, last = int(logs.argmin()), int(logs.argmax())
    gap = float(logs[first] - logs[last])
    word = "smaller" if gap < 0 else "larger"
    return f"{ratio_text(abs(gap))} {word} in layer {first + 1} than in layer {last + 1}."


def edge_note(v: Array) -> str:
    """Return in words how many layers are 0, drawn at the edge, or not finite, left out."""
    zero = int((v == 0).sum())
    gone = int((~np.isfinite(v)).sum())
    if not zero:
        return f"{_are(gone)} not finite" if gone else ""
    more = f", {gone} {'is' if gone == 1 else 'are'} not finite" if gone else ""
    return f"{_are(zero)} exactly 0{more}"


def _are(k: int) -> str:
    return "1 layer is" if k == 1 else f"{k} layers are"


def layer_spectra_sentence(
    values: Sequence[Sequence[float]] | Array, layers: int, end: Sequence[float] | Array | None
) -> str:
    """Return one sentence on the layers' singular values and on their product's largest.

    values: (k, 4) as layer_spectra_figure's; end: log10 of the end-to-end ones, None before they
    are known. Layer 1 is left out, as in the product: it starts behind it.
    """
    v = np.asarray(values, np.float64).reshape(-1, 4)
    if len(v) < layers:
        return f"{len(v)} of {layers} layers so far."
    if not np.isfinite(v).all():
        k = int((~np.isfinite(v).all(axis=1)).sum())
        return f"The Jacobian is not finite in {'1 layer' if k == 1 else f'{k} layers'}."
    high, low = float(v[1:, 0].max()), float(v[1:, 2].min())
    with np.errstate(divide="ignore"):
        span = _between(*np.log10([low, high]).tolist())
    said = ("Layer 2: " if layers == 2 else f"Layers 2 to {layers}: ") + span.lower()
    if end is None:
        return said + "."
    return f"{said}; of their product the largest is {written(float(np.asarray(end)[0]))}."


def end_spectra_sentence(logs: Sequence[float] | Array, directions: int) -> str:
    """Return one sentence on what becomes of the directions of the error from end to end.

    logs: log10 of the singular values of J = d a[H] / d a[1], the largest first; directions: units
    of layer H, of whose error e, which comes back as J^T e, these are the factors, direction by
    direction; where there are more directions than singular values, the rest come back as 0.
    """
    v = np.asarray(logs, np.float64).ravel()
    if not len(v) or np.isnan(v).any():
        return "The Jacobian is not finite."
    if v[0] == -np.inf:
        return "Every singular value is 0: nothing of the error comes back to layer 1."
    kept = int((np.abs(v) <= KEPT).sum())
    gone = int((v < -2).sum()) + max(0, directions - len(v))
    grown = int((v > 2).sum())
    said = [f"{count(kept)} of {count(directions)} directions of the error keep their size within "
            "a factor of 2"]  # fmt: skip
    if kept == directions:
        said.append("dynamical isometry")
    if gone:
        said.append(f"{count(gone)} keep less than 1\N{NO-BREAK SPACE}% of it")
    if grown:
        said.append(f"{count(grown)} grow beyond 100×")
    return f"{_between(float(v[-1]), float(v[0]))}: {', '.join(said)}."


def _between(low: float, high: float) -> str:
    """Return in words between which numbers all singular values lie; given log10 of them."""
    a, b = written(low), written(high)
    return f"All are {a}" if a == b else f"All lie between {a} and {b}"


def written(log: float) -> str:
    """Return 10**log with two figures, also where no float holds it."""
    if log == -np.inf:
        return "0"
    return number(10.0**log, 2) if abs(log) < 300 else power_of_ten(round(log))
