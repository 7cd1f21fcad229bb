"""The whole history of the gradient's flow at a glance: log10 of it over layers and steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.layer_lines import axis_title, window_axis
from lab.figures.theme import axis, figure, mix, oklch, tokens

Array = np.ndarray

#: Columns of the picture at most.
COLUMNS = 200
#: Bytes that stand for no record, and for a gradient of exactly zero; the rest are sizes.
NOTHING, ZERO, FIRST = 0, 1, 2
MARGIN = {"l": 46, "r": 12, "t": 23, "b": 20}


def flow_figure(
    steps: Array, values: Array, *, theme: str, window: tuple[float, float],
    fixed: tuple[int, int] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return a heat map: layers upwards, steps to the right, log10 of values (k, L) as colour.

    window: first and last step shown; the colours span the values in it, or 10 to the powers
    `fixed`. What lies outside these has the colour of their ends.
    """
    inside = (steps >= window[0]) & (steps <= window[1])
    steps, values = steps[inside], values[inside]
    keep = np.linspace(0, len(steps) - 1, min(COLUMNS, len(steps))).round().astype(int)
    steps, values = steps[keep], values[keep]
    low, high = fixed or decades(values)
    L = values.shape[1]
    shown = range(1, L + 1)
    every = next(n for n in (1, 2, 5, 10, 20, 50) if n * 5 >= L)
    ticks = [l for l in shown if l == 1 or l == L or (l % every == 0 and L - l >= every * 0.6)]
    colors = ramp(theme)
    heat = {
        "type": "heatmap", "x": steps, "y": list(shown), "z": coded(values, low, high).T,
        "zmin": 0, "zmax": 255, "showscale": False, "hoverinfo": "skip",
        "colorscale": [[i / (len(colors) - 1), c] for i, c in enumerate(colors)],
    }  # fmt: skip
    meta = {
        "rows": L, "low": low, "high": high, "colors": colors, "zero": tokens(theme)["test"],
        "nothing": tokens(theme)["panel"],
    }  # fmt: skip
    return figure(
        theme,
        [heat],
        axis(theme, "Step", **window_axis(*window)),
        axis(
            theme, "", range=[0.5, L + 0.5], type="linear", tickvals=ticks,
            ticktext=["out" if t == L else str(t) for t in ticks],
        ),
        margin=MARGIN,
        annotations=[axis_title("Layer", theme)],
        meta={"heat": meta},
    )  # fmt: skip


def decades(values: Array) -> tuple[int, int]:
    """Return the powers of ten between which all positive values lie, two apart at least."""
    low, high = scales.positive_range([values]) or (1e-3, 1.0)
    a, b = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    return (a, b) if b - a >= 2 else (b - 2, b)


def coded(values: Array, low: float, high: float) -> Array:
    """Return values as bytes: NOTHING, ZERO, or FIRST to 255 as log10 goes from low to high."""
    values = np.asarray(values, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (np.log10(values) - low) / (high - low)
    size = FIRST + np.clip(np.nan_to_num(share), 0, 1) * (255 - FIRST)
    code = np.where(np.isfinite(values), np.where(values == 0, ZERO, size.round()), NOTHING)
    return code.astype(np.uint8)


def ramp(theme: str) -> list[str]:
    """Return nine colours from small to large, evenly darker in light and lighter in dark."""
    panel = tokens(theme)["panel"]
    shares = [i / 8 for i in range(9)]

    def from_panel(color: str, t: float) -> str:
        return mix(panel, color, 0.3 + 0.7 * min(1.0, 2 * t))

    if theme == "dark":
        return [from_panel(oklch(0.32 + 0.6 * t, 0.13, 285 - 190 * t), t) for t in shares]
    return [from_panel(oklch(0.92 - 0.62 * t, 0.04 + 0.11 * t, 195 + 105 * t), t) for t in shares]
