"""The lines of our own source that compute a stage, read when they are asked for."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import dedent

from lab.teaching.walk.stage import Passage

ROOT = Path(__file__).parents[3]
#: So many lines of a long function are shown around those that are marked.
AROUND = 2
MOST_LINES = 12


@dataclass(frozen=True)
class Lines:
    """Lines of a file: its path from the top folder, the first line's number, the text, and which
    lines (by number) compute the stage.
    """

    path: str
    first: int
    text: tuple[str, ...]
    marked: tuple[int, ...]


def source_lines(passage: Passage) -> Lines:
    """Return the lines of a passage, cut to those around the marked ones where they are many.

    Raises ValueError where no line has the words that are to be marked.
    """
    function = passage.function
    while isinstance(function, partial):
        function = function.func
    found, first = inspect.getsourcelines(function)
    path = Path(inspect.getsourcefile(function) or "").resolve()
    text = [line.rstrip("\n") for line in found]
    marked = [i for i, line in enumerate(text) if any(w in line for w in passage.marked)]
    missing = [w for w in passage.marked if not any(w in line for line in text)]
    if missing:
        raise ValueError(f"{function.__qualname__} in {path.name} has no line with {missing[0]!r}")
    low, high = 0, len(text)
    if len(text) > MOST_LINES and marked:
        low, high = max(0, marked[0] - AROUND), min(high, marked[-1] + AROUND + 1)
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    numbers = tuple(first + i for i in marked)
    shown = dedent("\n".join(text[low:high])).split("\n")
    return Lines(name, first + low, tuple(shown), numbers)
