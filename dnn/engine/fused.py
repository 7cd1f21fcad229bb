"""Lists of calls, turned into one straight-line function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import CodeType
from typing import Any

import numpy as np

from dnn.registry import Call

Array = np.ndarray


@dataclass(frozen=True)
class Slot:
    """An operand that differs from step to step, by the name of the fused loop's variable."""

    name: str


BATCH = ("X", "XT", "T")
X, XT, T, MASK = *map(Slot, BATCH), Slot("MASK")
#: From so many steps on calls are fused that were made one by one.
PAYS = 20


class OutOfRange(Exception):
    """A step of a fused loop has left the range: the loop ended behind it."""


@dataclass(frozen=True)
class Body:
    """What one step does.

    calls: in this order. coefficients: 0-d arrays, set anew at each step. guard: a vector and a
    limit; behind the first step that leaves the sum of its squares above the limit, or not a
    number, the loop raises OutOfRange. One product a step: what is looked at only now and then may
    have come back.
    """

    calls: Iterable[Call]
    coefficients: Sequence[Array] = ()
    guard: tuple[Array, float | np.floating] | None = None


def fuse(
    body: Body | Iterable[Call], other: Body | None = None, masked: bool = False
) -> Callable[[Iterable], None]:
    """Return run(steps), which makes all calls once for each (X, XT, T) in steps.

    With coefficients a step is ((X, XT, T), *coefficients); masked: ((X, XT, T), MASK,
    *coefficients). other: with as many coefficients; a step ends with a flag then, True where it is
    to be this one.

    The calls become consecutive lines of one generated function whose operands are local
    variables; a loop over a list of calls would cost a fifth more on small layers.
    """
    body = body if isinstance(body, Body) else Body(body)
    bound: dict[str, Any] = {}
    given = [f"c{i}" for i in range(len(body.coefficients))]
    step = [f"({', '.join(BATCH)})", *(["MASK"] if masked else []), *given]
    if other is None:
        lines = _lines(body, given, bound)
    else:
        step.append("OTHER")
        both = (_lines(part, given, bound) for part in (other, body))
        indented = ([f"    {line}" for line in lines] for lines in both)
        lines = ["if OTHER:", *next(indented), "else:", *next(indented)]
    # Nothing beside the batch: no tuple around it to take apart.
    target = ", ".join(BATCH) if len(step) == 1 else ", ".join(step)
    source = (
        f"def run(steps, {', '.join(f'{n}={n}' for n in bound)}):\n"
        f"    for {target} in steps:\n        " + "\n        ".join(lines)
    )
    exec(_compiled(source), bound)
    return bound["run"]


class FusedLater:
    """Calls for a pass that may be made a few times only: run(steps), as fuse(calls) returns it.

    They are made one by one, and fused when there have been so many steps that it pays: to compile
    thirty layers takes as long as to make a pass through them some twenty times.
    """

    def __init__(self, calls: Sequence[Call]):
        self.calls, self.made = calls, 0
        self._fused: Callable[[Iterable], None] | None = None

    def __call__(self, steps: Iterable) -> None:
        """Make all calls once for each (X, XT, T) in steps."""
        if self._fused is None and self.made >= PAYS:
            self._fused = fuse(self.calls)
        if self._fused is not None:
            self._fused(steps)
            return
        for step in steps:
            given = dict(zip(BATCH, step, strict=True))
            for function, operands in self.calls:
                function(*[given[o.name] if isinstance(o, Slot) else o for o in operands])
            self.made += 1


@lru_cache(maxsize=64)
def _compiled(source: str) -> CodeType:
    """Return source as code: networks of one shape, whatever their numbers, share it."""
    return compile(source, "<fused>", "exec")


def _lines(body: Body, given: list[str], bound: dict[str, Any]) -> list[str]:
    """Return a body's lines of source, and bind their operands."""
    names = {id(operand): name for name, operand in bound.items()}

    def name(operand: Any) -> str:
        if isinstance(operand, Slot):
            return operand.name
        if id(operand) not in names:
            names[id(operand)] = f"v{len(names)}"
            bound[names[id(operand)]] = operand
        return names[id(operand)]

    def line(function: Any, operands: tuple[Any, ...]) -> str:
        named = function.keywords if isinstance(function, partial) else {}
        function = function.func if named else function
        arguments = [*map(name, operands), *(f"{key}={name(v)}" for key, v in named.items())]
        return f"{name(function)}({', '.join(arguments)})"

    lines = [f"{name(c)}[()] = {v}" for c, v in zip(body.coefficients, given, strict=True)]
    lines += [line(f, operands) for f, operands in body.calls]
    if body.guard is not None:
        vector, limit = body.guard
        product = line(vector.dot, (vector,))
        lines.append(f"if not {product} <= {name(limit)}: raise {name(OutOfRange)}")
    return lines or ["pass"]
