"""How values are spread: a bounded sketch of many values, and honest bins for many sketches.

A sketch holds RANKS values at even ranks of the sorted ones: any share read off it is right to
1 / RANKS, in whatever bins, so that bins can be chosen when all there is to show is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lab.text.rounding import ceil_to

Array = np.ndarray

#: Values that a sketch keeps.
RANKS = 128
#: Percentiles that are kept exactly, the smallest and the largest value among them.
PERCENTILES = (0, 5, 25, 50, 75, 95, 100)
#: Bins over the whole range: an odd number has one around 0.
BINS = 61
#: A symmetric-log axis covers at most so many decades on either side of 0.
DECADES = 8
#: Values span decades where the sizes of two layers or moments differ more than this.
SPAN = 30.0


def sketch(values: Array, most: int) -> tuple[Array, Array]:
    """Return the PERCENTILES of values, (7,), and their ranks, (RANKS,), float32.

    Of more than `most` values every k-th is sorted; smallest and largest are those of all. Up to
    RANKS values each stands for itself. NaN where a value is not finite.
    """
    flat = values.reshape(-1)
    low, high = float(flat.min()), float(flat.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        return np.full(len(PERCENTILES), np.nan, "f4"), np.full(RANKS, np.nan, "f4")
    ordered = np.sort(flat[:: -(-flat.size // most)])
    n = ordered.size
    inner = np.interp(np.array(PERCENTILES[1:-1]) * ((n - 1) / 100), np.arange(n), ordered)
    ranks = ordered[((2 * np.arange(RANKS) + 1) * n) // (2 * RANKS)]
    return np.array([low, *inner, high], "f4"), ranks.astype("f4")


@dataclass(frozen=True)
class Scale:
    """A symmetric axis of values, linear or (where `threshold` is positive) symmetric-log.

    Position 0 is the value 0, 1 the largest one, `reach`. Within the threshold a symmetric-log
    axis is linear, over as much room as one decade; beyond, it is logarithmic.
    """

    reach: float
    threshold: float = 0.0

    @property
    def decades(self) -> int:
        """Decades on either side of a symmetric-log axis; 0 of a linear one."""
        return round(math.log10(self.reach / self.threshold)) if self.threshold else 0

    def place(self, values: Array) -> Array:
        """Return where values lie, -1 to 1."""
        if not self.threshold:
            return np.asarray(values, float) / self.reach
        size = np.abs(np.asarray(values, float)) / self.threshold
        with np.errstate(divide="ignore"):
            far = np.where(size > 1, 1 + np.log10(np.maximum(size, 1)), size)
        return np.sign(values) * far / (1 + self.decades)

    def value(self, place: float) -> float:
        """Return the value that lies at a place."""
        if not self.threshold:
            return place * self.reach
        far = abs(place) * (1 + self.decades)
        size = far if far <= 1 else 10.0 ** (far - 1)
        return math.copysign(size * self.threshold, place)


def scale_of(percentiles: Array, kind: str = "auto") -> Scale:
    """Return the scale that holds all of percentiles, (..., 7).

    kind: "linear", "symlog", or "auto" for symmetric-log where values span decades.
    """
    sizes: Array = np.abs(np.asarray(percentiles, float).reshape(-1, len(PERCENTILES)))
    sizes = sizes[np.isfinite(sizes).all(axis=1)]
    reach = float(sizes.max(initial=0.0))
    if reach < 1e-300:
        return Scale(1.0)
    # The size of a row: that of its middle half, or of its tails where that half is zero.
    typical = sizes[:, 2:5].max(axis=1)
    typical = np.where(typical > 0, typical, sizes[:, [1, 5]].max(axis=1))
    typical = typical[typical > 0]
    spans = typical.size and max(reach / 4, float(typical.max())) / float(typical.min()) > SPAN
    if kind == "linear" or not (spans or kind == "symlog"):
        return Scale(ceil_to(reach))
    top = math.ceil(math.log10(reach) - 1e-6)
    low = float(typical.min()) / 10 if typical.size else reach / 1e3
    bottom = max(top - DECADES, min(top - 1, math.floor(math.log10(low))))
    return Scale(10.0**top, 10.0**bottom)


def shares(ranks: Array, counts: Array, scale: Scale, bins: int = BINS) -> Array:
    """Return the share of the values in each bin: (..., bins) from ranks (..., RANKS).

    counts: how many values a sketch is of, in the shape of ranks without its last axis. Between
    the ranks of more values than RANKS, these are taken to lie evenly. Rows of NaN stay NaN.
    """
    shape = ranks.shape[:-1]
    u = (scale.place(ranks).reshape(-1, RANKS) + 1) * (bins / 2)
    many = np.broadcast_to(counts, shape).reshape(-1) > RANKS
    edges, middle = np.arange(1, bins), np.arange(RANKS) + 0.5
    found = np.full((len(u), bins), np.nan)
    for row, places in enumerate(u):
        if not np.isfinite(places).all():
            continue
        # How many ranks lie below each inner edge.
        below = np.searchsorted(places, edges).astype(float)
        if many[row]:
            inside = (below > 0) & (below < RANKS)
            below[inside] = np.interp(edges[inside], places, middle)
        found[row] = np.diff(below, prepend=0, append=RANKS) / RANKS
    return found.reshape(*shape, bins)


def within(ranks: Array, size: float) -> Array:
    """Return the share of values no farther from 0 than size: (...) from ranks (..., RANKS)."""
    with np.errstate(invalid="ignore"):
        return (np.abs(ranks) <= size).mean(axis=-1)
