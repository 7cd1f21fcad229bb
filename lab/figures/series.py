"""Curves of any kind over a common axis: what an experiment's outcome draws."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from lab.figures import scales
from lab.figures.lines import line
from lab.figures.theme import axis, label, layer_color, layout

Array = np.ndarray
#: Names of curves stand at the right in lines of about so many characters.
WRAP = 21


class Curve(Protocol):
    """Name and points of a curve."""

    @property
    def name(self) -> str: ...
    @property
    def x(self) -> tuple[float, ...]: ...
    @property
    def y(self) -> tuple[float, ...]: ...


def series_figure(
    curves: Iterable[Curve],
    x_label: str,
    y_label: str,
    *,
    log: bool,
    theme: str,
    height: int = 300,
) -> dict[str, Any]:
    """Return the curves with their names at their ends; what is not finite is left out.

    log: the y axis; what is not positive is then left out too.
    """
    drawn = [(textwrap.fill(c.name, WRAP), *_points(c, log)) for c in curves]
    drawn = [(name, x, y) for name, x, y in drawn if x.size]
    ys = np.concatenate([y for _, _, y in drawn]) if drawn else np.ones(1)
    y_axis = (
        scales.log_axis(float(ys.min()), float(ys.max()))
        if log
        else scales.linear_axis(min(0.0, float(ys.min())), float(ys.max()))
    )
    colors = [layer_color(i / max(1, len(drawn) - 1), theme, text=True) for i in range(len(drawn))]
    traces = [
        line(x, y, name.replace("\n", " "), {"color": color, "width": 2}, marker={"size": 5})
        | {"mode": "lines+markers"}
        for (name, x, y), color in zip(drawn, colors, strict=True)
    ]
    longest = max((len(part) for name, _, _ in drawn for part in name.split("\n")), default=0)
    return {
        "data": traces,
        "layout": layout(
            theme,
            height=height,
            margin={"l": 64, "r": 16 + 7 * longest, "t": 10, "b": 44},
            xaxis=axis(theme, x_label, **_whole_ticks([x for _, x, _ in drawn])),
            yaxis=axis(theme, y_label, showgrid=True, **y_axis),
            annotations=_names(drawn, colors, y_axis["range"], log, height),
        ),
    }


def _whole_ticks(xs: list[Array]) -> dict[str, Any]:
    """Return a tick at each of a few whole numbers, such as layers; else what Plotly chooses."""
    x = np.concatenate(xs) if xs else np.zeros(0)
    few = len(x) and (x == np.round(x)).all() and np.ptp(x) <= 12
    return {"dtick": 1} if few else {}


def _points(curve: Curve, log: bool) -> tuple[Array, Array]:
    x, y = np.asarray(curve.x, float), np.asarray(curve.y, float)
    good = np.isfinite(x) & np.isfinite(y) & ((y > 0) | (not log))
    return x[good], y[good]


def _names(
    drawn: list[tuple[str, Array, Array]],
    colors: list[str],
    y_range: list[float],
    log: bool,
    height: int,
) -> list[dict[str, Any]]:
    """Return the names at the ends of the curves, 16 pixels a line apart at least.

    Held at the curve's own value: Plotly draws none that is held outside the axis.
    """
    lines = max((name.count("\n") + 1 for name, _, _ in drawn), default=1)
    ends = [float(np.log10(y[-1]) if log else y[-1]) for _, _, y in drawn]
    scale = (height - 54) / (y_range[1] - y_range[0])
    places = scales.spread([end * scale for end in ends], 16 * lines)
    names = []
    for (name, _, _), color, end, place in zip(drawn, colors, ends, places, strict=True):
        names.append(
            label(
                name.replace("\n", "<br>"),
                color,
                x=1,
                xref="paper",
                xanchor="left",
                xshift=8,
                y=end,
                yref="y",
                yanchor="middle",
                yshift=round(place - end * scale, 1),
                align="left",
            )
        )
    return names
