"""The plane of weight and bias scales: where gradients vanish and where they explode.

The field under the axes travels beside the figure, as bytes (see lab.figures.boundary).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.lines import key_row, line, ring
from lab.figures.theme import axis, figure, mix, tokens
from lab.text.numbers import number

Array = np.ndarray

#: Vanishing and exploding: teal and magenta, no other data's colours.
PAIR = {"light": ("#0e7c86", "#b02a8f"), "dark": ("#4cc3cd", "#ee7fce")}
#: The factor at the ends of the colours; beyond it they stay.
REACH = 2.0
#: What a byte of the field reads as: a power of REACH.
READS = {"name": "amplitude a layer", "low": -1, "high": 1, "base": REACH}


def phase_figure(
    sigma_w: Sequence[float] | Array,
    sigma_b: Sequence[float] | Array,
    chi: Array,
    critical: Sequence[float] | Array,
    here: Sequence[float] | None,
    *,
    theme: str,
    active: bool = True,
) -> dict[str, Any]:
    """Return the plane's axes, critical line and key; the field itself is phase_field's.

    sigma_w (k,), sigma_b (m,): evenly spaced, rising; chi: (m, k), the factor a layer of a SQUARED
    gradient; critical: (m,) sigma_w per sigma_b, NaN where there is none; here: (sigma_w, sigma_b)
    of the network, or None. active=False: training has begun, and the point is greyed.
    layout.meta.field holds the field's colours. Raises ValueError for shapes that do not match.
    """
    w, b = np.asarray(sigma_w, float), np.asarray(sigma_b, float)
    chi, critical = np.asarray(chi, float), np.asarray(critical, float)
    if chi.shape != (len(b), len(w)) or critical.shape != b.shape or min(chi.shape) < 2:
        raise ValueError(f"chi: {chi.shape} for {len(b)} sigma_b and {len(w)} sigma_w")
    c, box = tokens(theme), (float(w[0]), float(w[-1]), float(b[0]), float(b[-1]))
    vanish, explode = PAIR[theme]
    keys, data = [("■ vanish", vanish), ("■ explode", explode)], []
    runs = _runs(np.isfinite(critical))
    for run in runs:
        style = {"color": c["t1"], "width": 2}
        data.append(line(critical[run], b[run], "critical line", style, hoverinfo="skip"))
    keys.append(("– ×1 a layer" if runs else "no critical line", c["t1" if runs else "t2"]))
    if here is not None:
        x, y, color = float(here[0]), float(here[1]), c["t1" if active else "t3"]
        if box[0] <= x <= box[1] and box[2] <= y <= box[3]:
            data.append(ring(x, y, color, theme))
            where, factor = "here" if active else "at step 0", _factor_at(chi, x, y, box)
            keys.append((f"○ {where}, ×{number(factor, 2)}", color))
        else:
            keys.append((f"○ off: σ_w {number(x, 2)}, σ_b {number(y, 2)}", color))
    return figure(
        theme,
        data,
        axis(theme, "Weight scale σ_w (unitless)", **scales.even_axis(*box[:2])),
        axis(theme, "Bias scale σ_b (unitless)", **scales.even_axis(*box[2:])),
        margin={"l": 50, "r": 16, "t": 26, "b": 42},
        annotations=key_row(keys, yanchor="bottom", yshift=4),
        meta={"field": field_colors(theme) | {"reads": READS}, "square": False, "clickable": True},
    )


def field_colors(theme: str) -> dict[str, str]:
    """Return the field's colours at ×0.5, ×1 and ×2 a layer, and that of the critical line."""
    c = tokens(theme)
    low, high = (mix(c["panel"], color, 0.8) for color in PAIR[theme])
    return {"low": low, "mid": c["mid"], "high": high, "line": c["t1"]}


def phase_field(chi: Array, size: int = 81) -> tuple[Array, int]:
    """Return u8 of size * size values, row 0 (the smallest sigma_b) at the bottom, and size.

    chi: (m, k) of evenly spaced scales; log2 of the amplitude's factor sqrt(chi), cut off at -1
    and 1, is 0..255. 127.5 would be the critical line; where chi is not a number it is 128.
    """
    logs = _log_factor(np.asarray(chi, float), 1.0)
    made = _between(logs, *(np.linspace(0, n - 1, size) for n in logs.shape))
    return np.rint(127.5 + 127.5 * made).astype(np.uint8).ravel(), size


def _log_factor(chi: Array, far: float) -> Array:
    """Return log2 sqrt(chi), cut off at -far and far; 0 where chi is not a number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log2(chi) / 2 / math.log2(REACH)
    return np.clip(np.nan_to_num(logs, nan=0.0, posinf=far, neginf=-far), -far, far)


def _factor_at(chi: Array, x: float, y: float, box: tuple[float, float, float, float]) -> float:
    """Return the amplitude's factor a layer at (sigma_w, sigma_b) = (x, y)."""
    row = (y - box[2]) / (box[3] - box[2]) * (chi.shape[0] - 1)
    column = (x - box[0]) / (box[1] - box[0]) * (chi.shape[1] - 1)
    return REACH ** float(
        _between(_log_factor(chi, 1000.0), np.array([row]), np.array([column]))[0, 0]
    )


def _between(grid: Array, rows: Array, columns: Array) -> Array:
    """Return the grid's values between its places, linearly, (len(rows), len(columns))."""
    across = [np.interp(columns, np.arange(grid.shape[1]), values) for values in grid]
    return np.array([np.interp(rows, np.arange(len(grid)), v) for v in np.array(across).T]).T


def _runs(good: Array) -> list[slice]:
    """Return the stretches of two or more places that are good."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(int), [0]])))
    return [slice(a, z) for a, z in edges.reshape(-1, 2) if z - a > 1]
