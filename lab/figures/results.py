"""What a network's answers are worth, drawn: matrix, curves, histograms and residuals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.boundary import class_color, class_name, plane_axis
from lab.figures.lines import DASHED, box, line, points, rule, thinned
from lab.figures.theme import axis, fade, figure, label, mix, plain, tokens
from lab.text.numbers import count

Array = np.ndarray

SHARES = {"tickvals": [0, 0.25, 0.5, 0.75, 1], "ticktext": ["0", "0.25", "0.5", "0.75", "1"]}
#: Of more classes the cells have no numbers, and names are shortened to numbers.
NUMBERED, NAMED = 12, 20
BINS = 20
MARGIN = {"l": 54, "r": 14, "t": 10, "b": 42}
#: A bin of fewer examples is drawn hollow: its share says little.
FEW = 10


def _shares(
    theme: str, title: str, low: float = 0.0, high: float = 1.0, **options: Any
) -> dict[str, Any]:
    # A little room, so that a line along the edge is seen.
    return axis(theme, title, range=[low, high], **SHARES, **options)


def _square(
    theme: str,
    data: list[dict[str, Any]],
    x: dict[str, Any],
    y: dict[str, Any],
    pick: str = "",
    **more: Any,
) -> dict[str, Any]:
    """Return a square chart. pick: the key of what a click on it chooses."""
    picked = {"pick": pick, "clickable": True} if pick else {}
    return figure(
        theme,
        data,
        x,
        y,
        margin=MARGIN,
        hovermode="closest",
        meta={"square": True, **picked},
        **more,
    )


def _compared(theme: str, x: Array, y: Array, name: str, color: str = "t3") -> dict[str, Any]:
    """Return the dashed line that points or a curve are compared with."""
    style = {"color": tokens(theme)[color], "width": 1.2, "dash": DASHED}
    return line(x, y, name, style, hoverinfo="skip")


def confusion_figure(
    counts: Array, names: Sequence[str], theme: str, *, rates: bool = False
) -> dict[str, Any]:
    """Return the matrix: rows are the true classes from above, columns the predicted ones.

    Darker is a larger share of its row; mistakes are red. rates: shares of the row as numbers.
    """
    c, K = tokens(theme), len(counts)
    totals = counts.sum(axis=1, keepdims=True)
    share = counts / np.maximum(totals, 1)
    shapes, notes = [], []
    for i, j in np.argwhere(counts > 0) if K > NUMBERED else np.ndindex(K, K):
        tone = c["explode"] if i != j else c["t2"]
        color = mix(c["panel"], tone, 0.08 + 0.72 * share[i, j]) if counts[i, j] else c["mid"]
        shapes.append(box(color, j + 0.02, j + 0.98, K - i - 0.98, K - i - 0.02))
        if K <= NUMBERED and (counts[i, j] or K < 5):  # many noughts would hide the mistakes
            text = f"{share[i, j]:.0%}" if rates else count(int(counts[i, j]))
            ink = c["panel"] if share[i, j] > 0.45 else c["t1"] if counts[i, j] else c["t3"]
            number = label(text, ink, bold=True, name="row-label", x=j + 0.5, y=K - i - 0.5)
            number["font"]["size"] = 20 if K < 4 else 12
            notes.append(number)
    titles = [plain(_short_name(k, names, 14 if K < 4 else 9 if K < 8 else 3)) for k in range(K)]
    every = math.ceil(K / NAMED)
    middle = [k + 0.5 for k in range(0, K, every)]
    ticks = titles[::every]
    bare = {"range": [0, K], "ticks": "", "showline": False}
    return figure(
        theme,
        [],
        axis(theme, "Predicted", tickvals=middle, ticktext=ticks, **bare),
        axis(theme, "True", tickvals=[K - m for m in middle], ticktext=ticks, **bare),
        margin={**MARGIN, "l": 104 if K < 8 else 58},
        shapes=shapes,
        annotations=notes,
        # Counts row by row from above, for whoever points at a cell.
        meta={"square": K >= 3, "cells": counts.astype(np.int32).ravel(), "names": [*names]},
    )


def _short_name(k: int, names: Sequence[str], most: int) -> str:
    name = names[k] if k < len(names) else str(k)
    if len(names) <= 3 and name.isdigit():
        name = class_name(k, names)
    return name if len(name) <= most else name[: most - 1] + "…"


def share_curve_figure(
    x: Array,
    y: Array,
    point: tuple[float, float] | None,
    theme: str,
    *,
    titles: tuple[str, str],
    guess: tuple[float, float],
    at: tuple[Array, Array, Sequence[str]],
    steps: bool = False,
) -> dict[str, Any]:
    """Return a curve of two shares, with where the threshold stands on it, and guessing's line.

    guess: the height of guessing at the left and at the right. at: where each threshold that can be
    chosen would stand, and how it is written; a click chooses the nearest. steps: the curve falls
    in steps.
    """
    c = tokens(theme)
    x, y = thinned(np.asarray(x, float), np.asarray(y, float))
    if steps:  # a precision holds back to the recall before
        x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
        y = np.concatenate([y[1:], y[-1:]])
    data = [
        _compared(theme, np.array([0.0, 1.0]), np.array(guess), "guessing", "ghost"),
        line(x, y, "curve", {"color": c["pos"], "width": 2}, hoverinfo="skip"),
        _choices(at, titles, theme),
    ]
    if point is not None and all(map(math.isfinite, point)):
        data.append(
            points(np.array([point[0]]), np.array([point[1]]), "threshold", c["t1"], size=10,
                   edge=c["panel"], width=1.5, cliponaxis=False, hoverinfo="skip")
        )  # fmt: skip
    # Below guessing's line, where the curve seldom is.
    level, low = guess[0] == guess[1], guess[1] < 0.15
    notes = [
        label("guessing", c["t3"], name="note", x=0.98 if level else 0.64,
              xanchor="right" if level else "left", yanchor="bottom" if level and low else "top",
              y=guess[1] + (0.02 if low else -0.02) if level else 0.6),
    ]  # fmt: skip
    return _square(
        theme, data, _shares(theme, titles[0], -0.01, 1.01), _shares(theme, titles[1], -0.01, 1.02),
        annotations=notes, pick="threshold",
    )  # fmt: skip


def _choices(
    at: tuple[Array, Array, Sequence[str]], titles: tuple[str, str], theme: str
) -> dict[str, Any]:
    """Return the thresholds to choose from, which are not seen: the pointer finds them.

    Of those at one place, that nearest to 0.5.
    """
    x, y, names = at
    order = np.argsort(np.abs(np.array(names, float) - 0.5), kind="stable")
    order = order[np.isfinite(x[order]) & np.isfinite(y[order])]
    _, first = np.unique(np.stack([x, y])[:, order], axis=1, return_index=True)
    known = np.sort(order[first])
    words = [title.split(" (")[0].lower() for title in titles]
    said = f"threshold %{{text}}<br>{words[0]} %{{x:.3f}}<br>{words[1]} %{{y:.3f}}<extra></extra>"
    return _unseen(x[known], y[known], "choices", theme, [names[k] for k in known], said)


def _unseen(
    x: Array, y: Array, name: str, theme: str, text: list[str], hover: str
) -> dict[str, Any]:
    """Return points that are not seen, for the pointer to find; hover: what it says there."""
    clear = fade(tokens(theme)["panel"], 0.0)
    return points(x, y, name, clear, size=1, width=0, text=text, hovertemplate=hover)


def probability_figure(
    true: Array, p: Array, names: Sequence[str], threshold: float, theme: str, what: str
) -> dict[str, Any]:
    """Return two histograms of p, of the examples of class 1 and of class 0, and the threshold."""
    edges = np.linspace(0, 1, BINS + 1)
    heights = [np.histogram(np.clip(p[true == k], 0, 1), edges)[0].astype(float) for k in (0, 1)]
    data: list[dict[str, Any]] = []
    for k, h in enumerate(heights):
        data += _steps((edges[:-1] + edges[1:]) / 2, h, class_color(k, theme), class_name(k, names))
    return figure(
        theme,
        data,
        _shares(theme, what),
        _examples(theme, *heights),
        margin=MARGIN,
        shapes=[rule(tokens(theme)["t1"], x=threshold, width=1.6)],
    )


def _steps(x: Array, heights: Array, color: str, name: str) -> list[dict[str, Any]]:
    style = {"color": color, "width": 1.6, "shape": "hvh"}
    floor = line(x, np.zeros_like(x), name, {**style, "width": 0.01}, hoverinfo="skip")
    return [
        floor,
        line(x, heights, name, style, fill="tonexty", fillcolor=fade(color, 0.3)),
    ]


def calibration_figure(mean: Array, share: Array, counts: Array, theme: str) -> dict[str, Any]:
    """Return the share of class 1 over each bin's mean probability, and where both are equal."""
    c = tokens(theme)
    ends = np.array([0.0, 1.0])
    text = [f"{count(int(n))} examples" for n in counts]
    bins = points(
        mean, share, "bins", [c["pos"] if n >= FEW else c["panel"] for n in counts], size=9,
        edge=c["posT"], width=1.6, text=text, cliponaxis=False,
        hovertemplate="said %{x:.2f}, found %{y:.2f}<br>%{text}<extra></extra>",
    )  # fmt: skip
    return _square(
        theme, [_compared(theme, ends, ends, "as said", "ghost"), bins],
        _shares(theme, "Mean probability said", -0.01, 1.01),
        _shares(theme, "Share found", -0.01, 1.02),
    )  # fmt: skip


def classes_figure(
    precision: Array, recall: Array, names: Sequence[str], theme: str
) -> dict[str, Any]:
    """Return two bars a class: precision (dark) at the left and recall (pale) at the right."""
    K = len(precision)
    shapes, data = [], []
    for key, values, left in zip(bar_legend(theme), (precision, recall), (0.12, 0.5), strict=True):
        known = np.flatnonzero(np.isfinite(values))
        shapes += [box(key["color"], k + left, k + left + 0.36, 0, float(values[k])) for k in known]
        said = [plain(_short_name(int(k), names, 30)) for k in known]
        hover = "%{text}: %{fullData.name} %{y:.1%}<extra></extra>"
        data.append(_unseen(known + left + 0.18, values[known], key["label"], theme, said, hover))
    every = math.ceil(K / NAMED)
    texts = [plain(_short_name(k, names, 12 if K < 5 else 4)) for k in range(0, K, every)]
    middle = [k + 0.5 for k in range(0, K, every)]
    return figure(
        theme,
        data,
        axis(theme, "Class", range=[0, K], tickvals=middle, ticktext=texts, ticks=""),
        _shares(theme, "Share", 0, 1.03, showgrid=True),
        margin=MARGIN,
        hovermode="closest",
        shapes=shapes,
    )


def bar_legend(theme: str) -> list[dict[str, Any]]:
    """Return the key of the bars."""
    c = tokens(theme)
    colors = {"precision": c["t2"], "recall": mix(c["panel"], c["t2"], 0.45)}
    return [{"symbol": "square", "color": color, "label": name} for name, color in colors.items()]


Parts = Sequence[tuple[str, Array, Array]]


def prediction_figure(parts: Parts, theme: str) -> dict[str, Any]:
    """Return predictions over true values, with the line where both are equal.

    parts: (name, true, predicted) of the training and the test examples, the last on top.
    """
    limits = _extent(np.concatenate([v for _, *pair in parts for v in pair]))
    across, up = (plane_axis(theme, f"{title} value", limits) for title in ("True", "Predicted"))
    ends = np.array(limits)
    clouds = [_cloud(name, x, y, theme) for name, x, y in parts]
    return _square(theme, [*clouds, _compared(theme, ends, ends, "equal")], across, up)


def residual_figure(parts: Parts, theme: str) -> dict[str, Any]:
    """Return residuals (true less predicted) over predictions, with the line of none."""
    limits = _extent(np.concatenate([a for _, _, a in parts]))
    residuals = [y - a for _, y, a in parts]
    reach = max(map(abs, _extent(np.concatenate([*residuals, np.zeros(1)]))))
    clouds = [_cloud(n, a, r, theme) for (n, _, a), r in zip(parts, residuals, strict=True)]
    return figure(
        theme,
        [*clouds, _compared(theme, np.array(limits), np.zeros(2), "none")],
        plane_axis(theme, "Predicted value", limits),
        plane_axis(theme, "True − predicted", (-reach, reach)),
        margin={**MARGIN, "l": 60},
        hovermode="closest",
    )


def error_figure(residuals: Array, theme: str) -> dict[str, Any]:
    """Return the histogram of residuals, symmetric around 0."""
    c = tokens(theme)
    reach = scales.ceil_to(max(float(np.abs(residuals).max(initial=0)), 1e-12))
    edges = np.linspace(-reach, reach, 26)
    heights = np.histogram(residuals, edges)[0].astype(float)
    return figure(
        theme,
        _steps((edges[:-1] + edges[1:]) / 2, heights, c["pos"], "residuals"),
        axis(theme, "True − predicted", **scales.symmetric_axis(reach)),
        _examples(theme, heights),
        margin=MARGIN,
        shapes=[rule(c["t3"], x=0, width=1.2, dash=DASHED)],
    )


def _examples(theme: str, *heights: Array) -> dict[str, Any]:
    """Return the axis of how many examples a histogram's bins hold."""
    top = max(1.0, *(float(h.max(initial=0)) for h in heights))
    return axis(theme, "Examples", showgrid=True, **scales.linear_axis(0, 1.06 * top))


def _extent(values: Array) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = 0.05 * (high - low) or 1.0
    step = scales.tick_step(high - low + 2 * room, 12)
    return math.floor((low - room) / step) * step, math.ceil((high + room) / step) * step


def _cloud(name: str, x: Array, y: Array, theme: str) -> dict[str, Any]:
    c = tokens(theme)
    hollow = name == "test"
    fill, edge = (fade(c["panel"], 0.3), c["negT"]) if hollow else (c["pos"], c["panel"])
    return points(
        x, y, name, fill, size=6, edge=edge, width=1.4 if hollow else 0.8,
        hovertemplate="%{x:.4g}, %{y:.4g}, " + name + "<extra></extra>",
    )  # fmt: skip


def cloud_legend(theme: str, test: bool) -> list[dict[str, Any]]:
    """Return the key of the clouds of points; test: whether there are any of the test part."""
    c = tokens(theme)
    hollow = {"symbol": "circle", "color": None, "edge": c["negT"], "label": "test"}
    return [{"symbol": "circle", "color": c["pos"], "label": "train"}, *([hollow] if test else [])]
