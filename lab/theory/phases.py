"""Fixed points of signal propagation, their depth scales, and the phase diagram of a network.

Infinitely wide layers, W ~ N(0, sigma_w^2 / fan_in), b ~ N(0, sigma_b^2). The variance q of the
preactivations follows V(q) = sigma_w^2 E[g(sqrt(q) z)^2] + sigma_b^2 from layer to layer. Source:
Poole et al. 2016, eq. 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lab.theory.gaussian import Array, Table, pair_moments, table

#: What counts as standing still, relative.
STILL = 1e-12
#: How near to 1 a slope is called critical: depth scales beyond 1e9 layers are inf.
CRITICAL = 1e-9
#: On both sides of a critical sigma_w, this share away, chi_1 must lie on both sides of 1.
ASIDE = 1e-4


def _squares(sigma_w: float | Array, sigma_b: float | Array) -> tuple[Array, Array]:
    """Return sigma_w^2 and sigma_b^2, broadcast. Raises ValueError."""
    for name, value in (("sigma_w", sigma_w), ("sigma_b", sigma_b)):
        if not (np.isfinite(value).all() and (np.asarray(value) >= 0).all()):
            raise ValueError(f"{name}: {value!r} is not a finite number of 0 or more")
    w, b = np.broadcast_arrays(np.square(sigma_w, dtype=float), np.square(sigma_b, dtype=float))
    return w, b


def _brackets(look: Table, w: Array, b: float) -> tuple[Array, Array]:
    """Return log q below and above the fixed point that q = 1 moves to, for many w and one b.

    V(q) > q exactly where w > (q - b) / E[g^2], so the first node at which V(q) - q has changed
    sign is where a running extreme of that passes w. Equal bounds: q* itself, -inf or inf where
    q leaves the table.
    """
    one, end = look.BELOW, len(look.q) + 1
    log_q = np.concatenate(([-np.inf], np.log(look.q), [np.inf]))  # node i at i + 1
    up = ((look.q * (1.0 - STILL) - b) / look.square)[one:]
    down = ((look.q * (1.0 + STILL) - b) / look.square)[one::-1]
    rise = np.searchsorted(np.maximum.accumulate(up), w, side="right")
    fall = np.searchsorted(-np.minimum.accumulate(down), -w, side="right")
    grows, shrinks = fall == 0, rise == 0
    low = np.where(grows, one + rise, np.where(shrinks, one + 1 - fall, one + 1))
    high = low + (grows | shrinks)
    return log_q[np.where(high == end, end, low)], log_q[np.where(low == 0, 0, high)]


def _bisect(positive: Callable[[Array, Array], Array], low: Array, high: Array) -> Array:
    """Return where positive turns from True at low to False at high, elementwise.

    positive(x, at): x at the indices `at`, those whose bounds differ.
    """
    low, high = low.copy(), high.copy()
    apart = np.flatnonzero(low < high)
    for _ in range(40):
        if not apart.size:
            break
        middle = (low[apart] + high[apart]) / 2.0
        above = positive(middle, apart)
        low[apart[above]], high[apart[~above]] = middle[above], middle[~above]
    return low


def _settled(key: str, w: Array, b: Array) -> Array:
    """Return log q*, where q settles when it starts at 1, flat arrays in and out.

    -inf where it fades, inf where it grows past 1e12; 0 where every q stays as it is (ReLU at
    sigma_w^2 = 2). V rises with q for every activation here, so that q moves one way and ends at
    the first zero of V(q) - q: that zero is sought, since iteration would take for ever near
    criticality.
    """
    look = table(key)
    low, high = np.empty(w.shape), np.empty(w.shape)
    for value in np.unique(b):
        row = b == value
        low[row], high[row] = _brackets(look, w[row], value)
    return _bisect(lambda x, at: w[at] * look.square_at(x) + b[at] > np.exp(x), low, high)


def _chi(key: str, w: Array, log_q: Array) -> Array:
    """Return sigma_w^2 E[g'(sqrt(q) z)^2] at w = sigma_w^2, the limit where q is 0 or inf.

    Source: Poole et al. 2016; Schoenholz et al. 2017, section 2.
    """
    return w * table(key).slope_at(log_q)


def correlation_map(key: str, c: float, q: float, sigma_w: float, sigma_b: float) -> float:
    """Return the correlation, one layer on, of two examples of variance q and correlation c.

    It is 1 at c = 1 where q is the fixed point. Source: Poole et al. 2016, eq. 5.
    """
    w, b = _squares(sigma_w, sigma_b)
    return float((w * pair_moments(key, q, c)[0] + b) / q)


def _settled_correlation(key: str, q: float, w: float, b: float) -> tuple[float, float]:
    """Return c* < 1 and the slope of the correlation map there, for chi_1 > 1.

    The map is a power series in c with coefficients >= 0, hence convex, and Newton's steps from
    c = 0 rise to c* without passing it.
    """
    c, slope = 0.0, 0.0
    for _ in range(60):
        together, slopes = pair_moments(key, q, c)
        slope = w * slopes
        step = ((w * together + b) / q - c) / (1.0 - slope)
        if not step > STILL or c + step >= 1.0:
            break
        c += step
    return c, slope


@dataclass(frozen=True)
class FixedPoint:
    """Where a deep network settles, and over how many layers.

    q: variance of the preactivations; chi: factor of the squared gradient per layer (chi_1);
    c: correlation of two different examples; chi_c: slope of the correlation map at c.
    xi_c: layers over which the distance of c from its fixed point falls by e.
    """

    q: float
    chi: float
    c: float
    chi_c: float
    xi_c: float


def _layers(slope: float) -> float:
    """Return -1 / ln(slope): inf where the slope reaches 1, 0 where it is 0."""
    if slope >= 1.0 - CRITICAL:
        return math.inf
    return -1.0 / math.log(slope) if slope > 0.0 else 0.0


def depth_scales(key: str, sigma_w: float, sigma_b: float) -> FixedPoint:
    """Return the FixedPoint at one (sigma_w, sigma_b).

    Where q grows without end c tends to 1, slower than any exponential: xi_c is inf.
    Source: Schoenholz et al. 2017, section 3.
    """
    w, b = _squares(sigma_w, sigma_b)
    log_q = _settled(key, w.ravel(), b.ravel())
    q, chi = float(np.exp(log_q[0])), float(_chi(key, w.ravel(), log_q)[0])
    c, chi_c = 1.0, chi
    if chi > 1.0 + CRITICAL and 0.0 < q < np.inf:
        c, chi_c = _settled_correlation(key, q, float(w), float(b))
    return FixedPoint(q, chi, c, chi_c, _layers(chi_c))


def _candidates(look: Table, b: float) -> Array:
    """Return every sigma_w^2 at which chi_1 may be 1 for sigma_b^2 = b.

    chi_1 = 1 at variance q makes sigma_w^2 = 1 / E[g'^2], and q a fixed point makes
    sigma_b^2 = q - E[g^2] / E[g'^2]: the roots in q of that, and the ends of the table for what
    fades or grows.
    """

    def above(log_q: Array) -> Array:
        return np.exp(log_q) - look.square_at(log_q) / look.slope_at(log_q) > b

    log_q = np.log(look.q)
    side = look.q - look.square / look.slope > b
    at = np.flatnonzero(side[1:] != side[:-1])
    first = side[at]
    root = _bisect(lambda x, i: above(x) == first[i], log_q[at], log_q[at + 1])
    return 1.0 / np.concatenate((look.slope[[0]], look.slope_at(root), look.slope[[-1]]))


def _critical(key: str, b: Array) -> Array:
    """Return the critical sigma_w for each sigma_b^2 in b, NaN where there is none."""
    options = [_candidates(table(key), value) for value in b]
    w = np.concatenate(options)
    row = np.repeat(np.arange(len(b)), [len(option) for option in options])
    before, after = (
        _chi(key, w * share, _settled(key, w * share, b[row]))
        for share in ((1.0 - ASIDE) ** 2, (1.0 + ASIDE) ** 2)
    )
    true = (before < 1.0) != (after < 1.0)
    least = np.full(len(b), np.inf)
    np.minimum.at(least, row[true], w[true])
    return np.where(np.isfinite(least), np.sqrt(least), np.nan)


@lru_cache(maxsize=256)
def critical_sigma_w(key: str, sigma_b: float) -> float | None:
    """Return the least sigma_w at which chi_1 passes 1, or None.

    None also where the fixed point jumps from chi_1 < 1 to chi_1 > 1 (SiLU at sigma_b = 0).
    """
    found = float(_critical(key, np.atleast_1d(_squares(0.0, sigma_b)[1]))[0])
    return None if np.isnan(found) else found


@dataclass(frozen=True, eq=False)
class PhaseDiagram:
    """chi_1 and q*, both (sigma_b, sigma_w); critical: sigma_w per sigma_b, NaN where none."""

    sigma_w: Array
    sigma_b: Array
    chi: Array
    q: Array
    critical: Array


def phase_diagram(key: str, sigma_w: Array, sigma_b: Array) -> PhaseDiagram:
    """Return the PhaseDiagram over two vectors: ordered where chi < 1, chaotic where chi > 1."""
    sigma_w, sigma_b = np.array(sigma_w, float), np.array(sigma_b, float)
    w, b = _squares(sigma_w[None, :], sigma_b[:, None])
    log_q = _settled(key, w.ravel(), b.ravel())
    arrays = {
        "sigma_w": sigma_w,
        "sigma_b": sigma_b,
        "chi": _chi(key, w.ravel(), log_q).reshape(w.shape),
        "q": np.exp(log_q).reshape(w.shape),
        "critical": _critical(key, b[:, 0]),
    }
    for array in arrays.values():
        array.flags.writeable = False
    return PhaseDiagram(**arrays)
