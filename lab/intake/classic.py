"""The classic demo of a first deep network: cat or not, 64 × 64 pixels, five hidden layers.

Its pictures are divided by 255, and split as its files are. These, train_catvnoncat.h5 and
test_catvnoncat.h5, are not part of this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from dnn.config import Config
from lab.intake import Examples, read_images

Array = np.ndarray

FILES = ("train_catvnoncat.h5", "test_catvnoncat.h5")
HIDDEN = (15, 12, 7, 5, 2)
#: What was published of it.
STEPS, COST, TRAIN, TEST = 3000, 0.159, 0.96, 0.82

CONFIG = Config(
    hidden=HIDDEN, activation="relu", initializer="he", optimizer="sgd", learning_rate=0.0095,
    batch_size=None, seed=42, scaling="by_255",
)  # fmt: skip


def found_in(folder: str) -> tuple[Path, Path] | None:
    """Return the paths of the two files in a folder, None where they are not both there."""
    if not folder:
        return None
    train, test = (Path(folder, name) for name in FILES)
    return (train, test) if train.is_file() and test.is_file() else None


def is_classic(examples: Examples) -> bool:
    """Return whether pictures have the form of the demo's: 64 × 64 × 3, two classes, two parts."""
    target = examples.problem.target
    return examples.image == (64, 64, 3) and target == "binary" and examples.n_train is not None


def read(paths: tuple[Path, Path]) -> Examples:
    """Return the demo's pictures. Raises ValueError with one sentence."""
    try:
        train, test = (path.read_bytes() for path in paths)
    except OSError as error:
        raise ValueError(f"The demo's files can't be read: {error.strerror}") from None
    return read_images(train, test, name="cat / non-cat")


def original_weights(sizes: Sequence[int]) -> list[tuple[Array, Array]]:
    """Return [(W, b), ...] as numpy.random.seed(42) and randn * sqrt(2 / n) drew them."""
    draw = np.random.RandomState(42)
    return [
        (draw.randn(n, fan_in) * np.sqrt(2 / fan_in), np.zeros((n, 1)))
        for fan_in, n in pairwise(sizes)
    ]
