"""Distributions from which the starting weights of a layer are drawn.

Biases start at zero, unless the entry says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn.registry import Entry, Registry


@dataclass(frozen=True, kw_only=True)
class Initializer(Entry):
    """draw(rng, fan_out, fan_in, sigma_w, dtype) returns W, (fan_out, fan_in), float64 by default.

    float32 draws other numbers, in half the time.

    plain: lines that make W from these names; variance(fan_out, fan_in, sigma_w): the variance of
    one weight; uses_sigma_b: biases are drawn as N(0, sigma_b^2) instead of starting at zero.
    """

    draw: Callable[..., np.ndarray]
    variance: Callable[[int, int, float], float]
    uses_sigma_w: bool = False
    uses_sigma_b: bool = False


def _normal(plain: str, variance: Callable[[int, int, float], float]) -> dict[str, Any]:
    """Return what an entry has of weights N(0, variance); plain: the variance as an expression."""

    def draw(
        rng: np.random.Generator, fan_out: int, fan_in: int, sigma_w: float, dtype: Any = float
    ) -> np.ndarray:
        W = rng.standard_normal((fan_out, fan_in), dtype)
        W *= np.sqrt(variance(fan_out, fan_in, sigma_w))
        return W

    lines = f"W = rng.standard_normal((fan_out, fan_in)) * np.sqrt({plain})"
    return {"plain": lines, "draw": draw, "variance": variance}


def _uniform(plain: str, variance: Callable[[int, int, float], float]) -> dict[str, Any]:
    """Return what an entry has of uniform weights with this variance; plain: their largest size."""

    def draw(
        rng: np.random.Generator, fan_out: int, fan_in: int, sigma_w: float, dtype: Any = float
    ) -> np.ndarray:
        W = rng.random((fan_out, fan_in), dtype)
        W -= 0.5
        W *= 2.0 * np.sqrt(3.0 * variance(fan_out, fan_in, sigma_w))
        return W

    lines = f"W = 2 * {plain} * (rng.random((fan_out, fan_in)) - 0.5)"
    return {"plain": lines, "draw": draw, "variance": variance}


def _orthogonal(
    rng: np.random.Generator, fan_out: int, fan_in: int, sigma_w: float, dtype: Any = float
) -> np.ndarray:
    """Return a matrix whose rows (or columns, whichever are fewer) are orthonormal."""
    tall = rng.standard_normal((max(fan_out, fan_in), min(fan_out, fan_in)), dtype)
    Q, R = np.linalg.qr(tall)
    Q *= np.sign(np.diag(R))  # without it Q would not be uniformly distributed
    return Q if fan_out >= fan_in else Q.T


ORTHOGONAL = """\
tall = rng.standard_normal((max(fan_out, fan_in), min(fan_out, fan_in)))
Q, R = np.linalg.qr(tall)
Q = Q * np.sign(np.diag(R))
W = Q if fan_out >= fan_in else Q.T"""


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
            **_normal(
                "2 / (fan_in + fan_out)", lambda fan_out, fan_in, sigma_w: 2.0 / (fan_in + fan_out)
            ),
        ),
        Initializer(
            key="glorot_uniform",
            label="Glorot (Xavier) uniform",
            formula="W ~ U(-r, r), r^2 = 6 / (fan_in + fan_out)",
            help="As Glorot, drawn from a uniform distribution of the same variance.",
            source=GLOROT,
            **_uniform(
                "np.sqrt(6 / (fan_in + fan_out))",
                lambda fan_out, fan_in, sigma_w: 2.0 / (fan_in + fan_out),
            ),
        ),
        Initializer(
            key="he",
            label="He",
            formula="W ~ N(0, 2 / fan_in)",
            help="Makes up for the half of the signal that ReLU cuts away.",
            source=HE,
            **_normal("2 / fan_in", lambda fan_out, fan_in, sigma_w: 2.0 / fan_in),
        ),
        Initializer(
            key="he_uniform",
            label="He uniform",
            formula="W ~ U(-r, r), r^2 = 6 / fan_in",
            help="As He, drawn from a uniform distribution of the same variance.",
            source=HE,
            **_uniform("np.sqrt(6 / fan_in)", lambda fan_out, fan_in, sigma_w: 2.0 / fan_in),
        ),
        Initializer(
            key="lecun",
            label="LeCun",
            formula="W ~ N(0, 1 / fan_in)",
            help="Keeps the variance of a linear unit; what SELU's fixed point assumes.",
            source="LeCun et al. 1998, Efficient BackProp, eq. 16; Klambauer et al. 2017",
            **_normal("1 / fan_in", lambda fan_out, fan_in, sigma_w: 1.0 / fan_in),
        ),
        Initializer(
            key="orthogonal",
            label="Orthogonal",
            formula="W^T W = I, or W W^T = I where W is wide",
            help="All singular values are 1: a linear network keeps every length at any depth.",
            source="Saxe, McClelland & Ganguli 2013, section 3",
            plain=ORTHOGONAL,
            draw=_orthogonal,
            variance=lambda fan_out, fan_in, sigma_w: 1.0 / max(fan_out, fan_in),
        ),
        Initializer(
            key="mean_field",
            label="Mean field",
            formula="W ~ N(0, sigma_w^2 / fan_in), b ~ N(0, sigma_b^2)",
            help="The two scales of signal-propagation theory, with random biases.",
            source="Poole et al. 2016, eq. 1; Schoenholz et al. 2017",
            **_normal("sigma_w**2 / fan_in", lambda fan_out, fan_in, sigma_w: sigma_w**2 / fan_in),
            uses_sigma_w=True,
            uses_sigma_b=True,
        ),
        Initializer(
            key="normal",
            label="Normal",
            formula="W ~ N(0, sigma_w^2)",
            help="The same spread in every layer, whatever its width: small fades, large explodes.",
            source="the classic course's randn * scale",
            **_normal("sigma_w**2", lambda fan_out, fan_in, sigma_w: sigma_w**2),
            uses_sigma_w=True,
        ),
        Initializer(
            key="uniform",
            label="Uniform",
            formula="W ~ U(-sigma_w, sigma_w)",
            help="Every weight equally likely within plus or minus the scale.",
            source="TensorFlow Playground uses a scale of 0.5",
            **_uniform("sigma_w", lambda fan_out, fan_in, sigma_w: sigma_w**2 / 3),
            uses_sigma_w=True,
        ),
        Initializer(
            key="zeros",
            label="Zeros",
            formula="W = 0",
            help="All units of a layer start equal and stay equal: the symmetry is never broken.",
            source="Goodfellow, Bengio & Courville 2016, section 8.4",
            plain="W = np.zeros((fan_out, fan_in))",
            draw=lambda rng, fan_out, fan_in, sigma_w, dtype=float: np.zeros(
                (fan_out, fan_in), dtype
            ),
            variance=lambda fan_out, fan_in, sigma_w: 0.0,
        ),
    ],
)
