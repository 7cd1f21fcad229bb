"""One update of the parameters: penalties, clipping and the optimiser, as calls."""

from __future__ import annotations

from functools import partial

import numpy as np

from dnn.config import Config
from dnn.engine.layout import Layout
from dnn.parts.activations import constant
from dnn.parts.optimizers import OPTIMIZERS
from dnn.registry import Call

Array = np.ndarray

#: Large vectors are updated in blocks of so many parameters, which stay in the cache.
UPDATE_BLOCK = 8192


def decays(config: Config) -> bool:
    """Return whether weights shrink beside the update instead of by the gradient."""
    return OPTIMIZERS[config.optimizer].decoupled and config.l2 > 0


def coefficients(config: Config, t: Array, rate: Array) -> tuple[Array, ...]:
    """Return the numbers of the updates t = 1, 2, ... with these learning rates, each like t."""
    own = OPTIMIZERS[config.optimizer].coefficients(config, t, rate)
    return (*own, rate) if decays(config) else own


class Update:
    """The calls of one update of p from the gradient in work[0], and their 0-d coefficients.

    steady: the coefficients are the same at every step. linear: the update is the gradient times
    the one coefficient, which may then carry what scales the gradient.
    """

    def __init__(self, config: Config, layout: Layout, p: Array, work: Array, state: Array):
        self.config, self.optimizer = config, OPTIMIZERS[config.optimizer]
        self.p, self.work, self.state = p, work, state
        self.blocks = [
            slice(start, start + UPDATE_BLOCK) for start in range(0, layout.size, UPDATE_BLOCK)
        ]
        self.mask = layout.weight_mask()
        count = len(coefficients(config, np.ones(1), np.ones(1)))
        self.coefficients = tuple(np.zeros((), p.dtype) for _ in range(count))
        self.steady = self.optimizer.steady and config.schedule == "constant"
        before = self.penalties() + self._clipping()
        self.linear = not before and count == 1 and self.optimizer.slots == 0
        self.calls = before + [call for part in self.blocks for call in self._block(part)]

    def penalties(self) -> list[Call]:
        """Return the calls that add the gradient of the penalties."""
        config = self.config
        calls: list[Call] = []
        for part in self.blocks:
            p, (g, t) = self.p[part], self.work[:, part]
            if config.l2 and not self.optimizer.decoupled:
                calls += _weighted_sum(g, p, config.l2 * self.mask[part], t)
            if config.l1:
                calls.append((np.sign, (p, t)))
                calls += _weighted_sum(g, t, config.l1 * self.mask[part], t)
        return calls

    def _clipping(self) -> list[Call]:
        """Return the calls that cut the gradient off, first by value, then by its length."""
        config, g = self.config, self.work[0]
        calls: list[Call] = []
        if config.clip_value:
            top, bottom = constant(config.clip_value, g), constant(-config.clip_value, g)
            calls.append((partial(np.minimum, out=g), (g, top)))
            calls.append((partial(np.maximum, out=g), (g, bottom)))
        if config.clip_norm:
            t, limit = self.work[1], constant(config.clip_norm, g)
            share, top = np.zeros((), g.dtype), np.zeros((), g.dtype)
            calls += [
                # The largest component first: where clipping is needed most, squares overflow.
                (np.abs, (g, t)),
                (np.maximum.reduce, (t, 0, None, top)),
                (np.divide, (g, top, t)),
                (t.dot, (t, share)),
                (np.sqrt, (share, share)),
                (np.multiply, (share, top, share)),
                (np.divide, (limit, share, share)),
                # fmin: a gradient of zeros makes 0 / 0 above, and stays as it is.
                (partial(np.fmin, out=share), (share, constant(1, g))),
                (np.multiply, (g, share, g)),
            ]
        return calls

    def _block(self, part: slice) -> list[Call]:
        p, work, state = self.p[part], self.work[:, part], self.state[:, part]
        calls: list[Call] = []
        if decays(self.config):
            t, decay = work[1], (self.config.l2 * self.mask[part]).astype(p.dtype)
            calls += [
                (np.multiply, (p, decay, t)),
                (np.multiply, (t, self.coefficients[-1], t)),
                (np.subtract, (p, t, p)),
            ]
        return calls + self.optimizer.calls(p, work, state, self.coefficients, self.config)


def _weighted_sum(g: Array, values: Array, weights: Array, t: Array) -> list[Call]:
    """Return the calls g += weights * values, through t."""
    weights = weights.astype(g.dtype)
    return [(np.multiply, (values, weights, t)), (np.add, (g, t, g))]
