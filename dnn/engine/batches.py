"""Which examples each step sees: a function of (seed, epoch), gathered ahead of the hot loop.

An epoch goes once through the training part in an order drawn for it; the last batch of an epoch
is shorter where the batch size does not divide m. With the full batch the order is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

import numpy as np

from dnn.engine.network import Array, with_ones

#: Orders are drawn, and rows gathered, for as many epochs at once as hold about this many examples:
#: seeding a generator takes longer than an epoch of a small network.
EXAMPLES_A_BLOCK = 16384
SHUFFLE_STREAM = 2
#: More bytes than these are not gathered at once.
GATHERED_AT_ONCE = 4_000_000

Batch = tuple[Array, Array, Array]


def epoch_orders(seed: int, block: int, epochs: int, m: int) -> Array:
    """Return the orders of `epochs` epochs, (epochs, m): those of block number `block`."""
    rng = np.random.default_rng([seed, SHUFFLE_STREAM, block])
    return rng.permuted(np.tile(np.arange(m), (epochs, 1)), axis=1)


class Batches:
    """The batches (X, XT, T) of any epoch, as views of buffers.

    X (n_0 + 1, batch) has a row of ones; XT is the same memory in rows; T (n_L, batch) holds the
    encoded targets. Small examples are gathered for many epochs at once; large ones batch by batch,
    so that what a step reads is still in the cache.
    """

    def __init__(self, X: Array, T: Array, batch_size: int | None, seed: int, dtype: np.dtype):
        self.m = X.shape[1]
        self.size = self.m if batch_size is None else min(batch_size, self.m)
        self.full = self.size == self.m
        self.seed = seed
        self._ends = [False] * (self.per_epoch - 1) + [True]
        self._rows, self._targets = with_ones(X, dtype), np.ascontiguousarray(T.T, dtype)
        self.epochs = 1 if self.full else max(1, EXAMPLES_A_BLOCK // self.m)
        self._block, self._orders = -1, np.zeros((0, 0), int)
        self._views: dict[int, list[Batch]] = {}
        self.one_by_one = not self.full and self.epochs * self._rows.nbytes > GATHERED_AT_ONCE
        count = self.m if self.full else self.size if self.one_by_one else self.epochs * self.m
        self._buffers = self._rows, self._targets
        if not self.full:
            self._buffers = (
                np.empty((count, self._rows.shape[1]), dtype),
                np.empty((count, self._targets.shape[1]), dtype),
            )

    def _view(self, first: int, end: int) -> Batch:
        rows, targets = self._buffers[0][first:end], self._buffers[1][first:end]
        return rows.T, rows, targets.T

    @property
    def per_epoch(self) -> int:
        """Return the number of batches in an epoch."""
        return -(-self.m // self.size)

    @property
    def remainder(self) -> int:
        """Return the size of an epoch's shorter last batch, 0 if there is none."""
        return self.m % self.size

    def of(self, epoch: int, first: int, end: int) -> Iterable[Batch]:
        """Return batches first, ..., end - 1 of an epoch; each holds until the next is taken."""
        if self.full:
            return repeat(self._view(0, self.m), end - first)
        block, row = divmod(epoch, self.epochs)
        if block != self._block:
            self._orders = epoch_orders(self.seed, block, self.epochs, self.m)
            self._block = block
            if not self.one_by_one:
                self._gather(self._orders.ravel(), 0, len(self._buffers[0]))
        if self.one_by_one:
            return self._gathered(self._orders[row], first, end)
        if row not in self._views:
            starts = range(row * self.m, (row + 1) * self.m, self.size)
            last = (row + 1) * self.m
            self._views[row] = [self._view(s, min(s + self.size, last)) for s in starts]
        return self._views[row][first:end]

    def stretch(self, epoch: int, position: int, most: int) -> tuple[Iterable[Batch], int]:
        """Return at most so many batches from a position on, and their number.

        They go on into later epochs, as far as these are gathered together.
        """
        if self.full:
            return self.of(0, 0, most), most
        last = epoch - epoch % self.epochs + self.epochs
        count = min(most, (last - epoch) * self.per_epoch - position)
        parts, first, left = [], position, count
        while left:
            end = min(self.per_epoch, first + left)
            parts.append(self.of(epoch, first, end))
            epoch, left, first = epoch + 1, left - (end - first), 0
        return chain.from_iterable(parts), count

    def shorter(self, position: int, count: int) -> list[bool]:
        """Return for each of `count` batches from a position on whether it is the shorter one."""
        if not self.remainder:
            return [False] * count
        epochs = -(-(position + count) // self.per_epoch)
        return (self._ends * epochs)[position : position + count]

    def _gather(self, order: Array, first: int, end: int) -> None:
        for source, target in zip((self._rows, self._targets), self._buffers, strict=True):
            source.take(order, 0, target[first:end], "clip")

    def _gathered(self, order: Array, first: int, end: int) -> Iterator[Batch]:
        for number in range(first, end):
            part = order[number * self.size : (number + 1) * self.size]
            self._gather(part, 0, len(part))
            yield self._view(0, len(part))

    @property
    def nbytes(self) -> int:
        views = 0 if self.one_by_one else 300 * self.epochs * self.per_epoch
        own = 0 if self.full else sum(buffer.nbytes for buffer in self._buffers)
        return self._rows.nbytes + self._targets.nbytes + own + self._orders.nbytes + views
