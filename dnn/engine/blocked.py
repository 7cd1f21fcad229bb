"""Products of a first layer with many more inputs than units, block by block.

BLAS copies both matrices of a product into an order of its own before it multiplies, and with a
dozen units that takes longer than multiplying. Below a certain size it leaves the matrices where
they are, which is faster here by a third: so the inputs are taken in blocks. (Measured in float32
only; in float64 it gains nothing.)
"""

from __future__ import annotations

import numpy as np

from dnn.registry import Call

Array = np.ndarray

#: So many times more inputs than units make a layer wide.
MANY_INPUTS = 32
#: Multiply-adds up to which BLAS does not copy (OpenBLAS 0.3: 100^3 for float32), and the fewest
#: inputs that are worth a block.
SMALL, FEWEST = 1_000_000, 64


def block_size(W: Array, m: int) -> int:
    """Return the inputs in a block for W (n_1, n_0) and m examples; 0 where blocks don't help."""
    units, inputs = W.shape
    if W.dtype != np.float32 or inputs <= MANY_INPUTS * units or m * units * FEWEST > SMALL:
        return 0
    return min(256, SMALL // (m * units) // 32 * 32)


def forward(W: Array, XT: object, out: Array, size: int) -> list[Call]:
    """Return the calls out = W X, (n_1, m), from XT (m, n_0) in blocks of `size` inputs."""
    units, inputs = W.shape
    total, part = (np.empty((out.shape[1], units), W.dtype) for _ in range(2))
    blocks = [
        (slice(start, start + size), W[:, start : start + size].T)
        for start in range(0, inputs, size)
    ]
    return [(_sum_of_products, (XT, blocks, part, total)), (np.copyto, (out, total.T))]


def _sum_of_products(XT: Array, blocks: list[tuple[slice, Array]], part: Array, out: Array) -> None:
    (first, WT), *rest = blocks
    XT[:, first].dot(WT, out)
    for inputs, WT in rest:
        XT[:, inputs].dot(WT, part)
        np.add(out, part, out)


def gradient(delta: Array, XT: object, G: Array, size: int) -> list[Call]:
    """Return the calls G = delta X^T, (n_1, n_0), in blocks of `size` inputs."""
    starts = range(0, G.shape[1], size)
    blocks = [(slice(s, s + size), G[:, s : s + size]) for s in starts]
    return [(_each_product, (delta, XT, blocks))]


def _each_product(delta: Array, XT: Array, blocks: list[tuple[slice, Array]]) -> None:
    for inputs, G in blocks:
        np.matmul(delta, XT[:, inputs], G)
