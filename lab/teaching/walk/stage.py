"""What a stage says: words, a formula, the same in numbers, a place in the picture, source."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Marks what belongs to a layer: \layer{2}{W}. The page puts the layer's colour in its place.
MARK = re.compile(r"\\layer\{(\d+)\}")

#: Names for f-strings, which hold no backslash.
TOP, DELTA = r"\top", r"\delta"


@dataclass(frozen=True)
class Passage:
    """A function of dnn, and what the lines to mark in it begin with (any of the words)."""

    function: Callable[..., Any]
    marked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One press of the key.

    key: its name in a link; part: forwards, cost, backwards, update or batch; layer: whose it is
    (0: the input); text: plain words; formula, numbers: LaTeX with \\layer{l}{...} marks; plain: a
    formula as its registry writes it; numpy: the same as plain NumPy; passages: of our source;
    units, links: the layers whose units and incoming links are marked in the picture; shows: what
    is written at the units (a, z; delta, dW, db: δ of this layer and those behind it; mean, none:
    nothing); terms: keys of the glossary; check: computes what stands beside it to compare with, in
    LaTeX, and in words how far apart they are.
    """

    key: str
    part: str
    title: str
    text: str
    formula: str
    numbers: str = ""
    plain: str = ""
    numpy: str = ""
    layer: int = 0
    passages: tuple[Passage, ...] = ()
    units: tuple[int, ...] = ()
    links: tuple[int, ...] = ()
    shows: str = "a"
    terms: tuple[str, ...] = ()
    check: Callable[[], tuple[str, str]] | None = None


def named(depth: int, l: int) -> str:
    """Return what layer l of so many is called in a sentence."""
    return "the output" if l == depth else f"layer {l}"


def symbol(name: str, l: int, extra: str = "") -> str:
    """Return a layer's symbol such as W with [l] above it, marked as that layer's."""
    if l == 0 and name in ("a", "A"):
        return r"\layer{0}{" + ("x" if name == "a" else "X") + extra + "}"
    return rf"\layer{{{l}}}{{{name}^{{[{l}]{extra}}}}}"


def coloured(latex: str, color: Callable[[int], str]) -> str:
    """Return LaTeX with each mark of a layer as that layer's colour, #rrggbb."""
    return MARK.sub(lambda found: rf"\textcolor{{{color(int(found[1]))}}}", latex)
