"""What a run answers about given examples: predictions, cost and gradients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dnn.engine.fused import fuse
from dnn.engine.network import EVALUATION, TRAINING, Array, Mode, Pass
from dnn.engine.trainer import Evaluation, architecture_of, loss_key, targets
from dnn.parts.dropout import Masks
from dnn.parts.losses import LOSSES
from dnn.parts.optimizers import OPTIMIZERS
from dnn.run.training import Run, data_of

#: As the next step would see these examples, leaving the running moments alone.
AS_TRAINING = replace(TRAINING, update=False)


class Question(Evaluation):
    """A network compiled for given examples: run() fills its pass, and with targets its gradient g.

    p and running are copies that the caller may alter between runs. Raises ValueError where X or Y
    has another shape than the network's.
    """

    def __init__(self, run: Run, X_: Array, Y: Array | None, mode: Mode = EVALUATION):
        X_ = np.asarray(X_, dtype=np.float64)
        if X_.ndim != 2 or X_.shape[0] != run.layout.sizes[0]:
            n = run.layout.sizes[0]
            raise ValueError(f"X has shape {X_.shape}; it must be ({n}, m), one column an example")
        if Y is not None and X_.shape[1] == 0:
            raise ValueError(f"X is empty (shape {X_.shape}); a mean needs at least one example")
        data = data_of(run)
        architecture, shape = architecture_of(run.config, data), (run.layout.sizes[-1], X_.shape[1])
        if Y is not None:
            Y = targets(architecture.loss, data, np.asarray(Y, float))
            if Y.shape != shape:
                raise ValueError(f"Y has shape {Y.shape}; for this X and network it is {shape}")
        self.p, self.running = run.parameters.copy(), run.running.copy()
        backward = Y is not None
        super().__init__(architecture, self.p, self.running, X_, Y, mode, backward)
        net, masked = self.net, self.net.dropout
        forward = net.forward() + net.predict()
        self._forward = fuse(forward, masked=masked)
        self._run = fuse(forward + (net.backward() if backward else []), masked=masked)
        if masked:
            masks = Masks(net.total, run.config.dropout, run.config.seed, self.p.dtype)
            self.step = (self.step, masks.of(run.step))

    def run(self) -> Pass:
        """Return the pass after forward and, where there are targets, backward."""
        with np.errstate(all="ignore"):
            return super().run()

    def cost(self) -> float:
        """Return J of the parameters as they are, by forward alone."""
        with np.errstate(all="ignore"):
            self._forward((self.step,))
            return super().cost()


def predict(run: Run, X: Array) -> Array:
    """Return the output for X (n_0, m): probabilities (n_L, m), or values for regression.

    Without dropout, normalised by the running moments. Raises ValueError when X has another number
    of rows than the network has inputs.
    """
    return Question(run, X, None).run().prediction


def cost(run: Run, X: Array, Y: Array, training: bool = False) -> float:
    """Return J, the mean loss over the examples, without penalty (nats or squared units).

    X (n_0, m); Y (n_L, m), or (1, m) of 0 and 1. training: as a step would compute it, normalised
    by these examples' own moments, with dropout (the mask that the next step draws for a full
    batch of m examples). Raises ValueError for other shapes.
    """
    return Question(run, X, Y, AS_TRAINING if training else EVALUATION).cost()


def penalty(run: Run) -> float:
    """Return (l2 / 2) * the sum of all squared weights + l1 * the sum of their sizes.

    What the penalties add to J; biases are free. AdamW's weight decay is not part of J.
    """
    l2 = 0.0 if OPTIMIZERS[run.config.optimizer].decoupled else run.config.l2
    weights = [W.astype(np.float64) for W, _ in run.weights]
    return sum(0.5 * l2 * float(np.sum(W**2)) for W in weights) + run.config.l1 * sum(
        float(np.abs(W).sum()) for W in weights
    )


def gradients(run: Run, X: Array, Y: Array, training: bool = False) -> list[tuple[Array, Array]]:
    """Return [(dW, db), ...], the derivatives of cost + penalty, shaped like run.weights.

    training: as for cost. Source: Ng, Deep Learning Specialization, course 1, week 4
    (dW = dZ A^T / m + l2 W).
    """
    question = Question(run, X, Y, AS_TRAINING if training else EVALUATION)
    question.run()
    config = run.config
    l2 = 0.0 if OPTIMIZERS[config.optimizer].decoupled else config.l2
    return [
        (dW + l2 * W + config.l1 * np.sign(W), db)
        for (dW, db), (W, _) in zip(run.layout.weights(question.g), run.weights, strict=True)
    ]


def guessing_cost(run: Run) -> float | None:
    """Return the cost of the best constant answer to the training part; None where it is 0."""
    data = data_of(run)
    cost = LOSSES[loss_key(run.config, data)].guess(data.Y_train)
    return cost if cost > 0 else None
