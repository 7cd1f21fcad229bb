"""Optimisers: how a gradient becomes an update, as calls on preallocated buffers.

The state of an optimiser is one array of shape (slots, n), zero at the start. Per-step numbers
(learning rate, bias corrections) are computed for a whole slice at once by coefficients(config, t),
t = 1, 2, ... being the number of the update, and reach the calls as 0-d arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dnn.activations import constant
from dnn.registry import Call, Entry, Registry

Array = np.ndarray


class Settings(Protocol):
    """The fields of Config that an optimiser reads."""

    @property
    def learning_rate(self) -> float: ...
    @property
    def momentum(self) -> float: ...
    @property
    def beta1(self) -> float: ...
    @property
    def beta2(self) -> float: ...
    @property
    def epsilon(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class Optimizer(Entry):
    """One optimiser.

    slots: rows of its state; uses: the Config fields it reads beside learning_rate;
    coefficients(config, t): the numbers of each update, a tuple of arrays like t;
    calls(p, work, state, c, config): the update of p (n,) in place, where work is (2, n) with the
    gradient in row 0 and scratch in row 1, state is (slots, n) and c holds the coefficients as
    0-d arrays.
    """

    slots: int
    uses: tuple[str, ...]
    coefficients: Callable[[Settings, Array], tuple[Array, ...]]
    calls: Callable[[Array, Array, Array, tuple[Array, ...], Settings], list[Call]]


def constant_rate(config: Settings, t: Array) -> tuple[Array, ...]:
    return (np.full(len(t), config.learning_rate),)


def sgd_calls(
    p: Array, work: Array, state: Array, c: tuple[Array, ...], config: Settings
) -> list[Call]:
    g, t = work
    return [(np.multiply, (g, c[0], t)), (np.subtract, (p, t, p))]


def momentum_calls(
    p: Array, work: Array, state: Array, c: tuple[Array, ...], config: Settings
) -> list[Call]:
    (g, t), (v,) = work, state
    return [
        (np.multiply, (v, constant(config.momentum, p), v)),
        (np.add, (v, g, v)),
        (np.multiply, (v, c[0], t)),
        (np.subtract, (p, t, p)),
    ]


def adam_coefficients(config: Settings, t: Array) -> tuple[Array, ...]:
    # The state holds m / (1 - beta1) and v / (1 - beta2): both divisors and both bias
    # corrections are folded into the step size and into epsilon.
    b1, b2 = config.beta1, config.beta2
    root = np.sqrt((1.0 - b2**t) / (1.0 - b2))
    return (
        config.learning_rate * (1.0 - b1) / (1.0 - b1**t) * root,
        config.epsilon * root,
    )


def adam_calls(
    p: Array, work: Array, state: Array, c: tuple[Array, ...], config: Settings
) -> list[Call]:
    (g, t), (m, v) = work, state
    # A full array: broadcasting a column over so few elements takes three times as long.
    betas = np.empty_like(state)
    betas[0], betas[1] = config.beta1, config.beta2
    return [
        (np.multiply, (g, g, t)),
        (np.multiply, (state, betas, state)),
        (np.add, (state, work, state)),
        (np.sqrt, (v, t)),
        (np.add, (t, c[1], t)),
        (np.divide, (m, t, t)),
        (np.multiply, (t, c[0], t)),
        (np.subtract, (p, t, p)),
    ]


OPTIMIZERS: Registry[Optimizer] = Registry(
    "optimizer",
    [
        Optimizer(
            key="sgd",
            label="Gradient descent",
            formula="theta <- theta - eta g",
            help="Plain gradient descent: a layer with a small gradient learns slowly.",
            source="Robbins & Monro 1951; Ng, Deep Learning Specialization, course 1",
            slots=0,
            uses=(),
            coefficients=constant_rate,
            calls=sgd_calls,
        ),
        Optimizer(
            key="momentum",
            label="Momentum",
            formula="v <- mu v + g;  theta <- theta - eta v",
            help="Gradient descent with a running sum of gradients, which damps zigzags.",
            source="Polyak 1964; Sutskever et al. 2013, eq. 1-2",
            slots=1,
            uses=("momentum",),
            coefficients=constant_rate,
            calls=momentum_calls,
        ),
        Optimizer(
            key="adam",
            label="Adam",
            formula="m <- b1 m + (1-b1) g;  v <- b2 v + (1-b2) g^2;  "
            "theta <- theta - eta m^ / (sqrt(v^) + eps)",
            help="Divides each step by the gradient's running size, which hides small gradients.",
            source="Kingma & Ba 2015, algorithm 1",
            slots=2,
            uses=("beta1", "beta2", "epsilon"),
            coefficients=adam_coefficients,
            calls=adam_calls,
        ),
    ],
)
