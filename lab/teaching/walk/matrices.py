"""Numbers and matrices in LaTeX; of large ones the corners."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Array = np.ndarray
#: So many rows or columns are written out; of more the first ones and the last.
MOST = 4


def number(x: float) -> str:
    """Return x with three significant figures, in LaTeX; beyond 0.001..1e5 a power of ten."""
    x = float(x)
    if math.isnan(x):
        return r"\text{NaN}"
    if math.isinf(x):
        return r"\infty" if x > 0 else r"-\infty"
    if x == 0:
        return "0"
    e = int(f"{x:.2e}".split("e")[1])
    if e < -3 or e >= 5:
        mantissa, exponent = f"{x:.1e}".split("e")
        return rf"{mantissa}{{\cdot}}10^{{{int(exponent)}}}"
    text = f"{float(f'{x:.2e}'):.{max(0, 2 - e)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def places(count: int, most: int = MOST) -> list[int | None]:
    """Return which of so many rows are written, None for those left out."""
    if count <= most:
        return list(range(count))
    return [*range(most - 2), None, count - 1]


def written(count: int) -> list[int]:
    """Return the indices that `places` writes out."""
    return [i for i in places(count) if i is not None]


def matrix(M: Array, most: tuple[int, int] = (MOST, MOST)) -> str:
    """Return a matrix (rows, columns) in LaTeX: of more than `most` rows or columns the corners."""
    M = np.asarray(M, float)
    rows, columns = (places(n, k) for n, k in zip(M.shape, most, strict=True))
    lines = [_row(M, i, columns) for i in rows]
    return r"\begin{bmatrix}" + r"\\".join(lines) + r"\end{bmatrix}"


def _row(M: Array, i: int | None, columns: Sequence[int | None]) -> str:
    if i is None:
        return "&".join(r"\ddots" if j is None else r"\vdots" for j in columns)
    return "&".join(r"\cdots" if j is None else number(M[i, j]) for j in columns)


def shaped(M: Array) -> str:
    """Return a matrix with its shape below it."""
    return rf"\underset{{{M.shape[0]}\times{M.shape[1]}}}{{{matrix(M)}}}"


def aligned(*lines: str) -> str:
    """Return lines of a formula, one below the other, at their & signs."""
    return r"\begin{aligned}" + r"\\[6pt]".join(lines) + r"\end{aligned}"
