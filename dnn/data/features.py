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

FEATURES: Registry[Feature] = Registry(
    "feature",
    [
        Feature(
            key="x1",
            label="x₁",
            formula="x1",
            help="The horizontal coordinate.",
            source=PLAYGROUND,
            compute=lambda P: P[0].copy(),
        ),
        Feature(
            key="x2",
            label="x₂",
            formula="x2",
            help="The vertical coordinate.",
            source=PLAYGROUND,
            compute=lambda P: P[1].copy(),
        ),
        Feature(
            key="x1sq",
            label="x₁²",
            formula="x1^2",
            help="The square of the horizontal coordinate; with x₂² it makes the circle easy.",
            source=PLAYGROUND,
            compute=lambda P: P[0] ** 2,
        ),
        Feature(
            key="x2sq",
            label="x₂²",
            formula="x2^2",
            help="The square of the vertical coordinate; with x₁² it makes the circle easy.",
            source=PLAYGROUND,
            compute=lambda P: P[1] ** 2,
        ),
        Feature(
            key="x1x2",
            label="x₁x₂",
            formula="x1 x2",
            help="The product of both coordinates: its sign alone solves exclusive or.",
            source=PLAYGROUND,
            compute=lambda P: P[0] * P[1],
        ),
        Feature(
            key="sinx1",
            label="sin x₁",
            formula="sin x1",
            help="The sine of the horizontal coordinate, in radians.",
            source=PLAYGROUND,
            compute=lambda P: np.sin(P[0]),
        ),
        Feature(
            key="sinx2",
            label="sin x₂",
            formula="sin x2",
            help="The sine of the vertical coordinate, in radians.",
            source=PLAYGROUND,
            compute=lambda P: np.sin(P[1]),
        ),
    ],
)


def expand(keys: Iterable[str], P: Array) -> Array:
    """Return the features named by keys, (n, k), of plane points P (2, k).

    Raises ValueError for an unknown key.
    """
    return np.stack([FEATURES[key].compute(P) for key in keys])
