"""Examples: what a reader has made of a file, and the Dataset that they become."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dnn.data.datasets import DATA_STREAM, Dataset, Units, split
from dnn.data.scalings import SCALINGS
from dnn.files.limits import check_table
from lab.intake.problem import Problem, label, unique

Array = np.ndarray

#: Fewer examples are not split.
LEAST = 4
#: Pixels of a picture's shorter side at least, and the channels it may have.
SHORTEST, CHANNELS = 4, (1, 3)


@dataclass(frozen=True, eq=False)
class Prepared:
    """Data to train on, and what people should know of how it came about, in sentences.

    data.units: of inputs and numbers to be predicted, fitted on the training part only.
    """

    data: Dataset
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Examples:
    """Raw inputs X (n, m), NaN where they are to be filled in, and the problem that they pose.

    categories: first and last row (excluding) in X of each category that is one-hot; n_train: how
    many of the first examples train, where the file says so; image: height, width and channels,
    where the inputs are pixels (picture_shape); notes: what the reader did that people should
    know, in sentences.
    """

    name: str
    X: Array
    problem: Problem
    feature_names: tuple[str, ...]
    target_name: str = "y"
    categories: tuple[tuple[int, int], ...] = ()
    n_train: int | None = None
    image: tuple[int, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Raises ValueError where there are too many or too few."""
        n, m = self.X.shape
        if n < 1:
            raise ValueError("No input column is left; choose at least one")
        if m < LEAST:
            raise ValueError(f"{m} examples are left; a data set needs at least {LEAST}")
        check_table(m, n)

    def order(self, train_share: float, seed: int) -> tuple[Array, int]:
        """Return the order of the examples, and how many of the first of them train."""
        m = self.X.shape[1]
        if self.n_train is not None:
            return np.arange(m), self.n_train
        rng = np.random.default_rng([seed, DATA_STREAM])
        return split(rng, self.problem.Y, self.problem.target, train_share)

    def prepared(
        self, train_share: float = 0.7, scaling: str = "standard", seed: int = 0
    ) -> Prepared:
        """Return the data, split and scaled; what is missing filled in from the training part."""
        problem, (order, n_train) = self.problem, self.order(train_share, seed)
        X, Y, notes = self.X[:, order], problem.Y[:, order], list(self.notes)
        with np.errstate(all="ignore"):
            filled = self._filled(X, n_train)
            shift, scale = SCALINGS[scaling].fit(filled[:, :n_train])
            inputs = (filled - shift) / scale
            target_shift, target_scale = np.zeros((len(Y), 1)), np.ones((len(Y), 1))
            if problem.target == "real":
                target_shift, target_scale = SCALINGS["standard"].fit(Y[:, :n_train])
                Y = (Y - target_shift) / target_scale
                notes.append(
                    f"The target is standardised: 0 is {target_shift[0, 0]:.6g} and 1 more is "
                    f"{target_scale[0, 0]:.4g} of {self.target_name}."
                )
        data = Dataset(
            inputs[:, :n_train], Y[:, :n_train], inputs[:, n_train:], Y[:, n_train:],
            name=self.name, feature_names=self.feature_names,
            class_names=problem.class_names or None, target=problem.target,
            image=self.image,
            units=Units(shift, scale, target_shift, target_scale),
        )  # fmt: skip
        return Prepared(data, tuple(notes))

    def _filled(self, X: Array, n_train: int) -> Array:
        """Return X with means of the training part, or its most frequent category, in its gaps."""
        gaps = np.isnan(X)
        if not gaps.any():
            return X
        train = X[:, :n_train]
        known = ~gaps[:, :n_train]
        counts = np.maximum(known.sum(axis=1), 1)
        fill = np.where(known, train, 0.0).sum(axis=1) / counts
        for first, last in self.categories:
            best = np.zeros(last - first)
            if last - first == 1:
                best[0] = fill[first] >= 0.5
            else:
                best[fill[first:last].argmax()] = 1.0
            fill[first:last] = best
        return np.where(gaps, fill[:, None], X)


def picture_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return height, width and channels of a picture; () where examples of a shape are none."""
    full = (*shape, 1) if len(shape) == 2 else shape
    fits = len(full) == 3 and min(full[:2]) >= SHORTEST and full[2] in CHANNELS
    return tuple(full) if fits else ()


def pictured(shape: tuple[int, ...]) -> dict[str, Any]:
    """Return what Examples of a shape say of pictures: `image`, and `notes` where they are none."""
    image = picture_shape(shape)
    if len(shape) < 2 or image:
        return {"image": image, "notes": ()}
    return {"image": image, "notes": (
        f"An example of shape {tuple(shape)} is no picture, which has sides of at least {SHORTEST} "
        f"pixels and 1 or 3 channels, so its {math.prod(shape):,} numbers are plain inputs.",
    )}  # fmt: skip


def named(names: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return names that can stand on a page, each once."""
    return tuple(unique([label(name) for name in names]))


def check_split(m: int, n_train: int) -> None:
    """Raise ValueError where a file's own split leaves nothing to train or to test with."""
    if not 1 <= n_train < m:
        raise ValueError(f"{n_train} of {m} examples train; both parts need at least one")
