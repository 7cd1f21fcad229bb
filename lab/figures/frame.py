"""One message for the panels as one run of bytes: a small JSON head, then the arrays.

u32 little-endian length of the JSON | JSON, padded with spaces to a multiple of 8 | tail. An array
is {"$": [byte offset in the tail, number of values, type, columns where it has two axes]}.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

Array = np.ndarray

#: Type names that JavaScript knows, and what they are here.
TYPES = {"f4": "<f4", "f8": "<f8", "u1": "u1", "u2": "<u2", "i4": "<i4"}


class _Tail:
    """Arrays behind the head: each starts at a multiple of 8; one that recurs is stored once."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.seen: dict[int, tuple[Array, list[Any]]] = {}

    def add(self, array: Array) -> dict[str, list[Any]]:
        known = self.seen.get(id(array))
        if known is None:
            # The array is kept beside its place, so that its id is not used again meanwhile.
            known = self.seen[id(array)] = (array, self._append(array))
        return {"$": known[1]}

    def _append(self, array: Array) -> list[Any]:
        kind = _kind(array)
        with np.errstate(over="ignore"):  # beyond float32 is infinite, which the page leaves out
            data = np.ascontiguousarray(array, dtype=TYPES[kind]).tobytes()
        place = [self.size, array.size, kind]
        if array.ndim == 2:
            place.append(array.shape[1])
        pad = -len(data) % 8
        self.parts += [data, bytes(pad)]
        self.size += len(data) + pad
        return place


def _kind(array: Array) -> str:
    if array.ndim > 2:
        raise ValueError(f"array of {array.ndim} axes: a frame carries one or two")
    if array.dtype in (np.uint8, np.bool_):
        return "u1"
    if array.dtype == np.uint16:
        return "u2"
    if array.dtype.kind in "iu":
        # Whole numbers beyond 32 bits (steps of a very long run) are exact as doubles.
        return "i4" if array.size == 0 or np.abs(array).max() < 2**31 else "f8"
    if array.dtype.kind != "f":
        raise ValueError(f"array of {array.dtype}: a frame carries numbers")
    return "f4"


def panel(title: str, subtitle: str, figure: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the part of a message that is one panel: its words, figure, controls and badges."""
    empty: dict[str, Any] = {
        "controls": [], "badge": None, "banner": None, "empty": None, "dim": False,
    }  # fmt: skip
    return {"title": title, "subtitle": subtitle, "figure": figure, **empty, **more}


def pack(message: dict[str, Any]) -> bytes:
    """Return the message as bytes; floats travel as float32, whole numbers as int32, u8 or u16.

    Raises ValueError for a number outside arrays that is not finite, which JSON cannot say.
    """
    tail = _Tail()

    def other(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return tail.add(value)
        if isinstance(value, np.generic):
            return value.item()
        raise TypeError(f"{type(value).__name__} cannot travel in a frame")

    head = json.dumps(
        message, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=other
    ).encode()
    head += b" " * (-(len(head) + 4) % 8)
    return b"".join([len(head).to_bytes(4, "little"), head, *tail.parts])


def unpack(data: bytes) -> dict[str, Any]:
    """Return the message in these bytes, its arrays as NumPy arrays."""
    size = int.from_bytes(data[:4], "little")
    base = 4 + size

    def revive(value: dict[str, Any]) -> Any:
        if "$" not in value:
            return value
        offset, items, kind, *columns = value["$"]
        array = np.frombuffer(data, TYPES[kind], items, base + offset)
        return array.reshape(-1, columns[0]) if columns else array

    return json.loads(data[4:base].decode(), object_hook=revive)
