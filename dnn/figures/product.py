"""The error on its way back taken apart: what the weights and what the slope do in each layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dnn.figures import scales
from dnn.figures.lines import line
from dnn.figures.signal import (
    FAR,
    HEIGHT,
    LABEL,
    LINE,
    MARGIN,
    ROW,
    WAY,
    WIDTH,
    Room,
    at_bottom,
    carried,
    gridline_note,
    layer_x,
    leader,
    linked,
    pinned,
    pixels,
    text_width,
    with_rows,
)
from dnn.figures.theme import axis, depth, fade, layer_color, layout, tokens
from dnn.figures.words import SUPERSCRIPT, number, power_of_ten

Array = np.ndarray

#: Half the width of a layer's two bars together, in layers.
HALF = 0.42
BELOW, ABOVE = 5 + ROW, 17.0


def product_figure(
    weight_factors: Sequence[float] | Array, slope_factors: Sequence[float] | Array, *, theme: str
) -> dict[str, Any]:
    """Return the product of all factors, from the output back to layer 1, as stairs on a log axis.

    weight_factors, slope_factors: (L - 1,), layers 1 .. L - 1: rms(W^T δ) / rms δ of the layer
    above, and rms δ / rms(W^T δ). A layer's two bars span its two factors, equal factors equally
    high: the weights' at the right, then the slope's. Dots are the product so far: δ RMS over the
    output's. It ends at a factor that is 0 or not finite, and a note says so. Raises ValueError
    for two lengths.
    """
    w, s = (np.array(f, np.float64).ravel() for f in (weight_factors, slope_factors))
    if len(w) != len(s):
        raise ValueError(f"slope_factors: {len(s)} layers where weight_factors has {len(w)}")
    n, c = len(w) + 1, tokens(theme)
    logs, middles, end = _stairs(w, s)
    note = _end_note(w, s, end)
    below = BELOW + ROW * bool(note)
    y, every = _y_axis(np.concatenate([logs, middles]), below)
    first = n - len(logs) + 1  # the lowest layer that the product reaches
    layers = np.arange(first, n + 1)
    values = 10.0**logs
    data = _bars(layers, logs, middles, c)
    data.append(line(layers, values, "so far", {"color": c["t2"], "width": 1.4}, hoverinfo="skip"))
    data.append(_dots(layers, values, w, s, n, theme))
    room = _room(layers, logs, middles, n, y, below)
    shapes, notes = _labels(room, layers, logs, middles, w, s, n, y, theme)
    base = 5.0
    if note:
        notes.append(at_bottom(note, c["t1"], base))
    notes.append(at_bottom(WAY, c["t2"], base + ROW * bool(note)))
    if every:
        notes.append(gridline_note(every, c["t2"], base + ROW * bool(note)))
    return {
        "data": carried(data),
        "layout": layout(
            theme,
            margin=MARGIN,
            xaxis=layer_x(theme, n),
            yaxis=axis(
                theme, "δ RMS ÷ the output's (unitless)", showgrid=True, fixedrange=True, **y
            ),
            shapes=shapes,
            annotations=notes,
            dragmode=False,
            meta=linked([_amount(float(x)) for x in logs], c),
        ),
    }


def _amount(log: float) -> str:
    return f"×{number(10.0**log, 2)}"


def _stairs(w: Array, s: Array) -> tuple[Array, Array, int]:
    """Return log10 of the product from the output's 1 back, between the two factors, and the end.

    The first two are in order of layers; the end is the layer (from 1) that stops the product,
    0 for none.
    """
    logs, limit = [0.0], math.log10(FAR)
    middles: list[float] = []
    for l in range(len(w) - 1, -1, -1):
        if not (0 < w[l] < math.inf and 0 < s[l] < math.inf):
            return np.array(logs[::-1]), np.array(middles[::-1]), l + 1
        middle = logs[-1] + math.log10(w[l])
        after = middle + math.log10(s[l])
        if max(abs(middle), abs(after)) > limit:
            return np.array(logs[::-1]), np.array(middles[::-1]), l + 1
        middles.append(middle)
        logs.append(after)
    return np.array(logs[::-1]), np.array(middles[::-1]), 0


def _end_note(w: Array, s: Array, end: int) -> str:
    if not end:
        return ""
    factors = (float(w[end - 1]), float(s[end - 1]))
    if not all(0 <= f < math.inf for f in factors):
        return f"a factor of layer {end} is not finite"
    return f"exactly 0 from layer {end} on" if 0 in factors else f"cut off at layer {end}"


def _y_axis(logs: Array, below: float) -> tuple[dict[str, Any], int]:
    low, high = 10.0 ** float(logs.min()), 10.0 ** float(logs.max())
    y = scales.log_axis(low, high)
    a, b = y["range"]
    every = scales.decades_per_tick(a, b) if high / low > 300 else 0
    return y | {"range": with_rows(a, b, below, ABOVE)}, every


def _bars(layers: Array, logs: Array, middles: Array, c: dict[str, str]) -> list[dict[str, Any]]:
    """Return what fills the bars: for either factor a line along their starts, one around them."""
    if not len(middles):
        return []
    traces = []
    starts, ends = (logs[1:], middles), (middles, logs[:-1])
    sides = (("weights", (HALF, 0.0), fade(c["t3"], 0.4)), ("slope", (0.0, -HALF), c["t3"]))
    for (name, (right, left), color), start, stop in zip(sides, starts, ends, strict=True):
        # From the output back, as the error goes; between bars both lines are the same.
        order = np.arange(len(middles))[::-1]
        x = np.column_stack([layers[:-1] + right] * 2 + [layers[:-1] + left] * 2)[order].ravel()
        along = np.column_stack([start] * 4)[order].ravel()
        around = np.column_stack([start, stop, stop, start])[order].ravel()
        clear = {"color": fade(c["t3"], 0), "width": 1}
        base = line(x, 10.0**along, f"{name} from", clear, hoverinfo="skip")
        edge = line(x, 10.0**around, name, clear, hoverinfo="skip")
        traces += [base, edge | {"fill": "tonexty", "fillcolor": color}]
    return traces


def _dots(layers: Array, values: Array, w: Array, s: Array, n: int, theme: str) -> dict[str, Any]:
    texts = [
        f"×{number(w[l - 1])} by Wᵀ, ×{number(s[l - 1])} by g′: ×{number(w[l - 1] * s[l - 1])}, "
        f"so far ×{number(v)}" if l < n else "the output's error: ×1"
        for l, v in zip(layers.tolist(), values, strict=True)
    ]  # fmt: skip
    return {
        "type": "scatter", "mode": "markers", "x": layers, "y": values,
        "name": "measured", "text": texts, "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "symbol": "circle", "size": 6.5 if n <= 60 else 5,
            "color": [layer_color(depth(l - 1, n), theme) for l in layers.tolist()],
            "line": {"width": 1, "color": tokens(theme)["panel"]},
        },
    }  # fmt: skip


def _room(
    layers: Array, logs: Array, middles: Array, n: int, y: dict[str, Any], below: float
) -> Room:
    room = Room(WIDTH, HEIGHT)
    at = pixels(layers, 10.0**logs, n, y["range"])
    between = pixels(layers[:-1], 10.0**middles, n, y["range"])
    half = HALF / n * WIDTH
    for i in range(len(middles)):
        x, levels = at[i, 0], (at[i + 1, 1], between[i, 1], at[i, 1])
        room.box(x, min(levels[:2]), x + half, max(levels[:2]), LINE)
        room.box(x - half, min(levels[1:]), x, max(levels[1:]), LINE)
    room.line(at, LINE)
    room.dots(at, LINE)
    room.box(0, HEIGHT - ABOVE + 1, WIDTH, HEIGHT, LABEL)
    room.box(0, 0, WIDTH, below - 1, LABEL)
    return room


def _labels(
    room: Room, layers: Array, logs: Array, middles: Array, w: Array, s: Array, n: int,
    y: dict[str, Any], theme: str,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # fmt: skip
    """Return numbers for the first factors on the way back, and what has become of the error."""
    if not len(middles):
        return [], []
    c, last = tokens(theme), n - 1
    spots = [
        (f"Wᵀ ×{number(w[last - 1], 2)}", c["t2"], last + HALF / 2, logs[-1], middles[-1]),
        (f"g′(z) ×{number(s[last - 1], 2)}", c["t2"], last - HALF / 2, middles[-1], logs[-2]),
        (f"together ×{number(w[last - 1] * s[last - 1], 2)}", c["t1"], last, logs[-2], logs[-2]),
    ]
    low = int(layers[0])
    if len(middles) > 1:
        end = f"layer {low}: {_amount(float(logs[0]))}"
        tint = layer_color(depth(low - 1, n), theme, text=True)
        spots.append((end, tint, low, logs[0], logs[0]))
    shapes, notes = [], []
    for text, color, x, a, b in spots:
        to = pixels(np.array([x]), np.array([10.0 ** ((a + b) / 2)]), n, y["range"])
        found = room.beside(text_width(text), to)
        if found is None:
            continue
        target, at, anchor = found
        shapes.append(leader(at, target, n, y["range"], c))
        notes.append(pinned(text, color, at, anchor, n, y["range"]))
    return shapes, notes


def product_sentence(factors: Sequence[float] | Array) -> str:
    """Return the product of factors as a power of their geometric mean: "0.712²⁹ = 5.2×10⁻⁵".

    The mean has as many figures as it takes for the equation to hold in the figures shown.
    """
    f = np.array(factors, np.float64).ravel()
    if not len(f):
        return "A single layer: there is nothing to multiply."
    if not np.isfinite(f).all() or (f < 0).any():
        return "A factor is not finite, so neither is the product."
    zeros = int((f == 0).sum())
    if zeros:
        who = "A factor is" if zeros == 1 else f"{zeros} factors are"
        return f"{who} exactly 0: so is the product."
    log, n = float(np.log(f).sum()), len(f)
    mean = math.exp(log / n)
    result = _written(log)
    power = "" if n == 1 else str(n).translate(SUPERSCRIPT)
    if not 0.001 <= mean < 1e5:
        return f"({number(mean, 2)}){power} ≈ {result}"
    for digits in range(2, 7):
        shown = float(f"{mean:.{digits - 1}e}")
        if _written(n * math.log(shown)) == result:
            return f"{number(shown, digits)}{power} = {result}"
    return f"{number(mean, 6)}{power} ≈ {result}"


def _written(log: float) -> str:
    if abs(log) > 600:
        return power_of_ten(round(log / math.log(10)))
    return number(math.exp(log), 2)
