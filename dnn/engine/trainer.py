"""A Config compiled for a Dataset: the hot loop.

A Trainer owns its buffers and is loaded with the state of a Run before it is used. It knows
steps and batches; that a Run is a value which nothing alters is seen to in dnn/run/training.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from dnn.config import Config
from dnn.data.datasets import Dataset
from dnn.engine.batches import Batches
from dnn.engine.fused import Body, FusedLater, fuse
from dnn.engine.layout import Layout
from dnn.engine.network import (
    EVALUATION,
    PROBING,
    TRAINING,
    Architecture,
    Array,
    Mode,
    Pass,
    with_ones,
)
from dnn.engine.update import Update, coefficients
from dnn.parts.dropout import Masks
from dnn.parts.losses import LOSSES
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import rates

#: A run has diverged when a parameter, a logit or the cost passes this, or is not finite.
LIMIT = 1e12
#: The running moments of batch normalisation begin with those of so many training examples.
STARTING_EXAMPLES = 256
#: Coefficients are computed for at most so many steps at once.
STEPS_A_SPAN = 1024


def loss_key(config: Config, data: Dataset) -> str:
    """Return the loss in use: the one chosen, else the one that fits the targets.

    Raises ValueError when the chosen loss can't take these targets.
    """
    allowed = [key for key, loss in LOSSES.items() if data.target in loss.targets]
    fitting = [key for key in allowed if LOSSES[key].targets[0] == data.target]
    key = config.loss or fitting[0]
    if key not in allowed:
        kind = {"binary": "two classes", "classes": "several classes", "real": "real values"}
        raise ValueError(
            f"loss: {key!r} can't be used with targets of {kind[data.target]}; "
            f"choose {' or '.join(allowed)}"
        )
    return key


def targets(loss: str, data: Dataset, Y: Array) -> Array:
    """Return Y as the output layer sees it: one-hot where two classes have an output each."""
    if LOSSES[loss].both_classes and data.target == "binary":
        return np.concatenate([1.0 - Y, Y])
    return Y


def layout_of(config: Config, data: Dataset) -> Layout:
    """Return the parameter layout of a network for this data."""
    out = targets(loss_key(config, data), data, data.Y_train[:, :1]).shape[0]
    return Layout.of((data.n_inputs, *config.hidden, out), config.batch_norm)


def architecture_of(config: Config, data: Dataset) -> Architecture:
    """Return the architecture of a network for this data."""
    return Architecture(
        layout_of(config, data),
        config.activations,
        loss_key(config, data),
        batch_norm=config.batch_norm,
        residual=config.residual_layers(),
        branch_scale=config.branch_scale,
        dropout=config.dropout,
    )


class Evaluation:
    """Forward (and backward) over fixed examples, with the parameters p as they are at each run.

    X_: (n_0, m); Y: targets as the output layer sees them, or None. g: where backward writes the
    gradient; a shorter one than p is for who wants the deltas only, as for Pass.
    """

    #: What the examples were made of, where that can change.
    about: object = None

    def __init__(
        self, architecture: Architecture, p: Array, running: Array, X_: Array, Y: Array | None,
        mode: Mode = EVALUATION, backward: bool = False, g: Array | None = None,
    ):  # fmt: skip
        layout, self.Y = architecture.layout, Y
        self.g = np.zeros(layout.size if backward else layout.largest, p.dtype) if g is None else g
        self.net = Pass(architecture, p, self.g, X_.shape[1], mode, running)
        self.rows = with_ones(X_, p.dtype)
        encoded = None if Y is None else self.net.loss.encode(Y).astype(p.dtype)
        self.step: tuple = (self.rows.T, self.rows, encoded)
        calls = self.net.forward() + self.net.predict() + (self.net.backward() if backward else [])
        self._run: Callable[[Iterable], None] = FusedLater(calls)

    def run(self) -> Pass:
        """Return the pass after it has run with the trainer's present parameters."""
        self._run((self.step,))
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

    A: predictions (n_L, m); Y: targets of the same shape. R^2 of several outputs is the mean of
    theirs, whatever their units; one that is the same in all examples does not count. NaN without
    examples, or where none counts.
    """
    if Y.shape[1] == 0:
        return float("nan")
    if target == "real":
        total = np.sum((Y - Y.mean(axis=1, keepdims=True)) ** 2, axis=1)
        left = np.sum((A - Y) ** 2, axis=1)[total > 0] / total[total > 0]
        return float(1.0 - left.mean()) if left.size else float("nan")
    if Y.shape[0] == 1:
        return float(np.mean((A > 0.5) == (Y > 0.5)))
    return float(np.mean(A.argmax(axis=0) == Y.argmax(axis=0)))


def starting_moments(config: Config, data: Dataset, p: Array) -> Array:
    """Return the running moments at step 0, (2, normalised units): those of the first examples.

    From mean 0 and variance 1, as is usual, a deep network would be shown for its first steps as
    it never trains.
    """
    architecture = architecture_of(config, data)
    running = np.zeros((2, architecture.layout.running_size), p.dtype)
    running[1] = 1.0
    if running.size and data.m_train > 1:
        X_ = data.X_train[:, :STARTING_EXAMPLES]
        with np.errstate(all="ignore"):
            net = Evaluation(architecture, p, running.copy(), X_, None, PROBING).run()
        running[0] = np.concatenate([norm.mean[:, 0] for norm in net.norms])
        variance = np.concatenate([norm.var[:, 0] for norm in net.norms])
        running[1] = variance * (net.m / (net.m - 1))
    return running


class Step:
    """One training step for a batch of m examples."""

    def __init__(self, trainer: Trainer, m: int):
        config, architecture = trainer.config, trainer.architecture
        # One example has no variance: it is normalised by the running moments.
        mode = TRAINING if m > 1 else replace(TRAINING, batch=False, update=False)
        self.net = Pass(architecture, trainer.p, trainer.work[0], m, mode, trainer.running)
        update = Update(config, architecture.layout, trainer.p, trainer.work, trainer.state)
        calls = [*self.net.forward(), *self.net.backward(not update.linear), *update.calls]
        #: What the learning rate carries in place of the deltas.
        self.factor = self.net.factor if update.linear else 1.0
        self.coefficients, self.steady = update.coefficients, update.steady
        #: Steady coefficients are set before the loop.
        self.body = Body(calls, () if self.steady else self.coefficients, self.net.guard(LIMIT))

    def set(self, numbers: Sequence[Array]) -> None:
        """Take the coefficients that hold for every step to come."""
        for coefficient, values in zip(self.coefficients, numbers, strict=True):
            coefficient[()] = values[0] * self.factor


class Steps:
    """The compiled steps of a run: for a whole batch, and for an epoch's shorter last one."""

    def __init__(self, trainer: Trainer, whole: int, shorter: int):
        self.each = [Step(trainer, m) for m in (whole, shorter) if m]
        self.steady, self.masked = self.each[0].steady, self.each[0].net.dropout

    @cached_property
    def _run(self) -> Callable[[Iterable], None]:
        """The fused loop: compiled when the first step is made, for many networks make none."""
        whole, *shorter = (step.body for step in self.each)
        return fuse(whole, shorter[0] if shorter else None, self.masked)

    def run(
        self, batches: Iterable, masks: Iterable, numbers: Sequence[Array], short: Sequence[bool]
    ) -> None:
        """Make a step for each of the batches.

        numbers: each coefficient's value at each step; short: whether it is of a shorter batch.
        """
        columns = [batches]
        if self.masked:
            columns.append(masks)
        if not self.steady:
            factors = np.array([self.each[0].factor, self.each[-1].factor])
            each = factors[np.asarray(short, int)]
            columns += [(values * each).tolist() for values in numbers]
        if len(self.each) > 1:
            columns.append(short)
        # Not strict: there are as many steps as batches.
        self._run(zip(*columns, strict=False) if len(columns) > 1 else batches)


class Trainer:
    """Buffers and compiled steps of one Config and Dataset."""

    def __init__(self, config: Config, data: Dataset):
        self.config, self.data = config, data
        self.architecture = architecture_of(config, data)
        self.layout, self.loss = self.architecture.layout, LOSSES[self.architecture.loss]
        dtype = np.dtype(config.dtype)
        n, slots = self.layout.size, OPTIMIZERS[config.optimizer].slots
        self.p = np.zeros(n, dtype)
        self.work = np.zeros((2, n), dtype)
        self.state = np.zeros((slots, n), dtype)
        self.running = np.zeros((2, self.layout.running_size), dtype)
        self.Y_train = targets(self.loss.key, data, data.Y_train)
        self.Y_test = targets(self.loss.key, data, data.Y_test)
        self.batches = Batches(
            data.X_train, self.loss.encode(self.Y_train), config.batch_size, config.seed, dtype
        )
        self.steps = Steps(self, self.batches.size, self.batches.remainder)
        self.last = self.steps.each[0].net
        self.masks = Masks(self.last.total, config.dropout, config.seed, dtype)
        #: Compiled at their first use, by name; others may be put there too.
        self.evaluations: dict[str, Evaluation] = {}

    def train(self, step: int, epoch: int, position: int, steps: int) -> tuple[int, int]:
        """Make `steps` steps; return the epoch and the position (in batches) that follow.

        step: steps made so far; position: batches already taken of this epoch.
        Raises OutOfRange behind a step whose logits or cost left the range.
        """
        steady = self.steps.steady
        if steady:
            for compiled in self.steps.each:
                compiled.set(self._numbers(step, 1))
        while steps > 0:
            span = min(steps, STEPS_A_SPAN)
            numbers = () if steady else self._numbers(step, span)
            epoch, position = self._span(step, epoch, position, span, numbers)
            step, steps = step + span, steps - span
        return epoch, position

    def _numbers(self, step: int, count: int) -> tuple[Array, ...]:
        """Return the optimiser's coefficients, each (count,), for the steps behind `step`."""
        t = np.arange(step, step + count, dtype=np.float64)
        return coefficients(self.config, t + 1.0, rates(self.config, t))

    def _span(
        self, step: int, epoch: int, position: int, steps: int, numbers: Sequence[Array]
    ) -> tuple[int, int]:
        done = 0
        while done < steps:
            batches, count = self.batches.stretch(epoch, position, steps - done)
            short = self.batches.shorter(position, count)
            self.last = self.steps.each[-1 if short[-1] else 0].net
            part = [n[done : done + count] for n in numbers]
            self.steps.run(batches, self._masks(step + done, short), part, short)
            done += count
            more, position = divmod(position + count, self.batches.per_epoch)
            epoch += more
        return epoch, position

    def _masks(self, step: int, short: Sequence[bool]) -> Iterable[Array]:
        whole, shorter = self.steps.each[0].net.total, self.steps.each[-1].net.total
        sizes = [shorter if s else whole for s in short]
        return self.masks.between(step, sizes) if self.steps.masked else ()

    def evaluation(
        self, name: str, X_: Array, Y: Array | None, mode: Mode = EVALUATION, backward: bool = False
    ) -> Evaluation:
        """Return the evaluation kept under this name, compiled at its first use."""
        if name not in self.evaluations:
            self.evaluations[name] = Evaluation(
                self.architecture, self.p, self.running, X_, Y, mode, backward
            )
        return self.evaluations[name]

    @property
    def nbytes(self) -> int:
        nets = [e.net for e in self.evaluations.values()] + [s.net for s in self.steps.each]
        rows = sum(e.rows.nbytes for e in self.evaluations.values())
        masks = self.masks.nbytes if self.config.dropout else 0
        own = self.p.nbytes * (3 + len(self.state)) + masks + self.batches.nbytes
        return own + rows + sum(net.nbytes for net in nets)
