"""The process that reads an HDF5 file: bytes in, an NPZ file or a sentence out."""

from __future__ import annotations

import io
import math
import resource
import sys
from typing import Any

import numpy as np

from dnn.files.limits import MAX_UNPACKED_BYTES, check_table, check_unpacked
from dnn.files.npz import packed
from dnn.settings import shown

Array = np.ndarray

#: What an answer that is a sentence begins with.
SENTENCE = b"!"
#: Compression that may have been used: what numpy users get from h5py by default, and none.
FILTERS = (None, "gzip", "lzf")
#: Bytes beside what is read, and seconds of a processor.
ROOM, SECONDS = 1_500_000_000, 50
MOST_CLASSES = 1000


def read(blob: bytes, part: str) -> dict[str, Array]:
    """Return the arrays X (m, height, width[, channels]), Y (m,) and classes of a file.

    part: "train" or "test", "" is the one that is there. Raises ValueError with one sentence.
    """
    import h5py

    try:
        with h5py.File(io.BytesIO(blob), "r") as file:
            return _arrays(file, h5py, part)
    except ValueError:
        raise
    except Exception:
        # Whatever else the library raises at damaged files: it is not for people to read.
        raise ValueError("The file is damaged: the HDF5 library could not read it") from None


def _arrays(file: Any, h5py: Any, part: str) -> dict[str, Array]:
    parts = [part] if part else [p for p in ("train", "test") if f"{p}_set_x" in list(file)]
    if not parts:
        raise ValueError(
            "The file has no train_set_x, so it is not in the layout that is read here: "
            "train_set_x (m, height, width, channels), train_set_y (m,) and list_classes"
        )
    X = _dataset(file, h5py, f"{parts[0]}_set_x")
    if len(X.shape) not in (3, 4) or 0 in X.shape or X.dtype != np.uint8:
        raise ValueError(
            f"{parts[0]}_set_x has shape {X.shape} and type {X.dtype}; it needs pictures of bytes, "
            "(m, height, width) or (m, height, width, channels) of uint8"
        )
    check_table(X.shape[0], math.prod(X.shape[1:]))
    Y = _dataset(file, h5py, f"{parts[0]}_set_y")
    if Y.size != X.shape[0] or Y.dtype.kind not in "iub":
        raise ValueError(
            f"{parts[0]}_set_y has shape {Y.shape} and type {Y.dtype}; it needs a whole number for "
            f"each of {X.shape[0]:,} pictures"
        )
    return {"X": X[...], "Y": Y[...].ravel(), "classes": _classes(file, h5py)}


def _classes(file: Any, h5py: Any) -> Array:
    if "list_classes" not in list(file):
        return np.zeros(0, "U1")
    found = _dataset(file, h5py, "list_classes")
    if found.dtype.kind not in "SU" or found.size > MOST_CLASSES or found.dtype.itemsize > 1000:
        raise ValueError("list_classes is not a short list of short texts of fixed length")
    texts = [t.decode("utf-8", "replace") if isinstance(t, bytes) else str(t)
             for t in found[...].ravel()]  # fmt: skip
    return np.array(texts or [""], "U")[: len(texts)]


def _dataset(file: Any, h5py: Any, name: str) -> Any:
    """Return a dataset that is in this file and not too large. Raises ValueError."""
    # By the list of names: asking for a name would follow a link.
    if name not in list(file):
        raise ValueError(f"The file has no {name}")
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"{name} is a link to somewhere else, which is never followed")
    found = file[name]
    if not isinstance(found, h5py.Dataset) or found.shape is None:
        raise ValueError(f"{name} is not an array")
    if found.is_virtual or found.external:
        raise ValueError(f"{name} lies in other files, which are never opened")
    filters = found.id.get_create_plist()
    known = filters.get_nfilters() - bool(found.shuffle) - bool(found.fletcher32)
    if found.compression not in FILTERS or known > (found.compression is not None):
        raise ValueError(f"{name} is packed by {shown(found.compression)}; allowed: gzip, lzf")
    chunk = math.prod(found.chunks) if found.chunks else 0
    if found.dtype.hasobject:
        raise ValueError(f"{name} holds objects; it needs plain numbers or texts")
    check_unpacked(max(math.prod(found.shape), chunk) * found.dtype.itemsize)
    return found


def main() -> None:
    """Answer on standard output about the file on standard input."""
    room = ROOM + 4 * MAX_UNPACKED_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = packed(read(sys.stdin.buffer.read(), sys.argv[1]), {})
    except ValueError as error:
        answer = SENTENCE + str(error).encode()
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
