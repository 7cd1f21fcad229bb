"""The size of the gradient of each layer's weights over the steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dnn.run.history import History
from lab.figures import scales
from lab.figures.layers import gridline_text
from lab.figures.lines import LINES, layer_labels, layer_line, step_x, subset
from lab.figures.theme import axis, figure, label, tokens

Array = np.ndarray

#: All lines together have at most about so many points.
POINTS = 4_000

TITLES = {
    "gradient_rms": "Gradient RMS (nats per unit weight)",
    "gradient_norm": "Norm of the mean gradient (nats per unit weight)",
}


def gradient_figure(
    history: History,
    *,
    kind: str,
    theme: str,
    log: bool = True,
    unit: str = "nats",
) -> dict[str, Any]:
    """Return one line a layer of `kind`: "gradient_rms" or "gradient_norm".

    unit: that of the cost. Of more than 16 layers that many are drawn, first and last among them.
    On a log axis exact zeros lie on the bottom line. Raises ValueError for another kind.
    """
    if kind not in TITLES:
        raise ValueError(f"kind: {kind!r} is not known; choose {' or '.join(TITLES)}")
    empty = not len(history)
    steps = np.zeros(0) if empty else np.asarray(history["step"])
    values = np.zeros((0, 1)) if empty else np.asarray(history[kind], np.float64)
    L = values.shape[1]
    shown = subset(L, LINES)
    keep = _kept(len(steps), len(shown))
    if len(keep) < len(steps):  # else the steps themselves: they travel once for all charts
        steps, values = steps[keep], values[keep]
    x = step_x(theme, float(steps[-1]) if len(steps) else 0.0)
    if log:
        y, floor = scales.floored_axis(values[:, shown], scales.decade_axis)
    else:
        good = values[:, shown][np.isfinite(values[:, shown])]
        y, floor = scales.linear_axis(0.0, float(good.max(initial=0.0))), -math.inf
    floored = np.maximum(values, floor)
    data = [
        layer_line(steps, floored[:, l], l, L, theme, hovertemplate="%{y:.3g}")
        for l in (() if empty else shown)
    ]
    data = [trace for trace in data if len(trace["x"])]
    ends = layer_labels(data, shown, L, theme, x, y)
    notes = [_gridline_note(y, theme)] if log and len(data) else []
    return figure(
        theme,
        data,
        x,
        axis(theme, TITLES[kind].replace("nats", unit), showgrid=True, **y),
        annotations=[*ends, *notes],
        dragmode="zoom",
        hovermode="x unified",
    )


def drawn_note(layers: int) -> str:
    """Return a sentence where not every layer is drawn, else nothing."""
    return f"{LINES} of {layers} layers drawn." if layers > LINES else ""


def _kept(records: int, lines: int) -> Array:
    stride = max(1, math.ceil(records * lines / POINTS))
    return np.arange((records - 1) % stride if records else 0, records, stride)


def _gridline_note(y: dict[str, Any], theme: str) -> dict[str, Any]:
    return label(
        gridline_text(scales.decades_per_tick(*y["range"])), tokens(theme)["t2"], name="note",
        xref="paper", x=1, xanchor="right", yref="paper", y=0, yanchor="top", yshift=-24,
    )  # fmt: skip
