"""Curves of any kind over a common axis: what an experiment's outcome draws."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.lines import line
from lab.figures.theme import FONT_SIZE, axis, figure, layer_color, tokens

Array = np.ndarray
#: Names of curves stand in the key in lines of about so many characters.
WRAP = 21


def series_figure(
    curves: Iterable[Any],
    x_label: str,
    y_label: str,
    *,
    log: bool,
    theme: str,
    height: int = 300,
) -> dict[str, Any]:
    """Return curves (name, x, y) with a key at their right; what is not finite is left out.

    log: the y axis; what is not positive is then left out too.
    """
    drawn = [("<br>".join(textwrap.wrap(c.name, WRAP)), *_points(c, log)) for c in curves]
    drawn = [(name, x, y) for name, x, y in drawn if x.size]
    ys = np.concatenate([y for _, _, y in drawn]) if drawn else np.ones(1)
    y_axis = (
        scales.log_axis(float(ys.min()), float(ys.max()))
        if log
        else scales.linear_axis(min(0.0, float(ys.min())), float(ys.max()))
    )
    colors = [layer_color(i / max(1, len(drawn) - 1), theme, text=True) for i in range(len(drawn))]
    traces = [
        line(x, y, name, {"color": color, "width": 2}, marker={"size": 5})
        | {"mode": "lines+markers"}
        for (name, x, y), color in zip(drawn, colors, strict=True)
    ]
    return figure(
        theme,
        traces,
        axis(theme, x_label, fixedrange=False, **_whole_ticks([x for _, x, _ in drawn])),
        axis(theme, y_label, showgrid=True, fixedrange=False, **y_axis),
        height=height,
        margin={"l": 64, "r": 16, "t": 10, "b": 44},
        hovermode="x unified",
        dragmode="zoom",
        showlegend=True,
        legend={"font": {"size": FONT_SIZE, "color": tokens(theme)["t1"]}},
    )


def _whole_ticks(xs: list[Array]) -> dict[str, Any]:
    """Return a tick at each of a few whole numbers, such as layers; else what Plotly chooses."""
    x = np.concatenate(xs) if xs else np.zeros(0)
    few = len(x) and (x == np.round(x)).all() and np.ptp(x) <= 12
    return {"dtick": 1} if few else {}


def _points(curve: Any, log: bool) -> tuple[Array, Array]:
    x, y = np.asarray(curve.x, float), np.asarray(curve.y, float)
    good = np.isfinite(x) & np.isfinite(y) & ((y > 0) | (not log))
    return x[good], y[good]
