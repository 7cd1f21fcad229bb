"""Averages of an activation over normal preactivations u = sqrt(q) z, z ~ N(0, 1).

Two lengths meet in the integrands: that of the normal density, sqrt(q) in u, and that of the
activation, about 1 in u. Gauss-Legendre nodes in t with z = scale sinh t, scale the smaller of the
two, resolve both; the halves left and right of u = 0 are integrated apart, since kinks lie there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import leggauss

from dnn.parts.activations import ACTIVATIONS

Array = np.ndarray

#: Standard deviations up to which averages are taken: 2e-19 of the mass lies beyond.
REACH = 9.0
#: The widest ratio of the two lengths that the nodes resolve.
RATIO = 1e8


def _legendre(count: int) -> tuple[Array, Array]:
    """Return Gauss-Legendre nodes and weights on 0..1."""
    x, w = leggauss(count)
    return (x + 1.0) / 2.0, w / 2.0


_T, _T_WEIGHT = _legendre(128)


class Moments(NamedTuple):
    """mean: E[g(u)]; square: E[g(u)^2]; slope: E[g'(u)^2]; each of the shape of q."""

    mean: Array
    square: Array
    slope: Array


def values(key: str, u: Array) -> tuple[Array, Array]:
    """Return g(u) and g'(u), float64 of u's shape."""
    activation = ACTIVATIONS[key]
    Z = np.array(u, float)
    A, D = np.empty_like(Z), np.empty_like(Z)
    with np.errstate(all="ignore"):
        for calls in (activation.forward(Z, A), activation.derivative(Z, A, D)):
            for function, operands in calls:
                function(*operands)
    return A, D


def normal_nodes(kink: Array, scale: Array) -> tuple[Array, Array]:
    """Return nodes z and weights of the average over N(0, 1), on a new last axis.

    The nodes lie densest, `scale` apart and less, on both sides of `kink`.
    """
    kink, scale = np.broadcast_arrays(kink, scale)
    scale = np.where(np.abs(kink) < REACH, scale, 1.0)[..., None]
    kink = np.clip(kink, -REACH, REACH)[..., None]
    halves = []
    for end in (-REACH, REACH):
        top = np.arcsinh((end - kink) / scale)
        z = kink + scale * np.sinh(top * _T)
        halves.append((z, np.abs(top) * _T_WEIGHT * scale * np.cosh(top * _T)))
    z, width = (np.concatenate(parts, axis=-1) for parts in zip(*halves, strict=True))
    return z, width * np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi)


def by_quadrature(key: str, q: Array) -> tuple[Array, Array, Array]:
    """Return the three moments of any activation; q = 0 is the limit from above."""
    s = np.sqrt(np.clip(q, 1e-300, 1e300))
    z, weight = normal_nodes(np.zeros_like(s), 1.0 / np.clip(s, 1.0, RATIO))
    A, D = values(key, s[..., None] * z)
    return (A * weight).sum(-1), (A * A * weight).sum(-1), (D * D * weight).sum(-1)


def _two_slopes(key: str, q: Array) -> tuple[Array, Array, Array]:
    """Return the moments of g(u) = right u for u > 0 and left u below."""
    A, _ = values(key, np.array([-1.0, 1.0]))
    left, right = -A[0], A[1]
    half = (left**2 + right**2) / 2.0
    mean = (right - left) * np.sqrt(q / (2.0 * np.pi)) if right != left else np.zeros_like(q)
    return mean, half * q, np.full_like(q, half)


def _erf(key: str, q: Array) -> tuple[Array, Array, Array]:
    """Return the moments of g = erf (Williams 1997; its slope is a Gaussian)."""
    square = 2.0 / np.pi * np.arcsin(2.0 * q / (1.0 + 2.0 * q))
    return np.zeros_like(q), square, 4.0 / np.pi / np.sqrt(1.0 + 4.0 * q)


#: Moments at up to so many variances are kept.
KEPT_SIZE = 64
#: What needs no quadrature.
CLOSED_FORMS = {"relu": _two_slopes, "leaky_relu": _two_slopes, "linear": _two_slopes, "erf": _erf}


def moments(key: str, q: float | Array) -> Moments:
    """Return the Moments of activation `key` at variances q of the preactivation (any shape).

    Accurate to 1e-9 relative for q from 0 to 1e12; about 6 kB a value while it computes.
    Source: Poole et al. 2016, eq. 3; Schoenholz et al. 2017, section 2.
    """
    q = np.asarray(q, float)
    return _kept(key, q.shape, q.tobytes()) if q.size <= KEPT_SIZE else _moments(key, q)


def _moments(key: str, q: Array) -> Moments:
    form = CLOSED_FORMS.get(key, by_quadrature)
    return Moments(*(part[()] for part in form(key, q)))


@lru_cache(maxsize=4096)
def _kept(key: str, shape: tuple[int, ...], q: bytes) -> Moments:
    """Return moments that are asked for again and again: a network of a layer more begins alike."""
    found = _moments(key, np.frombuffer(q).reshape(shape))
    for part in found:
        if shape:  # else it is a number
            part.flags.writeable = False
    return found


def pair_moments(key: str, q: float, c: float) -> tuple[float, float]:
    """Return E[g(u) g(v)] and E[g'(u) g'(v)] for normal u, v of variance q and correlation c.

    u = sqrt(q) z, v = sqrt(q) (c z + r y), r^2 = 1 - c^2: the average over y inside that over z,
    each split where its own argument passes 0.
    """
    s, r = np.sqrt(q), np.sqrt(max(1.0 - c * c, 1e-18))
    scale = np.asarray(min(1.0 / np.clip(s, 1.0, RATIO), max(r, 1e-6)))
    z, outer = normal_nodes(np.zeros(()), scale)
    y, inner = normal_nodes(-c * z / r, np.asarray(1.0 / np.clip(s * r, 1.0, RATIO)))
    A, D = values(key, s * z)
    B, E = values(key, s * (c * z[:, None] + r * y))
    given_z = (B * inner).sum(-1), (E * inner).sum(-1)
    return float((A * given_z[0] * outer).sum()), float((D * given_z[1] * outer).sum())


class Table:
    """log E[g^2] and log E[g'^2] as piecewise polynomials of log q, for many looks at one key.

    Degree 7 through equidistant nodes 0.05 apart: 1e-12 relative. q: the nodes; square, slope:
    the moments at them. Outside 1e-14 < q < 1e12 the value at the end is given.
    """

    STEP, BELOW, ABOVE = 0.05, 650, 560  # e^-32.5 .. e^28

    def __init__(self, key: str):
        self.q = np.exp(self.STEP * np.arange(-self.BELOW, self.ABOVE + 1))
        _, self.square, self.slope = moments(key, self.q)
        self._square, self._slope = self._fit(self.square), self._fit(self.slope)
        for part in (self.q, self.square, self.slope, self._square, self._slope):
            part.flags.writeable = False

    def _fit(self, moment: Array) -> Array:
        """Return (windows, 8) coefficients, highest power first, around the windows' middles."""
        at = np.arange(8) - 3.5
        basis = [np.poly(np.delete(at, j)) / np.prod(at[j] - np.delete(at, j)) for j in range(8)]
        windows = np.lib.stride_tricks.sliding_window_view(np.log(moment), 8)
        return windows @ np.array(basis)

    def _look(self, coefficients: Array, log_q: Array) -> Array:
        x = np.clip(log_q / self.STEP, -self.BELOW, self.ABOVE) + self.BELOW
        first = np.clip(x.astype(int) - 3, 0, len(coefficients) - 1)
        rows, x = coefficients[first], x - first - 3.5
        total = rows[..., 0]
        for power in range(1, 8):
            total = total * x + rows[..., power]
        return np.exp(total)

    def square_at(self, log_q: Array) -> Array:
        """Return E[g^2] at q = exp(log_q)."""
        return self._look(self._square, log_q)

    def slope_at(self, log_q: Array) -> Array:
        """Return E[g'^2] at q = exp(log_q); -inf and inf give the limits."""
        return self._look(self._slope, log_q)


@lru_cache(maxsize=32)
def table(key: str) -> Table:
    """Return the Table of an activation, made once."""
    return Table(key)
