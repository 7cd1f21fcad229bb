"""Where words fit beside what is drawn: labels at the place where they cover least."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures.layers import HEIGHT, ROW, WIDTH
from lab.figures.theme import label

Array = np.ndarray

#: What it costs to cover a cell of 4 x 4 pixels.
CELL = 4.0
BAND, LINE, LABEL = 1.0, 4.0, 1e3


class Room:
    """Where words fit in a plot of w by h pixels: what it costs to cover each of its cells.

    Pixels run from the lower left corner. A label is held at one point: in a larger plot it takes
    a smaller part, so that what is free here is free there.
    """

    def __init__(self, w: float, h: float):
        self.w, self.h = w, h
        self.cost = np.zeros((math.ceil(h / CELL), math.ceil(w / CELL)))

    def _cells(self, x: Array, y: Array) -> tuple[Array, Array]:
        rows, columns = self.cost.shape
        r = np.clip((np.asarray(y) / CELL).astype(int), 0, rows - 1)
        return r, np.clip((np.asarray(x) / CELL).astype(int), 0, columns - 1)

    def line(self, points: Array, cost: float) -> None:
        """Add a line through points (k, 2)."""
        along = np.diff(points, axis=0)
        steps = np.maximum(1, np.ceil(np.abs(along).max(axis=1) / (CELL / 2)).astype(int))
        # Points half a cell apart at most, all segments in one go: their number in its segment.
        segment = np.repeat(np.arange(len(steps)), steps + 1)
        number = np.arange(len(segment)) - np.repeat(np.cumsum(steps + 1) - steps - 1, steps + 1)
        at = points[segment] + (number / steps[segment])[:, None] * along[segment]
        cells = self._cells(*at.T)
        self.cost[cells] = np.maximum(self.cost[cells], cost)

    def dots(self, points: Array, cost: float, radius: float = 4) -> None:
        """Add dots at points (k, 2)."""
        x, y = points.T
        for dx in (-radius, 0, radius):
            for dy in (-radius, 0, radius):
                cells = self._cells(x + dx, y + dy)
                self.cost[cells] = np.maximum(self.cost[cells], cost)

    def area(self, x: Array, low: Array, high: Array, cost: float) -> None:
        """Add what lies between two lines over x."""
        across = (np.arange(self.cost.shape[1]) + 0.5) * CELL
        up = (np.arange(self.cost.shape[0]) + 0.5)[:, None] * CELL
        inside = (up >= np.interp(across, x, low)) & (up <= np.interp(across, x, high))
        inside &= (across >= x[0]) & (across <= x[-1])
        self.cost[inside] = np.maximum(self.cost[inside], cost)

    def box(self, x0: float, y0: float, x1: float, y1: float, cost: float = LABEL) -> None:
        """Add a rectangle."""
        (r0, r1), (c0, c1) = self._cells(np.array([x0, x1]), np.array([y0, y1]))
        self.cost[r0 : r1 + 1, c0 : c1 + 1] += cost

    def covered(self, x0: Array, y0: Array, x1: Array, y1: Array) -> Array:
        """Return what it costs to cover these boxes; infinite where they leave the plot."""
        total = np.pad(self.cost.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        r0, c0 = self._cells(x0, y0)
        r1, c1 = self._cells(x1, y1)
        cost = total[r1 + 1, c1 + 1] - total[r0, c1 + 1] - total[r1 + 1, c0] + total[r0, c0]
        out = (x0 < 0) | (y0 < 0) | (x1 > self.w) | (y1 > self.h)
        return np.where(out, np.inf, cost)

    def beside(self, width: float, targets: Array) -> tuple[Array, Array, str] | None:
        """Return the target (of points (k, 2)), the label's point and its anchor: left or right.

        The words' box and the line from them to the target are then taken. None without a place.
        """
        steps_x, steps_y = (10, 24, 44, 72), (14, 24, 38, 58, 84, 120)
        away = np.array([
            (sx * x, sy * y) for x in steps_x for y in steps_y for sx in (1, -1) for sy in (1, -1)
        ])  # fmt: skip
        to = np.repeat(targets, len(away), axis=0)
        at = to + np.tile(away, (len(targets), 1))
        right = at[:, 0] < to[:, 0]
        x0 = np.where(right, at[:, 0] - width, at[:, 0])
        y0, y1 = at[:, 1] - ROW / 2, at[:, 1] + ROW / 2
        cost = self.covered(x0 - 2, y0, x0 + width + 2, y1)
        for t in (0.15, 0.3, 0.5, 0.7):  # the line to the target
            cells = self._cells(*(at + t * (to - at)).T)
            cost = cost + np.minimum(self.cost[cells], LINE * 10)
        cost = cost + 0.25 * np.abs(at - to).sum(axis=1)
        best = int(cost.argmin())
        if not np.isfinite(cost[best]):
            return None
        self.box(x0[best] - 2, y0[best] + 1, x0[best] + width + 2, y1[best] - 1)
        self.line(np.array([at[best], to[best]]), LINE * 2)
        return to[best], at[best], "right" if right[best] else "left"


def pixels(x: Array, y: Array, n: int, y_range: Sequence[float]) -> Array:
    """Return points (k, 2) of layers and values > 0 in pixels of the nominal plot."""
    a, b = y_range
    across = (np.asarray(x, float) - 0.5) / n * WIDTH
    return np.column_stack([across, (np.log10(np.asarray(y, float)) - a) / (b - a) * HEIGHT])


def pinned(
    text: str, color: str, at: Array, anchor: str, n: int, y_range: Sequence[float]
) -> dict[str, Any]:
    """Return words held at a point in pixels of the nominal plot."""
    x, y = _data(at, n, y_range)
    shift = 3 if anchor == "left" else -3
    return label(
        text, color, name="direct", x=x, xanchor=anchor, xshift=shift, y=y, yanchor="middle"
    )


def leader(
    at: Array, to: Array, n: int, y_range: Sequence[float], c: dict[str, str]
) -> dict[str, Any]:
    """Return the thin line from words to what they name."""
    (x0, y0), (x1, y1) = _data(at, n, y_range), _data(to, n, y_range)
    return {
        "type": "line", "name": "leader", "x0": x0, "y0": 10.0**y0, "x1": x1, "y1": 10.0**y1,
        "line": {"color": c["t3"], "width": 1},
    }  # fmt: skip


def _data(point: Array, n: int, y_range: Sequence[float]) -> tuple[float, float]:
    a, b = y_range
    return float(point[0]) / WIDTH * n + 0.5, a + float(point[1]) / HEIGHT * (b - a)
