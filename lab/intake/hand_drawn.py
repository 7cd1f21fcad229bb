"""Points put, erased and moved by hand on the plane of a data set, which becomes another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dnn.data.datasets import Dataset
from dnn.data.features import FEATURES, expand
from dnn.data.planes import feature_plane
from dnn.data.scalings import SCALINGS

Array = np.ndarray

KINDS = ("put", "erase", "move", "clear")
#: Points of one stroke, and of the training part: as many as the plane draws.
MOST_A_STROKE, MOST = 100, 1_500
#: What erasing and moving reach, as a share of the plane's width.
REACH = 0.035
BY_HAND = ", drawn on"
#: Values that are put, as stored, are no farther from 0.
FARTHEST = 1e6


@dataclass(frozen=True)
class Stroke:
    """One thing done by hand. kind: of KINDS; points: on the plane; label: the class that is put,
    or the number that is to be predicted there, as the data set stores it.

    "put": points of a class or value; "erase": what lies near any of the points; "move": what lies
    nearest to the first point goes to the second; "clear": all but one point of each class, or the
    lowest and the highest.
    """

    kind: str
    points: tuple[tuple[float, float], ...] = ()
    label: float = 0


def drawable(data: Dataset) -> bool:
    """Return whether points can be drawn: the plane is that of two inputs, with one target."""
    plane = data.plane
    return plane.kind == "inputs" and len(plane.features) > 0 and (
        data.n_inputs > 1 or data.given_points is not None
    ) and (data.target != "real" or data.n_outputs == 1)  # fmt: skip


def by_hand(data: Dataset) -> bool:
    """Return whether this is a built-in planar set that has been drawn on."""
    labels = {feature.label for feature in FEATURES.values()}
    return data.name.endswith(BY_HAND) and set(data.feature_names) <= labels


def check_stroke(data: Dataset, stroke: Stroke) -> None:
    """Raise ValueError with one sentence for what can't be drawn."""
    if not drawable(data):
        raise ValueError("Points can be drawn where there are two inputs, and only there")
    if stroke.kind not in KINDS or len(stroke.points) > MOST_A_STROKE:
        raise ValueError(f"draw: choose one of {', '.join(KINDS)}, of {MOST_A_STROKE} points")
    if data.target == "real":
        if not abs(stroke.label) <= FARTHEST:
            raise ValueError(f"draw: {stroke.label} is no value; allowed: up to {FARTHEST:g}")
    elif stroke.label not in range(len(data.class_names)):
        raise ValueError(f"draw: class {stroke.label} is not there")
    if not all(np.isfinite(point).all() for point in stroke.points):
        raise ValueError("draw: a point is not on the plane")
    if stroke.kind == "move" and len(stroke.points) != 2:
        raise ValueError("draw: a move has two points, from and to")


def drawn(data: Dataset, strokes: Sequence[Stroke]) -> Dataset:
    """Return the data after the strokes: the same inputs, scaling and plane, other examples.

    What is put trains; what is erased is gone from the test part too. Two classes keep a point, or
    of numbers the lowest and the highest.
    """
    real = data.target == "real"
    train, test = data.points_train.copy(), data.points_test.copy()
    labels, test_labels = (_labels(Y, real) for Y in (data.Y_train, data.Y_test))
    (x0, x1), (y0, y1) = data.plane.x_range, data.plane.y_range
    reach = REACH * np.array([[x1 - x0], [y1 - y0]])
    for stroke in strokes:
        P = np.array(stroke.points, float).reshape(-1, 2).T
        P = np.clip(P, [[x0], [y0]], [[x1], [y1]])
        if stroke.kind == "put":
            room = max(0, MOST - train.shape[1])
            train = np.hstack([train, P[:, :room]])
            put = np.full(min(room, P.shape[1]), stroke.label).astype(labels.dtype)
            labels = np.concatenate([labels, put])
        elif stroke.kind == "erase":
            keep = _with_two_classes(labels, ~_near(train, P, reach), real)
            train, labels = train[:, keep], labels[keep]
            keep = ~_near(test, P, reach)
            test, test_labels = test[:, keep], test_labels[keep]
        elif stroke.kind == "move":
            _move(train, test, P, reach)
        else:
            keep = _with_two_classes(labels, np.zeros(len(labels), bool), real, every=True)
            train, labels = train[:, keep], labels[keep]
            test, test_labels = test[:, :0], test_labels[:0]
    return _rebuilt(data, train, labels, test, test_labels)


def made_again(data: Dataset, features: tuple[str, ...], scaling: str) -> Dataset:
    """Return drawn data with other inputs made of its points, scaled anew."""
    raw = expand(features, data.points_train)
    shift, scale = SCALINGS[scaling].fit(raw)
    plane = feature_plane(features, shift, scale)
    return Dataset(
        plane.inputs(data.points_train), data.Y_train, plane.inputs(data.points_test), data.Y_test,
        name=data.name, feature_names=[FEATURES[key].label for key in features],
        class_names=data.class_names or None, plane=plane, points_train=data.points_train,
        points_test=data.points_test, target=data.target,
    )  # fmt: skip


def _labels(Y: Array, real: bool) -> Array:
    """Return the class or the value of each example, (m,)."""
    return Y[0] if real else (Y[0] if len(Y) == 1 else Y.argmax(axis=0)).astype(int)


def _near(points: Array, P: Array, reach: Array) -> Array:
    """Return which points (2, m) lie within reach (2, 1) of any of P (2, k)."""
    if not P.shape[1] or not points.shape[1]:
        return np.zeros(points.shape[1], bool)
    away = np.hypot(*((points[:, :, None] - P[:, None, :]) / reach[:, :, None]))
    return away.min(axis=1) <= 1


def _with_two_classes(labels: Array, keep: Array, real: bool, every: bool = False) -> Array:
    """Return what is kept, and a point of each class where else fewer than two classes were left.

    every: a point of each class in any case. real: labels are values, of which the lowest and the
    highest are kept instead.
    """
    keep = keep.copy()
    if real:
        if every or keep.sum() < 2:
            keep[[labels.argmin(), labels.argmax()]] = True
    elif every or len(np.unique(labels[keep])) < 2:
        for k in np.unique(labels):
            if not keep[labels == k].any():
                keep[np.flatnonzero(labels == k)[0]] = True
    return keep


def _move(train: Array, test: Array, P: Array, reach: Array) -> None:
    """Put the point nearest to the first of P at the second, where one is near."""
    away = [np.hypot(*((points - P[:, :1]) / reach)) for points in (train, test)]
    least = [a.min() if a.size else np.inf for a in away]
    part = int(least[1] < least[0])
    if least[part] <= 2:
        (train, test)[part][:, away[part].argmin()] = P[:, 1]


def _rebuilt(
    data: Dataset, train: Array, labels: Array, test: Array, test_labels: Array
) -> Dataset:
    plane, classes = data.plane, len(data.class_names)
    Y, Y_test = (
        np.eye(classes)[k].T if data.target == "classes" else k[None].astype(float)
        for k in (labels, test_labels)
    )
    return Dataset(
        plane.inputs(train), Y, plane.inputs(test), Y_test,
        name=data.name.removesuffix(BY_HAND) + BY_HAND, feature_names=data.feature_names,
        class_names=data.class_names or None, plane=plane, points_train=train, points_test=test,
        target=data.target, units=data.units,
    )  # fmt: skip
