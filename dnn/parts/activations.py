"""Activation functions g and their derivatives, as calls on preallocated buffers.

forward(Z, A) and derivative(Z, A, D) return the calls that fill A and D; nothing is computed
until these are made. Where needs_z is False the derivative is a function of A alone, and A may be
the very buffer of Z. Adding an activation is two functions and an entry, all in this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from dnn.registry import Call, Entry, Registry

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Activation(Entry):
    """One activation: its calls, and the initialiser that suits it.

    plain: g as an expression of Z; plain_slope: g' as one of Z and A = g(Z); both may use erf;
    needs_z: g' is computed from z, not from g(z) alone; has_kink: g' jumps at z = 0; bounds: the
    lowest and the highest value, where there are both; dies: units that are 0 for every example
    get no gradient.
    """

    plain_slope: str
    forward: Callable[[Array, Array], list[Call]]
    derivative: Callable[[Array, Array, Array], list[Call]]
    initializer: str
    needs_z: bool = False
    has_kink: bool = False
    bounds: tuple[float, float] | None = None
    dies: bool = False


#: A bounded activation is saturated beyond this share of its bounds: there the slope of tanh is
#: below 6 % of its largest.
SATURATED = 0.97
#: Up to so many elements a constant is a full array: then maximum and minimum run on vector units.
FULL_CONSTANT = 1 << 16
#: From so many elements on, comparing and copying is faster than np.sign.
COMPARE_FROM = 1500


def constant(value: float, like: Array) -> Array:
    """Return value as a 0-d array of like's dtype: half the dispatch time of a Python float."""
    return np.asarray(value, like.dtype)


def bound(value: float, like: Array) -> Array:
    """Return value for maximum and minimum, as an array like `like` unless that is very large."""
    return np.full_like(like, value) if like.size <= FULL_CONSTANT else constant(value, like)


def upper(A: Array, value: float, out: Array) -> Call:
    """Return the call out = max(A, value)."""
    # np.maximum takes its output by name only.
    return (partial(np.maximum, out=out), (A, bound(value, A)))


def lower(A: Array, value: float, out: Array) -> Call:
    """Return the call out = min(A, value)."""
    return (partial(np.minimum, out=out), (A, bound(value, A)))


def linear_forward(Z: Array, A: Array) -> list[Call]:
    return [] if A is Z else [(np.copyto, (A, Z))]


def sigmoid_forward(Z: Array, A: Array) -> list[Call]:
    half = constant(0.5, Z)
    return [
        (np.multiply, (Z, half, A)),
        (np.tanh, (A, A)),
        (np.multiply, (A, half, A)),
        (np.add, (A, half, A)),
    ]


def relu_derivative(Z: Array, A: Array, D: Array) -> list[Call]:
    if A.size < COMPARE_FROM:
        return [(np.sign, (A, D))]
    positive = np.empty(A.shape, bool)
    return [(np.greater, (A, constant(0, A), positive)), (np.copyto, (D, positive))]


LEAK = 0.01


def leaky_relu_forward(Z: Array, A: Array) -> list[Call]:
    S = np.empty_like(Z)
    return [(np.multiply, (Z, constant(LEAK, Z), S)), (partial(np.maximum, out=A), (Z, S))]


def elu_forward(Z: Array, A: Array) -> list[Call]:
    # Where z < 0, e^z - 1 > z; where z > 0, it is 0.
    S = np.empty_like(Z)
    return [lower(Z, 0, S), (np.expm1, (S, S)), (partial(np.maximum, out=A), (Z, S))]


#: The scale lambda and alpha for which mean 0 and variance 1 are a fixed point.
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def selu_forward(Z: Array, A: Array) -> list[Call]:
    S = np.empty_like(Z)
    return [
        lower(Z, 0, S),
        (np.expm1, (S, S)),
        (np.multiply, (S, constant(SELU_SCALE * SELU_ALPHA, S), S)),
        upper(Z, 0, A),
        (np.multiply, (A, constant(SELU_SCALE, A), A)),
        (np.add, (A, S, A)),
    ]


def selu_derivative(Z: Array, A: Array, D: Array) -> list[Call]:
    # lambda alpha e^z = a + lambda alpha below 0, lambda above.
    S, top = np.empty_like(D), SELU_SCALE * SELU_ALPHA
    return [
        (np.greater, (A, constant(0, A), S)),
        (np.multiply, (S, constant(SELU_SCALE - top, S), S)),
        lower(A, 0, D),
        (np.add, (D, S, D)),
        (np.add, (D, constant(top, D), D)),
    ]


def normal_share(Z: Array, P: Array) -> list[Call]:
    """Return the calls P = Phi(z), the standard normal distribution function."""
    from scipy.special import erf

    half = constant(0.5, Z)
    return [
        (np.multiply, (Z, constant(0.5**0.5, Z), P)),
        (erf, (P, P)),
        (np.multiply, (P, half, P)),
        (np.add, (P, half, P)),
    ]


def bell(Z: Array, B: Array, height: float, slope: float) -> list[Call]:
    """Return the calls B = height e^(-slope z^2)."""
    return [
        (np.multiply, (Z, Z, B)),
        (np.multiply, (B, constant(-slope, B), B)),
        (np.exp, (B, B)),
        (np.multiply, (B, constant(height, B), B)),
    ]


def gelu_forward(Z: Array, A: Array) -> list[Call]:
    P = np.empty_like(Z)
    return [*normal_share(Z, P), (np.multiply, (Z, P, A))]


def gelu_derivative(Z: Array, A: Array, D: Array) -> list[Call]:
    B = np.empty_like(D)
    return [
        *normal_share(Z, D),
        *bell(Z, B, (2 * np.pi) ** -0.5, 0.5),
        (np.multiply, (B, Z, B)),
        (np.add, (D, B, D)),
    ]


def silu_forward(Z: Array, A: Array) -> list[Call]:
    S = np.empty_like(Z)
    return [*sigmoid_forward(Z, S), (np.multiply, (Z, S, A))]


def silu_derivative(Z: Array, A: Array, D: Array) -> list[Call]:
    # sigma + a (1 - sigma) = a + sigma (1 - a)
    S = np.empty_like(D)
    return [
        *sigmoid_forward(Z, S),
        (np.subtract, (constant(1, A), A, D)),
        (np.multiply, (D, S, D)),
        (np.add, (D, A, D)),
    ]


def erf_forward(Z: Array, A: Array) -> list[Call]:
    from scipy.special import erf

    return [(erf, (Z, A))]


ACTIVATIONS: Registry[Activation] = Registry(
    "activation",
    [
        Activation(
            key="tanh",
            label="Tanh",
            formula="g(z) = tanh z;  g'(z) = 1 - g(z)^2",
            help="S-shaped around 0, from -1 to 1; saturates at both ends.",
            source="LeCun et al. 1998, Efficient BackProp, section 4.4",
            plain="np.tanh(Z)",
            plain_slope="1 - A**2",
            forward=lambda Z, A: [(np.tanh, (Z, A))],
            derivative=lambda Z, A, D: [
                (np.multiply, (A, A, D)),
                (np.subtract, (constant(1, A), D, D)),
            ],
            initializer="glorot",
            bounds=(-1.0, 1.0),
        ),
        Activation(
            key="relu",
            label="ReLU",
            formula="g(z) = max(0, z);  g'(z) = 1 if z > 0, else 0",
            help="Passes positive values and cuts negative ones; does not saturate above 0.",
            source="Nair & Hinton 2010; Glorot, Bordes & Bengio 2011",
            plain="np.maximum(Z, 0)",
            plain_slope="1.0 * (Z > 0)",
            forward=lambda Z, A: [upper(Z, 0, A)],
            derivative=relu_derivative,
            initializer="he",
            has_kink=True,
            dies=True,
        ),
        Activation(
            key="sigmoid",
            label="Sigmoid",
            formula="g(z) = 1 / (1 + e^-z);  g'(z) = g(z) (1 - g(z)) <= 1/4",
            help="S-shaped from 0 to 1; its slope is at most 1/4, so gradients shrink by depth.",
            source="Rumelhart, Hinton & Williams 1986",
            plain="1 / (1 + np.exp(-Z))",
            plain_slope="A * (1 - A)",
            forward=sigmoid_forward,
            derivative=lambda Z, A, D: [
                (np.subtract, (constant(1, A), A, D)),
                (np.multiply, (D, A, D)),
            ],
            initializer="glorot",
            bounds=(0.0, 1.0),
        ),
        Activation(
            key="linear",
            label="Linear",
            formula="g(z) = z;  g'(z) = 1",
            help="No non-linearity: any depth is equivalent to a single linear layer.",
            source="Saxe, McClelland & Ganguli 2013",
            plain="Z",
            plain_slope="np.ones_like(Z)",
            forward=linear_forward,
            derivative=lambda Z, A, D: [(np.copyto, (D, constant(1, D)))],
            initializer="glorot",
        ),
        Activation(
            key="leaky_relu",
            label="Leaky ReLU",
            formula="g(z) = max(z, 0.01 z);  g'(z) = 1 if z > 0, else 0.01",
            help="As ReLU, but negative values leak through, so that no unit dies for good.",
            source="Maas, Hannun & Ng 2013, eq. 2",
            plain=f"np.maximum(Z, {LEAK} * Z)",
            plain_slope=f"np.where(Z > 0, 1, {LEAK})",
            forward=leaky_relu_forward,
            derivative=lambda Z, A, D: [(np.sign, (A, D)), upper(D, LEAK, D)],
            initializer="he",
            has_kink=True,
        ),
        Activation(
            key="elu",
            label="ELU",
            formula="g(z) = z if z > 0, else e^z - 1;  g'(z) = 1 if z > 0, else g(z) + 1",
            help="As ReLU above 0; falls smoothly to -1 below, which keeps means near 0.",
            source="Clevert, Unterthiner & Hochreiter 2016, eq. 15",
            plain="np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0)))",
            plain_slope="np.where(Z > 0, 1, A + 1)",
            forward=elu_forward,
            derivative=lambda Z, A, D: [lower(A, 0, D), (np.add, (D, constant(1, D), D))],
            initializer="he",
        ),
        Activation(
            key="selu",
            label="SELU",
            formula="g(z) = 1.0507 z if z > 0, else 1.7581 (e^z - 1)",
            help="An ELU scaled so that mean 0 and variance 1 are kept from layer to layer.",
            source="Klambauer et al. 2017, eq. 2",
            plain=f"{SELU_SCALE} * np.where(Z > 0, Z, {SELU_ALPHA} * np.expm1(np.minimum(Z, 0)))",
            plain_slope=f"np.where(Z > 0, {SELU_SCALE}, A + {SELU_SCALE} * {SELU_ALPHA})",
            forward=selu_forward,
            derivative=selu_derivative,
            initializer="lecun",
            has_kink=True,
        ),
        Activation(
            key="gelu",
            label="GELU",
            formula="g(z) = z Phi(z);  g'(z) = Phi(z) + z phi(z)",
            help="A smooth ReLU: z times the normal distribution function, as in transformers.",
            source="Hendrycks & Gimpel 2016, section 2",
            plain="Z * (1 + erf(Z / 2**0.5)) / 2",
            plain_slope="(1 + erf(Z / 2**0.5)) / 2 + Z * np.exp(-(Z**2) / 2) / (2 * np.pi) ** 0.5",
            forward=gelu_forward,
            derivative=gelu_derivative,
            initializer="he",
            needs_z=True,
        ),
        Activation(
            key="silu",
            label="SiLU (Swish)",
            formula="g(z) = z sigmoid(z);  g'(z) = s + g(z) (1 - s), s = sigmoid(z)",
            help="A smooth ReLU that dips a little below 0 before it rises.",
            source="Elfwing, Uchibe & Doya 2018; Ramachandran, Zoph & Le 2017",
            plain="Z / (1 + np.exp(-Z))",
            plain_slope="A + (1 - A) / (1 + np.exp(-Z))",
            forward=silu_forward,
            derivative=silu_derivative,
            initializer="he",
            needs_z=True,
        ),
        Activation(
            key="softplus",
            label="Softplus",
            formula="g(z) = ln(1 + e^z);  g'(z) = sigmoid(z)",
            help="A rounded ReLU that is never 0, so its outputs have a mean above 0.",
            source="Dugas et al. 2001; Glorot, Bordes & Bengio 2011",
            plain="np.logaddexp(Z, 0)",
            plain_slope="1 - np.exp(-A)",
            forward=lambda Z, A: [(np.logaddexp, (Z, constant(0, Z), A))],
            derivative=lambda Z, A, D: [
                (np.negative, (A, D)),
                (np.expm1, (D, D)),
                (np.negative, (D, D)),
            ],
            initializer="he",
        ),
        Activation(
            key="erf",
            label="Error function",
            formula="g(z) = erf(z);  g'(z) = (2 / sqrt(pi)) e^(-z^2)",
            help="S-shaped like tanh; its signal propagation can be computed in closed form.",
            source="Williams 1997, Computing with infinite networks",
            plain="erf(Z)",
            plain_slope="2 * np.pi**-0.5 * np.exp(-(Z**2))",
            forward=erf_forward,
            derivative=lambda Z, A, D: bell(Z, D, 2 * np.pi**-0.5, 1.0),
            initializer="glorot",
            bounds=(-1.0, 1.0),
            needs_z=True,
        ),
    ],
)
