"""Axis ranges rounded outwards, so that they change rarely while a curve grows, and their ticks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lab.text.numbers import power_of_ten, short
from lab.text.rounding import ceil_to, floor_to

Array = np.ndarray
#: On a log axis zero lies so many decades below the smallest positive value at most.
SMALLEST = 1e-300


def tick_step(extent: float, most: int = 4) -> float:
    """Return the smallest 1, 2 or 5 times a power of ten that cuts extent into at most `most`."""
    return ceil_to(extent / most, (1.0, 2.0, 5.0, 10.0))


def step_axis(last: float) -> dict[str, Any]:
    """Return range and ticks of an axis of steps from 0 to at least `last`."""
    end = ceil_to(max(float(last), 10.0))
    return {"range": [0, end], **_ticks(np.arange(0, end * 1.0001, tick_step(end)))}


def _ticks(values: Array) -> dict[str, Any]:
    values = np.where(np.abs(values) < 1e-12 * np.abs(values).max(initial=0), 0.0, values)
    exact = [float(f"{v:.10g}") for v in values]
    return {"tickvals": exact, "ticktext": [short(v) for v in exact]}


def linear_axis(low: float, high: float) -> dict[str, Any]:
    """Return a linear range that holds low..high, from 0 where low is not negative, and ticks."""
    top = ceil_to(high) if high > 0 else 0.0
    bottom = -ceil_to(-low) if low < 0 else 0.0
    if top == bottom:
        top = 1.0
    return {"type": "linear", **even_axis(bottom, top, 4)}


def symmetric_axis(reach: float) -> dict[str, Any]:
    """Return the range from -reach to reach, and five ticks."""
    ticks = [-reach, -reach / 2, 0.0, reach / 2, reach]
    return {"range": [-reach, reach], "tickvals": ticks, "ticktext": [short(t) for t in ticks]}


def multiples(low: float, high: float, step: float) -> Array:
    """Return the multiples of step from low to high, both included."""
    return np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step


def even_axis(low: float, high: float, most: int = 6) -> dict[str, Any]:
    """Return the range from low to high as it is, and ticks at round values in it."""
    ticks = multiples(low, high, tick_step(high - low, most))
    return {"range": [low, high], **_ticks(ticks)}


def log_axis(low: float, high: float) -> dict[str, Any]:
    """Return a log range that holds low..high > 0, rounded to 1-2-5 or decades, and its ticks."""
    if high / low <= 300:
        a, b = floor_to(low), ceil_to(high, (1.0, 2.0, 5.0, 10.0))
        if b / a < 3:  # nearly constant: room on both sides
            a, b = floor_to(a / 1.9), ceil_to(b * 1.9, (1.0, 2.0, 5.0, 10.0))
        decades = range(math.floor(math.log10(a)), math.ceil(math.log10(b)) + 1)
        values = [float(f"{r}e{e}") for e in decades for r in (1, 2, 5)]
        values = [v for v in values if a * 0.999 <= v <= b * 1.001]
        texts = [short(v) for v in values]
        return {"type": "log", "range": _exponents(a, b), "tickvals": values, "ticktext": texts}
    return decade_axis(low, high)


def decade_axis(low: float, high: float) -> dict[str, Any]:
    """Return a log range of whole decades that holds low..high > 0, with at most six gridlines."""
    a, b = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    if a == b:
        a, b = a - 1, b + 1
    every = decades_per_tick(a, b)
    exponents = [e for e in range(a, b + 1) if e % every == 0]
    return {
        "type": "log",
        "range": [a, b],
        "tickvals": [10.0**e for e in exponents],
        "ticktext": [_decade(e) for e in exponents],
    }


def floored_axis(
    values: Array, make: Callable[..., Any] = log_axis
) -> tuple[dict[str, Any], float]:
    """Return a log axis for values, and its lowest value, where exact zeros are drawn.

    make: log_axis or decade_axis; with zeros there is a decade below the smallest positive value.
    """
    low, high = positive_range([values]) or (1e-3, 1.0)
    y = decade_axis(low / 10, high) if (values == 0).any() else make(low, high)
    return y, 10.0 ** y["range"][0]


def decades_per_tick(a: int, b: int) -> int:
    """Return how many decades lie between two gridlines of a log axis from 10^a to 10^b."""
    return next(n for n in (1, 2, 3, 5, 10, 20, 50, 100) if (b - a) / n <= 6)


def _decade(e: int) -> str:
    return short(10.0**e) if -3 <= e <= 3 else power_of_ten(e)


def _exponents(a: float, b: float) -> list[float]:
    return [round(math.log10(a), 4), round(math.log10(b), 4)]


def finite(x: Array, y: Array) -> tuple[Array, Array]:
    """Return the points whose y is finite; the same arrays where all are."""
    y = np.asarray(y)
    good = np.isfinite(y)
    return (x, y) if good.all() else (x[good], y[good])


def positive_range(series: list[Array]) -> tuple[float, float] | None:
    """Return the smallest and largest positive value, or None where there is none."""
    values = [v[(v > SMALLEST) & np.isfinite(v)] for v in map(np.asarray, series)]
    values = [v for v in values if v.size]
    if not values:
        return None
    return min(float(v.min()) for v in values), max(float(v.max()) for v in values)


def spread(places: list[float], gap: float) -> list[float]:
    """Return places moved as little as needed to lie at least `gap` apart, in the same order.

    Isotonic regression of the places less their part of the gaps, by its max-min formula. Source:
    Barlow et al. 1972, Statistical inference under order restrictions, theorem 1.4.
    """
    n = len(places)
    order, steps = np.argsort(places, kind="stable"), gap * np.arange(n)
    sums = np.concatenate([[0.0], np.cumsum(np.array(places)[order] - steps)])
    # Means of the places j..k; where k < j they are never looked at.
    counts = np.maximum(np.arange(n) - np.arange(n)[:, None] + 1, 1)
    means = (sums[1:] - sums[:-1, None]) / counts
    least = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
    moved = np.empty(n)
    moved[order] = [least[: i + 1, i].max() for i in range(n)] + steps
    return moved.tolist()
