"""Scalings of the inputs, fitted on the training part only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dnn.registry import Entry, Registry

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Scaling(Entry):
    """fit(X_train (n, m)) returns shift and scale, (n, 1) each: X' = (X - shift) / scale.

    A constant column gets the scale 1.
    """

    fit: Callable[[Array], tuple[Array, Array]]


def _fit(middle: Callable[..., Array], spread: Callable[..., Array]):
    def fit(X: Array) -> tuple[Array, Array]:
        scale = spread(X, axis=1, keepdims=True)
        constant = (np.ptp(X, axis=1, keepdims=True) == 0) | (scale == 0)
        return middle(X, axis=1, keepdims=True), np.where(constant, 1.0, scale)

    return fit


SCALINGS: Registry[Scaling] = Registry(
    "scaling",
    [
        Scaling(
            key="standard",
            label="Standardised",
            formula="x' = (x - mean) / standard deviation",
            help="Every input has mean 0 and variance 1 over the training part.",
            source="LeCun et al. 1998, Efficient BackProp, section 4.3",
            fit=_fit(np.mean, np.std),
        ),
        Scaling(
            key="minmax",
            label="To −1 … 1",
            formula="x' = (x - (max + min) / 2) / ((max - min) / 2)",
            help="Every input spans -1 to 1 over the training part.",
            source="scikit-learn, MinMaxScaler",
            fit=_fit(
                lambda X, **axes: (X.max(**axes) + X.min(**axes)) / 2,
                lambda X, **axes: np.ptp(X, **axes) / 2,
            ),
        ),
        Scaling(
            key="by_255",
            label="Divided by 255",
            formula="x' = x / 255",
            help="Brings the bytes of a picture to 0 to 1, the same for every pixel.",
            source="Ng, Deep Learning Specialization, course 1: images are divided by 255",
            fit=lambda X: (np.zeros((len(X), 1)), np.full((len(X), 1), 255.0)),
        ),
        Scaling(
            key="none",
            label="None",
            formula="x' = x",
            help="Inputs enter as they are: large ones saturate units and slow training down.",
            source="TensorFlow Playground feeds its points unscaled",
            fit=lambda X: (np.zeros((len(X), 1)), np.ones((len(X), 1))),
        ),
    ],
)
