"""Lists of calls, turned into one straight-line function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dnn.registry import Call

Array = np.ndarray


@dataclass(frozen=True)
class Slot:
    """An operand that differs from step to step, by the name of the fused loop's variable."""

    name: str


X, XT, T, MASK = Slot("X"), Slot("XT"), Slot("T"), Slot("MASK")


class OutOfRange(Exception):
    """A step of a fused loop has left the range: the loop ended behind it."""


def fuse(
    calls: Iterable[Call],
    coefficients: Sequence[Array] = (),
    guard: tuple[Array, float] | None = None,
    masked: bool = False,
) -> Callable[[Iterable], None]:
    """Return run(steps), which makes all calls once for each ((X, XT, T), *coefficients) in steps.

    masked: a step is ((X, XT, T), MASK, *coefficients).

    The calls become consecutive lines of one generated function whose operands are local
    variables; a loop over a list of calls would cost a fifth more on small layers.

    guard: a vector and a limit; run raises OutOfRange behind the first step that leaves the sum of
    its squares above the limit, or not a number. One product a step: what is looked at only now and
    then may have come back.
    """
    names: dict[int, str] = {}
    bound: dict[str, Any] = {}

    def name(operand: Any) -> str:
        if isinstance(operand, Slot):
            return operand.name
        if id(operand) not in names:
            names[id(operand)] = f"v{len(names)}"
            bound[names[id(operand)]] = operand
        return names[id(operand)]

    given = [f"c{i}" for i in range(len(coefficients))]
    lines = [f"{name(c)}[()] = {v}" for c, v in zip(coefficients, given, strict=True)]

    def line(function: Any, operands: tuple[Any, ...]) -> str:
        named = function.keywords if isinstance(function, partial) else {}
        function = function.func if named else function
        arguments = [*map(name, operands), *(f"{key}={name(v)}" for key, v in named.items())]
        return f"{name(function)}({', '.join(arguments)})"

    lines += [line(f, operands) for f, operands in calls]
    if guard is not None:
        vector, limit = guard
        product = line(vector.dot, (vector,))
        lines.append(f"if not {product} <= {name(limit)}: raise {name(OutOfRange)}")
    step = ["(X, XT, T)", *(["MASK"] if masked else []), *given]
    source = (
        f"def run(steps, {', '.join(f'{n}={n}' for n in bound)}):\n"
        f"    for {', '.join(step)}, in steps:\n        " + "\n        ".join(lines or ["pass"])
    )
    exec(source, bound)
    return bound["run"]
