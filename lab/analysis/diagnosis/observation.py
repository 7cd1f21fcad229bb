"""Observation: what the rules look at in a network at one moment, beside its history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dnn.engine.fused import OutOfRange
from dnn.engine.layout import Array
from dnn.engine.network import Pass
from dnn.engine.trainer import Trainer
from dnn.run.measure import Signal, layer_signal, probe_of
from dnn.run.training import Run
from lab.analysis.moments import dead_share, saturated_share

#: Steps that the size of an update is the root mean square over; one where a step takes long.
STEPS, STEP_WORK = 4, 2_000_000
#: Two units count as equal where no weight of theirs differs by more, relative to the largest.
EQUAL = 1e-6


@dataclass(frozen=True, eq=False)
class Observation:
    """A network on up to 256 training examples (PROBE), and its next few updates.

    Per hidden layer, (L - 1,): saturated, the share of activations beyond 0.97 of their bounds
    (NaN where there are none); dead, the number of ReLU units that give 0 on every example; equal,
    the number of units that do just what another of the layer does. Per layer, (L,): update,
    ||dW|| / ||W|| of a step (Frobenius norms, biases left out); size: the rms of W.
    signal: rms of activations, deltas and gradients per layer, now.
    """

    signal: Signal
    saturated: Array
    dead: Array
    equal: Array
    update: Array
    size: Array


def observe(trainer: Trainer, run: Run) -> Observation:
    """Return what is seen of a run whose state the trainer holds, and still holds afterwards.

    The next steps are made and taken back: their batches are those that the run will take.
    """
    with np.errstate(all="ignore"):
        probe = probe_of(trainer)
        net = probe.run()
        signal = layer_signal(net, probe.rows)
        hidden = range(1, len(net.W))
        return Observation(
            signal=signal,
            saturated=np.array(
                [saturated_share(net.activations[l - 1], net.branch(l)) for l in hidden]
            ),
            dead=np.array([_dead(net, l) for l in hidden], int),
            equal=np.array([_equal(net, l) for l in hidden], int),
            update=_update(trainer, run),
            size=np.array([np.sqrt(np.mean(np.square(W[:, :-1], dtype=float))) for W in net.W]),
        )


def _dead(net: Pass, l: int) -> int:
    """Return how many units of hidden layer l are 0 on every example, 0 where none can be."""
    share = dead_share(net.activations[l - 1], net.branch(l))
    return 0 if np.isnan(share) else round(share * len(net.branch(l)))


def _equal(net: Pass, l: int) -> int:
    """Return how many units of hidden layer l have the same weights in and out as another.

    And the same activations: past a residual branch units of equal weights can differ. Weights are
    compared with their neighbours' in the order of one fixed projection, not each with each.
    """
    W, A = net.W[l - 1], net.activation(l)
    rows = np.concatenate([W, net.W[l][:, :-1].T, A[:, :16]], axis=1).astype(float)
    if net.norms:
        norm = net.norms[l - 1]
        rows = np.concatenate([rows, norm.gamma, norm.beta], axis=1)
    if len(rows) < 2 or not np.isfinite(rows).all():
        return 0
    along = np.cos(np.arange(1, rows.shape[1] + 1) * 1.7)
    rows = rows[np.argsort(rows @ along, kind="stable")]
    near = np.abs(np.diff(rows, axis=0)).max(axis=1) <= EQUAL * np.abs(rows).max()
    with_next, with_last = np.append(near, False), np.append(False, near)
    return int(np.sum(with_next | with_last))


def _update(trainer: Trainer, run: Run) -> Array:
    """Return ||dW|| / ||W|| per layer: root mean square over the next steps, which are undone."""
    kept = trainer.p.copy(), trainer.state.copy(), trainer.running.copy()
    weights = [W.copy() for W, _ in trainer.layout.weights(kept[0])]
    steps = STEPS if trainer.layout.size * trainer.batches.size <= STEP_WORK else 1
    squares, before = np.zeros(len(weights)), [W.astype(float) for W in weights]
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
    norms = np.array([np.linalg.norm(W.astype(float)) for W in weights])
    ratio = np.sqrt(squares / steps) / np.where(norms > 0, norms, 1.0)
    # A layer of zeros that changes grows without measure; one that does not stays.
    return np.where(norms > 0, ratio, np.where(squares > 0, np.inf, 0.0))
