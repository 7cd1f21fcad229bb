"""Activation functions g and their derivatives, as calls on preallocated buffers.

forward(Z, A) and derivative(Z, A, D) return the calls that fill A and D; nothing is computed
until a program runs them. Where needs_z is False the derivative is a function of A alone, and
A may be the very buffer of Z.
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
    """One activation: its calls, and the initialiser that suits it (gain: E of g'^2 near 0)."""

    forward: Callable[[Array, Array], list[Call]]
    derivative: Callable[[Array, Array, Array], list[Call]]
    initializer: str
    needs_z: bool = False
    has_kink: bool = False


def constant(value: float, like: Array) -> Array:
    """Return value as a 0-d array of like's dtype: half the dispatch time of a Python float."""
    return np.asarray(value, like.dtype)


def linear_forward(Z: Array, A: Array) -> list[Call]:
    return [] if A is Z else [(np.copyto, (A, Z))]


def linear_derivative(Z: Array, A: Array, D: Array) -> list[Call]:
    return [(np.copyto, (D, constant(1, D)))]


def sigmoid_forward(Z: Array, A: Array) -> list[Call]:
    half = constant(0.5, Z)
    return [
        (np.multiply, (Z, half, A)),
        (np.tanh, (A, A)),
        (np.multiply, (A, half, A)),
        (np.add, (A, half, A)),
    ]


def sigmoid_derivative(Z: Array, A: Array, D: Array) -> list[Call]:
    return [(np.subtract, (constant(1, A), A, D)), (np.multiply, (D, A, D))]


def tanh_forward(Z: Array, A: Array) -> list[Call]:
    return [(np.tanh, (Z, A))]


def tanh_derivative(Z: Array, A: Array, D: Array) -> list[Call]:
    return [(np.multiply, (A, A, D)), (np.subtract, (constant(1, A), D, D))]


def relu_forward(Z: Array, A: Array) -> list[Call]:
    # np.maximum takes its output by name only; fuse writes the name into the generated line.
    return [(partial(np.maximum, out=A), (Z, constant(0, Z)))]


def relu_derivative(Z: Array, A: Array, D: Array) -> list[Call]:
    return [(np.sign, (A, D))]


ACTIVATIONS: Registry[Activation] = Registry(
    "activation",
    [
        Activation(
            key="tanh",
            label="Tanh",
            formula="g(z) = tanh z;  g'(z) = 1 - g(z)^2",
            help="S-shaped around 0, from -1 to 1; saturates at both ends.",
            source="LeCun et al. 1998, Efficient BackProp, section 4.4",
            forward=tanh_forward,
            derivative=tanh_derivative,
            initializer="glorot",
        ),
        Activation(
            key="relu",
            label="ReLU",
            formula="g(z) = max(0, z);  g'(z) = 1 if z > 0, else 0",
            help="Passes positive values and cuts negative ones; does not saturate above 0.",
            source="Nair & Hinton 2010; Glorot, Bordes & Bengio 2011",
            forward=relu_forward,
            derivative=relu_derivative,
            initializer="he",
            has_kink=True,
        ),
        Activation(
            key="sigmoid",
            label="Sigmoid",
            formula="g(z) = 1 / (1 + e^-z);  g'(z) = g(z) (1 - g(z)) <= 1/4",
            help="S-shaped from 0 to 1; its slope is at most 1/4, so gradients shrink by depth.",
            source="Rumelhart, Hinton & Williams 1986",
            forward=sigmoid_forward,
            derivative=sigmoid_derivative,
            initializer="glorot",
        ),
        Activation(
            key="linear",
            label="Linear",
            formula="g(z) = z;  g'(z) = 1",
            help="No non-linearity: any depth is equivalent to a single linear layer.",
            source="Saxe, McClelland & Ganguli 2013",
            forward=linear_forward,
            derivative=linear_derivative,
            initializer="glorot",
        ),
    ],
)
