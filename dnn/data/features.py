"""Inputs that a network can be given of a point (x₁, x₂) of the plane."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from dnn.registry import Entry, Registry

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Feature(Entry):
    """One input: compute(P) takes plane points P (2, k) to a new array of shape (k,)."""

    compute: Callable[[Array], Array]


PLAYGROUND = "TensorFlow Playground, playground.ts, INPUTS"
SQUARE = "The square of the {} coordinate; with {} it makes the circle easy."
PRODUCT = "The product of both coordinates: its sign alone solves exclusive or."
SINE = "The sine of the {} coordinate, in radians."

FEATURES: Registry[Feature] = Registry(
    "feature",
    [
        Feature(
            key=key, label=label, formula=formula, help=help_, source=PLAYGROUND, compute=compute
        )
        for key, label, formula, help_, compute in (
            ("x1", "x₁", "x1", "The horizontal coordinate.", lambda P: P[0].copy()),
            ("x2", "x₂", "x2", "The vertical coordinate.", lambda P: P[1].copy()),
            ("x1sq", "x₁²", "x1^2", SQUARE.format("horizontal", "x₂²"), lambda P: P[0] ** 2),
            ("x2sq", "x₂²", "x2^2", SQUARE.format("vertical", "x₁²"), lambda P: P[1] ** 2),
            ("x1x2", "x₁x₂", "x1 x2", PRODUCT, lambda P: P[0] * P[1]),
            ("sinx1", "sin x₁", "sin x1", SINE.format("horizontal"), lambda P: np.sin(P[0])),
            ("sinx2", "sin x₂", "sin x2", SINE.format("vertical"), lambda P: np.sin(P[1])),
        )
    ],
)


def expand(keys: Iterable[str], P: Array) -> Array:
    """Return the features named by keys, (n, k), of plane points P (2, k).

    Raises ValueError for an unknown key.
    """
    return np.stack([FEATURES[key].compute(P) for key in keys])
