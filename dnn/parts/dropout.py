"""Which hidden units each step leaves out: a function of (seed, step)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

Array = np.ndarray

#: Masks are drawn for as many steps at once as have about this many elements: seeding a generator
#: takes longer than a step of a small network.
ELEMENTS_A_BLOCK = 65_536
DROPOUT_STREAM = 3
#: The masks of so many steps, (steps, size), in plain NumPy.
PLAIN = "masks = (rng.random((steps, size), dtype=np.float32) >= share) / (1 - share)"


class Masks:
    """The masks of any step, each (size,): 0 with probability `share`, else 1 / (1 - share)."""

    def __init__(self, size: int, share: float, seed: int, dtype: np.dtype):
        self.size, self.share, self.seed, self.dtype = size, share, seed, dtype
        self.steps = max(1, ELEMENTS_A_BLOCK // max(1, size))
        self._block, self._masks = -1, np.zeros((0, size), dtype)

    def of(self, step: int) -> Array:
        """Return the mask of step number `step` (0, 1, ...); it holds until the next call."""
        block, row = divmod(step, self.steps)
        if block != self._block:
            rng = np.random.default_rng([self.seed, DROPOUT_STREAM, block])
            kept = rng.random((self.steps, self.size), dtype=np.float32) >= self.share
            self._masks = kept.astype(self.dtype) / self.dtype.type(1.0 - self.share)
            self._block = block
        return self._masks[row]

    def between(self, first: int, sizes: Iterable[int]) -> Iterator[Array]:
        """Yield the first elements, as many as sizes say, of the masks of steps first, ..."""
        for step, size in enumerate(sizes, first):
            yield self.of(step)[:size]

    @property
    def nbytes(self) -> int:
        return self.steps * self.size * self.dtype.itemsize
