"""Dataset: examples as columns, checked at the edge, with names and a plane to draw them in."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from dnn.data.planes import COMPONENTS, Plane, data_plane, slice_plane

Array = np.ndarray
TARGETS = ("binary", "classes", "real")


@dataclass(frozen=True, eq=False)
class Units:
    """How inputs and targets were measured: a measured value is scale * stored + shift.

    shift, scale: (n_0, 1) each; target_shift, target_scale: (n_L, 1), None for classes.
    """

    shift: Array
    scale: Array
    target_shift: Array | None = None
    target_scale: Array | None = None


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Dataset:
    """Examples to train on and to test with; arrays are float64, C-contiguous and read-only.

    X_train, X_test: (n_0, m), examples are columns. Y_train, Y_test as stored: (1, m) of 0/1 where
    target is "binary", one-hot (K, m) where it is "classes", any (n_L, m) where it is "real".
    feature_names: n_0 of them; class_names: two or K, () for "real". image: height, width and
    channels where the inputs are pixels, row by row. units: how they were measured, where that is
    known. Neither is part of the key: they are about looking.
    """

    X_train: Array
    Y_train: Array
    X_test: Array
    Y_test: Array
    target: str
    name: str
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    given_plane: Plane | None
    given_points: tuple[Array, Array] | None
    image: tuple[int, ...]
    units: Units | None

    def __init__(
        self,
        X_train: Any,
        Y_train: Any,
        X_test: Any = None,
        Y_test: Any = None,
        *,
        name: str = "",
        feature_names: Sequence[str] | None = None,
        class_names: Sequence[str] | None = None,
        plane: Plane | None = None,
        points_train: Any = None,
        points_test: Any = None,
        target: str | None = None,
        image: Sequence[int] = (),
        units: Units | None = None,
    ):
        """Return checked and normalised data.

        Y may be labels 0..K-1 of shape (m,) or (1, m), one-hot (K, m), or real (n_L, m); target
        None infers which. plane None: the inputs themselves up to two, else principal
        components. points: plane coordinates (2, m) of the examples, where given with plane.

        Raises ValueError that names the array, what is wrong with it and how to put it right.
        """
        if target is not None and target not in TARGETS:
            raise ValueError(f"target: {target!r} is not known; choose one of {', '.join(TARGETS)}")
        X, Y = _part("X_train", X_train, "Y_train", Y_train)
        if X.size == 0:
            raise ValueError(f"X_train is empty (shape {X.shape}); it needs at least one example")
        if X_test is None and Y_test is None:
            X_test, Y_test = np.empty((len(X), 0)), np.empty((len(Y), 0))
        elif X_test is None or Y_test is None:
            given, missing = ("Y_test", "X_test") if X_test is None else ("X_test", "Y_test")
            raise ValueError(f"{given} was given without {missing}; pass both or neither")
        Xt, Yt = _part("X_test", X_test, "Y_test", Y_test)
        if len(Xt) != len(X):
            raise ValueError(
                f"X_test has {len(Xt)} rows but X_train has {len(X)}: "
                "both need the same inputs in the same order"
            )
        names = _names("feature_names", feature_names, len(X), [f"x{i + 1}" for i in range(len(X))])
        target, n_classes = _kind(Y, target, None if class_names is None else len(class_names))
        numbers = [str(k) for k in range(n_classes)]
        Y, Yt = (
            _encoded(name, given, target, n_classes)
            for name, given in (("Y_train", Y), ("Y_test", Yt))
        )
        if len(Yt) != len(Y):
            raise ValueError(f"Y_test has {len(Yt)} rows but Y_train has {len(Y)}")
        points = None
        if points_train is not None:
            points = (
                _points("points_train", points_train, X.shape[1]),
                _points("points_test", points_test, Xt.shape[1]),
            )
        self.__setstate__({
            "X_train": X, "Y_train": Y, "X_test": Xt, "Y_test": Yt, "target": target,
            "name": str(name), "feature_names": names, "given_plane": plane,
            "class_names": _names("class_names", class_names, n_classes, numbers),
            "given_points": points, "image": _image(image, len(X)), "units": units,
        })  # fmt: skip

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Also what unpickling calls: the read-only flag of an array does not survive it.
        self.__dict__.update(state)
        for array in (*self._arrays(), *(self.given_points or ())):
            array.flags.writeable = False

    def _arrays(self) -> tuple[Array, ...]:
        return self.X_train, self.Y_train, self.X_test, self.Y_test

    def __repr__(self) -> str:
        return (
            f"Dataset({self.name!r}, {self.target}, {self.n_inputs} inputs, "
            f"{self.m_train} + {self.m_test} examples)"
        )

    @property
    def n_inputs(self) -> int:
        return len(self.X_train)

    @property
    def n_outputs(self) -> int:
        return len(self.Y_train)

    @property
    def m_train(self) -> int:
        return self.X_train.shape[1]

    @property
    def m_test(self) -> int:
        return self.X_test.shape[1]

    @cached_property
    def plane(self) -> Plane:
        """The plane in which the data and decision boundaries are drawn."""
        if self.given_plane is not None:
            return self.given_plane
        return data_plane(self.X_train, self.X_test, self.feature_names, self._measured)

    @cached_property
    def points_train(self) -> Array:
        """Plane coordinates (2, m_train) of the training examples."""
        return self.given_points[0] if self.given_points else self.plane.project(self.X_train)

    @cached_property
    def points_test(self) -> Array:
        """Plane coordinates (2, m_test) of the test examples."""
        return self.given_points[1] if self.given_points else self.plane.project(self.X_test)

    def in_plane(self, choice: str) -> tuple[Plane, Array, Array]:
        """Return a plane and the coordinates in it of training and test examples, (2, m) each.

        choice: "components", or two inputs (from 1) that span a slice, as in "1-2"; where there
        are no such inputs, or two at most, the plane of the data.
        """
        pair = spanning(choice, self.n_inputs) if self.given_plane is None else None
        if pair is None:
            return self.plane, self.points_train, self.points_test
        if self._sliced[:1] != [choice]:
            names = self.feature_names
            plane = slice_plane(self.X_train, self.X_test, names, pair, self._measured)
            points = (plane.project(X) for X in (self.X_train, self.X_test))
            self._sliced[:] = [choice, (plane, *points)]
        return self._sliced[1]

    @property
    def _measured(self) -> tuple[Array, Array] | None:
        """Shift and scale of the inputs as they were measured, where that is known."""
        return (self.units.shift, self.units.scale) if self.units else None

    @property
    def target_units(self) -> tuple[float, float]:
        """Shift and scale of the first target as it was measured: 0 and 1 where it is stored so."""
        if self.units is None or self.units.target_shift is None or self.units.target_scale is None:
            return 0.0, 1.0
        return float(self.units.target_shift[0, 0]), float(self.units.target_scale[0, 0])

    @cached_property
    def _sliced(self) -> list[Any]:
        """The slice asked for last: its choice, and what in_plane returned."""
        return []

    @cached_property
    def key(self) -> str:
        """Sha256, in hex, of everything given: equal keys mean equal data."""
        digest = hashlib.sha256(repr((self.target, self.name, self.feature_names)).encode())
        digest.update(repr(self.class_names).encode())
        arrays = [*self._arrays(), *(self.given_points or ())]
        if self.given_plane is not None:
            for field in fields(self.given_plane):
                value = getattr(self.given_plane, field.name)
                if isinstance(value, np.ndarray):
                    arrays.append(value)
                else:
                    digest.update(repr(value).encode())
        for array in arrays:
            digest.update(repr(array.shape).encode())
            digest.update(np.ascontiguousarray(array).data if array.size else b"")
        return digest.hexdigest()


def _numbers(name: str, given: Any) -> Array:
    """Return given as a float64 array that nobody else writes to. Raises ValueError."""
    try:
        array = np.asarray(given)
        if array.dtype.kind == "O":
            array = array.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} cannot be read as a table of numbers: {error}") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} holds {array.dtype} values; it needs real numbers")
    shared = array.flags.writeable or array is not given
    array = np.array(array, np.float64, order="C", copy=True if shared else None)
    bad = ~np.isfinite(array)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{name} holds {bad.sum()} value(s) that are not finite (NaN or infinite), the first "
            f"at index {first}; remove those examples or fill the gaps"
        )
    return array


def _part(x_name: str, X: Any, y_name: str, Y: Any) -> tuple[Array, Array]:
    """Return X (n, m) and Y (rows, m) of one part. Raises ValueError where they do not fit."""
    X, Y = _numbers(x_name, X), _numbers(y_name, Y)
    if X.ndim != 2:
        raise ValueError(
            f"{x_name} has shape {X.shape} but needs two axes, (inputs, examples); "
            "for a single input pass it with reshape(1, -1)"
        )
    shape = Y.shape
    if Y.ndim == 1:
        Y = Y.reshape(1, -1)
    if Y.ndim != 2:
        raise ValueError(f"{y_name} has shape {shape} but needs (outputs, examples) or (examples,)")
    if len(Y) == 0:
        raise ValueError(f"{y_name} is empty (shape {shape}); it needs a row of targets")
    if X.shape[1] == Y.shape[1]:
        return X, Y
    count = f"{x_name} has shape {X.shape} but {y_name} has"
    if X.shape[0] == Y.shape[1]:
        fix = f"{count} {Y.shape[1]} columns: examples are columns, pass {x_name}.T"
    elif X.shape[0] == Y.shape[0]:
        fix = f"{count} shape {shape}: examples are columns, pass {x_name}.T and {y_name}.T"
    elif X.shape[1] == Y.shape[0]:
        fix = f"{count} shape {shape}: examples are columns, pass {y_name}.T"
    else:
        fix = f"{count} {Y.shape[1]} columns: each column of {x_name} needs one target"
    raise ValueError(fix)


def _points(name: str, given: Any, m: int) -> Array:
    points = _numbers(name, np.empty((2, 0)) if given is None else given)
    if points.shape != (2, m):
        raise ValueError(f"{name} has shape {points.shape} but needs {(2, m)}")
    return points


def _names(name: str, given: Sequence[str] | None, n: int, default: list[str]) -> tuple[str, ...]:
    names = tuple(default if given is None else (str(value) for value in given))
    if len(names) != n:
        raise ValueError(f"{name} has {len(names)} names but {n} are needed")
    return names


def _image(given: Sequence[int], n: int) -> tuple[int, ...]:
    shape = tuple(int(v) for v in given)
    if shape and (len(shape) != 3 or math.prod(shape) != n or shape[2] not in (1, 3)):
        raise ValueError(
            f"image: {shape} is not the shape of {n} pixels; pass (height, width, channels) with 1 "
            "or 3 channels"
        )
    return shape


def spanning(choice: str, inputs: int) -> tuple[int, int] | None:
    """Return the two inputs (from 0) that a choice names; None where there are none such."""
    if choice == COMPONENTS or inputs <= 2:
        return None
    i, j = (int(part) - 1 for part in choice.split("-"))
    return (i, j) if i != j and max(i, j) < inputs else None


def _is_one_hot(Y: Array) -> bool:
    return bool(((Y == 0) | (Y == 1)).all() and (Y.sum(axis=0) == 1).all())


def _kind(Y: Array, target: str | None, n_names: int | None) -> tuple[str, int]:
    """Return the target of the training Y and its number of classes (0 for real). Raises."""
    whole = bool((np.floor(Y) == Y).all())
    if target is None:
        zero_one = bool(((Y == 0) | (Y == 1)).all())
        target = "classes" if (zero_one or (whole and len(Y) == 1)) else "real"
        binary_if_two = True
    else:
        binary_if_two = target == "binary"
    if target == "real":
        return "real", 0
    _check_labels("Y_train", Y)
    counts = Y.sum(axis=1) if len(Y) > 1 else _counts(Y[0], n_names)
    n = len(counts)
    if np.count_nonzero(counts) < 2:
        raise ValueError(
            "Y_train holds only one class: there is nothing to tell apart; "
            "add examples of another class, or pass target='real' for regression"
        )
    if n_names is None and not counts.all():
        raise ValueError(
            f"Y_train has no example of class {int(np.argmin(counts != 0))} of 0..{n - 1}; number "
            "the classes 0..K-1 without gaps, pass class_names if one is rightly absent, "
            "or pass target='real' for regression"
        )
    if target == "binary" and n != 2:
        raise ValueError(f"Y_train holds {n} classes but target='binary' needs two")
    return ("binary" if binary_if_two and n == 2 else "classes"), n


def _counts(labels: Array, n_names: int | None) -> Array:
    """Return the examples of each class 0..K-1; K is n_names or one above the largest label."""
    top = labels.max()
    if n_names is None and top >= 2 * len(labels) + 1:
        raise ValueError(
            f"Y_train holds whole numbers up to {top:g} in {len(labels)} examples; number the "
            "classes 0..K-1 without gaps, or pass target='real' for regression"
        )
    if n_names is not None and top >= n_names:
        raise ValueError(
            f"Y_train holds the label {top:g} but class_names has {n_names}: 0..{n_names - 1}"
        )
    return np.bincount(labels.astype(np.int64), minlength=n_names or 2)


def _check_labels(name: str, Y: Array) -> None:
    """Raise ValueError unless Y is labels (1, m), whole numbers from 0, or one-hot (K, m)."""
    if len(Y) > 1:
        if not _is_one_hot(Y):
            raise ValueError(
                f"{name} of shape {Y.shape} is not one-hot: each column needs exactly one 1 and "
                "zeros; pass labels 0..K-1, or target='real' for regression"
            )
        return
    wrong = Y[(Y < 0) | (np.floor(Y) != Y)]
    if wrong.size:
        raise ValueError(
            f"{name} holds {wrong[0]:g}: class labels are whole numbers 0..K-1 (0 and 1 for two "
            "classes); for regression pass target='real'"
        )


def _encoded(name: str, Y: Array, target: str, n_classes: int) -> Array:
    """Return the stored form of Y: itself, (1, m) of 0/1, or one-hot (K, m). Raises ValueError."""
    if target == "real" or Y.shape[1] == 0:
        return Y if target == "real" else np.empty((1 if target == "binary" else n_classes, 0))
    _check_labels(name, Y)
    labels = Y[0] if len(Y) == 1 else Y.argmax(axis=0)
    if labels.max() >= n_classes or (len(Y) > 1 and len(Y) != n_classes):
        largest = max(float(labels.max()), len(Y) - 1.0)
        raise ValueError(
            f"{name} holds the label {largest:g}, which the training part does not have; "
            f"its classes are 0..{n_classes - 1}"
        )
    if target == "binary":
        return labels.reshape(1, -1).astype(np.float64)
    return (np.arange(n_classes)[:, None] == labels).astype(np.float64)
