"""Back-propagation against central differences, on the network at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dnn.activations import ACTIVATIONS
from dnn.inference import AS_TRAINING, Question
from dnn.network import Array
from dnn.training import Run, _data

#: The step of the differences, for each parameter.
STEP = 1e-5
#: At most so many parameters are moved, and so many training examples looked at.
PARAMETERS, EXAMPLES = 60, 32
#: Multiply-adds that a check may cost: larger networks have fewer parameters moved.
WORK = 50_000_000


@dataclass(frozen=True)
class Check:
    """How far back-propagation and central differences are apart.

    difference: |g - d| / max(|g|, |d|) over the parameters looked at, vectors g and d; checked: how
    many these are; at_kinks: how many more were left out, because moving them carried a unit across
    the kink of its activation; step: the run's.
    """

    difference: float
    checked: int
    at_kinks: int
    step: int

    def __str__(self) -> str:
        if not self.checked:
            return "no parameter could be compared with finite differences"
        return (
            f"back-propagation agrees with finite differences to {self.difference:.0e} "
            f"on {self.checked:,} parameters of this network"
        )


def gradcheck(
    run: Run,
    X: Array | None = None,
    Y: Array | None = None,
    parameters: int | None = None,
) -> Check:
    """Return how well backward agrees with central differences of the cost, in float64.

    As a training step sees the examples: normalised by their own moments, with the dropout mask
    of the run's step; without penalties, whose derivatives are no matter of back-propagation.
    X (n_0, m), Y: the examples, else the first EXAMPLES of the training part. parameters: how many
    to move, spread evenly over all of them; by default what WORK allows, at most PARAMETERS.

    Source: central differences, (J(theta + h) - J(theta - h)) / 2h, h = 1e-5.
    """
    data = _data(run)
    if X is None or Y is None:
        X, Y = data.X_train[:, :EXAMPLES], data.Y_train[:, :EXAMPLES]
    run = replace(
        run,
        config=replace(run.config, dtype="float64"),
        parameters=run.parameters.astype(np.float64),
        running=run.running.astype(np.float64),
    )
    question = Question(run, X, Y, AS_TRAINING)
    if parameters is None:
        parameters = max(4, min(PARAMETERS, WORK // (2 * run.layout.size * X.shape[1])))
    chosen = np.unique(np.linspace(0, run.layout.size - 1, parameters).round().astype(int))
    question.run()
    backward, kinks = question.g[chosen].copy(), _Kinks(question)
    measured = np.array([_difference(question, i, kinks) for i in chosen])
    smooth = ~np.isnan(measured)
    return Check(
        _distance(backward[smooth], measured[smooth]),
        int(smooth.sum()),
        int((~smooth).sum()),
        run.step,
    )


def _difference(question: Question, i: int, kinks: _Kinks) -> float:
    """Return the derivative of the cost by parameter i; NaN where a kink lies in between."""
    kept = question.p[i]
    sides, patterns = [], []
    for sign in (1, -1):
        question.p[i] = kept + sign * STEP
        sides.append(question.cost())
        patterns.append(kinks.pattern())
    question.p[i] = kept
    if (patterns[0] != patterns[1]).any():
        return float("nan")
    return (sides[0] - sides[1]) / (2 * STEP)


class _Kinks:
    """On which side of its activation's kink every unit is, for every example."""

    def __init__(self, question: Question):
        net = question.net
        self.layers = [
            net.branch(l)
            for l, key in enumerate(net.architecture.activations, 1)
            if ACTIVATIONS[key].has_kink
        ]

    def pattern(self) -> Array:
        return np.concatenate([np.zeros(0, bool), *(H.ravel() > 0 for H in self.layers)])


def _distance(a: Array, b: Array) -> float:
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    return 0.0 if size == 0 else float(np.linalg.norm(a - b) / size)
