"""What goes on inside a run at one moment: costs, scores and the signal layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dnn.engine.network import PROBING, Array, Pass
from dnn.engine.trainer import Evaluation, Trainer
from dnn.run.history import Record

#: Per-example quantities are measured on at most so many training examples, always the first.
PROBE = 256


def measure(trainer: Trainer, step: int, epoch: int) -> Record:
    """Return the Record of the trainer's present parameters."""
    data, probe = trainer.data, probe_of(trainer)
    train, count = probe, probe.net.m
    if count < data.m_train or trainer.architecture.batch_norm:
        train = trainer.evaluation("train", data.X_train, trainer.Y_train)
        train.run()
    net = probe.run()
    test = trainer.evaluation("test", data.X_test, trainer.Y_test)
    test.run()
    signal = layer_signal(net, probe.rows)
    norms = [float(np.linalg.norm(G[:, :-1])) / count for G in net.G]
    return Record(
        step=step,
        epoch=epoch,
        train_cost=train.cost(),
        test_cost=test.cost(),
        train_score=train.score(data.target),
        test_score=test.score(data.target),
        gradient_rms=signal.gradient,
        gradient_norm=np.array(norms),
        delta_rms=signal.delta,
        activation_rms=signal.activation,
    )


def probe_of(trainer: Trainer) -> Evaluation:
    """Return the pass over the probe examples, forwards and backwards, example by example."""
    X_, Y = trainer.data.X_train[:, :PROBE], trainer.Y_train[:, :PROBE]
    return trainer.evaluation("probe", X_, Y, PROBING, backward=True)


@dataclass(frozen=True, eq=False)
class Signal:
    """Root mean squares per layer, float64 arrays of shape (L,), over examples and units."""

    activation: Array
    delta: Array
    gradient: Array


def layer_signal(net: Pass, rows: Array) -> Signal:
    """Return the signal in a pass that has run forwards and backwards with mean=False.

    rows: the examples (m, n_0 + 1). The gradient of W for example i is the outer product
    delta_i a_i^T, whose squared norm is |delta_i|^2 |a_i|^2: no per-example matrix is formed.
    """
    L, m = len(net.W), net.m
    inputs = [_squares(rows[:, :-1].T), *(_squares(net.activation(l)) for l in range(1, L))]
    outputs = [*inputs[1:], _squares(net.prediction)]
    deltas = [_squares(D) for D in net.deltas]
    sizes = net.layout.sizes
    gradient = [
        np.sqrt(d @ a / (m * sizes[l] * sizes[l + 1]))
        for l, (d, a) in enumerate(zip(deltas, inputs, strict=True))
    ]
    return Signal(_rms(outputs, sizes[1:]), _rms(deltas, sizes[1:]), np.array(gradient))


def _rms(squares: Sequence[Array], sizes: Sequence[int]) -> Array:
    return np.array([np.sqrt(s.mean() / n) for s, n in zip(squares, sizes, strict=True)])


def _squares(M: Array) -> Array:
    """Return the squared norm of each column, float64 (m,)."""
    M = M.astype(np.float64, copy=False)
    return np.einsum("ij,ij->j", M, M)
