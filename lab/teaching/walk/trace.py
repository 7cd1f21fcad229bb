"""Everything that the engine computes for given examples, kept by layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from dnn.engine.fused import FusedLater
from dnn.engine.network import Array, Mode, Pass
from dnn.engine.update import Update, coefficients
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import rate_at
from dnn.run.inference import Question
from dnn.run.training import Run

#: Larger networks are not walked through: each stage would take seconds.
MOST_PARAMETERS = 2_000_000
#: Evaluation, so that no example depends on the others; z and errors in buffers of their own.
KEPT = Mode(keep=True)
#: The move of a central difference, times the size of the parameter or 1 if that is larger.
MOVE = 1e-5


@dataclass(frozen=True)
class Norm:
    """A layer's batch normalisation: columns gamma, beta (n, 1), and the sums normalised (n, m)."""

    gamma: Array
    beta: Array
    normalised: Array


@dataclass(frozen=True)
class Layer:
    """What the engine has of layer l (from 1) for m examples, in columns.

    W (n, n_before), b (n, 1), before: A of the layer before; Z, H = g(Z), A (n, m); slope: dA/dZ;
    error: dL/dA; delta_z: dL/dZ; delta: dL/d(W A + b), another than delta_z only where the layer is
    normalised: each column of these is of that example's own loss L. dW, db: of the mean cost J,
    so that dW = (1/m) delta before^T. The output has neither slope nor error. update: what one
    step adds to [W b].
    """

    l: int
    key: str
    W: Array
    b: Array
    before: Array
    Z: Array
    H: Array
    A: Array
    slope: Array | None
    error: Array | None
    delta_z: Array
    delta: Array
    dW: Array
    db: Array
    update: Array
    residual: bool = False
    norm: Norm | None = None


class Trace:
    """A pass of examples X (n_0, m) with targets Y, forwards and backwards, in float64.

    layers: 1 to L; losses: of each example, (m,); cost: their mean J; Y: as the output sees it.
    Raises ValueError where the network is too large, or X or Y has another shape than its own.
    """

    def __init__(self, run: Run, X: Array, Y: Array):
        if run.layout.size > MOST_PARAMETERS:
            raise ValueError(
                f"this network has {run.layout.size:,} parameters; "
                f"up to {MOST_PARAMETERS:,} can be walked through"
            )
        self.run = run = doubled(run)
        self.X = np.array(X, float)
        self.question = Question(run, self.X, Y, KEPT)
        net = self.question.run()
        assert self.question.Y is not None
        self.net, self.Y = net, self.question.Y
        self.losses = net.loss.cost(net.logits, self.Y)
        self.cost = float(self.losses.mean())
        self.rate = rate_at(run.config, run.step)
        self._updates = run.layout.views(_update(run, self.question.g))
        self.layers = tuple(self._layer(l) for l in range(1, run.layout.layers + 1))

    @property
    def m(self) -> int:
        return self.X.shape[1]

    @property
    def depth(self) -> int:
        """The number L of layers, the output's included."""
        return len(self.layers)

    def _layer(self, l: int) -> Layer:
        net, output = self.net, l == self.run.layout.layers
        W, b = self.run.weights[l - 1]
        dW, db = self.run.layout.weights(self.question.g)[l - 1]
        # The engine's carry the 1/m of the mean cost from the output on: here it stands at dW.
        error, slope = (None, None) if output else (self.m * net.error(l), net.slope(l).copy())
        delta = self.m * net.deltas[l - 1]
        return Layer(
            l,
            net.loss.output if output else net.activations[l - 1].key,
            W, b,
            self.X if l == 1 else net.activation(l - 1).copy(),
            net.preactivation(l).copy(),
            net.prediction.copy() if output else net.branch(l).copy(),
            net.prediction.copy() if output else net.activation(l).copy(),
            slope, error,
            delta if error is None or slope is None else error * slope,
            delta, dW.copy(), db.copy(), self._updates[l - 1],
            residual=not output and net.residual[l - 1],
            norm=_norm(net, l),
        )  # fmt: skip

    def differences(self, layer: int, rows: Iterable[int], columns: Iterable[int]) -> Array:
        """Return dJ/dW of a layer's chosen entries by central differences of the cost.

        columns: of [W b], so that n_before is the bias. One forward pass for each move.
        """
        rows, columns, question = list(rows), list(columns), self.question
        out = np.zeros((len(rows), len(columns)))
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                source = None if column == self.layers[layer - 1].W.shape[1] else column
                place = self.run.layout.place(layer, row, source)
                out[i, j] = _difference(question, place)
        return out


def _difference(question: Question, place: int) -> float:
    kept = float(question.p[place])
    h = MOVE * max(1.0, abs(kept))
    costs = []
    for moved in (kept + h, kept - h):
        question.p[place] = moved
        costs.append(question.cost())
    question.p[place] = kept
    return (costs[0] - costs[1]) / (2 * h)


def _norm(net: Pass, l: int) -> Norm | None:
    if not net.norms or l > len(net.norms):
        return None
    n = net.norms[l - 1]
    return Norm(n.gamma.copy(), n.beta.copy(), n.U.copy())


def doubled(run: Run) -> Run:
    """Return the run in float64, in which central differences are fine enough to compare with."""
    return replace(
        run,
        config=replace(run.config, dtype="float64"),
        parameters=run.parameters.astype(np.float64),
        running=run.running.astype(np.float64),
        state=run.state.astype(np.float64),
    )


def _update(run: Run, g: Array) -> Array:
    """Return what the run's next step would add to its parameters, with this gradient."""
    p, state = run.parameters.copy(), run.state.copy()
    work = np.stack([g, np.zeros_like(g)])
    update = Update(run.config, run.layout, p, work, state)
    numbers = coefficients(
        run.config, np.array([run.step + 1.0]), np.array([rate_at(run.config, run.step)])
    )
    for coefficient, value in zip(update.coefficients, numbers, strict=True):
        coefficient[()] = value[0]
    with np.errstate(all="ignore"):
        FusedLater(update.calls)([(None, None, None)])
    return p - run.parameters


def unlike_training(run: Run) -> str:
    """Return what makes a training step another than a trace, which evaluates; "" for nothing."""
    parts = {"batch normalisation": run.config.batch_norm, "dropout": run.config.dropout > 0}
    return " and ".join(name for name, used in parts.items() if used)


def uses_penalty(run: Run) -> bool:
    """Return whether the update is made of more than the gradient: penalties, clipping, decay."""
    config = run.config
    decays = OPTIMIZERS[config.optimizer].decoupled
    return bool(config.l1 or config.l2 or config.clip_norm or config.clip_value or decays)
