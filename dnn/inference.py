"""What a run answers about given examples: predictions, cost and gradients."""

from __future__ import annotations

import numpy as np

from dnn.losses import LOSSES
from dnn.network import Array, Pass, fuse, with_ones
from dnn.trainer import loss_key, targets
from dnn.training import Run, _data


def _evaluate(run: Run, X: Array, Y: Array | None) -> tuple[Pass, Array, Array | None]:
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.shape[0] != run.layout.sizes[0]:
        raise ValueError(
            f"X has shape {X.shape}; it must be ({run.layout.sizes[0]}, m), one column an example"
        )
    data = _data(run)
    key, p = loss_key(run.config, data), run.parameters.copy()
    g = np.zeros_like(p)
    if Y is not None and X.shape[1] == 0:
        raise ValueError(f"X is empty (shape {X.shape}); a mean needs at least one example")
    net = Pass(run.layout, run.config.activations, key, p, g, X.shape[1], mean=Y is not None)
    calls = net.forward() + net.predict()
    encoded = None
    if Y is not None:
        Y = targets(key, data, np.asarray(Y, dtype=np.float64))
        if Y.shape != net.logits.shape:
            raise ValueError(
                f"Y has shape {Y.shape}; for this X and network it is {net.logits.shape}"
            )
        encoded = LOSSES[key].encode(Y).astype(p.dtype)
        calls += net.backward()
    rows = with_ones(X, p.dtype)
    with np.errstate(all="ignore"):
        fuse(calls)((((rows.T, rows, encoded),),))
    return net, g, Y


def predict(run: Run, X: Array) -> Array:
    """Return the output for X (n_0, m): probabilities (n_L, m), or values for regression.

    Raises ValueError when X has another number of rows than the network has inputs.
    """
    return _evaluate(run, X, None)[0].prediction


def cost(run: Run, X: Array, Y: Array) -> float:
    """Return J, the mean loss over the examples, without penalty (nats or squared units).

    X (n_0, m); Y (n_L, m), or (1, m) of 0 and 1. Raises ValueError for other shapes.
    """
    net, _, targets_ = _evaluate(run, X, Y)
    return float(net.loss.cost(net.logits, targets_).mean())  # type: ignore[arg-type]


def penalty(run: Run) -> float:
    """Return (l2 / 2) * the sum of all squared weights, what L2 adds to J; biases are free."""
    return (
        0.5 * run.config.l2 * sum(float(np.sum(W.astype(np.float64) ** 2)) for W, _ in run.weights)
    )


def gradients(run: Run, X: Array, Y: Array) -> list[tuple[Array, Array]]:
    """Return [(dW, db), ...], the derivatives of cost + penalty, shaped like run.weights.

    Source: Ng, Deep Learning Specialization, course 1, week 4 (dW = dZ A^T / m + l2 W).
    """
    _, g, _ = _evaluate(run, X, Y)
    out = []
    for (dW, db), (W, _) in zip(run.layout.weights(g), run.weights, strict=True):
        out.append((dW + run.config.l2 * W, db))
    return out
