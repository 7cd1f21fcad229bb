"""Observation: what the rules look at in a network at one moment, beside its history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dnn.engine.layout import Array
from dnn.engine.network import Pass
from dnn.engine.trainer import Trainer
from dnn.run.measure import Signal, layer_signal, probe_of
from dnn.run.training import Run
from lab.analysis.moments import saturated_and_dead, update_ratio

#: Steps that the size of an update is the root mean square over; one where a step takes long.
STEPS, STEP_WORK = 4, 2_000_000
#: Two units count as equal where no weight of theirs differs by more, relative to the largest.
EQUAL = 1e-6


@dataclass(frozen=True, eq=False)
class Observation:
    """A network on up to 256 training examples (PROBE), and its next few updates.

    Per hidden layer, (L - 1,): saturated, the share of activations beyond 0.97 of their bounds
    (NaN where there are none); dead, the number of ReLU units that give 0 on every example; equal,
    the number of units that do just what another of the layer does. update: update_ratio of a
    step, (L,). signal: rms of activations, deltas and gradients per layer, now.
    """

    signal: Signal
    saturated: Array
    dead: Array
    equal: Array
    update: Array


def observe(trainer: Trainer, run: Run) -> Observation:
    """Return what is seen of a run whose state the trainer holds, and still holds afterwards.

    The next steps are made and taken back: their batches are those that the run will take.
    """
    with np.errstate(all="ignore"):
        probe = probe_of(trainer)
        net = probe.run()
        signal, (saturated, dead) = layer_signal(net, probe.rows), saturated_and_dead(net)
        few = trainer.layout.size * trainer.batches.size <= STEP_WORK
        return Observation(
            signal=signal,
            saturated=saturated,
            dead=np.rint(np.nan_to_num(dead) * run.config.hidden).astype(int),
            equal=np.array([_equal(net, l) for l in range(1, len(net.W))], int),
            update=update_ratio(trainer, run, STEPS if few else 1),
        )


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
