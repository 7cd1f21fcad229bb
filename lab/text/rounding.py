"""Numbers rounded outwards, to few figures: for axes that change rarely while a curve grows."""

from __future__ import annotations

import math

LADDER = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)


def ceil_to(x: float, ladder: tuple[float, ...] = LADDER) -> float:
    """Return the smallest rung times a power of ten that is at least x > 0."""
    e = math.floor(math.log10(x))
    for exponent in (e, e + 1):
        for rung in ladder:
            value = float(f"{rung:g}e{exponent}")
            if value >= x * (1 - 1e-9):
                return value
    raise AssertionError(f"no rung above {x}")


def floor_to(x: float, ladder: tuple[float, ...] = (1.0, 2.0, 5.0)) -> float:
    """Return the largest rung times a power of ten that is at most x > 0."""
    e = math.floor(math.log10(x) + 1e-9)
    return max(v for r in ladder if (v := float(f"{r:g}e{e}")) <= x * (1 + 1e-9))
