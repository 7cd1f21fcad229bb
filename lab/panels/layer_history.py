"""Numbers of each layer over the steps: what the line charts of the page Layers share."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from dnn.engine.trainer import loss_key
from dnn.parts.losses import LOSSES
from lab import figures
from lab.live.shown import Shown
from lab.text.numbers import layer_name, times

#: The newest fifth of the steps is the window "recent".
RECENT = 0.2


def picked(layer: str, layers: int) -> int | None:
    """Return the layer (1-based) that a view picks, or None where there is none of that number."""
    return int(layer) if layer and int(layer) <= layers else None


def window(shown: Shown) -> tuple[float, float]:
    """Return the first and the last step shown."""
    last = float(shown.run.step)
    return (last * (1 - RECENT), last) if shown.view.steps_shown == "recent" else (0.0, last)


def unit_of(shown: Shown) -> str:
    """Return the unit of the run's cost."""
    assert shown.run.data is not None
    return LOSSES[loss_key(shown.run.config, shown.run.data)].unit


def column(shown: Shown, name: str) -> tuple[Array, Array]:
    """Return the steps and the values (k, L) of a number of each layer, none where unknown."""
    source: Any = shown.history if name in shown.history.columns else None
    if source is None and shown.measured.moments is not None and len(shown.measured.moments.lines):
        source = shown.measured.moments.lines
    if source is None:
        return np.zeros(0), np.zeros((0, shown.run.layout.layers))
    return source["step"], np.asarray(source[name], float)


def lines_figure(
    shown: Shown, kind: str, steps: Array, values: Array, **more: Any
) -> dict[str, Any]:
    return figures.layer_lines_figure(
        kind, steps, values, theme=shown.view.theme, window=window(shown),
        fixed=shown.view.layer_range == "fixed", unit=unit_of(shown), **more,
    )  # fmt: skip


def extremes(values: Array, layers: int) -> tuple[str, str, float]:
    """Return the layers of the largest and of the smallest newest value, and their ratio."""
    known = values[np.isfinite(values).all(axis=1)] if len(values) else values
    if not len(known):
        return "", "", float("nan")
    now = np.median(known[-max(1, len(known) // 20) :], axis=0)
    low, high = int(now.argmin()), int(now.argmax())
    ratio = float(now[high] / now[low]) if now[low] > 0 else float("inf")
    return layer_name(high, layers), layer_name(low, layers), ratio


def compared(values: Array, layers: int, what: str) -> str:
    high, low, ratio = extremes(values, layers)
    if not high:
        return "Not recorded yet."
    if not np.isfinite(ratio):
        return f"{low.capitalize()}: exactly 0."
    if ratio < 1.5:
        return "About the same in every layer."
    return f"{high.capitalize()} has {times(ratio)} {low}'s."
