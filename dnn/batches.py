"""Which examples each step sees: a function of (seed, epoch), gathered ahead of the hot loop.

An epoch goes once through the training part in an order drawn for it; the last batch of an epoch
is shorter where the batch size does not divide m. With the full batch the order is left alone.
"""

from __future__ import annotations

import numpy as np

from dnn.network import Array, with_ones

#: Orders are drawn, and rows gathered, for as many epochs at once as hold about this many examples:
#: seeding a generator takes longer than an epoch of a small network.
EXAMPLES_A_BLOCK = 16384
SHUFFLE_STREAM = 2

Batch = tuple[Array, Array, Array]


def epoch_orders(seed: int, block: int, epochs: int, m: int) -> Array:
    """Return the orders of `epochs` epochs, (epochs, m): those of block number `block`."""
    rng = np.random.default_rng([seed, SHUFFLE_STREAM, block])
    return rng.permuted(np.tile(np.arange(m), (epochs, 1)), axis=1)


class Batches:
    """The batches (X, XT, T) of any epoch, as views of buffers that are filled block by block.

    X (n_0 + 1, batch) has a row of ones; XT is the same memory in rows; T (n_L, batch) holds the
    encoded targets.
    """

    def __init__(self, X: Array, T: Array, batch_size: int | None, seed: int, dtype: np.dtype):
        self.m = X.shape[1]
        self.size = self.m if batch_size is None else min(batch_size, self.m)
        self.full = self.size == self.m
        self.seed = seed
        self._rows, self._targets = with_ones(X, dtype), np.ascontiguousarray(T.T, dtype)
        self.epochs = 1 if self.full else max(1, EXAMPLES_A_BLOCK // self.m)
        self._block = -1
        if self.full:
            self._block_rows, self._block_targets = self._rows, self._targets
        else:
            shape = (self.epochs * self.m,)
            self._block_rows = np.empty(shape + self._rows.shape[1:], dtype)
            self._block_targets = np.empty(shape + self._targets.shape[1:], dtype)
        self._views: dict[int, list[Batch]] = {}

    def _epoch_views(self, start: int) -> list[Batch]:
        views = []
        for first in range(start, start + self.m, self.size):
            part = slice(first, min(first + self.size, start + self.m))
            rows = self._block_rows[part]
            views.append((rows.T, rows, self._block_targets[part].T))
        return views

    @property
    def per_epoch(self) -> int:
        """Return the number of batches in an epoch."""
        return -(-self.m // self.size)

    @property
    def remainder(self) -> int:
        """Return the size of an epoch's shorter last batch, 0 if there is none."""
        return self.m % self.size

    def epoch(self, number: int) -> list[Batch]:
        """Return the batches of an epoch; the views hold until another block is asked for."""
        block, row = (0, 0) if self.full else divmod(number, self.epochs)
        if row not in self._views:
            self._views[row] = self._epoch_views(row * self.m)
        if not self.full and block != self._block:
            order = epoch_orders(self.seed, block, self.epochs, self.m).ravel()
            self._rows.take(order, 0, self._block_rows, "clip")
            self._targets.take(order, 0, self._block_targets, "clip")
            self._block = block
        return self._views[row]

    @property
    def nbytes(self) -> int:
        views = 300 * self.epochs * self.per_epoch
        own = 0 if self.full else self._block_rows.nbytes + self._block_targets.nbytes
        return self._rows.nbytes + self._targets.nbytes + own + views
