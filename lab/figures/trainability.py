"""Which networks learned, over weight scale and depth, with the depth that theory allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.lines import key_row, line, points, ring
from lab.figures.theme import axis, figure, oklch, tokens
from lab.text.numbers import number

Array = np.ndarray

#: Room above the plot for the keys, in pixels.
TOP = 64
#: How far beyond the plot, in its depths, a line goes on that leaves it.
BEYOND = 4.0


def trainability_figure(
    sigma_w: Sequence[float],
    depths: Sequence[int],
    ratio: Array,
    limit: tuple[Array, Array],
    here: tuple[float, int] | None,
    *,
    theme: str,
    height: int = 360,
) -> dict[str, Any]:
    """Return the grid as a heat map, the line 6 xi_c over it and a ring at the network on screen.

    sigma_w (k,): evenly spaced, rising; depths (d,): rising, on a log axis; ratio (d, k): train
    cost over the cost of guessing, NaN where not measured, inf where diverged; limit: sigma_w and
    layers of the line, inf where there is no limit; here: (sigma_w, depth), or None.
    Raises ValueError for shapes that do not match.
    """
    ratio = np.asarray(ratio, float)
    if ratio.shape != (len(depths), len(sigma_w)) or min(ratio.shape) < 2:
        raise ValueError(f"ratio: {ratio.shape} for {len(depths)} depths, {len(sigma_w)} sigma_w")
    c = tokens(theme)
    x, y = _edges(np.asarray(sigma_w, float)), np.exp(_edges(np.log(np.asarray(depths, float))))
    data = [_cells(sigma_w, depths, ratio, x, y, theme), *_crosses(sigma_w, depths, ratio, c)]
    keys = []
    across, down = _limit(limit, y)
    if across.size and (down < y[-1]).any():
        # Wider and in the panel's colour underneath, so that it is seen on every cell.
        data.append(line(across, down, "", {"color": c["panel"], "width": 6}, hoverinfo="skip"))
        style = {"color": c["t1"], "width": 2.5, "dash": "6px,3px"}
        data.append(line(across, down, "6 ξ<sub>c</sub>", style, hoverinfo="skip"))
        keys.append(("– – 6 ξ<sub>c</sub>", c["t1"]))
    if here is not None and x[0] <= here[0] <= x[-1] and y[0] <= here[1] <= y[-1]:
        data.append(ring(*here, c["t1"], theme))
        keys.append(("○ you are here", c["t1"]))
    if np.isinf(ratio).any():
        keys.append(("× diverged", c["t2"]))
    return figure(
        theme,
        data,
        axis(
            theme, "Weight scale σ_w (unitless)", **scales.even_axis(float(x[0]), float(x[-1]))
        ),
        axis(
            theme, "Hidden layers", type="log", tickvals=list(depths),
            range=[float(np.log10(y[0])), float(np.log10(y[-1]))],
            ticktext=[str(d) for d in depths],
        ),
        height=height,
        margin={"l": 46, "r": 14, "t": TOP, "b": 42},
        hovermode="closest",
        annotations=key_row(keys, yanchor="bottom", yshift=36),
    )  # fmt: skip


def _edges(centres: Array) -> Array:
    """Return the borders half-way between evenly spaced places, and one beyond each end."""
    middle = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - middle[0], 2 * centres[-1] - middle[-1]
    return np.concatenate(([first], middle, [last]))


def _cells(
    sigma_w: Sequence[float], depths: Sequence[int], ratio: Array, x: Array, y: Array, theme: str
) -> dict[str, Any]:
    """Return the heat map with its key; what diverged is as pale as what has learned nothing."""
    c = tokens(theme)
    words = [
        [f"σ_w {number(w)}, {d} layers: {_reached(v)}" for w, v in zip(sigma_w, row, strict=True)]
        for d, row in zip(depths, ratio, strict=True)
    ]
    font = {"size": 12, "color": c["t2"]}
    return {
        "type": "heatmap", "x": x, "y": y, "z": np.clip(ratio, 0.0, 1.0), "zmin": 0, "zmax": 1,
        "xgap": 1, "ygap": 1, "hovertext": words, "hovertemplate": "%{hovertext}<extra></extra>",
        "hoverongaps": False, "colorscale": ramp(theme), "name": "train cost",
        "colorbar": {
            "orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "ypad": 4,
            "xpad": 0, "len": 230, "lenmode": "pixels", "thickness": 8, "outlinewidth": 0,
            "tickvals": [0, 0.5, 1], "ticktext": ["0", "half", "guessing"], "ticks": "",
            "tickfont": font, "title": {"text": "train cost", "side": "right", "font": font},
        },
    }  # fmt: skip


def ramp(theme: str) -> list[list[Any]]:
    """Return the colours from cost 0 (strong) to that of guessing (pale), evenly."""
    weak, dark = (0.95, 0.40) if theme == "light" else (0.27, 0.80)
    return [
        [t, oklch(dark + (weak - dark) * t, 0.11 * (1 - t) + 0.006, 165 + 20 * t)]
        for t in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]


def _reached(ratio: float) -> str:
    if np.isnan(ratio):
        return "not measured"
    return "diverged" if np.isinf(ratio) else f"{number(ratio, 2)} of guessing's cost"


def _crosses(
    sigma_w: Sequence[float], depths: Sequence[int], ratio: Array, c: dict[str, str]
) -> list[dict[str, Any]]:
    rows, columns = np.nonzero(np.isinf(ratio))
    if not rows.size:
        return []
    return [
        points(np.asarray(sigma_w)[columns], np.asarray(depths)[rows], "diverged", c["t3"], size=7,
               symbol="x-thin", width=1.5, hoverinfo="skip")
    ]  # fmt: skip


def _limit(limit: tuple[Array, Array], y: Array) -> tuple[Array, Array]:
    """Return the line, going on a little beyond the plot where it has no end or none in it."""
    across, down = (np.asarray(v, float) for v in limit)
    return across, np.clip(down, y[0] / BEYOND, y[-1] * BEYOND)
