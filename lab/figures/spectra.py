"""Singular values of Jacobians drawn: those of each layer, and those from end to end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures.layers import (
    FAR,
    MARGIN,
    ROW,
    at_bottom,
    drawn,
    floor_of,
    gridline_note,
    in_float32,
    layer_dots,
    layer_x,
    linked,
    log_y,
    stretched,
)
from lab.figures.lines import apart, box, end_labels, key_row, line, points, rule
from lab.figures.theme import axis, fade, figure, tokens
from lab.text.numbers import count, number

Array = np.ndarray

NAMES = ("largest", "median", "smallest", "RMS")
#: Exponents beyond these are drawn there.
FAR_LOG = math.log10(FAR)
#: More singular values than these are a line without markers.
MANY = 150


def layer_spectra_figure(
    values: Sequence[Sequence[float]] | Array, layers: int, *, theme: str
) -> dict[str, Any]:
    """Return the singular values of each layer's Jacobian: largest to smallest as a band.

    values: (k, 4), of layers 1 .. k the largest, median, smallest and the root mean square, no
    unit; layers: the hidden layers that there are, at least k. On a log axis a value of 0 lies at
    the lower edge; what is not finite is left out; notes say so. Raises ValueError for other
    shapes.
    """
    v = np.asarray(values, np.float64).reshape(-1, 4)
    if len(v) > layers:
        raise ValueError(f"values: {len(v)} layers where there are {layers}")
    c = tokens(theme)
    note = _layers_note(v)
    base = 14 if (v == 0).any() else 5
    y, every = log_y([v, np.ones(1)], base + ROW * bool(note or len(v)), 17)
    floor = floor_of(y)
    x, rms = drawn(v[:, 3], floor)
    said = [f"RMS {number(v[l - 1, 3])}" for l in x.tolist()]
    hover = {"text": said, "hovertemplate": "%{text}<extra></extra>"}
    data = [*_band(v, floor, c), layer_dots(x, rms, layers, theme, layers + 1, **hover)]
    colors = dict(zip(NAMES, (c["t2"], c["t2"], c["t2"], c["t1"]), strict=True))
    # The smallest last: where it equals the median, it is the lower label.
    ends = [trace | {"name": "RMS"} if trace["name"] == "measured" else trace for trace in data]
    ends = ends[1:] + ends[:1]
    across = layer_x(theme, layers)
    notes = apart(end_labels(ends, colors, across, y, bold=("RMS",)), y)
    if note:
        notes.append(at_bottom(note, c["t1"], base))
    if every:
        notes.append(gridline_note(every, c["t2"], base))
    texts = [
        f"{number(low, 2)} to {number(high, 2)}, RMS {number(rms, 2)}"
        for high, _, low, rms in v[x - 1]
    ]
    return _figure(
        theme, data, across, y, annotations=notes, shapes=[rule(c["t3"], y=1.0)],
        margin={**MARGIN, "r": 64}, meta=linked(texts, c),
    )  # fmt: skip


def _figure(
    theme: str, data: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], **options: Any
) -> dict[str, Any]:
    kept = in_float32([trace for trace in data if len(trace["x"])])
    up = axis(theme, "Singular value (unitless)", showgrid=True, **y)
    return figure(theme, kept, x, up, hovermode="x unified", **options)


def _layers_note(v: Array) -> str:
    said = []
    for what, which in (
        ("smallest 0", v[:, 2] == 0),
        ("not finite", ~np.isfinite(v).all(axis=1)),
    ):
        k = int(which.sum())
        if k:
            said.append(f"{what} in {'1 layer' if k == 1 else f'{k} layers'}")
    return ", ".join(said)


def _band(v: Array, floor: float, c: dict[str, str]) -> list[dict[str, Any]]:
    """Return the smallest and the largest with what is between them filled, and the median."""
    traces = []
    for column, width in ((2, 1.0), (0, 1.0), (1, 1.4)):
        whole = np.where(np.isfinite(v).all(axis=1), v[:, column], np.nan)
        x, y = stretched(*drawn(whole, floor), len(v))
        known = v[:, column][np.isfinite(whole)]
        texts = [number(value) for value in known.tolist()] * (1 + (len(known) < len(x)))
        color = c["t2"] if column == 1 else fade(c["t3"], 0.6)
        style = {"color": color, "width": width} | ({"dash": "4px,3px"} if column == 1 else {})
        made = line(x, y, NAMES[column], style, text=texts, hovertemplate="%{text}")
        if column == 0:
            made |= {"fill": "tonexty", "fillcolor": fade(c["t3"], 0.16)}
        traces.append(made)
    return traces


def end_spectra_figure(
    logs: Sequence[float] | Array, rounding: float, *, theme: str
) -> dict[str, Any]:
    """Return the singular values from end to end, the largest first.

    logs: log10 of them, (n,), -inf for what is rounding, which is not drawn: it lies below the
    share `rounding` of the largest. A note says how many these are.
    """
    v = np.asarray(logs, np.float64).ravel()
    c, n = tokens(theme), max(1, len(v))
    x, y = _points(v)
    hidden = int((v == -np.inf).sum())
    lowest = [y[0] * rounding] if hidden and len(y) else []
    note = f"{count(hidden)} of {count(len(v))} are 0 or rounding: not drawn" if hidden else ""
    axis_, every = log_y([y, np.ones(1), np.array(lowest)], 5 + ROW * bool(note), 17)
    keys = [("– 1: keeps its size", c["t3"])]
    for k, name in ((0, "largest"), (-1, "smallest"))[: min(2 - bool(hidden), len(y))]:
        keys.append((f"{name} {number(float(y[k]), 2)}", c["t1"]))
    shapes, notes = [rule(c["t3"], y=1.0)], key_row(keys)
    if lowest:  # where a value would be rounding
        grey, low = fade(c["t3"], 0.14), 10.0 ** axis_["range"][0]
        shapes.insert(0, box(grey, 0, 1, low, lowest[0], xref="paper"))
    if note:
        notes.append(at_bottom(note, c["t1"], 5))
    if every:
        notes.append(gridline_note(every, c["t2"], 5))
    across = layer_x(theme, n)
    across["title"] = {**across["title"], "text": "Singular values (largest first)"}
    across["unifiedhovertitle"] = {"text": "No %{x:d}"}
    return _figure(
        theme, [_values(x, y, n, theme)], across, axis_, annotations=notes, shapes=shapes,
        margin=MARGIN,
    )  # fmt: skip


def _points(v: Array) -> tuple[Array, Array]:
    """Return place and value of the singular values that are drawn."""
    good = np.isfinite(v)
    return np.flatnonzero(good) + 1, 10.0 ** np.clip(v[good], -FAR_LOG, FAR_LOG)


def _values(x: Array, y: Array, n: int, theme: str) -> dict[str, Any]:
    c, many = tokens(theme), n > MANY
    style = {"color": c["t1" if many else "t2"], "width": 1.6 if many else 1}
    size, hover = 6.5 if n <= 60 else 5, "%{y:.3g}<extra></extra>"
    dots = points(x, y, "value", c["t1"], size=size, edge=c["panel"], hovertemplate=hover)
    return dots | {"line": style, "mode": "lines" if many else "lines+markers"}
