"""Singular values of the Jacobians of a network, for one example of a pass that has run.

With D[l] = diag(g'(z[l])), s the branch scale of a residual layer (1 without) and, under batch
normalisation, D[l] diag(gamma / sqrt(var + epsilon)) for D[l], the moments held fixed:

    d a[l] / d a[l-1] = s D[l] W[l] (+ I where layer l is residual)      d z[L] / d a[L-1] = W[L]

Layer 0 is the input x; the last layer L is taken before the output's link.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dnn.engine.layout import Array
from dnn.engine.network import Pass


def _check(net: Pass, layers: Sequence[int], example: int) -> None:
    if net.dropout:
        raise ValueError("mode: a Jacobian is taken of a pass without dropout")
    for layer in layers:
        if not 1 <= layer <= len(net.W):
            raise ValueError(f"layer: {layer!r} is not one of 1 to {len(net.W)}")
    if not 0 <= example < net.m:
        raise ValueError(f"example: {example!r} is not one of 0 to {net.m - 1}")


def slopes(net: Pass, layer: int, example: int = 0) -> Array:
    """Return g'(z[l]) of a hidden layer (1-based) for one example, (n_l,)."""
    _check(net, [layer], example)
    if layer == len(net.W):
        raise ValueError(f"layer: {layer!r} is the output layer; it has no activation")
    Z = net.preactivation(layer)[:, example].copy()
    H, D = net.branch(layer)[:, example].copy(), np.empty_like(Z)
    with np.errstate(all="ignore"):
        for function, operands in net.activations[layer - 1].derivative(Z, H, D):
            function(*operands)
    return D


def layer_jacobian(net: Pass, layer: int, example: int = 0) -> Array:
    """Return d a[l] / d a[l-1], (n_l, n_{l-1}); of the last layer d z[L] / d a[L-1] = W[L].

    Source: Glorot & Bengio 2010, eq. 17, which calls activations z.
    """
    _check(net, [layer], example)
    W = net.W[layer - 1][:, :-1]
    if layer == len(net.W):
        return W
    D = slopes(net, layer, example)
    if net.norms:
        norm = net.norms[layer - 1]
        D = D * (norm.gamma * norm.scale)[:, 0]
    with np.errstate(all="ignore"):
        J = D[:, None] * W
    if not net.residual[layer - 1]:
        return J
    J *= net.architecture.branch_scale
    J[np.diag_indices(len(J))] += 1
    return J


def singular_values(J: Array) -> Array:
    """Return the singular values of a matrix, the largest first, float64; NaN where not finite."""
    if not np.isfinite(J).all():
        return np.full(min(J.shape), np.nan)
    return np.linalg.svd(J, compute_uv=False).astype(np.float64)


def end_to_end_jacobian(
    net: Pass, example: int = 0, first: int = 0, last: int | None = None
) -> Array:
    """Return d a[last] / d a[first] in float64: from the input to the last hidden layer.

    last may be L, the logits. Its singular values below about 1e-16 of the largest are rounding.
    Raises ValueError where first is not below last. Source: Saxe et al. 2013, section 3.
    """
    hidden = len(net.W) - 1
    last = max(hidden, 1) if last is None else last
    if not 0 <= first < last:
        raise ValueError(f"first: {first!r} is not from 0 to {last - 1}, below the last layer")
    _check(net, [first + 1, last], example)
    J = layer_jacobian(net, first + 1, example).astype(np.float64)
    with np.errstate(all="ignore"):
        for layer in range(first + 2, last + 1):
            J = layer_jacobian(net, layer, example).astype(np.float64) @ J
    return J
