"""One message for the panels as one run of bytes: a small JSON head, then the arrays.

u32 little-endian length of the JSON | JSON, padded with spaces to a multiple of 8 | tail. The head:
  seq, numbers: of the message, always;
  parts: {path: value}, the message cut into parts, "panels/cost/title" for instance; a part that is
    the same as in the message numbered `base` is left out, and `gone` lists those that are no more;
  arrays: of each array [byte offset in the tail, number of values, type, columns or 0 where it has
    one axis, how many values it begins with as in `base`, which the tail has not]; or null where it
    is the same as in `base`. In a part an array is {"$": its index}.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import orjson

Array = np.ndarray

#: Type names that JavaScript knows, and what they are here.
TYPES = {"f4": "<f4", "f8": "<f8", "u1": "u1", "u2": "<u2", "i4": "<i4"}
#: How gzipped bytes begin; a frame's own never do, for the length of its head is 4 modulo 8.
GZIP = b"\x1f\x8b"
#: What is told of a message in any case.
ALWAYS = ("seq", "numbers")
#: What of a panel is cut into parts.
CUT = ("figure", "layout")
#: Bytes at the end of a curve that are sent again.
LAST = 16


class _Values(NamedTuple):
    """An array as it travels; type: one of TYPES; columns: 0 where it has one axis."""

    type: str
    columns: int
    data: bytes


@dataclass
class Sent:
    """A message as it has been sent: its number, the JSON text of each part, and its arrays."""

    seq: int
    texts: dict[str, bytes] = field(default_factory=dict)
    arrays: list[_Values] = field(default_factory=list)
    #: The index of an array by its id; it is kept beside it, so that its id is not used again.
    _known: dict[int, tuple[int, Array]] = field(default_factory=dict)

    def index(self, value: Any) -> Any:
        """Return what stands for an array in a part: one that recurs is stored once."""
        if isinstance(value, np.generic):
            return value.item()
        if not isinstance(value, np.ndarray):
            raise TypeError(f"{type(value).__name__} cannot travel in a frame")
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = len(self.arrays), value
            self.arrays.append(_values(value))
        return {"$": known[0]}

    def forget_sources(self) -> None:
        """Keep no array that is not needed any more."""
        self._known.clear()

    @property
    def nbytes(self) -> int:
        """About how many bytes it keeps."""
        texts = sum(map(len, self.texts.values()))
        return texts + sum(len(values.data) for values in self.arrays)


def _values(array: Array) -> _Values:
    name = _type(array)
    data = np.ascontiguousarray(array, dtype=TYPES[name]).tobytes()
    return _Values(name, array.shape[1] if array.ndim == 2 else 0, data)


def _type(array: Array) -> str:
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

    A number outside arrays that is not finite, which JSON cannot say, arrives as null.
    """
    return pack_change(message, None)[0]


def pack_change(message: dict[str, Any], before: Sent | None) -> tuple[bytes, Sent]:
    """Return what has changed since the message `before` as bytes, and what was sent by now.

    before: None for the whole message.
    """
    sent = Sent(message.get("seq", 0))

    def encode(value: Any) -> bytes:
        return orjson.dumps(value, sent.index)

    with np.errstate(over="ignore"):  # beyond float32 is infinite, which the page leaves out
        sent.texts = {path: encode(value) for path, value in _parts(message)}
    sent.forget_sources()
    known = before.texts if before else {}
    new = [b'"%b":%b' % (path.encode(), text)
           for path, text in sent.texts.items() if known.get(path) != text]  # fmt: skip
    places: list[list[Any] | None] = []
    tail: list[bytes] = []
    size = 0
    for i, values in enumerate(sent.arrays):
        there = before.arrays[i] if before and i < len(before.arrays) else None
        if values == there:
            places.append(None)
            continue
        kept, one = _kept(values, there), np.dtype(TYPES[values.type]).itemsize
        places.append([size, len(values.data) // one, values.type, values.columns, kept // one])
        pad = -(len(values.data) - kept) % 8  # each starts at a multiple of 8
        tail += [values.data[kept:], bytes(pad)]
        size += len(values.data) - kept + pad
    told = {name: message.get(name) for name in ALWAYS} | {"arrays": places}
    if before is not None:
        told |= {"base": before.seq, "gone": [path for path in known if path not in sent.texts]}
    head = encode(told)[:-1] + b',"parts":{' + b",".join(new) + b"}}"
    head += b" " * (-(len(head) + 4) % 8)
    return b"".join([len(head).to_bytes(4, "little"), head, *tail]), sent


def _kept(values: _Values, there: _Values | None) -> int:
    """Return how many bytes an array begins with that were there already: a curve grows behind."""
    if there is None or there.type != values.type:
        return 0
    # The last record of a curve stands for its end, and is another one in the next message.
    same = (len(there.data) - LAST) // 8 * 8
    return same if same > 0 and there.data[:same] == values.data[:same] else 0


def _parts(message: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a message by their paths: what changes at one time is one part."""
    for name, value in message.items():
        if name == "panels":
            yield "panels", list(value)
            for key, told in value.items():
                yield from _panel_parts(f"panels/{key}", told)
        elif name not in ALWAYS:
            yield name, value


def _panel_parts(path: str, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in told.items():
        if name in CUT and value:
            yield from _panel_parts(f"{path}/{name}", value)
        else:
            yield f"{path}/{name}", value


class Received:
    """Messages as a page receives them, each perhaps a change of the one before."""

    def __init__(self) -> None:
        self.seq = 0
        self.parts: dict[str, Any] = {}
        self.arrays: list[Array] = []

    def take(self, data: bytes) -> dict[str, Any]:
        """Return the message in these bytes, gzipped or not, its arrays as NumPy arrays.

        Raises ValueError for a change of another message than the last one.
        """
        if data[:2] == GZIP:
            data = gzip.decompress(data)
        size = int.from_bytes(data[:4], "little")
        told = json.loads(data[4 : 4 + size].decode())
        base = told.get("base")
        if base is None:
            self.parts, self.arrays = {}, []
        elif base != self.seq:
            raise ValueError(f"message {told['seq']} is a change of {base}, not of {self.seq}")
        self.seq = told["seq"]
        for path in told.get("gone", ()):
            del self.parts[path]
        self.parts.update(told["parts"])
        self.arrays = [
            self.arrays[i] if place is None else self._array(i, data, 4 + size, *place)
            for i, place in enumerate(told["arrays"])
        ]
        return {**{name: told[name] for name in ALWAYS}, **self._whole()}

    def _array(
        self, i: int, data: bytes, tail: int, offset: int, count: int, kind: str, columns: int,
        kept: int,
    ) -> Array:  # fmt: skip
        array = np.frombuffer(data, TYPES[kind], count - kept, tail + offset)
        if kept:
            array = np.concatenate([self.arrays[i].ravel()[:kept], array])
        return array.reshape(-1, columns) if columns else array

    def _whole(self) -> dict[str, Any]:
        """Return the parts put together."""
        message: dict[str, Any] = {}
        for path, part in self.parts.items():
            *names, last = path.split("/")
            inside = message
            for name in names:
                inside = inside.setdefault(name, {})
            inside[last] = {} if path == "panels" else self._revived(part)
        if "panels" in self.parts:  # one that has come late stands where the message has it
            message["panels"] = {key: message["panels"][key] for key in self.parts["panels"]}
        return message

    def _revived(self, part: Any) -> Any:
        """Return a part with its arrays."""
        if isinstance(part, list):
            return [self._revived(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$" in part:
            return self.arrays[part["$"]]
        return {name: self._revived(each) for name, each in part.items()}


def unpack(data: bytes) -> dict[str, Any]:
    """Return the whole message in these bytes, gzipped or not, its arrays as NumPy arrays."""
    return Received().take(data)
