"""NPZ files written, and read with care.

Reading never unpickles or evaluates anything, and unpacks nothing before its size is known from
the headers. Whatever the bytes, what is wrong is one ValueError with one sentence.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.lib import format as npy

from dnn.files.limits import check_bytes, check_unpacked
from dnn.settings import shown

Array = np.ndarray

#: So many arrays a file may have, and so many bytes its list of them.
MOST_MEMBERS, LONGEST_LIST = 100, 100_000
LONGEST_HEADER = 4096
#: The record at the end of a zip file that has no comment: signature, list's entries and bytes.
END = struct.Struct("<4s4xHHLLH")
MOST_AXES = 4
#: What Python's zip and zlib modules raise at damaged files.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
    struct.error, ValueError, OverflowError,
)  # fmt: skip


class Header(NamedTuple):
    """What an array's header says: its shape and type, and where its numbers begin."""

    shape: tuple[int, ...]
    dtype: np.dtype
    start: int


def packed(arrays: Mapping[str, Array], texts: Mapping[str, bytes]) -> bytes:
    """Return an NPZ file of these arrays, and of texts under their whole names.

    Equal contents give equal bytes: no time of day is written.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as file:
        for name, text in texts.items():
            file.writestr(_timeless(name), text)
        for name, array in arrays.items():
            member = io.BytesIO()
            npy.write_array(member, np.asarray(array, order="C"), allow_pickle=False)
            file.writestr(_timeless(f"{name}.npy"), member.getvalue())
    return out.getvalue()


def _timeless(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


class Archive:
    """An NPZ file, its list of members checked; members are unpacked when they are asked for."""

    def __init__(self, blob: bytes):
        """Raises ValueError where this is no NPZ file, or one that is too large."""
        check_bytes(len(blob))
        _check_end(blob)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(blob))
        except DAMAGE:
            raise ValueError("The file is damaged: its list of contents can't be read") from None
        self._infos = {info.filename: info for info in self._zip.infolist()}
        if len(self._infos) < len(self._zip.infolist()):
            raise ValueError("The file is damaged: it has two members of the same name")
        for info in self._infos.values():
            if info.flag_bits & 0x1 or info.compress_type not in (0, zipfile.ZIP_DEFLATED):
                raise ValueError(
                    f"{shown(info.filename)} is encrypted or packed in a way that NumPy never "
                    "writes; save the file with numpy.savez or numpy.savez_compressed"
                )
        check_unpacked(sum(info.file_size for info in self._infos.values()))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays."""
        return tuple(n.removesuffix(".npy") for n in self._infos if n.endswith(".npy"))

    @property
    def members(self) -> tuple[str, ...]:
        """The whole names of all members."""
        return tuple(self._infos)

    def text(self, name: str, longest: int) -> bytes:
        """Return a member that is not an array. Raises ValueError."""
        info = self._info(name)
        if info.file_size > longest:
            raise ValueError(
                f"{name} has {info.file_size:,} bytes, which is too many; "
                f"allowed: up to {longest:,}"
            )
        return self._read(info)

    def header(self, name: str) -> Header:
        """Return what an array's header says. Raises ValueError where it is not plain numbers."""
        info = self._info(f"{name}.npy")
        found = _header(name, self._read(info, LONGEST_HEADER + 12))
        length = found.start + math.prod(found.shape) * found.dtype.itemsize
        if length != info.file_size:
            raise ValueError(
                f"{shown(name)} is damaged: it has {info.file_size:,} bytes where its header "
                f"makes {length:,}"
            )
        return found

    def array(self, name: str) -> Array:
        """Return an array, which nobody else writes to. Raises ValueError."""
        self.header(name)  # its checks come before anything is unpacked
        data = self._read(self._info(f"{name}.npy"))
        try:
            array = npy.read_array(io.BytesIO(data), max_header_size=LONGEST_HEADER)
        except DAMAGE:
            raise ValueError(f"{shown(name)} is damaged: it ends too early") from None
        if array.dtype.kind == "b":  # whatever bytes stand for True
            return array.view(np.uint8) != 0
        return array.astype(array.dtype.newbyteorder("="), copy=False)

    def expected(
        self, name: str, shape: tuple[int | None, ...], dtypes: str | tuple[str, ...]
    ) -> Array:
        """Return a read-only array of this shape, None being any length, and one of these dtypes.

        Raises ValueError where it is another.
        """
        dtypes = (dtypes,) if isinstance(dtypes, str) else dtypes
        header = self.header(name)
        fits = len(header.shape) == len(shape) and all(
            wanted in (None, is_) for wanted, is_ in zip(shape, header.shape, strict=True)
        )
        if not fits or header.dtype not in [np.dtype(dtype) for dtype in dtypes]:
            wanted_shape = str(shape).replace("None", "any")
            raise ValueError(
                f"{name} has shape {header.shape} and type {header.dtype}; here it must have "
                f"{wanted_shape} and {' or '.join(dtypes)}"
            )
        array = self.array(name)
        array.flags.writeable = False
        return array

    def finite(self, name: str, shape: tuple[int, ...]) -> Array:
        """Return a read-only array of finite float64 of this shape. Raises ValueError."""
        array = self.expected(name, shape, "float64")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds a value that is not finite")
        return array

    def _info(self, name: str) -> zipfile.ZipInfo:
        if name not in self._infos:
            raise ValueError(f"The file has no {shown(name)}")
        return self._infos[name]

    def _read(self, info: zipfile.ZipInfo, most: int = -1) -> bytes:
        try:
            with self._zip.open(info) as member:
                return member.read(most)
        except DAMAGE:
            raise ValueError(f"{shown(info.filename)} is damaged: it can't be unpacked") from None


def _check_end(blob: bytes) -> None:
    """Raise ValueError unless this ends as a zip file does, with a list of reasonable length.

    Looked at before the list is read: one of a million names would take seconds.
    """
    if blob[:2] != b"PK" or len(blob) < END.size:
        raise ValueError("This is not an NPZ file (numpy.savez writes such files)")
    signature, _, entries, length, _, comment = END.unpack(blob[-END.size :])
    if signature != b"PK\x05\x06" or comment:
        raise ValueError("The file is damaged: its end is missing, or something follows it")
    if entries > MOST_MEMBERS or length > LONGEST_LIST or b"PK\x06\x07" in blob[-END.size - 20 :]:
        raise ValueError(
            f"The file says that it holds {entries:,} members; allowed: up to {MOST_MEMBERS}"
        )


def _header(name: str, data: bytes) -> Header:
    """Return what the first bytes of an array say. Raises ValueError where it is not plain."""
    file = io.BytesIO(data)
    try:
        old = npy.read_magic(file) == (1, 0)
        read = npy.read_array_header_1_0 if old else npy.read_array_header_2_0
        shape, _, dtype = read(file, LONGEST_HEADER)
    except Exception:
        # The header is parsed as a Python literal, at which anything may be raised.
        raise ValueError(f"{shown(name)} is not a plain array as NumPy writes it") from None
    if dtype.hasobject:
        raise ValueError(
            f"{shown(name)} holds pickled Python objects, which are never opened here; "
            "save plain arrays of numbers"
        )
    if dtype.kind not in "biufUS" or (dtype.kind in "biuf" and dtype.itemsize > 8):
        raise ValueError(
            f"{shown(name)} holds values of type {shown(str(dtype))}; allowed: numbers and texts"
        )
    if len(shape) > MOST_AXES or any(n < 0 for n in shape):
        raise ValueError(f"{shown(name)} has shape {shape}; allowed: up to {MOST_AXES} axes")
    return Header(shape, dtype, file.tell())
