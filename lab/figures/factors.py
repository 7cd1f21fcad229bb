"""The error on its way back taken apart: what the weights and what the slope do in each layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.layers import (
    FAR,
    HEIGHT,
    MARGIN,
    ROW,
    WAY,
    at_bottom,
    gridline_note,
    layer_dots,
    layer_x,
    linked,
)
from lab.figures.lines import line, points, rule
from lab.figures.theme import axis, depth, fade, figure, label, layer_color, oklch, tokens
from lab.text.numbers import SUPERSCRIPT, number, power_of_ten

Array = np.ndarray

#: Half the width of a layer's two bars together, in layers.
HALF = 0.42
#: What lies between two lanes, and above them for the marked layer's words, in pixels.
GAP, ABOVE = 12.0, 19.0
#: The share of the upper lane, where the factors are.
FACTORS = 0.46


@dataclass(frozen=True)
class _Lane:
    """A log scale in a part of the plot: exponents a..b lie at heights low..high, 0..1."""

    a: float
    b: float
    low: float
    high: float
    ticks: tuple[float, ...]
    texts: tuple[str, ...]
    every: int

    def at(self, logs: Any) -> Any:
        """Return heights of log10 of values."""
        return self.low + (logs - self.a) / (self.b - self.a) * (self.high - self.low)


def product_figure(
    weight_factors: Sequence[float] | Array, slope_factors: Sequence[float] | Array, *, theme: str
) -> dict[str, Any]:
    """Return each layer's two factors as bars from ×1, and below them their product so far.

    weight_factors, slope_factors: (L - 1,), layers 1 .. L - 1: rms(W^T δ) / rms δ of the layer
    above, and rms δ / rms(W^T δ). The dots are the product from the output back: δ RMS over the
    output's. Both lanes are logarithmic, each with its own ticks; y itself is the height, 0..1.
    The product ends at a factor that is 0 or not finite, and a note says so. Raises ValueError for
    two lengths.
    """
    w, s = (np.array(f, np.float64).ravel() for f in (weight_factors, slope_factors))
    if len(w) != len(s):
        raise ValueError(f"slope_factors: {len(s)} layers where weight_factors has {len(w)}")
    n, c = len(w) + 1, tokens(theme)
    logs, end = _product(w, s)
    first = n - len(logs) + 1  # the lowest layer that the product reaches
    layers = np.arange(first, n + 1)
    parts = {
        "weights": np.log10(w[first - 1 :]),
        "slope": np.log10(s[first - 1 :]),
        "both": logs[:-1] - logs[1:],
    }
    note = _end_note(w, s, end)
    below = 5 + ROW * (1 + bool(note))
    middle = below + (HEIGHT - below - ABOVE - GAP) * (1 - FACTORS)
    lower = _lane(logs, below / HEIGHT, middle / HEIGHT, "")
    upper = _lane(
        np.concatenate([[0.0], *parts.values()]), (middle + GAP) / HEIGHT, 1 - ABOVE / HEIGHT, "×"
    )
    colors = part_colors(theme)
    data = [
        *_bars(layers[:-1], parts, upper, colors),
        points(
            layers[:-1], upper.at(parts["both"]), "both", colors["both"], symbol="diamond",
            size=5 if len(layers) <= 61 else 3, width=0.5, hoverinfo="skip",
        ),
        line(layers, lower.at(logs), "so far", {"color": c["t2"], "width": 1.4}, hoverinfo="skip"),
        _dots(layers, logs, lower, w, s, theme),
    ]  # fmt: skip
    notes = []
    if len(layers) > 1:  # the numbers of the first step back, and what all of them come to
        numbers = (number(x, 2) for x in (w[-1], s[-1], w[-1] * s[-1]))
        said = zip(("Wᵀ", "g′(z)", "both"), numbers, colors.values(), strict=True)
        factors = [(f"{what} ×{x}", color) for what, x, color in said]
        notes = _beside([(f"layer {n - 1}:", c["t2"]), *factors], upper)
        color = layer_color(depth(first - 1, n), theme, text=True)
        reached = [(f"layer {first}:", color), (f"×{_power(float(logs[0]))}", color)]
        notes += _beside(reached, lower)
    way = 5 + ROW * bool(note)
    notes += [at_bottom(note, c["t1"], 5)] if note else []
    notes.append(at_bottom(WAY, c["t2"], way))
    if lower.every:
        notes.append(gridline_note(lower.every, c["t2"], way))
    lanes = (lower, upper)
    return figure(
        theme,
        [trace for trace in data if len(trace["x"])],
        layer_x(theme, n),
        axis(
            theme, "Product so far (factor a layer above)", showgrid=True, range=[0, 1],
            tickvals=[float(lane.at(tick)) for lane in lanes for tick in lane.ticks],
            ticktext=[text for lane in lanes for text in lane.texts],
        ),
        hovermode="x unified",
        margin={**MARGIN, "r": 84},
        shapes=[rule(c["t3"], y=float(upper.at(0.0)))],
        annotations=notes,
        meta=linked([f"×{_power(float(x))}" for x in logs], c),
    )  # fmt: skip


def part_colors(theme: str) -> dict[str, str]:
    """Return the colours of the weights' factor, the slope's and both together."""
    c = tokens(theme)
    brown = oklch(0.75, 0.08, 60) if theme == "dark" else oklch(0.48, 0.08, 60)
    return {"weights": c["t3"], "slope": brown, "both": c["t1"]}


def _power(log: float) -> str:
    return number(10.0**log, 2)


def _product(w: Array, s: Array) -> tuple[Array, int]:
    """Return log10 of the product from the output's 1 back, in order of layers, and its end.

    The end is the layer (from 1) whose factor stops it, 0 for none.
    """
    logs, limit = [0.0], math.log10(FAR)
    for l in range(len(w) - 1, -1, -1):
        if not (0 < w[l] < math.inf and 0 < s[l] < math.inf):
            return np.array(logs[::-1]), l + 1
        steps = (math.log10(w[l]), math.log10(s[l]))
        if max(abs(logs[-1] + sum(steps)), *map(abs, steps)) > limit:
            return np.array(logs[::-1]), l + 1
        logs.append(logs[-1] + sum(steps))
    return np.array(logs[::-1]), 0


def _end_note(w: Array, s: Array, end: int) -> str:
    if not end:
        return ""
    factors = (float(w[end - 1]), float(s[end - 1]))
    if not all(0 <= f < math.inf for f in factors):
        return f"not finite from layer {end} down"
    return f"exactly 0 from layer {end} down" if 0 in factors else f"cut off at layer {end}"


def _lane(logs: Array, low: float, high: float, sign: str) -> _Lane:
    """Return a lane that holds logs, with at most four ticks."""
    bottom, top = 10.0 ** float(logs.min()), 10.0 ** float(logs.max())
    if top / bottom <= 300:
        bottom, top = scales.floor_to(bottom), scales.ceil_to(top, (1.0, 2.0, 5.0, 10.0))
        if bottom == top:
            bottom, top = bottom / 2, top * 2
    found = scales.log_axis(bottom, top)
    a, b = found["range"] if top / bottom > 300 else (math.log10(bottom), math.log10(top))
    ticks = [
        (round(math.log10(value), 6), text)
        for value, text in zip(found["tickvals"], found["ticktext"], strict=True)
        if a - 1e-6 <= math.log10(value) <= b + 1e-6
    ]
    if len(ticks) > 4:
        decades = [t for t in ticks if t[0] == round(t[0])]
        stride = math.ceil(len(decades) / 4)
        # Counted from ×1, which is in both lanes.
        one = next((i for i, t in enumerate(decades) if t[0] == 0), 0)
        ticks = decades[one % stride :: stride]
    at = tuple(t[0] for t in ticks)
    every = round(at[1] - at[0]) if top / bottom > 300 and len(at) > 1 else 0
    return _Lane(a, b, low, high, at, tuple(sign + t[1] for t in ticks), every)


def _bars(
    layers: Array, parts: dict[str, Array], lane: _Lane, colors: dict[str, str]
) -> list[dict[str, Any]]:
    """Return bars from ×1, the weights' right of the slope's: a line along ×1, one around them."""
    traces = []
    for name, (left, right) in (("slope", (-HALF, 0.0)), ("weights", (0.0, HALF))):
        x = np.column_stack([layers + left] * 2 + [layers + right] * 2).ravel()
        level, top = np.full(len(layers), lane.at(0.0)), lane.at(parts[name])
        around = np.column_stack([level, top, top, level]).ravel()
        clear = {"color": fade(colors[name], 0), "width": 1}
        traces.append(line(x, np.repeat(level, 4), f"{name} from", clear, hoverinfo="skip"))
        edge = line(x, around, name, clear, hoverinfo="skip")
        alpha = 0.85 if name == "slope" else 0.45
        traces.append(edge | {"fill": "tonexty", "fillcolor": fade(colors[name], alpha)})
    return traces


def _dots(
    layers: Array, logs: Array, lane: _Lane, w: Array, s: Array, theme: str
) -> dict[str, Any]:
    n = int(layers[-1])
    texts = [
        f"Wᵀ ×{number(w[l - 1])}, g′(z) ×{number(s[l - 1])}: ×{number(w[l - 1] * s[l - 1])}; "
        f"so far ×{_power(log)}" if l < n else "the output's error: ×1"
        for l, log in zip(layers.tolist(), logs.tolist(), strict=True)
    ]  # fmt: skip
    hover = "%{text}<extra></extra>"
    return layer_dots(layers, lane.at(logs), n, theme, text=texts, hovertemplate=hover)


def _beside(rows: Sequence[tuple[str, str]], lane: _Lane) -> list[dict[str, Any]]:
    """Return rows of words right of the plot, beside the upper end of a lane."""
    return [
        label(text, color, name="factor", xref="paper", x=1, xanchor="left", xshift=6,
              yref="paper", y=round(lane.high, 4), yshift=-ROW * i, yanchor="middle")
        for i, (text, color) in enumerate(rows)
    ]  # fmt: skip


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
