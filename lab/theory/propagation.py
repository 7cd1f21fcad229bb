"""What the theory says of one network at step 0: its signal forwards and backwards, layer by layer.

All squares are means over units, examples and draws of the weights; layers are wide, and
forward and backward signals independent. The lines are root mean squares: the median of
single deep and narrow networks lies lower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dnn.parts.initializers import INITIALIZERS
from lab.theory.gaussian import Array, moments


@dataclass(frozen=True, eq=False)
class Prediction:
    """One value per layer 1..L, float64 (L,), index l - 1; for several x2 (L, *x2.shape).

    q: mean square of z. activation_rms: of a; of z in the last layer, which is linear.
    chi: factor of the mean square of delta from layer l + 1 to l, times n[l] / n[l + 1]; NaN in
    the last. delta_rms: root mean square per unit of delta = dJ/dz (under batch normalisation
    dJ/du, u = W a) over that of the last layer. gradient_rms: root mean square over a layer's
    weights of one example's dJ/dW, for a last delta of 1.
    """

    q: Array
    activation_rms: Array
    chi: Array
    delta_rms: Array
    gradient_rms: Array


def signal(
    sizes: Sequence[int],
    keys: Sequence[str],
    sw2: float | Sequence[float] | Array,
    sb2: float | Sequence[float] | Array,
    x2: float | Array,
    batch_norm: bool = False,
    residual: bool = False,
    branch_scale: float = 1.0,
    *,
    x_variance: float | None = None,
    epsilon: float = 1e-5,
) -> Prediction:
    """Return the Prediction for layers of sizes (n_0, ..., n_L), keys the hidden activations.

    sw2: fan_in Var W, sb2: Var b, one number or one per layer; x2: mean square of the inputs, or
    several, each of which makes a line of its own.
    x_variance: mean variance of an input over the examples (batch_norm only; x2 where inputs
    have mean 0). Raises ValueError on what does not fit.

        q[l+1] = sw2 E[a^2] + sb2      delta[l]^2 = delta[l+1]^2 chi[l] n[l+1] / n[l]

    A residual layer (hidden, as wide as the hidden one before) is a[l-1] + branch_scale g(z[l]).
    Batch normalisation makes z[l] of u = W a[l-1], without b, over a large batch of examples whose
    deltas are unrelated: dJ/du = dJ/dz / sd(u), chi = sw2[l+1] E[g'^2] / (sw2[l] Var a[l-1]). It
    asks for many inputs: with few, sd(u) differs from unit to unit, and the deltas of the first
    layers lie above the line (2 inputs: tenfold and more in the first).
    Source: Schoenholz et al. 2017, sections 2, 4; He et al. 2015, section 2.2; Yang et al. 2019.
    """
    L = len(sizes) - 1
    if L < 1 or len(keys) != L - 1:
        raise ValueError(f"keys: {len(keys)} activations for {max(L - 1, 0)} hidden layers")
    x2 = np.asarray(x2, float)
    if not (x2 >= 0.0).all():
        raise ValueError(f"x2: {x2!r} is not a number of 0 or more")
    w, b = _per_layer("sw2", sw2, L), _per_layer("sb2", sb2, L)
    variance = x2 if x_variance is None else np.full(x2.shape, x_variance)
    past = [residual and l > 0 and sizes[l + 1] == sizes[l] for l in range(L - 1)]
    spread = epsilon if batch_norm else None
    with np.errstate(all="ignore"):
        q, squares, through = _forward(keys, w, b, (x2, variance), past, branch_scale, spread)
        inputs = np.sqrt(squares)
        delta, chi = _backward(through, past, sizes, w, x2.shape)
    outputs = np.concatenate([inputs[1:], np.sqrt(q[-1:])])
    columns = (q, outputs, chi, delta, delta * inputs)
    for column in columns:
        column.flags.writeable = False
    return Prediction(*columns)


def _per_layer(name: str, value: float | Sequence[float] | Array, L: int) -> Array:
    array = np.asarray(value, float)
    if array.shape not in ((), (L,)) or not (array >= 0).all():
        raise ValueError(f"{name}: {value!r} is not a number of 0 or more, or {L} of them")
    return np.broadcast_to(array, (L,))


def _forward(
    keys: Sequence[str], w: Array, b: Array, x: tuple[Array, Array], past: Sequence[bool],
    scale: float, epsilon: float | None,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Return q of layers 1..L, E[a^2] of layers 0..L-1, and what of dJ/da reaches dJ/dz, squared.

    The last of hidden layers only, (L - 1, ...), and of dJ/du under batch normalisation. x: mean
    square and variance of the inputs; past: which hidden layers are residual; epsilon: None where
    nothing is normalised.
    """
    mean, (square, variance) = np.zeros(x[0].shape), x
    q, squares, through = [], [square], []
    for l, key in enumerate(keys):
        z, divisor = w[l] * square + b[l], np.ones(())
        if epsilon is not None:
            divisor = w[l] * variance + epsilon
            z = w[l] * variance / divisor
        own_mean, own_square, slope = moments(key, z)
        own_variance = own_square - own_mean**2
        if past[l]:
            square = square + scale**2 * own_square + 2.0 * scale * mean * own_mean
            mean, variance = mean + scale * own_mean, variance + scale**2 * own_variance
            slope = slope * scale**2
        else:
            mean, square, variance = own_mean, own_square, own_variance
        q.append(z)
        squares.append(square)
        through.append(slope / divisor)
    return np.array([*q, w[-1] * square + b[-1]]), np.array(squares), np.array(through)


def _backward(
    through: Array, past: Sequence[bool], sizes: Sequence[int], w: Array, shape: tuple[int, ...]
) -> tuple[Array, Array]:
    """Return delta_rms and chi, of the values of _forward.

    e[l] = dJ/da[l] is W^T delta[l+1], and e[l+1] besides where layer l + 1 is residual; delta[l]^2
    is `through` e[l]^2.
    """
    L = len(sizes) - 1
    delta, chi = np.ones((L, *shape)), np.full((L, *shape), np.nan)
    error = np.zeros(shape)
    for l in range(L - 2, -1, -1):
        on = l + 1 < L - 1 and past[l + 1]
        error = sizes[l + 2] / sizes[l + 1] * w[l + 1] * delta[l + 1] + (error if on else 0.0)
        delta[l] = through[l] * error
        chi[l] = through[l] * (w[l + 1] + (np.divide(1.0, through[l + 1]) if on else 0.0))
    return np.sqrt(delta), chi


def weight_variance(keys: str | Sequence[str], sizes: Sequence[int], sigma_w: float) -> Array:
    """Return sw2 = fan_in Var W of each layer, (L,), for one initialiser or one per layer."""
    each = [keys] * (len(sizes) - 1) if isinstance(keys, str) else keys
    return np.array(
        [
            fan_in * INITIALIZERS[key].variance(fan_out, fan_in, sigma_w)
            for key, (fan_in, fan_out) in zip(each, pairwise(sizes), strict=True)
        ]
    )
