"""NPZ files with inputs X and targets Y, whichever way round."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from dnn.files.limits import check_unpacked
from dnn.files.npz import Archive, Header
from dnn.settings import shown
from lab.intake.dialect import LARGEST
from lab.intake.examples import Examples, check_split, named, picture_shape, pictured
from lab.intake.problem import Problem, of_numbers, of_texts

Array = np.ndarray

#: What arrays are called, in lower case: of all examples, or of a training and a test part.
WHOLE = {"X": ("x", "data", "inputs", "features"), "Y": ("y", "target", "targets", "labels")}
PARTS = {
    "X_train": ("x_train", "train_x", "train_set_x"),
    "Y_train": ("y_train", "train_y", "train_set_y"),
    "X_test": ("x_test", "test_x", "test_set_x"),
    "Y_test": ("y_test", "test_y", "test_set_y"),
}


@dataclass(frozen=True, eq=False)
class Arrays:
    """The arrays of a file before it is known which axis counts the examples.

    X: as stored; Y: as stored; columns: whether each column is an example, (n, m), as far as can
    be told; certain: whether there is no other way to read it; reason: why, in a sentence, which
    is also the question where it is not certain. n_train: where the file has a test part.
    """

    X: Array
    Y: Array
    columns: bool
    certain: bool
    reason: str
    n_train: int | None
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()

    @property
    def image(self) -> tuple[int, ...]:
        """Height, width and channels where the examples are pictures, else ()."""
        return picture_shape(self.X.shape[1:])

    @property
    def pixels(self) -> bool:
        """Whether these are pictures of bytes, 0 to 255."""
        return bool(self.image) and self.X.dtype == np.uint8

    def examples(
        self, columns: bool | None = None, kind: str | None = None, name: str = ""
    ) -> Examples:
        """Return the examples. columns: the answer to the question; None: what was found out.

        kind: "classes" or "real", None: found out. Raises ValueError with one sentence.
        """
        columns = self.columns if columns is None else columns
        X = self.X.reshape(len(self.X), -1) if self.X.ndim > 2 else self.X
        m = X.shape[1] if columns else X.shape[0]
        if not _fits(self.Y.shape, m):
            raise ValueError(
                f"X of shape {self.X.shape} has {m:,} examples that way round, "
                f"but Y has shape {self.Y.shape}"
            )
        X = np.asarray(X if columns else X.T, float)
        bad = ~(np.abs(X) <= LARGEST)
        if bad.any():
            raise ValueError(
                f"X holds {int(bad.sum()):,} values that are missing, infinite or beyond 1e100; "
                "fill them in first, or save the table as CSV, where they can be handled"
            )
        problem = _problem(self.Y, m, kind, self.class_names)
        names = self.feature_names if len(self.feature_names) == len(X) else ()
        return Examples(
            name or "arrays", X, problem, names or tuple(f"x{k + 1}" for k in range(len(X))),
            n_train=self.n_train, **pictured(self.X.shape[1:]),
        )  # fmt: skip


def read_arrays(blob: bytes) -> Arrays:
    """Return the arrays X and Y in the bytes of an NPZ file. Raises ValueError with one sentence.

    They are called X and Y, or X_train, Y_train, X_test and Y_test; feature_names and class_names
    may be there too. Nothing is unpickled.
    """
    file = Archive(blob)
    lower = {name.lower(): name for name in reversed(file.names)}
    parts = {key: _found(lower, names) for key, names in PARTS.items()}
    if all(parts.values()):
        X, Y, n_train = _joined(file, {key: str(name) for key, name in parts.items()})
    else:
        whole = {key: _found(lower, names) for key, names in WHOLE.items()}
        if not all(whole.values()):
            names = ", ".join(shown(name) for name in file.names[:8]) or "no arrays"
            raise ValueError(
                f"The file holds {names}; it needs X and Y, or X_train, Y_train, X_test and Y_test"
            )
        X, Y, n_train = _numbers(file, str(whole["X"])), _targets(file, str(whole["Y"])), None
    columns, certain, reason = _orientation(X.shape, Y.shape)
    texts = [_texts(file, lower.get(key)) for key in ("feature_names", "class_names")]
    if n_train is not None:
        certain, columns, reason = True, False, "The parts say which axis counts the examples."
    return Arrays(X, Y, columns, certain, reason, n_train, *texts)


def _found(lower: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((lower[name] for name in names if name in lower), None)


def _check(name: str, header: Header, kinds: str) -> None:
    if header.dtype.kind not in kinds:
        raise ValueError(f"{shown(name)} holds {header.dtype} values; it needs numbers")
    if not header.shape or 0 in header.shape:
        raise ValueError(f"{shown(name)} has shape {header.shape}, so there are no examples in it")


def _numbers(file: Archive, name: str) -> Array:
    header = file.header(name)
    _check(name, header, "biuf")
    if len(header.shape) == 1:
        raise ValueError(
            f"{shown(name)} has shape {header.shape}; "
            "it needs an axis of inputs and one of examples"
        )
    check_unpacked(8 * math.prod(header.shape))  # as numbers of eight bytes it takes more
    return file.array(name)


def _targets(file: Archive, name: str) -> Array:
    _check(name, file.header(name), "biufUS")
    array = file.array(name)
    if array.ndim > 2:
        raise ValueError(f"{shown(name)} has shape {array.shape}; it needs one axis or two")
    return _decoded(array)


def _decoded(array: Array) -> Array:
    return np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array


def _texts(file: Archive, name: str | None) -> tuple[str, ...]:
    if name is None or file.header(name).dtype.kind not in "US":
        return ()
    return named([str(text) for text in _decoded(file.array(name).ravel())])


def _joined(file: Archive, names: dict[str, str]) -> tuple[Array, Array, int]:
    """Return X (m, n) and Y (m, k) of both parts, the training examples first, and their number."""
    train, test = _numbers(file, names["X_train"]), _numbers(file, names["X_test"])
    y_train, y_test = _targets(file, names["Y_train"]), _targets(file, names["Y_test"])
    if train.shape[1:] == test.shape[1:] and _fits(y_train.shape, len(train)):
        pass
    elif train.ndim == 2 and len(train) == len(test) and _fits(y_train.shape, train.shape[1]):
        train, test = train.T, test.T
    else:
        raise ValueError(
            f"X_train {train.shape}, Y_train {y_train.shape} and X_test {test.shape} don't fit "
            "together: both parts need the same inputs, and each example one target"
        )
    if not _fits(y_test.shape, len(test)) or y_train.dtype.kind != y_test.dtype.kind:
        raise ValueError(f"X_test {test.shape} and Y_test {y_test.shape} don't fit together")
    both = [_by_rows(y, m) for y, m in ((y_train, len(train)), (y_test, len(test)))]
    if both[0].shape[1] != both[1].shape[1]:
        raise ValueError("Y_train and Y_test differ in how many targets each example has")
    check_split(len(train) + len(test), len(train))
    return np.concatenate([train, test]), np.concatenate(both), len(train)


def _fits(shape: tuple[int, ...], m: int) -> bool:
    """Return whether targets of a shape can be those of m examples."""
    return m in shape and (len(shape) == 1 or shape[0] == m or shape[1] == m)


def _by_rows(Y: Array, m: int) -> Array:
    Y = Y[:, None] if Y.ndim == 1 else Y
    return Y if len(Y) == m else Y.T


def _orientation(x: tuple[int, ...], y: tuple[int, ...]) -> tuple[bool, bool, str]:
    """Return whether columns are examples, whether that is certain, and why. Raises ValueError."""
    if len(x) > 2:
        what = "pictures" if picture_shape(x[1:]) else "examples"
        if not _fits(y, x[0]):
            raise ValueError(f"X of shape {x} has {x[0]:,} {what}, but Y has shape {y}")
        return False, True, f"X of shape {x} holds {x[0]:,} {what}, as many as Y has targets."
    rows, columns = _fits(y, x[0]), _fits(y, x[1])
    if rows and columns:
        which = "columns" if y[0] == 1 and len(y) == 2 else "rows"
        return which == "columns", False, (
            f"X has shape {x} and Y {y}, which fit both ways: are examples the rows of X, as in "
            f"most tables, or its columns? Taken for {which}."
        )  # fmt: skip
    if not rows and not columns:
        raise ValueError(
            f"X of shape {x} and Y of shape {y} don't fit together: Y needs a target for each row "
            "or for each column of X"
        )
    which, count = ("rows", x[0]) if rows else ("columns", x[1])
    return columns, True, (
        f"Y has {count:,} targets, as many as X of shape {x} has {which}: {which} are examples."
    )  # fmt: skip


def _problem(Y: Array, m: int, kind: str | None, class_names: tuple[str, ...]) -> Problem:
    """Return the problem of targets: texts, numbers, one-hot classes, or k numbers an example."""
    by_rows = _by_rows(Y, m)
    k = by_rows.shape[1]
    if by_rows.dtype.kind == "U":
        if k > 1:
            raise ValueError("Y holds several texts for each example; it needs one")
        return of_texts("Y", by_rows[:, 0].tolist(), kind)
    numbers = np.asarray(by_rows, float)
    if not (np.abs(numbers) <= LARGEST).all():
        raise ValueError("Y holds values that are missing, infinite or beyond 1e100")
    if k == 1:
        found = of_numbers("Y", numbers[:, 0], kind)
    elif np.isin(numbers, (0, 1)).all() and (numbers.sum(axis=1) == 1).all():
        reason = f"Y has a single 1 in each of {k} places (one-hot), so these are classes."
        found = of_numbers("Y", numbers.argmax(axis=1).astype(float), "classes")
        found = replace(found, reason=reason)
        if len(found.class_names) != k:
            return found  # which names the classes have that are there is not known
    else:
        reason = f"Y has {k} numbers for each example, so all of them are predicted."
        return Problem("real", np.ascontiguousarray(numbers.T), (), reason)
    named = len(class_names) == len(found.class_names) > 0
    return replace(found, class_names=class_names) if named else found
