"""Sets of pictures in HDF5 files, in the layout of the classic cat / non-cat demo.

train_set_x (m, height, width, channels) uint8, train_set_y (m,) and list_classes; a second file
with test_set_x and test_set_y is the test part. The HDF5 library is written in C and was not made
for files of strangers: it reads them in a process of its own, with bounds on memory and time.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from dnn.files.limits import check_bytes
from dnn.files.npz import Archive
from lab.intake.examples import Examples, check_split, named, pictured
from lab.intake.hdf5 import SENTENCE
from lab.intake.problem import Problem, label, of_numbers

Array = np.ndarray

ROOT = Path(__file__).parents[2]
#: Seconds that a file may take.
PATIENCE = 60.0


def read_images(blob: bytes, test: bytes | None = None, name: str = "") -> Examples:
    """Return the pictures in the bytes of one HDF5 file, or of a training and a test file.

    Inputs are the pixels, 0 to 255, a row of X each: rows, then columns, then channels. Raises
    ValueError with one sentence, also where h5py is not installed.
    """
    X, Y, classes = _read(blob, "train" if test is not None else "")
    n_train = None
    if test is not None:
        X_test, Y_test, _ = _read(test, "test")
        if X_test.shape[1:] != X.shape[1:]:
            raise ValueError(
                f"The pictures to train with are {X.shape[1:]} and those to test with "
                f"{X_test.shape[1:]}; both need the same size"
            )
        n_train = len(X)
        X, Y = np.concatenate([X, X_test]), np.concatenate([Y, Y_test])
        check_split(len(X), n_train)
    problem = _problem(Y, classes)
    return Examples(
        name or "images", X.reshape(len(X), -1).T.astype(float), problem,
        _pixel_names(X.shape[1:]), target_name="class", n_train=n_train, **pictured(X.shape[1:]),
    )  # fmt: skip


def _problem(Y: Array, classes: tuple[str, ...]) -> Problem:
    """Return the classes of labels (m,), by the names of the file where it has one for each."""
    found = of_numbers("The file", Y.astype(float), "classes")
    count = len(found.class_names)
    if len(classes) == count:
        reason = f"The labels are {count} classes: {label(', '.join(classes))}."
        return replace(found, class_names=classes, reason=reason)
    why = f"names {len(classes)} classes in" if classes else "has no"
    reason = (
        f"The labels are {count} different whole numbers, so these are classes; "
        f"the file {why} list_classes."
    )
    return replace(found, reason=reason)


def _pixel_names(image: tuple[int, ...]) -> tuple[str, ...]:
    return tuple("pixel " + ",".join(map(str, at)) for at in np.ndindex(*image))


def _read(blob: bytes, part: str) -> tuple[Array, Array, tuple[str, ...]]:
    """Return pictures, labels and class names. part: "train", "test", or "" for either."""
    check_bytes(len(blob))
    if not blob.startswith(b"\x89HDF\r\n\x1a\n"):
        raise ValueError("This is not an HDF5 file (its first eight bytes say what it is)")
    if importlib.util.find_spec("h5py") is None:
        raise ValueError(
            "HDF5 files can't be read here because h5py is not installed; "
            "whoever runs this server can: pip install h5py"
        )
    answer = _read_in_another_process(blob, part)
    if answer.startswith(SENTENCE):
        raise ValueError(answer[len(SENTENCE) :].decode("utf-8", "replace"))
    file = Archive(answer)
    classes = named([str(text) for text in file.array("classes")])
    return file.array("X"), file.array("Y"), classes


def _read_in_another_process(blob: bytes, part: str) -> bytes:
    """Return what the process that reads the file answers. Raises ValueError where it has died."""
    command = [sys.executable, "-m", "lab.intake.hdf5", part]
    try:
        done = subprocess.run(
            command, input=blob, capture_output=True, timeout=PATIENCE, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ValueError(
            f"The file took longer than {PATIENCE:.0f} seconds to read, so it was given up"
        ) from None
    if done.returncode or not done.stdout:
        raise ValueError("The file is damaged: the HDF5 library could not read it")
    return done.stdout
