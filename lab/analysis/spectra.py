"""Singular values of a network's Jacobians for one example, found layer by layer.

The error goes back by transposed Jacobians: e[1] = J^T e[H] with J = d a[H] / d a[1] of H hidden
layers, so that J's singular values are what becomes of it, direction by direction. J starts at
layer 1 and not at the input, whose few numbers would leave as few singular values. That all of
them are near 1 is dynamical isometry. Sources: Saxe et al. 2013, section 3; Pennington,
Schoenholz & Ganguli 2017.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dnn.engine.layout import Array
from dnn.engine.network import Pass
from lab.analysis.jacobians import layer_jacobian, singular_values

#: A singular value below this share of the largest is rounding: errors are a few 1e-16 of it.
ROUNDING = 1e-14


@dataclass(frozen=True, eq=False)
class Spectra:
    """Singular values at `step`, as far as they are known; they have no unit.

    hidden: hidden layers H; layers: (k, 4), of the Jacobians of hidden layers 1 .. k the largest,
    the median and the smallest singular value, and their root mean square; end: log10 of the
    singular values of d a[H] / d a[1], the largest first, None before all layers are known.
    What is rounding is 0 (log10: -inf), what is not finite NaN. product: d a[k] / d a[1] over
    2**exponent while it is needed; seconds: what all this took.
    """

    step: int
    hidden: int
    layers: Array
    end: Array | None = None
    product: Array | None = None
    exponent: int = 0
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        return self.end is not None

    def of(self, step: int) -> bool:
        """Return whether nothing is left to be found at this step."""
        return self.complete and self.step == step


def spectra(
    net: Pass, step: int, before: Spectra | None = None, stop: Callable[[], bool] | None = None
) -> Spectra:
    """Return the spectra of a pass that has run, of its first example, as far as there is time.

    before: what is known already; of another step it is of no use. stop: asked behind every layer,
    of which there is at least one. Raises ValueError for fewer than two hidden layers.
    """
    hidden = len(net.W) - 1
    if hidden < 2:
        raise ValueError(f"net: {hidden} hidden layers; a Jacobian between them needs two")
    known = before if before is not None and before.step == step else None
    found = known or Spectra(step, hidden, np.zeros((0, 4)))
    while not found.complete:
        began = time.perf_counter()
        found = _ended(found) if len(found.layers) == hidden else _layer(net, found)
        found = replace(found, seconds=found.seconds + time.perf_counter() - began)
        if stop is not None and stop():
            break
    return found


def _layer(net: Pass, known: Spectra) -> Spectra:
    """Return the spectra with the next layer's Jacobian."""
    layer = len(known.layers) + 1
    J = layer_jacobian(net, layer).astype(np.float64)
    product, exponent = known.product, known.exponent
    if layer > 1:
        with np.errstate(all="ignore"):
            product, power = _scaled(J if product is None else J @ product)
        exponent += power
    row = summary(singular_values(J))
    return replace(known, layers=np.vstack([known.layers, row]), product=product, exponent=exponent)


def _ended(known: Spectra) -> Spectra:
    """Return the spectra with those from the first hidden layer to the last."""
    assert known.product is not None
    with np.errstate(divide="ignore"):
        logs = np.log10(without_rounding(singular_values(known.product)))
    return replace(known, end=logs + known.exponent * np.log10(2.0), product=None)


def _scaled(J: Array) -> tuple[Array, int]:
    """Return J over a power of two, and its exponent: a deep product leaves the range of floats."""
    largest = float(np.abs(J).max(initial=0.0))
    if not 0 < largest < np.inf:
        return J, 0
    exponent = int(np.frexp(largest)[1])
    return np.ldexp(J, -exponent), exponent


def without_rounding(values: Array) -> Array:
    """Return singular values, the largest first, with 0 for what is rounding."""
    return np.where(values < ROUNDING * values[0], 0.0, values)


def summary(values: Array) -> Array:
    """Return the largest, the median, the smallest and the root mean square of them, (4,)."""
    s = without_rounding(values)
    with np.errstate(all="ignore"):
        return np.array([s[0], np.median(s), s[-1], np.sqrt(np.mean(s**2))])
