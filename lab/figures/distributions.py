"""The axes of the distributions' pictures; the page paints the values themselves."""

from __future__ import annotations

from typing import Any

from lab.figures.theme import axis, figure
from lab.text.numbers import short

MARGIN = {"l": 8, "r": 8, "t": 22, "b": 34}


def distributions_figure(scale: Any, value: str, theme: str, low: float = -1.0) -> dict[str, Any]:
    """Return the layout of one picture: values at places from low to 1, and their ticks.

    scale: a symmetric axis: place 1 is its `reach`; `decades` above `threshold` if that is not 0.
    """
    marks = [mark for mark in zip(*ticks(scale), strict=True) if mark[0] >= low]
    value += " · symmetric log" if scale.threshold else ""
    return figure(
        theme,
        [],
        axis(
            theme, value, range=[low, 1], tickvals=[place for place, _ in marks],
            ticktext=[text for _, text in marks], showgrid=True,
        ),
        axis(theme, "", range=[0, 1], showticklabels=False, ticks="", showline=False),
        margin=MARGIN,
        meta={"symlog": bool(scale.threshold)},
    )  # fmt: skip


def ticks(scale: Any) -> tuple[list[float], list[str]]:
    """Return where at most nine ticks lie, from -1 to 1, and their texts."""
    if not scale.threshold:
        halves = [-1.0, -0.5, 0.0, 0.5, 1.0]
        return halves, [short(float(f"{h * scale.reach:.6g}")) for h in halves]
    n = scale.decades
    every = next(k for k in (1, 2, 3, 4, 5) if n / k <= 2 or k == 5)
    powers = list(range(n, -1, -every))
    right = [(1 + k) / (1 + n) for k in reversed(powers)]
    values = [scale.threshold * 10.0**k for k in reversed(powers)]
    if right[0] < 0.2:  # no room beside 0
        right, values = right[1:] or right, values[1:] or values
    places = [-p for p in reversed(right)] + [0.0] + right
    texts = [short(float(f"{-v:.3g}")) for v in reversed(values)]
    return places, [*texts, "0", *(short(float(f"{v:.3g}")) for v in values)]
