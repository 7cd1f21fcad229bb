"""The data as a hidden layer sees it: the input plane's grid, warped, and the examples in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.boundary import PLANE_MARGIN, plane_axis
from lab.figures.lines import line
from lab.figures.theme import fade, figure, tokens
from lab.text.numbers import number, percent

Array = np.ndarray
#: The range is this much wider than what is shown.
ROOM = 1.08
#: Examples are drawn so much smaller than in the input plane.
SMALLER = 0.7


def space_figure(
    lines: Array,
    points: list[dict[str, Any]],
    labels: Sequence[str],
    cut: tuple[Array, float] | None,
    theme: str,
) -> dict[str, Any]:
    """Return the warped grid, lines (k, 2, n), the examples' traces over it, and the cut.

    cut: (normal (2,), offset) of the line normal . u + offset = 0.
    """
    c = tokens(theme)
    reach = _reach(lines, points)
    style = {"color": fade(c["t2"], 0.6), "width": 1}
    grid = [line(x, y, "grid", style, hoverinfo="skip") for x, y in lines if _finite(x + y)]
    # Smaller than in the input plane, and below the grid: it is the grid that shows the warping.
    small = [p | {"marker": p["marker"] | {"size": SMALLER * p["marker"]["size"]}} for p in points]
    data = [*small, *grid]
    ends = _ends(cut, reach)
    if ends is not None:
        data.append(
            line(ends[0], ends[1], "p = 0.5", {"color": c["t1"], "width": 1.8}, hoverinfo="skip")
        )
    across, up = (plane_axis(theme, label, (-reach, reach)) for label in labels)
    return figure(
        theme, data, across, up, margin=PLANE_MARGIN, hovermode="closest", meta={"square": True}
    )


def _finite(values: Array) -> bool:
    return bool(np.isfinite(values).all())


def _reach(lines: Array, points: list[dict[str, Any]]) -> float:
    """Return half the side of a square around 0 that holds everything, rounded so that it rests."""
    shown = [lines.ravel(), *(np.concatenate([p["x"], p["y"]]) for p in points)]
    values = np.abs(np.concatenate(shown))
    values = values[np.isfinite(values)]
    largest = float(values.max(initial=0.0))
    return scales.ceil_to(ROOM * largest) if largest > 0 else 1.0


def _ends(cut: tuple[Array, float] | None, reach: float) -> tuple[Array, Array] | None:
    """Return x (2,) and y (2,) of a piece of the cut that crosses the square; None without one."""
    if cut is None:
        return None
    normal, offset = cut
    size = float(np.hypot(*normal))
    if not (np.isfinite(size) and np.isfinite(offset)) or size < 1e-12:
        return None
    foot, along = -offset * normal / size**2, np.array([-normal[1], normal[0]]) / size
    if np.abs(foot).max() > 2 * reach:
        return None
    ends = foot[:, None] + along[:, None] * np.array([-3.0, 3.0]) * reach
    return ends[0], ends[1]


def space_sentence(
    layer: int, units: int, share: float, linear: float, given: float, real: bool
) -> str:
    """Return what a straight cut makes of this layer, and how much of it is in the picture."""
    some = "" if share > 0.995 else f" The picture shows {percent(share)} of the variance."
    if not np.isfinite(linear):
        return f"Layer {layer} holds values that are not finite."
    all_units = f"all {units} units" if units > 2 else ("both units" if units == 2 else "the unit")
    if real:
        found = f"A straight line through {all_units} explains R² = {number(linear)}"
        return f"{found}, through the inputs {number(given)}.{some}"
    found = f"One straight cut through {all_units} gets {percent(linear)} of the examples right"
    return f"{found}, through the inputs {percent(given)}.{some}"
