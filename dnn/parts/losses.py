"""Cost functions J with the output non-linearity that belongs to each.

The pairs are canonical: with a = link(z), the derivative of one example's loss by its logits is
a - y. A loss gives it as calls that fill D with that over delta_factor from the logits and the
encoded targets T = encode(Y), so that the hot loop pays for no operation twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dnn.parts.activations import constant, linear_forward, sigmoid_forward
from dnn.registry import Call, Entry, Registry

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Loss(Entry):
    """One loss.

    cost(Z, Y): loss of each example, float64 of shape (m,), from logits Z (n_L, m); finite for
    any finite logits. link(Z, A): calls that turn logits into predictions. guess(Y): the smallest
    mean cost of an answer that is the same for all examples. unit: what J counts. targets: which
    kinds it takes (binary, classes or real), first the one that it is chosen for. both_classes: two
    classes have an output each, not one for both. output: the link's name.
    plain: each example's loss as an expression of Z and Y; plain_link: A as one of Z; plain_delta:
    the derivative by Z as one of Z and Y.
    """

    plain_link: str
    plain_delta: str
    cost: Callable[[Array, Array], Array]
    link: Callable[[Array, Array], list[Call]]
    delta: Callable[[Array, Array, Array], list[Call]]
    guess: Callable[[Array], float]
    unit: str
    targets: tuple[str, ...]
    output: str
    encode: Callable[[Array], Array] = lambda Y: Y
    delta_factor: float = 1.0
    both_classes: bool = False


def entropy(Y: Array) -> float:
    """Return the entropy, in nats, of the shares of the classes in Y: 0/1 or one-hot."""
    p = Y.mean(axis=1)
    p = np.array([p[0], 1 - p[0]]) if len(p) == 1 else p
    return float(-np.sum(p[p > 0] * np.log(p[p > 0])))


def logistic_cost(Z: Array, Y: Array) -> Array:
    Z = Z.astype(np.float64, copy=False)
    return np.sum(np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-np.abs(Z))), axis=0)


def logistic_delta(Z: Array, T: Array, D: Array) -> list[Call]:
    # a - y = (tanh(z/2) - (2y - 1)) / 2: three calls, and it cannot overflow.
    return [(np.multiply, (Z, constant(0.5, Z), D)), (np.tanh, (D, D)), (np.subtract, (D, T, D))]


def softmax_cost(Z: Array, Y: Array) -> Array:
    Z = Z.astype(np.float64, copy=False)
    top = Z.max(axis=0)
    return np.log(np.exp(Z - top).sum(axis=0)) + top - np.sum(Z * Y, axis=0)


def softmax_link(Z: Array, A: Array) -> list[Call]:
    row = np.empty((1, Z.shape[1]), Z.dtype)
    return [
        (np.maximum.reduce, (Z, 0, None, row, True)),
        (np.subtract, (Z, row, A)),
        (np.exp, (A, A)),
        (np.add.reduce, (A, 0, None, row, True)),
        (np.divide, (A, row, A)),
    ]


LOSSES: Registry[Loss] = Registry(
    "loss",
    [
        Loss(
            key="logistic",
            label="Logistic (sigmoid output)",
            formula="J = mean of -y ln a - (1 - y) ln(1 - a), a = sigmoid(z)",
            help="Cross-entropy of a yes/no answer, in nats; ln 2 is what pure guessing costs.",
            source="Ng, Deep Learning Specialization, course 1",
            plain="np.sum(np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-abs(Z))), axis=0)",
            plain_link="1 / (1 + np.exp(-Z))",
            plain_delta="1 / (1 + np.exp(-Z)) - Y",
            cost=logistic_cost,
            link=sigmoid_forward,
            delta=logistic_delta,
            guess=entropy,
            encode=lambda Y: 2.0 * Y - 1.0,
            delta_factor=0.5,
            unit="nats",
            targets=("binary",),
            output="sigmoid",
        ),
        Loss(
            key="softmax",
            label="Softmax cross-entropy",
            formula="J = mean of -sum_k y_k ln a_k, a = softmax(z)",
            help="Cross-entropy over several classes, in nats; ln K is what pure guessing costs.",
            source="Goodfellow, Bengio & Courville 2016, section 6.2.2.3",
            plain="np.log(np.sum(np.exp(Z - Z.max(0)), axis=0)) + Z.max(0) - np.sum(Z * Y, axis=0)",
            plain_link="np.exp(Z - Z.max(0)) / np.sum(np.exp(Z - Z.max(0)), axis=0)",
            plain_delta="np.exp(Z - Z.max(0)) / np.sum(np.exp(Z - Z.max(0)), axis=0) - Y",
            cost=softmax_cost,
            link=softmax_link,
            delta=lambda Z, T, D: [*softmax_link(Z, D), (np.subtract, (D, T, D))],
            guess=entropy,
            unit="nats",
            targets=("classes", "binary"),
            both_classes=True,
            output="softmax",
        ),
        Loss(
            key="squared_error",
            label="Squared error (linear output)",
            formula="J = mean of (1/2) sum_k (a_k - y_k)^2, a = z",
            help="Half the squared distance to the target; what regression uses.",
            source="Goodfellow, Bengio & Courville 2016, section 6.2.2.1",
            plain="0.5 * np.sum((Z - Y) ** 2, axis=0)",
            plain_link="Z",
            plain_delta="Z - Y",
            cost=lambda Z, Y: 0.5 * np.sum((Z.astype(np.float64, copy=False) - Y) ** 2, axis=0),
            link=linear_forward,
            delta=lambda Z, T, D: [(np.subtract, (Z, T, D))],
            guess=lambda Y: 0.5 * float(np.var(Y, axis=1).sum()),
            unit="squared units",
            targets=("real", "classes", "binary"),
            output="linear",
        ),
    ],
)
