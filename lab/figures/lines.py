"""What charts are made of: lines, points, straight lines across, and the words beside them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.theme import axis, depth, label, layer_color, tokens
from lab.text.numbers import layer_name

Array = np.ndarray

#: The nominal size of the plot in pixels; the page has its own.
WIDTH, HEIGHT = 460.0, 230.0
#: A line has at most so many points.
POINTS = 400
#: At most so many layers get a line, and of these so many a label.
LINES, LABELS = 16, 8
#: Dashes of the line that others are compared with.
DASHED = "4px,4px"


def step_x(theme: str, last: float) -> dict[str, Any]:
    """Return the axis of steps from 0 to at least `last`, which zooms."""
    return axis(
        theme, "Step", hoverformat=",d", unifiedhovertitle={"text": "Step %{x:,d}"},
        spikecolor=tokens(theme)["t3"], spikethickness=1, spikedash="2px,2px", fixedrange=False,
        **scales.step_axis(last),
    )  # fmt: skip


def thinned(x: Array, y: Array, most: int = POINTS) -> tuple[Array, Array]:
    """Return at most about `most` of the points, evenly, the last one always."""
    stride = math.ceil(len(x) / most)
    if stride <= 1:
        return x, y
    keep = np.zeros(len(x), bool)
    keep[(len(x) - 1) % stride :: stride] = True
    return x[keep], y[keep]


def line(x: Array, y: Array, name: str, style: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return a trace of one line."""
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, "line": style, **options,
    }  # fmt: skip


def points(
    x: Array,
    y: Array,
    name: str,
    color: Any,
    *,
    size: float = 7,
    symbol: str = "circle",
    edge: Any = None,
    width: float = 1,
    **options: Any,
) -> dict[str, Any]:
    """Return a trace of points. color: one, or one for each; edge: of the rim, `width` wide."""
    rim = {"width": width, "color": color if edge is None else edge}
    marker = {"symbol": symbol, "size": size, "color": color, "line": rim}
    return {
        "type": "scatter", "mode": "markers", "x": x, "y": y, "name": name, "marker": marker,
        **options,
    }  # fmt: skip


def ring(x: float, y: float, color: str, theme: str) -> dict[str, Any]:
    """Return the mark of the network on screen in a chart of many networks."""
    return points(
        np.array([x]), np.array([y]), "you are here", tokens(theme)["panel"], size=15, edge=color,
        width=4, hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip


def rule(
    color: str, *, x: float | None = None, y: float | None = None, width: float = 1, dash: str = ""
) -> dict[str, Any]:
    """Return a straight line across the whole plot: upright at x, or level at y."""
    style = {"color": color, "width": width} | ({"dash": dash} if dash else {})
    if x is None:
        return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": style}
    return {"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": style}


def box(color: str, x0: float, x1: float, y0: float, y1: float, **options: Any) -> dict[str, Any]:
    """Return a filled rectangle without a rim."""
    corners = {"x0": x0, "x1": x1, "y0": y0, "y1": y1}
    return {"type": "rect", **corners, "fillcolor": color, "line": {"width": 0}, **options}


def text_width(text: str) -> float:
    """Return at least how wide a label is in pixels; tags in it take no room."""
    return 5 * len(re.sub("<[^>]*>", "", text)) + 12.0


def key_row(keys: Sequence[tuple[str, str]], **place: Any) -> list[dict[str, Any]]:
    """Return the key of a chart as words in one row, (text, colour) each.

    place: of the row in the plot; by default its upper edge.
    """
    notes, at = [], 4.0
    for text, color in keys:
        where = {"yref": "paper", "y": 1, "yanchor": "top", "yshift": -2, **place}
        notes.append(
            label(text, color, name="key", xref="paper", x=0, xanchor="left", xshift=at, **where)
        )
        at += text_width(text) + 6
    return notes


def end_labels(
    traces: list[dict[str, Any]],
    colors: dict[str, str],
    x: dict[str, Any],
    y: dict[str, Any],
    bold: tuple[str, ...] = (),
) -> list[dict[str, Any]]:
    """Return an annotation at the end of each trace named in colors, on these axes.

    A line that goes on beyond the axis of x is labelled where it leaves it.
    """
    labels = []
    for trace in traces:
        name = trace["name"]
        inside = np.flatnonzero(trace["x"] <= x["range"][1])
        if name in colors and inside.size:
            at, value = float(trace["x"][inside[-1]]), float(trace["y"][inside[-1]])
            labels.append(end_label(name, colors[name], at, value, y, name in bold))
    return labels


def end_label(
    text: str, color: str, x: float, value: float, y: dict[str, Any], bold: bool = False
) -> dict[str, Any]:
    """Return the label of a line's end at (x, value), within the axis y."""
    place = math.log10(max(value, scales.SMALLEST)) if y["type"] == "log" else value
    place = min(max(place, y["range"][0]), y["range"][1])
    at: dict[str, Any] = {"x": x, "xanchor": "left", "xshift": 5, "y": place, "yanchor": "middle"}
    return label(text, color, bold, name="end-label", **at)


def apart(labels: list[dict[str, Any]], y: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the labels with the yshift that keeps them 15 px apart at the nominal height.

    For charts that are exported; on the page they are kept apart at their own height.
    """
    low, high = y["range"]
    places = [a["y"] * HEIGHT / (high - low) for a in labels]
    moved = scales.spread(places, 15)
    return [a | {"yshift": round(m - p, 1)} for a, m, p in zip(labels, moved, places, strict=True)]


def subset(n: int, most: int) -> list[int]:
    """Return at most `most` of 0..n-1, evenly, the first and the last among them."""
    if n <= most:
        return list(range(n))
    return [round(i * (n - 1) / (most - 1)) for i in range(most)]


def layer_line(
    steps: Array, values: Array, layer: int, layers: int, theme: str, **options: Any
) -> dict[str, Any]:
    """Return the line of a layer (from 0) over the steps; what is not finite is left out."""
    style = {"color": layer_color(depth(layer, layers), theme), "width": 1.5}
    x, y = scales.finite(steps, values)
    return line(x, y, layer_name(layer, layers), style, **options)


def layer_labels(
    traces: list[dict[str, Any]],
    shown: Sequence[int],
    layers: int,
    theme: str,
    x: dict[str, Any],
    y: dict[str, Any],
) -> list[dict[str, Any]]:
    """Return the labels at the ends of the lines of layers, five of them where there are many."""
    few = subset(len(shown), LABELS if len(shown) <= LABELS else 5)
    colors = {
        layer_name(l, layers): layer_color(depth(l, layers), theme, text=True)
        for l in (shown[i] for i in few)
    }
    return apart(end_labels(traces, colors, x, y), y)
