"""The plane on which data and decision boundaries are drawn, whatever the number of inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn.data.features import expand

Array = np.ndarray
Range = tuple[float, float]

#: Half the side of the square on which the built-in planar sets live.
HALF_WIDTH = 6.0
#: What a view calls the plane of two principal components.
COMPONENTS = "components"


@dataclass(frozen=True, eq=False, kw_only=True)
class Plane:
    """A plane (u, v) and how its points become network inputs.

    X = origin + axes @ expand(features, U), with origin (n_0, 1) and axes (n_0, len(features)).
    kind: "inputs" (u and v are what the inputs are made of), "components" (principal components) or
    "slice" (two of the inputs, as they were measured). x_range and y_range have equal extents, but
    where inputs are drawn as they were measured. note: one sentence for the screen, or "".
    With a single input v is always 0: it changes nothing.
    """

    kind: str
    x_label: str
    y_label: str
    x_range: Range
    y_range: Range
    note: str
    features: tuple[str, ...] = ("x1", "x2")
    origin: Array
    axes: Array

    def __post_init__(self) -> None:
        self.__setstate__({n: np.array(getattr(self, n), np.float64) for n in ("origin", "axes")})

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Also what unpickling calls: the read-only flag of an array does not survive it.
        self.__dict__.update(state)
        self.origin.flags.writeable = self.axes.flags.writeable = False

    def inputs(self, U: Array) -> Array:
        """Return network inputs (n_0, k) of the plane points U (2, k)."""
        return self.origin + self.axes @ expand(self.features, np.asarray(U, np.float64))

    def project(self, X: Array) -> Array:
        """Return plane coordinates (2, m) of the network inputs X (n_0, m).

        Raises ValueError where the features do not determine the point (x1 or x2 is not among
        them); the coordinates of a data set's own examples are in points_train and points_test.
        """
        if not {"x1", "x2"} <= set(self.features):
            raise ValueError(
                f"features: {self.features!r} do not determine a point of the plane; "
                "x1 and x2 must be among them"
            )
        rows = [self.features.index("x1"), self.features.index("x2")]
        return np.linalg.pinv(self.axes)[rows] @ (np.asarray(X, np.float64) - self.origin)


def feature_plane(features: tuple[str, ...], shift: Array, scale: Array) -> Plane:
    """Return the plane of a planar built-in: X = (expand(features, U) - shift) / scale."""
    return Plane(
        kind="inputs",
        x_label="x₁",
        y_label="x₂",
        x_range=(-HALF_WIDTH, HALF_WIDTH),
        y_range=(-HALF_WIDTH, HALF_WIDTH),
        note="",
        features=features,
        origin=-shift / scale,
        axes=np.diag(1.0 / scale[:, 0]),
    )


def data_plane(
    X_train: Array, X_test: Array, names: tuple[str, ...], units: tuple[Array, Array] | None = None
) -> Plane:
    """Return the plane for inputs X (n_0, m): themselves, or two principal components.

    units: as for slice_plane; up to two inputs are drawn as they were measured.
    """
    n = len(X_train)
    if n > 2:
        return _component_plane(X_train, X_test)
    shift, scale = units if units is not None else (np.zeros((n, 1)), np.ones((n, 1)))
    X = np.hstack([X_train, X_test]) * scale + shift
    low, high = X.min(axis=1), X.max(axis=1)
    half = 1.1 * (high / 2 - low / 2)
    reach = np.full(n, half.max()) if units is None else half
    reach = [*np.where(reach > 0, reach, 1.0).tolist(), 1.0]
    middle = [*(low / 2 + high / 2).tolist(), 0.0]
    single = n == 1
    return Plane(
        kind="inputs",
        x_label=names[0],
        y_label="" if single else names[1],
        x_range=(middle[0] - reach[0], middle[0] + reach[0]),
        y_range=(middle[1] - reach[1], middle[1] + reach[1]),
        note="There is one input only: nothing changes along the vertical axis." if single else "",
        origin=-shift / scale,
        axes=np.eye(n, 2) / scale,
    )


def slice_plane(
    X_train: Array,
    X_test: Array,
    names: tuple[str, ...],
    pair: tuple[int, int],
    units: tuple[Array, Array] | None,
) -> Plane:
    """Return the plane of two inputs (from 0), the others at their training mean.

    units: shift and scale, (n_0, 1) each, of the measured values, scale * X + shift, which the axes
    then have; None where they are not known.
    """
    n, rows = len(X_train), list(pair)
    shift, scale = units if units is not None else (np.zeros((n, 1)), np.ones((n, 1)))
    origin = X_train.mean(axis=1, keepdims=True)
    origin[rows] = -shift[rows] / scale[rows]
    axes = np.zeros((n, 2))
    axes[rows, [0, 1]] = 1 / scale[rows, 0]
    U = np.hstack([X_train[rows], X_test[rows]]) * scale[rows] + shift[rows]
    low, high = U.min(axis=1), U.max(axis=1)
    room = np.where(high > low, 0.1 * (high - low), 1.0)
    ranges = [(float(l - r), float(h + r)) for l, h, r in zip(low, high, room, strict=True)]
    x, y = (names[i] + ("" if units is not None else " (as the network gets it)") for i in pair)
    others = f"{n - 2} inputs" if n > 3 else "input"
    return Plane(
        kind="slice",
        x_label=x,
        y_label=y,
        x_range=ranges[0],
        y_range=ranges[1],
        note=f"A slice: the other {others} at their training mean.".replace(
            "input at their", "input at its"
        ),
        origin=origin,
        axes=axes,
    )


def _component_plane(X_train: Array, X_test: Array) -> Plane:
    mean = X_train.mean(axis=1, keepdims=True)
    axes, share = principal(X_train - mean)
    U = axes.T @ (np.hstack([X_train, X_test]) - mean)
    reach = 1.1 * float(np.abs(U).max()) or 1.0
    others = len(X_train) - 2
    rest = "direction is held at its" if others == 1 else f"{others:,} directions are held at their"
    return Plane(
        kind="components",
        x_label="1st principal component",
        y_label="2nd principal component",
        x_range=(-reach, reach),
        y_range=(-reach, reach),
        note=(
            f"The plane of the first two principal components ({share:.0%} of the variance); "
            f"the other {rest} mean."
        ).replace("%", " %"),
        origin=mean,
        axes=axes,
    )


def principal(C: Array) -> tuple[Array, float]:
    """Return the first two principal directions (n, 2) of centred C (n, m), n > 2, and their share.

    From the smaller of the two Gram matrices: 0.1 s rather than seconds for wide tables.
    """
    C = C / (np.abs(C).max() or 1.0)
    n, m = C.shape
    if n <= m:
        values, vectors = np.linalg.eigh(C @ C.T)
        axes = vectors[:, :-3:-1]
    else:
        values, vectors = np.linalg.eigh(C.T @ C)
        scores = C @ vectors[:, :-3:-1]
        # One example has one direction; the factorisation completes it to an orthonormal pair.
        axes = np.linalg.qr(np.hstack([scores, np.zeros((n, 2 - scores.shape[1]))]))[0]
    total = values.sum()
    share = float(values[-2:].sum() / total) if total > 0 else 1.0
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return axes * signs, min(share, 1.0)
