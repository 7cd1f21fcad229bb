"""Numbers of each layer over the steps: the line charts of the page Layers, and the heat map."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dnn.engine.layout import Array
from dnn.parts.activations import ACTIVATIONS
from dnn.run.measure import PROBE
from lab import figures
from lab.live.shown import Shown
from lab.panels.panel import Panel, Part, control
from lab.text.numbers import count, layer_name, number, percent, times

#: The newest fifth of the steps is the window "recent".
RECENT = 0.2
UNKNOWN = "Not recorded yet."
GRADIENTS = [["gradient_rms", "Per example"], ["gradient_norm", "Mean"]]


def picked(layer: str, layers: int) -> int | None:
    """Return the layer (1-based) that a view picks, or None where there is none of that number."""
    return int(layer) if layer and int(layer) <= layers else None


def window(shown: Shown) -> tuple[float, float]:
    """Return the first and the last step shown."""
    last = float(shown.run.step)
    return (last * (1 - RECENT), last) if shown.view.steps_shown == "recent" else (0.0, last)


def column(shown: Shown, name: str) -> tuple[Array, Array]:
    """Return the steps and the values (k, L) of a number of each layer, none where unknown."""
    source: Any = shown.history if name in shown.history.columns else None
    if source is None and shown.measured.moments is not None and len(shown.measured.moments.lines):
        source = shown.measured.moments.lines
    if source is None:
        return np.zeros(0), np.zeros((0, shown.run.layout.layers))
    return source["step"], np.asarray(source[name], float)


def _lines(
    kind: str, title: str, words: Callable[[Array, Array, int], str], shown: Shown
) -> dict[str, Any]:
    """Return the panel of one number; words: of its steps, its values (k, L) and L."""
    steps, values = column(shown, kind)
    said = words(steps, values, shown.run.layout.layers) if len(steps) else UNKNOWN
    return figures.panel(title, said, _figure(shown, kind, steps, values))


def _figure(shown: Shown, kind: str, steps: Array, values: Array, **more: Any) -> dict[str, Any]:
    more |= {"fixed": shown.view.layer_range == "fixed", "unit": shown.unit}
    return figures.layer_lines_figure(
        kind, steps, values, theme=shown.view.theme, window=window(shown), **more
    )


def gradient_panel(shown: Shown) -> Part:
    """Return the lines of the gradient, per example or of the mean."""
    panel = _lines(shown.view.gradient, "Gradient", _compared, shown)
    return panel | {"controls": [control(shown.view, "gradient", "Gradient", options=GRADIENTS)]}


def _newest(values: Array) -> Array | None:
    """Return each layer's median over the newest twentieth of the records that are finite."""
    known = values[np.isfinite(values).all(axis=1)]
    return np.median(known[-max(1, len(known) // 20) :], axis=0) if len(known) else None


def _compared(steps: Array, values: Array, layers: int) -> str:
    now = _newest(values)
    if now is None:
        return UNKNOWN
    high, low = (layer_name(int(at), layers).capitalize() for at in (now.argmax(), now.argmin()))
    if now.min() <= 0:
        return f"{low}: exactly 0."
    ratio = float(now.max() / now.min())
    if ratio < 1.5:
        return "About the same in every layer."
    return f"{high} has {times(ratio)} {low.lower()}'s."


def _update_words(steps: Array, values: Array, layers: int) -> str:
    now = _newest(values)
    if now is None:
        return UNKNOWN
    return f"{number(now.min(), 2)} to {number(now.max(), 2)} a step."


def _weight_words(steps: Array, values: Array, layers: int) -> str:
    grown = values[-1] / np.where(values[0] > 0, values[0], np.nan)
    at = int(np.nanargmax(np.abs(np.log(grown)))) if np.isfinite(grown).any() else 0
    name = layer_name(at, layers).capitalize()
    return f"{name}: {times(float(grown[at]))} what it was at step {count(steps[0])}."


def share_panel(shown: Shown) -> Part:
    """Return the lines of the saturated share, and dashed of the dead units' share."""
    (steps, saturated), (_, dead) = (column(shown, name) for name in ("saturated", "dead"))
    entries = [ACTIVATIONS[key] for key in shown.run.config.activations]
    bounded, dying = any(e.bounds for e in entries), any(e.dies for e in entries)
    if bounded and dying:
        title = "Saturated values, dead units (dashed)"
    else:
        title = "Dead units" if dying else "Saturated values"
    if not (bounded or dying):
        names = ", ".join(sorted({e.label for e in entries})) or "No hidden layer"
        words = f"{names}: nothing here saturates or dies."
    else:
        words = _share_words(saturated[-1], dead[-1], shown) if len(steps) else UNKNOWN
    return figures.panel(title, words, _figure(shown, "share", steps, saturated, dashed=dead))


def _share_words(saturated: Array, dead: Array, shown: Shown) -> str:
    examples = min(PROBE, shown.data.m_train)
    texts = []
    for share, what in (
        (saturated, "beyond 0.97 of its bounds"),
        (dead, f"are 0 for all {examples} examples"),
    ):
        if np.isfinite(share).any():
            at = int(np.nanargmax(share))
            texts.append(f"Layer {at + 1}: {percent(share[at])} {what}.")
    return " ".join(texts)


def flow_panel(shown: Shown) -> Part:
    """Return the heat map of the gradient over layers and steps."""
    view = shown.view
    fixed = figures.KINDS[view.gradient].fixed if view.layer_range == "fixed" else None
    figure = figures.flow_figure(
        *column(shown, view.gradient), theme=view.theme, window=window(shown), fixed=fixed
    )
    ends = "lighter is larger" if view.theme == "dark" else "darker is larger"
    what = "per example (RMS)" if view.gradient == "gradient_rms" else "of the mean (norm)"
    return figures.panel("Flow of the gradient", f"Gradient {what} at each step; {ends}.", figure)


def _entry(
    key: str, label: str, place: int, build: Callable[[Shown], Part], projected: bool, **more: Any
) -> Panel:
    needs = frozenset({"moments"})
    more |= {"projected": projected, "needs": needs, "kind": "layer_lines"}
    return Panel(key, label, {"layers": place}, build, **more)


_ACTIVATION = partial(_lines, "activation_rms", "Activation", _compared)
_DELTA = partial(_lines, "delta_rms", "Back-propagated error", _compared)
_UPDATE = partial(_lines, "update_ratio", "Update to weight", _update_words)
_WEIGHT = partial(_lines, "weight_norm", "Weight norm", _weight_words)

PANELS = [
    _entry(
        "flow",
        "Flow of the gradient",
        20,
        flow_panel,
        True,
        applies=lambda shown: shown.autopsy is None,
    ),
    _entry("layer_gradient", "Gradient", 30, gradient_panel, True),
    _entry("layer_update", "Update to weight", 40, _UPDATE, False),
    _entry("layer_activation", "Activation", 50, _ACTIVATION, False),
    _entry("layer_delta", "Delta", 60, _DELTA, False),
    _entry("layer_weight", "Weight norm", 70, _WEIGHT, False),
    _entry("layer_share", "Saturated values, dead units", 80, share_panel, False),
]
