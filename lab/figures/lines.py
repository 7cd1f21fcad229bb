"""What charts of lines over the steps share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.theme import axis, label, tokens

Array = np.ndarray

#: The plot's size in pixels that labels are placed for; the page places them for its own.
WIDTH, HEIGHT = 460.0, 230.0
#: A line has at most so many points.
POINTS = 400


def step_x(theme: str, last: float) -> dict[str, Any]:
    """Return the axis of steps from 0 to at least `last`."""
    return axis(
        theme, "Step", hoverformat=",d", unifiedhovertitle={"text": "Step %{x:,d}"},
        spikecolor=tokens(theme)["t3"], spikethickness=1, spikedash="2px,2px",
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


def end_labels(
    traces: list[dict[str, Any]],
    colors: dict[str, str],
    x_range: list[float],
    y_range: list[float],
    log: bool,
    bold: tuple[str, ...] = (),
) -> list[dict[str, Any]]:
    """Return an annotation at the end of each trace named in colors; places are those of the data.

    A line that goes on beyond x_range is labelled where it leaves it.
    """
    labels = []
    for trace in traces:
        if trace["name"] not in colors:
            continue
        inside = np.flatnonzero(trace["x"] <= x_range[1])
        if not inside.size:
            continue
        x, y = float(trace["x"][inside[-1]]), float(trace["y"][inside[-1]])
        place = min(max(math.log10(y) if log else y, y_range[0]), y_range[1])
        end = label(
            trace["name"], colors[trace["name"]], name="end-label", x=x, xanchor="left", xshift=5,
            y=place, yanchor="middle",
        )  # fmt: skip
        if trace["name"] in bold:
            end["font"] = {**end["font"], "weight": 600}
        labels.append(end)
    return labels


def apart(labels: list[dict[str, Any]], y_range: list[float]) -> list[dict[str, Any]]:
    """Return the labels with the yshift that keeps them 15 px apart at the nominal height."""
    scale = HEIGHT / (y_range[1] - y_range[0])
    places = [a["y"] * scale for a in labels]
    moved = scales.spread(places, 15)
    return [a | {"yshift": round(m - p, 1)} for a, m, p in zip(labels, moved, places, strict=True)]
