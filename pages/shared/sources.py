"""What can be looked at on the page Data: a person's file, a real table, the classic demo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dnn.config import Config
from dnn.data.datasets import DATASETS
from lab.intake import Arrays, Examples, Table, read_arrays, read_images, read_table
from lab.intake.problem import Problem, label, of_numbers

#: The ends of file names, and what reads such a file.
TABLES, ARRAYS, PICTURES = ("csv", "tsv", "txt"), ("npz",), ("h5", "hdf5")
#: The real tables, and what one of their examples is.
AT_HAND = {
    "breast_cancer": "biopsies",
    "iris": "flowers",
    "wine": "wines",
    "digits": "pictures",
    "diabetes": "patients",
}


@dataclass(frozen=True, eq=False)
class Source:
    """What was brought. what: a Table, Arrays or Examples; files: a table's bytes, to read again.

    dataset: the key of a built-in set, "" where it is somebody's own; uploaded: name and size of
    each file that it was read from.
    """

    name: str
    what: Table | Arrays | Examples
    files: tuple[bytes, ...] = ()
    dataset: str = ""
    uploaded: tuple[tuple[str, int], ...] = ()

    def examples(self, chosen: dict[str, Any]) -> Examples:
        """Return the examples of a choice of target, inputs and so on. Raises ValueError."""
        kind = chosen.get("kind")
        if isinstance(self.what, Table):
            return self.what.examples(
                chosen.get("target"), chosen.get("features"), chosen.get("missing", "drop"), kind,
                self.name,
            )  # fmt: skip
        if isinstance(self.what, Arrays):
            return self.what.examples(chosen.get("columns"), kind, self.name)
        return self.what


def read_files(files: list[tuple[str, bytes]], header: bool | None = None) -> Source:
    """Return what files hold, by their names' ends. Raises ValueError with one sentence.

    One file, or two of pictures: a training and a test part. header: of a table, None: found out.
    """
    ends = [Path(name).suffix.lower().lstrip(".") for name, _ in files]
    name = label(Path(files[0][0]).stem) or "data"
    if len(files) > 1 and (len(files) > 2 or not set(ends) <= set(PICTURES)):
        raise ValueError(
            f"{len(files)} files came together; allowed: one file, or two HDF5 files, of which one "
            "holds the pictures to train with and the other those to test with"
        )
    blobs = [blob for _, blob in files]
    if len(files) == 2:
        name = _common(files)
        return Source(name, replace(_two_parts(blobs), name=name))
    if ends[0] in ARRAYS:
        return Source(name, read_arrays(blobs[0]))
    if ends[0] in PICTURES:
        return Source(name, read_images(blobs[0], name=name))
    return Source(name, read_table(blobs[0], header), (blobs[0],))


def is_pictures(name: str) -> bool:
    """Return whether a file of this name holds pictures."""
    return Path(name).suffix.lower().lstrip(".") in PICTURES


def _two_parts(blobs: list[bytes]) -> Examples:
    """Return the pictures of two files, whichever comes first."""
    try:
        return read_images(blobs[0], blobs[1], name="pictures")
    except ValueError as error:
        if "train_set_x" not in str(error):
            raise
        return read_images(blobs[1], blobs[0], name="pictures")


def _common(files: list[tuple[str, bytes]]) -> str:
    """Return what two files are called without "train" and "test"."""
    stem = Path(files[0][0]).stem
    for part in ("train", "test"):
        stem = stem.replace(part, "")
    return label(stem.strip("_- ")) or "pictures"


def at_hand(key: str) -> Source:
    """Return a real table by its key in DATASETS."""
    entry = DATASETS[key]
    X, Y = entry.generate(np.random.default_rng(0), 0, 0.0)
    problem = Problem(entry.target, Y, entry.class_names, _why(Y, entry.class_names))
    found = Examples(entry.label, X, problem, entry.feature_names, image=entry.image)
    return Source(entry.label, found, dataset=key)


def _why(Y: np.ndarray, names: tuple[str, ...]) -> str:
    """Return why a real table's targets (1, m) are classes or numbers."""
    if not names:
        return of_numbers("The target", Y[0]).reason
    few = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    return f"The target holds {len(names)} different labels ({few}), so these are classes."


def built_in(config: Config, key: str) -> Config:
    """Return the Config that trains on a built-in table as config does on another."""
    return Config(**{**vars(config), "dataset": key})
