"""Distributions from which the starting weights of a layer are drawn. Biases start at zero."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dnn.registry import Entry, Registry


@dataclass(frozen=True, kw_only=True)
class Initializer(Entry):
    """draw(rng, fan_out, fan_in, sigma_w) returns W, float64 of shape (fan_out, fan_in)."""

    draw: Callable[[np.random.Generator, int, int, float], np.ndarray]
    uses_sigma_w: bool = False


def _normal(variance: Callable[[int, int], float]):
    return lambda rng, fan_out, fan_in, sigma_w: rng.normal(
        0.0, np.sqrt(variance(fan_out, fan_in)), (fan_out, fan_in)
    )


def _uniform(variance: Callable[[int, int], float]):
    def draw(rng: np.random.Generator, fan_out: int, fan_in: int, sigma_w: float) -> np.ndarray:
        limit = np.sqrt(3.0 * variance(fan_out, fan_in))
        return rng.uniform(-limit, limit, (fan_out, fan_in))

    return draw


def _glorot(fan_out: int, fan_in: int) -> float:
    return 2.0 / (fan_in + fan_out)


def _he(fan_out: int, fan_in: int) -> float:
    return 2.0 / fan_in


GLOROT = "Glorot & Bengio 2010, Understanding the difficulty of training deep networks, eq. 12, 16"
HE = "He et al. 2015, Delving deep into rectifiers, eq. 10"

INITIALIZERS: Registry[Initializer] = Registry(
    "initializer",
    [
        Initializer(
            key="glorot",
            label="Glorot (Xavier)",
            formula="W ~ N(0, 2 / (fan_in + fan_out))",
            help="Keeps activations and gradients of tanh-like layers at a similar size.",
            source=GLOROT,
            draw=_normal(_glorot),
        ),
        Initializer(
            key="glorot_uniform",
            label="Glorot (Xavier) uniform",
            formula="W ~ U(-r, r), r^2 = 6 / (fan_in + fan_out)",
            help="As Glorot, drawn from a uniform distribution of the same variance.",
            source=GLOROT,
            draw=_uniform(_glorot),
        ),
        Initializer(
            key="he",
            label="He",
            formula="W ~ N(0, 2 / fan_in)",
            help="Makes up for the half of the signal that ReLU cuts away.",
            source=HE,
            draw=_normal(_he),
        ),
        Initializer(
            key="he_uniform",
            label="He uniform",
            formula="W ~ U(-r, r), r^2 = 6 / fan_in",
            help="As He, drawn from a uniform distribution of the same variance.",
            source=HE,
            draw=_uniform(_he),
        ),
        Initializer(
            key="normal",
            label="Normal",
            formula="W ~ N(0, sigma_w^2)",
            help="The same spread in every layer, whatever its width: small fades, large explodes.",
            source="the classic course's randn * scale",
            draw=lambda rng, fan_out, fan_in, sigma_w: rng.normal(0.0, sigma_w, (fan_out, fan_in)),
            uses_sigma_w=True,
        ),
        Initializer(
            key="uniform",
            label="Uniform",
            formula="W ~ U(-sigma_w, sigma_w)",
            help="Every weight equally likely within plus or minus the scale.",
            source="TensorFlow Playground uses a scale of 0.5",
            draw=lambda rng, fan_out, fan_in, sigma_w: rng.uniform(
                -sigma_w, sigma_w, (fan_out, fan_in)
            ),
            uses_sigma_w=True,
        ),
        Initializer(
            key="zeros",
            label="Zeros",
            formula="W = 0",
            help="All units of a layer start equal and stay equal: the symmetry is never broken.",
            source="Goodfellow, Bengio & Courville 2016, section 8.4",
            draw=lambda rng, fan_out, fan_in, sigma_w: np.zeros((fan_out, fan_in)),
        ),
    ],
)
