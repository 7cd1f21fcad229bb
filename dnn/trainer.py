"""A Config compiled for a Dataset: the hot loop.

A Trainer owns its buffers and is loaded with the state of a Run before it is used. It knows
steps and batches; the value semantics of a Run are training.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat

import numpy as np

from dnn.batches import Batches
from dnn.config import Config
from dnn.datasets import Dataset
from dnn.losses import LOSSES, Loss
from dnn.network import Array, Layout, Pass, fuse, with_ones
from dnn.optimizers import OPTIMIZERS
from dnn.registry import Call

#: Large vectors are updated in blocks of so many parameters, which stay in the cache.
UPDATE_BLOCK = 8192
#: A run has diverged when a parameter, a logit or the cost passes this, or is not finite.
LIMIT = 1e12
#: Coefficients are computed for at most so many steps at once.
STEPS_A_SPAN = 1024


def loss_key(config: Config, data: Dataset) -> str:
    """Return the loss in use: the one chosen, else the one that fits the targets.

    Raises ValueError when the chosen loss can't take these targets.
    """
    fitting = {"binary": "logistic", "classes": "softmax", "real": "squared_error"}[data.target]
    key = config.loss or fitting
    allowed = {
        "binary": ("logistic", "softmax", "squared_error"),
        "classes": ("softmax", "squared_error"),
        "real": ("squared_error",),
    }[data.target]
    if key not in allowed:
        kind = {"binary": "two classes", "classes": "several classes", "real": "real values"}
        raise ValueError(
            f"loss: {key!r} can't be used with targets of {kind[data.target]}; "
            f"choose {' or '.join(allowed)}"
        )
    return key


def targets(loss: str, data: Dataset, Y: Array) -> Array:
    """Return Y as the output layer sees it: one-hot where softmax has two classes, else Y."""
    if loss == "softmax" and data.target == "binary":
        return np.concatenate([1.0 - Y, Y])
    return Y


def layout_of(config: Config, data: Dataset) -> Layout:
    """Return the parameter layout of a network for this data."""
    out = targets(loss_key(config, data), data, data.Y_train[:, :1]).shape[0]
    return Layout.of((data.n_inputs, *config.hidden, out))


def update_calls(
    config: Config, layout: Layout, p: Array, work: Array, state: Array
) -> tuple[list[Call], tuple[Array, ...]]:
    """Return the calls of one update from the gradient in work[0], and their 0-d coefficients."""
    optimizer = OPTIMIZERS[config.optimizer]
    count = len(optimizer.coefficients(config, np.ones(1)))
    coefficients = tuple(np.zeros((), p.dtype) for _ in range(count))
    decay = (config.l2 * layout.weight_mask()).astype(p.dtype) if config.l2 else None
    calls: list[Call] = []
    for start in range(0, layout.size, UPDATE_BLOCK):
        part = slice(start, start + UPDATE_BLOCK)
        g, scratch = work[:, part]
        if decay is not None:
            calls += [(np.multiply, (p[part], decay[part], scratch)), (np.add, (g, scratch, g))]
        calls += optimizer.calls(p[part], work[:, part], state[:, part], coefficients, config)
    return calls, coefficients


class Evaluation:
    """Forward (and backward) over fixed examples, for records and pictures."""

    def __init__(self, trainer: Trainer, X_: Array, Y: Array | None, backward: bool = False):
        self.Y = Y
        dtype, layout = trainer.p.dtype, trainer.layout
        self.g = np.zeros(layout.size if backward else 0, dtype)
        target = self.g if backward else trainer.work[0]
        self.net = Pass(
            layout,
            trainer.activations,
            trainer.loss.key,
            trainer.p,
            target,
            X_.shape[1],
            mean=False,
        )
        self.rows = with_ones(X_, dtype)
        encoded = None if Y is None else trainer.loss.encode(Y).astype(dtype)
        self.step = (self.rows.T, self.rows, encoded)
        calls = self.net.forward() + self.net.predict() + (self.net.backward() if backward else [])
        self._run = fuse(calls)

    def run(self) -> Pass:
        """Return the pass after it has run with the trainer's present parameters."""
        self._run(((self.step,),))
        return self.net

    def cost(self) -> float:
        """Return J of the last run, mean over the examples; NaN where there are none."""
        assert self.Y is not None
        losses = self.net.loss.cost(self.net.logits, self.Y)
        return float(losses.mean()) if losses.size else float("nan")

    def score(self, target: str) -> float:
        """Return the accuracy of the last run for classes, R^2 for real targets."""
        assert self.Y is not None
        return score(self.net.prediction, self.Y, target)


def score(A: Array, Y: Array, target: str) -> float:
    """Return accuracy (0 to 1) for classes, R^2 = 1 - residual / total variance for real values.

    A: predictions (n_L, m); Y: targets of the same shape. NaN without examples.
    """
    if Y.shape[1] == 0:
        return float("nan")
    if target == "real":
        total = np.sum((Y - Y.mean(axis=1, keepdims=True)) ** 2)
        return float(1.0 - np.sum((A - Y) ** 2) / total) if total > 0 else float("nan")
    if Y.shape[0] == 1:
        return float(np.mean((A > 0.5) == (Y > 0.5)))
    return float(np.mean(A.argmax(axis=0) == Y.argmax(axis=0)))


class Trainer:
    """Buffers and compiled steps of one Config and Dataset."""

    def __init__(self, config: Config, data: Dataset):
        self.config, self.data = config, data
        self.loss: Loss = LOSSES[loss_key(config, data)]
        self.layout = layout_of(config, data)
        self.activations = config.activations
        dtype = np.dtype(config.dtype)
        n, slots = self.layout.size, OPTIMIZERS[config.optimizer].slots
        self.p = np.zeros(n, dtype)
        self.work = np.zeros((2, n), dtype)
        self.state = np.zeros((slots, n), dtype)
        self.Y_train = targets(self.loss.key, data, data.Y_train)
        self.Y_test = targets(self.loss.key, data, data.Y_test)
        self.batches = Batches(
            data.X_train, self.loss.encode(self.Y_train), config.batch_size, config.seed, dtype
        )
        self.pass_ = self._pass(self.batches.size)
        self._run = self._compile(self.pass_)
        short = self.batches.remainder
        self.short_pass = self._pass(short) if short else self.pass_
        self._run_short = self._compile(self.short_pass) if short else self._run
        self.last = self.pass_
        self._evaluations: dict[str, Evaluation] = {}

    def _pass(self, m: int) -> Pass:
        return Pass(self.layout, self.activations, self.loss.key, self.p, self.work[0], m)

    def _compile(self, pass_: Pass) -> Callable[[Iterable], None]:
        update, self.coefficients = update_calls(
            self.config, self.layout, self.p, self.work, self.state
        )
        calls = [*pass_.forward(), *pass_.backward(), *update]
        return fuse(calls, self.coefficients, pass_.guard(LIMIT))

    def train(self, step: int, epoch: int, position: int, steps: int) -> tuple[int, int]:
        """Make `steps` steps; return the epoch and the position (in batches) that follow.

        step: steps made so far; position: batches already taken of this epoch.
        Raises OutOfRange behind a step whose logits or cost left the range.
        """
        while steps > 0:
            span = min(steps, STEPS_A_SPAN)
            t = np.arange(step + 1, step + span + 1, dtype=np.float64)
            numbers = [
                c.tolist() for c in OPTIMIZERS[self.config.optimizer].coefficients(self.config, t)
            ]
            epoch, position = self._span(epoch, position, span, numbers)
            step, steps = step + span, steps - span
        return epoch, position

    def _span(
        self, epoch: int, position: int, steps: int, numbers: list[list[float]]
    ) -> tuple[int, int]:
        if self.batches.full:
            self._run(zip(repeat(self.batches.epoch(0)[0], steps), *numbers, strict=True))
            return epoch + steps, 0
        per_epoch, short = self.batches.per_epoch, bool(self.batches.remainder)
        done = 0
        while done < steps:
            batches = self.batches.epoch(epoch)
            if short and position == per_epoch - 1:
                run, self.last, count = self._run_short, self.short_pass, 1
            else:
                count = min(steps - done, per_epoch - short - position)
                run, self.last = self._run, self.pass_
            part = [n[done : done + count] for n in numbers]
            run(zip(batches[position : position + count], *part, strict=True))
            done, position = done + count, position + count
            if position == per_epoch:
                epoch, position = epoch + 1, 0
        return epoch, position

    def evaluation(
        self, name: str, X_: Array, Y: Array | None, backward: bool = False
    ) -> Evaluation:
        """Return the evaluation kept under this name, compiled at its first use."""
        if name not in self._evaluations:
            self._evaluations[name] = Evaluation(self, X_, Y, backward)
        return self._evaluations[name]

    @property
    def nbytes(self) -> int:
        passes = {id(q): q for q in (self.pass_, self.short_pass)}
        nets = [e.net for e in self._evaluations.values()] + list(passes.values())
        buffers = sum(q._a.nbytes * 3 + 2 * q.logits.nbytes for q in nets)
        rows = sum(e.rows.nbytes for e in self._evaluations.values())
        return self.p.nbytes * (3 + len(self.state)) + buffers + rows + self.batches.nbytes
