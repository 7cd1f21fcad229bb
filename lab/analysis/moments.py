"""What the layers look like inside at one moment, and a bounded record of such moments."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from dnn.engine.fused import OutOfRange
from dnn.engine.layout import Array
from dnn.engine.network import Pass
from dnn.engine.trainer import Trainer
from dnn.parts.activations import SATURATED, Activation
from dnn.run.history import History
from dnn.run.measure import probe_of
from dnn.run.training import Run
from lab.analysis.distributions import sketch

#: Whose distributions are recorded, of every layer.
QUANTITIES = ("weight", "bias", "gradient", "activation", "delta")
#: Numbers of every layer.
LINES = ("weight_norm", "update_ratio", "saturated", "dead")
#: All layers and quantities together sort about so many values.
VALUES = 400_000
#: Moments kept of the numbers, and of the distributions.
CAPACITY, SHAPES = 300, 36


@dataclass(frozen=True, eq=False)
class Moment:
    """One moment of a run. Per layer, (L,): weight_norm, ||W|| (Frobenius, without biases);
    update_ratio, ||dW|| / ||W|| of the next update (NaN where W is 0); saturated, the share of a
    bounded activation's values beyond 0.97 of its bounds; dead, the share of units that are zero
    for all examples looked at; both NaN where a layer can't be. percentiles and ranks: sketches,
    (5, L, 7) and (5, L, RANKS), in the order of QUANTITIES; counts: how many values, (5, L).
    """

    step: int
    weight_norm: Array
    update_ratio: Array
    saturated: Array
    dead: Array
    percentiles: Array
    ranks: Array
    counts: Array


def look(trainer: Trainer, run: Run) -> Moment:
    """Return the moment of a run whose state the trainer holds, and still holds afterwards."""
    with np.errstate(all="ignore"):
        net = probe_of(trainer).run()
        layers = len(net.W)
        most = max(512, VALUES // (len(QUANTITIES) * layers))
        values = [values_of(net, quantity) for quantity in QUANTITIES]
        sketches = [[sketch(V, most) for V in row] for row in values]
        counts = [[V.size for V in row] for row in values]
        # Not of the output: one near 0 or 1 is what training is for.
        saturated, dead = (np.append(shares, np.nan) for shares in saturated_and_dead(net))
        norms, ratio = np.array([_norm(W[:, :-1]) for W in net.W]), update_ratio(trainer, run)
        return Moment(
            step=run.step,
            weight_norm=norms,
            update_ratio=np.where(np.isfinite(ratio) & (norms > 0), ratio, np.nan),
            saturated=saturated,
            dead=dead,
            percentiles=np.array([[p for p, _ in row] for row in sketches]),
            ranks=np.array([[r for _, r in row] for row in sketches]),
            counts=np.array(counts),
        )


def values_of(net: Pass, quantity: str) -> list[Array]:
    """Return a quantity's values in each layer of a pass that has run with mean=False.

    gradient: of the mean cost of the examples, with respect to W; delta: dJ/dz of each example.
    """
    L = len(net.W)
    if quantity == "weight":
        return [W[:, :-1] for W in net.W]
    if quantity == "bias":
        return [W[:, -1] for W in net.W]
    if quantity == "gradient":
        return [G[:, :-1] / net.m for G in net.G]
    if quantity == "activation":
        return [*(net.activation(l) for l in range(1, L)), net.prediction]
    if quantity == "delta":
        return list(net.deltas)
    raise ValueError(f"quantity: {quantity!r} is not known; choose {', '.join(QUANTITIES)}")


def _norm(M: Array) -> float:
    return float(np.sqrt(np.sum(np.square(M, dtype=float))))


def saturated_and_dead(net: Pass) -> tuple[Array, Array]:
    """Return the saturated share and the dead share of each hidden layer, (L - 1,) both.

    NaN where a layer's activation has no bounds, or can't die.
    """
    layers = [(net.activations[l], net.branch(l + 1)) for l in range(len(net.W) - 1)]
    saturated, dead = ([f(*each) for each in layers] for f in (saturated_share, dead_share))
    return np.array(saturated), np.array(dead)


def saturated_share(activation: Activation, A: Array) -> float:
    """Return the share of values beyond 0.97 of the activation's bounds; NaN where it has none."""
    if activation.bounds is None:
        return float("nan")
    low, high = activation.bounds
    middle, half = (low + high) / 2, (high - low) / 2
    return float(np.count_nonzero(np.abs(A - middle) > SATURATED * half) / A.size)


def dead_share(activation: Activation, A: Array) -> float:
    """Return the share of units, rows of A, that are zero for all examples; NaN if none can be."""
    if not activation.dies:
        return float("nan")
    return float(np.mean(A.max(axis=1) <= 0))


def update_ratio(trainer: Trainer, run: Run, steps: int = 1) -> Array:
    """Return ||dW|| / ||W|| per layer, (L,), of the next update: root mean square over `steps`.

    Frobenius norms without biases; by the optimiser in use on the batches that come next, with
    clipping and penalties; taken back. Infinite where an update leaves the range of numbers or
    changes a W of 0, and 0 where such a one stays.
    """
    kept = trainer.p.copy(), trainer.state.copy(), trainer.running.copy()
    before = [W.astype(float) for W, _ in trainer.layout.weights(kept[0])]
    norms, squares = np.array([_norm(W) for W in before]), np.zeros(len(before))
    epoch, position = run.epoch, run.position
    try:
        for step in range(run.step, run.step + steps):
            epoch, position = trainer.train(step, epoch, position, 1)
            now = [W.astype(float) for W, _ in trainer.layout.weights(trainer.p)]
            squares += [np.sum((a - b) ** 2) for a, b in zip(now, before, strict=True)]
            before = now
    except OutOfRange:
        squares[:] = np.inf
    trainer.p[:], trainer.state[:], trainer.running[:] = kept
    ratio = np.sqrt(squares / steps) / np.where(norms > 0, norms, 1.0)
    return np.where(norms > 0, ratio, np.where(squares > 0, np.inf, 0.0))


@dataclass(frozen=True, eq=False)
class Thinned(History):
    """A History of rows with columns of their own, at any steps: "step" is one of the columns.

    Kept is the first row in each stretch of `stride` steps, and the newest.
    """

    def with_row(self, row: dict[str, Array | int]) -> Thinned:
        """Return the columns with a row behind them; rows of its step or later ones go."""
        new = {name: np.asarray(value)[None] for name, value in row.items()}
        old = self.until(int(row["step"]) - 1).columns
        joined = {n: np.concatenate([old[n], v]) if old else v for n, v in new.items()}
        return replace(self, columns=joined)._thinned()

    @staticmethod
    def _kept(steps: Array, stride: int) -> Array:
        cells = steps // stride
        keep = np.append(True, cells[1:] != cells[:-1])
        keep[-1] = True
        return keep


@dataclass(frozen=True, eq=False)
class Moments:
    """The moments of a run in bounded columns: lines (k, L), shapes (k, 5, L, ...).

    only: the one quantity that shapes are of, "" for all; such a part is what a slice is sent.
    """

    lines: Thinned = field(default_factory=lambda: Thinned(CAPACITY))
    shapes: Thinned = field(default_factory=lambda: Thinned(SHAPES))
    only: str = ""

    def extend(self, moment: Moment) -> Moments:
        """Return the moments with a new one; of its step and later ones there are none else."""
        lines = {name: getattr(moment, name) for name in ("step", *LINES)}
        shapes = {n: self._part(getattr(moment, n)) for n in ("percentiles", "ranks", "counts")}
        return replace(
            self, lines=self.lines.with_row(lines),
            shapes=self.shapes.with_row({"step": moment.step, **shapes}),
        )  # fmt: skip

    def _part(self, column: Array) -> Array:
        if not self.only:
            return column
        at = QUANTITIES.index(self.only)
        return column[at : at + 1]

    def of(self, quantity: str) -> Moments:
        """Return the moments with the distributions of one quantity only."""
        at = QUANTITIES.index(quantity)
        columns = {
            name: column if name == "step" else column[:, at : at + 1]
            for name, column in self.shapes.columns.items()
        }
        return replace(self, shapes=replace(self.shapes, columns=columns), only=quantity)
