"""The data as a hidden layer sees it: the input plane warped through the layer, and the examples.

What a layer hands on has as many dimensions as units; it is seen in a plane of two of them, or of
its first two principal components. How far the classes can be told apart there by one straight cut
is measured in all its dimensions (a linear probe: Alain & Bengio 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dnn.data.planes import Plane, principal
from dnn.engine.network import Array
from dnn.engine.trainer import Trainer, score

#: Lines of the input plane's grid each way, and the points on each.
LINES, POINTS = 13, 49
#: The examples of each part that are shown, always the first.
EXAMPLES = 400


@dataclass(frozen=True, eq=False)
class Space:
    """A plane in the space of hidden layer `layer` (1-based) of `units` units.

    lines (2 LINES, 2, POINTS): the input plane's grid; train, test (2, m): the examples; labels:
    of the two axes. share: of the training examples' variance in this plane. cut: (normal (2,),
    offset) of the line where the output is undecided, normal . u + offset = 0, None where it is no
    line in this plane. linear, given: how well a linear cut fits the training examples here and at
    the input, as accuracy, or R^2 for real targets.
    """

    layer: int
    units: int
    lines: Array
    train: Array
    test: Array
    labels: tuple[str, str]
    share: float
    cut: tuple[Array, float] | None
    linear: float
    given: float


def grid_lines(plane: Plane) -> Array:
    """Return points of the plane, (2 LINES, 2, POINTS): upright lines first, then level ones."""
    across, along = np.linspace(0, 1, LINES), np.linspace(0, 1, POINTS)
    (u0, u1), (v0, v1) = plane.x_range, plane.y_range
    u, v = u0 + (u1 - u0) * across, v0 + (v1 - v0) * across
    upright = [np.stack([np.full(POINTS, x), v0 + (v1 - v0) * along]) for x in u]
    level = [np.stack([u0 + (u1 - u0) * along, np.full(POINTS, y)]) for y in v]
    return np.array(upright + level)


def hidden_space(trainer: Trainer, layer: int, units: tuple[int, int] | None = None) -> Space:
    """Return the space of hidden layer `layer` (1-based) with the trainer's present parameters.

    units: the two (1-based) on the axes, or None for principal components. Raises ValueError for a
    layer or a unit that is not there.
    """
    data, count = trainer.data, trainer.layout.sizes[1:-1]
    if not 1 <= layer <= len(count):
        raise ValueError(f"space: layer {layer} is not there; there are {len(count)} hidden layers")
    n = count[layer - 1]
    if units is not None and not all(1 <= unit <= n for unit in units):
        raise ValueError(f"space_units: layer {layer} has units 1 to {n}")
    lines = grid_lines(data.plane)
    X_train, X_test = data.X_train[:, :EXAMPLES], data.X_test[:, :EXAMPLES]
    grid = data.plane.inputs(lines.transpose(1, 0, 2).reshape(2, -1))
    net = trainer.evaluation("space", np.hstack([grid, X_train, X_test]), None).run()
    A = net.activation(layer).astype(np.float64)
    first, second = grid.shape[1], grid.shape[1] + X_train.shape[1]
    seen, Y = A[:, first:second], trainer.Y_train[:, :EXAMPLES]
    if units is None and n <= 2:
        units = (1, n)
    mean = seen.mean(axis=1, keepdims=True)
    if units is None:
        axes, share, labels = _components(seen - mean, Y, data.points_train[1, :EXAMPLES])
    else:
        axes, share, labels = _unit_axes(seen - mean, units)
    origin = mean if units is None else np.zeros_like(mean)
    U = axes.T @ (A - origin)
    held = mean - axes @ (axes.T @ (mean - origin))
    return Space(
        layer, n, U[:, :first].reshape(2, 2 * LINES, POINTS).transpose(1, 0, 2),
        U[:, first:second], U[:, second:], labels, share, _cut(trainer, layer, axes, held),
        linear_fit(seen, Y, data.target), linear_fit(X_train, Y, data.target),
    )  # fmt: skip


def _unit_axes(C: Array, units: tuple[int, int]) -> tuple[Array, float, tuple[str, str]]:
    """Return the directions (n, 2) of two units, their share of the variance of C, and labels.

    The same unit twice leaves the second direction empty: a layer may have one unit only.
    """
    axes, both = np.zeros((len(C), 2)), len(set(units)) == 2
    axes[units[0] - 1, 0] = 1.0
    axes[units[1] - 1, 1] = 1.0 if both else 0.0
    total = float(np.sum(C**2))
    kept = float(np.sum((axes.T @ C) ** 2))
    labels = (f"Unit {units[0]}", f"Unit {units[1]}" if both else "")
    return axes, kept / total if total > 0 else 1.0, labels


def _components(C: Array, Y: Array, height: Array) -> tuple[Array, float, tuple[str, str]]:
    """Return the first two principal directions (n, 2) of C, their share, and labels.

    Which way a direction points is arbitrary, and must not flip from frame to frame: the first has
    the last class on its right, the second has above what lies above in the input plane.
    """
    axes, share = principal(C)
    ways = [Y[-1] - Y[-1].mean(), height - height.mean()]
    side = np.array([axes[:, k] @ C @ way for k, way in enumerate(ways)])
    return axes * np.where(side < 0, -1.0, 1.0), share, (
        "1st principal component", "2nd principal component",
    )  # fmt: skip


def _cut(trainer: Trainer, layer: int, axes: Array, held: Array) -> tuple[Array, float] | None:
    """Return the line where the output is undecided, of the last layer before one logistic unit.

    held (n, 1): what the plane does not show, at the training examples' mean.
    """
    if layer != len(trainer.layout.sizes) - 2 or trainer.architecture.loss != "logistic":
        return None
    W, b = (part.astype(np.float64) for part in trainer.layout.weights(trainer.p)[-1])
    return (W @ axes)[0], float((W @ held + b)[0, 0])


def linear_fit(A: Array, Y: Array, target: str) -> float:
    """Return how well a linear function of A (n, m), fitted by least squares, answers Y (k, m).

    Accuracy for classes, on the very examples that it is fitted to, or R^2 for real targets.
    Source: Alain & Bengio 2016, Understanding intermediate layers using linear classifier probes.
    """
    if not np.isfinite(A).all():
        return float("nan")
    rows = np.vstack([A, np.ones(A.shape[1])]).T
    fitted = np.linalg.lstsq(rows, Y.T.astype(np.float64), rcond=None)[0]
    return score((rows @ fitted).T, Y, target)


def chosen_layer(text: str, hidden: int) -> int | None:
    """Return the hidden layer (1-based) that View.space_layer names, None for the input plane.

    One that is not there stands for the last one: layers come and go.
    """
    if not text or not hidden:
        return None
    return hidden if text == "last" else min(int(text), hidden)


def chosen_units(text: str, units: int) -> tuple[int, int] | None:
    """Return the two units (1-based) that View.space_units names, None for principal components.

    Those that the layer of `units` units has not got stand for components, too.
    """
    if text == "components":
        return None
    first, second = (int(part) for part in text.split("-"))
    return (first, second) if max(first, second) <= units else None
