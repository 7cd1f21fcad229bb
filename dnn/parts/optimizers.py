"""Optimisers: how a gradient becomes an update, as calls on preallocated buffers.

The state of an optimiser is one array, a row for each name in `memory`, zero at the start. Per-step
numbers (learning rate, bias corrections) are computed for a whole slice at once by
coefficients(config, t, rate), t = 1, 2, ... being the number of the update and rate its learning
rate, and reach the calls as 0-d arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn.parts.activations import constant
from dnn.registry import Call, Entry, Registry
from dnn.settings import setting

Array = np.ndarray

#: Up to so many numbers, one call on two rows is faster than two calls.
FEW = 3000


@dataclass(frozen=True, kw_only=True)
class Optimizer(Entry):
    """One optimiser.

    memory: names of the rows of its state; uses: the fields of OptimizerSettings that it reads;
    coefficients(config, t, rate): the numbers of each update, a tuple of arrays like t;
    calls(p, work, state, c, config): the update of p (n,) in place, where work is (2, n) with the
    gradient in row 0 and scratch in row 1, state is (slots, n) and c holds the coefficients as
    0-d arrays. steady: the coefficients depend on the rate alone. decoupled: weight decay (l2) is
    not part of the gradient; the trainer shrinks the weights by rate * l2 beside the update.
    divides: each step is divided by the gradient's running size, which hides how small that is.
    plain: lines that change p and what is in memory in place, from the gradient g, rate, t and the
    fields in use.
    """

    memory: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    calls: Callable[[Array, Array, Array, tuple[Array, ...], OptimizerSettings], list[Call]]
    coefficients: Callable[[OptimizerSettings, Array, Array], tuple[Array, ...]] = (
        lambda config, t, rate: (rate,)
    )
    steady: bool = True
    decoupled: bool = False
    divides: bool = False

    @property
    def slots(self) -> int:
        """The number of rows of its state."""
        return len(self.memory)


def momentum_calls(
    p: Array, work: Array, state: Array, c: tuple[Array, ...], config: OptimizerSettings
) -> list[Call]:
    (g, t), (v,) = work, state
    return [
        (np.multiply, (v, constant(config.momentum, p), v)),
        (np.add, (v, g, v)),
        (np.multiply, (v, c[0], t)),
        (np.subtract, (p, t, p)),
    ]


def nesterov_calls(
    p: Array, work: Array, state: Array, c: tuple[Array, ...], config: OptimizerSettings
) -> list[Call]:
    (g, t), (v,) = work, state
    mu = constant(config.momentum, p)
    return [
        (np.multiply, (v, mu, v)),
        (np.add, (v, g, v)),
        (np.multiply, (v, mu, t)),
        (np.add, (t, g, t)),
        (np.multiply, (t, c[0], t)),
        (np.subtract, (p, t, p)),
    ]


def rmsprop_calls(
    p: Array, work: Array, state: Array, c: tuple[Array, ...], config: OptimizerSettings
) -> list[Call]:
    (g, t), (v,) = work, state
    return [
        (np.multiply, (g, g, t)),
        (np.multiply, (t, constant(1.0 - config.rho, p), t)),
        (np.multiply, (v, constant(config.rho, p), v)),
        (np.add, (v, t, v)),
        (np.sqrt, (v, t)),
        (np.add, (t, constant(config.epsilon, p), t)),
        (np.divide, (g, t, t)),
        (np.multiply, (t, c[0], t)),
        (np.subtract, (p, t, p)),
    ]


def adam_coefficients(config: OptimizerSettings, t: Array, rate: Array) -> tuple[Array, ...]:
    # The state holds m / (1 - beta1) and v / (1 - beta2): both divisors and both bias
    # corrections are folded into the step size and into epsilon.
    b1, b2 = config.beta1, config.beta2
    root = np.sqrt((1.0 - b2**t) / (1.0 - b2))
    return rate * (1.0 - b1) / (1.0 - b1**t) * root, config.epsilon * root


def _adam_means(work: Array, state: Array, config: OptimizerSettings) -> list[Call]:
    """Return the calls m = beta1 m + g and v = beta2 v + g^2, from work = [g, g^2]."""
    (g, t), (m, v) = work, state
    if state.size > FEW:
        return [
            (np.multiply, (m, constant(config.beta1, m), m)),
            (np.multiply, (v, constant(config.beta2, v), v)),
            (np.add, (m, g, m)),
            (np.add, (v, t, v)),
        ]
    # Both at once; a full array, for broadcasting a column takes three times as long.
    betas = np.empty_like(state)
    betas[0], betas[1] = config.beta1, config.beta2
    return [(np.multiply, (state, betas, state)), (np.add, (state, work, state))]


def adam_calls(
    p: Array, work: Array, state: Array, c: tuple[Array, ...], config: OptimizerSettings
) -> list[Call]:
    (g, t), (m, v) = work, state
    return [
        (np.multiply, (g, g, t)),
        *_adam_means(work, state, config),
        (np.sqrt, (v, t)),
        (np.add, (t, c[1], t)),
        (np.divide, (m, t, t)),
        (np.multiply, (t, c[0], t)),
        (np.subtract, (p, t, p)),
    ]


ADAM: dict[str, Any] = {
    "plain": """\
m[:] = beta1 * m + (1 - beta1) * g
v[:] = beta2 * v + (1 - beta2) * g**2
m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
p -= rate * m_hat / (np.sqrt(v_hat) + epsilon)""",
    "memory": ("m", "v"),
    "uses": ("beta1", "beta2", "epsilon"),
    "calls": adam_calls,
    "coefficients": adam_coefficients,
    "steady": False,
    "divides": True,
}

OPTIMIZERS: Registry[Optimizer] = Registry(
    "optimizer",
    [
        Optimizer(
            key="sgd",
            label="Gradient descent",
            formula="theta <- theta - eta g",
            help="Plain gradient descent: a layer with a small gradient learns slowly.",
            source="Robbins & Monro 1951; Ng, Deep Learning Specialization, course 1",
            plain="p -= rate * g",
            calls=lambda p, work, state, c, config: [
                (np.multiply, (work[0], c[0], work[1])),
                (np.subtract, (p, work[1], p)),
            ],
        ),
        Optimizer(
            key="momentum",
            label="Momentum",
            formula="v <- mu v + g;  theta <- theta - eta v",
            help="Gradient descent with a running sum of gradients, which damps zigzags.",
            source="Polyak 1964; Sutskever et al. 2013, eq. 1-2",
            plain="v[:] = momentum * v + g\np -= rate * v",
            memory=("v",),
            uses=("momentum",),
            calls=momentum_calls,
        ),
        Optimizer(
            key="adam",
            label="Adam",
            formula="m <- b1 m + (1-b1) g;  v <- b2 v + (1-b2) g^2;  "
            "theta <- theta - eta m^ / (sqrt(v^) + eps)",
            help="Divides each step by the gradient's running size, which hides small gradients.",
            source="Kingma & Ba 2015, algorithm 1",
            **ADAM,
        ),
        Optimizer(
            key="nesterov",
            label="Nesterov momentum",
            formula="v <- mu v + g;  theta <- theta - eta (g + mu v)",
            help="Momentum that looks ahead: the step is taken from where the run would roll to.",
            source="Nesterov 1983; Sutskever et al. 2013, eq. 3-4, by the theta looked ahead",
            plain="v[:] = momentum * v + g\np -= rate * (g + momentum * v)",
            memory=("v",),
            uses=("momentum",),
            calls=nesterov_calls,
        ),
        Optimizer(
            key="rmsprop",
            label="RMSProp",
            formula="v <- rho v + (1-rho) g^2;  theta <- theta - eta g / (sqrt(v) + eps)",
            help="Divides each step by the gradient's running size; Adam without momentum.",
            source="Hinton 2012, Neural Networks for Machine Learning, lecture 6e",
            plain="v[:] = rho * v + (1 - rho) * g**2\np -= rate * g / (np.sqrt(v) + epsilon)",
            memory=("v",),
            uses=("rho", "epsilon"),
            calls=rmsprop_calls,
            divides=True,
        ),
        Optimizer(
            key="adamw",
            label="AdamW",
            formula="as Adam, and W <- W - eta lambda W, lambda being the L2 setting",
            help="Adam with weight decay beside the update instead of inside the gradient.",
            source="Loshchilov & Hutter 2019, algorithm 2",
            decoupled=True,
            **ADAM,
        ),
    ],
)


def _used(name: str) -> Callable[[OptimizerSettings], bool]:
    return lambda config: name in OPTIMIZERS[config.optimizer].uses


#: A share of what was, that is kept: from 0 to below 1.
MEMORY: dict[str, Any] = {
    "group": "training", "kind": "float", "min": 0.0, "max": 1.0, "below": True, "step": 0.01,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OptimizerSettings:
    """The fields of Config that say how a gradient becomes an update."""

    optimizer: str = setting(
        "adam", label="Optimiser", help="How a gradient becomes a step.",
        group="training", kind="choice", choices=OPTIMIZERS,
    )  # fmt: skip
    momentum: float = setting(
        0.9, label="Momentum", help="How much of the last step's direction is kept: 0 is none.",
        formula="mu", applies=_used("momentum"), **MEMORY,
    )  # fmt: skip
    rho: float = setting(
        0.9, label="ρ", formula="v <- rho v + (1 - rho) g^2",
        help="The memory of the running mean of squared gradients: about 1 / (1 - ρ) steps.",
        applies=_used("rho"), rare=True, **MEMORY,
    )  # fmt: skip
    beta1: float = setting(
        0.9, label="β₁", formula="m <- b1 m + (1 - b1) g",
        help="The memory of the running mean of gradients: about 1 / (1 - β₁) steps.",
        applies=_used("beta1"), rare=True, **MEMORY,
    )  # fmt: skip
    beta2: float = setting(
        0.999, label="β₂", formula="v <- b2 v + (1 - b2) g^2",
        help="The memory of the running mean of squared gradients: about 1 / (1 - β₂) steps.",
        applies=_used("beta2"), rare=True, **{**MEMORY, "step": 0.001},
    )  # fmt: skip
    epsilon: float = setting(
        1e-8, label="ε", formula="m / (sqrt(v) + eps)",
        help="Keeps the division by the gradient's running size finite.",
        group="training", kind="log", min=1e-12, max=1.0, rare=True,
        marks=tuple(float(f"1e{k}") for k in range(-12, 1)), applies=_used("epsilon"),
    )  # fmt: skip
