"""What an experiment is: settings, a seeded run, and a verdict computed from what the run found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dnn.config import Config
from dnn.registry import Entry

REPRODUCED, NOT_HERE = "reproduced", "not at this size"

#: progress(done, sentence): told the share done, 0 to 1, and what comes next; False asks to stop.
Progress = Callable[[float, str], bool]
Row = tuple[str | float, ...]
Rows = tuple[Row, ...]
#: Whether the finding is there, and the sentence that compares its figures with the limits.
Criterion = Callable[[Rows], tuple[bool, str]]


class Stopped(Exception):
    """The progress callback asked an experiment to stop."""


class NotBy(float):
    """A step that was not reached by another: infinitely late to compute with."""

    last: int

    def __new__(cls, last: int) -> NotBy:
        made = super().__new__(cls, "inf")
        made.last = int(last)
        return made

    def __getnewargs__(self) -> tuple[int]:
        return (self.last,)


@dataclass(frozen=True)
class Series:
    """One curve of a chart."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Outcome:
    """What one run of an experiment found.

    columns, rows: a table; a number is NaN where there is none, and a step that was not reached a
    NotBy. measured: a sentence with this
    run's figures; verdict: REPRODUCED or NOT_HERE, as the experiment's criterion has it of the
    rows; why: its sentence. series: the curves of one chart, none where the table says it all.
    """

    columns: tuple[str, ...]
    rows: Rows
    measured: str
    verdict: str
    why: str
    series: tuple[Series, ...] = ()
    x_label: str = ""
    y_label: str = ""
    log_y: bool = False


@dataclass(frozen=True, kw_only=True)
class Experiment(Entry):
    """A published experiment.

    order: where it stands in the list; help: what it shows; paper: what the paper found; config: a
    network of the kind, for the lab page, where it takes built-in data; run: pure and seeded, a
    module-level function; criterion: what the verdict is computed with, of the rows that run makes;
    span: of which part of the run the finding holds, where that is not all of it.
    """

    order: int
    paper: str
    config: Config
    run: Callable[[Progress], Outcome]
    criterion: Criterion
    span: str = ""

    def concluded(self, outcome: Outcome) -> str:
        """Return the verdict in words, with the part of the run that it is of."""
        return f"{outcome.verdict} {self.span if outcome.verdict == REPRODUCED else ''}".strip()


@dataclass
class Stages:
    """The equal parts of an experiment, counted for a progress callback."""

    progress: Progress
    count: int
    done: int = 0

    def next(self, sentence: str) -> None:
        """Tell what comes next. Raises Stopped where the callback asks for it."""
        if not self.progress(min(1.0, self.done / self.count), sentence):
            raise Stopped(sentence)
        self.done += 1


def curve(name: str, x: Iterable[float], y: Iterable[float]) -> Series:
    """Return the Series of these points, as plain numbers."""
    return Series(name, tuple(float(v) for v in x), tuple(float(v) for v in y))


def concluded(
    criterion: Criterion,
    columns: tuple[str, ...],
    rows: Iterable[Row],
    measured: Callable[[Rows], str],
    series: Iterable[Series] = (),
    x_label: str = "",
    y_label: str = "",
    log_y: bool = False,
) -> Outcome:
    """Return the Outcome of these rows, judged by the criterion."""
    rows = tuple(
        tuple(cell if isinstance(cell, (str, NotBy)) else float(cell) for cell in row)
        for row in rows
    )
    met, why = criterion(rows)
    return Outcome(
        columns,
        rows,
        measured(rows),
        REPRODUCED if met else NOT_HERE,
        why,
        tuple(series),
        x_label,
        y_label,
        log_y,
    )
