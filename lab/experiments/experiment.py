"""What an experiment is: settings, a seeded run, and a verdict computed from what the run found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dnn.config import Config
from dnn.registry import Entry
from dnn.run.history import Record

REPRODUCED, NOT_HERE = "reproduced", "not at this size"

#: progress(done, sentence): told the share done, 0 to 1, and what comes next; False asks to stop.
Progress = Callable[[float, str], bool]
Row = tuple[str | float, ...]
Rows = tuple[Row, ...]
#: Whether the finding is there, this run's figures in a sentence, and one that compares them with
#: the limits.
Judgement = tuple[bool, str, str]


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

    rows: of the experiment's table; a number is NaN where there is none, and a step that was not
    reached a NotBy. measured: a sentence with this run's figures; verdict: REPRODUCED or NOT_HERE;
    why: the sentence that compares the figures with the limits; series: curves of one chart.
    """

    rows: Rows
    measured: str
    verdict: str
    why: str
    series: tuple[Series, ...] = ()


@dataclass
class Findings:
    """What an experiment finds as it goes; progress is told of `stages` equal parts."""

    progress: Progress
    stages: int
    done: int = 0
    rows: list[Row] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)

    def next(self, sentence: str) -> None:
        """Tell what comes next. Raises Stopped where the callback asks for it."""
        if not self.progress(min(1.0, self.done / self.stages), sentence):
            raise Stopped(sentence)
        self.done += 1

    def row(self, *cells: str | float) -> None:
        """Add a row to the table."""
        plain = (cell if isinstance(cell, (str, NotBy)) else float(cell) for cell in cells)
        self.rows.append(tuple(plain))

    def curve(self, name: str, x: Iterable[float], y: Iterable[float]) -> None:
        """Add a curve through these points to the chart."""
        self.series.append(Series(name, tuple(map(float, x)), tuple(map(float, y))))

    def costs(self, name: str, records: list[Record]) -> None:
        """Add the curve of a run's train cost over its steps."""
        self.curve(name, (r.step for r in records), (r.train_cost for r in records))


@dataclass(frozen=True, kw_only=True)
class Experiment(Entry):
    """A published experiment.

    order: where it stands in the list; help: what it shows; paper: what the paper found; config: a
    network of the kind, for the lab page, where it takes built-in data. collect: module-level and
    seeded, fills Findings in so many stages; columns: of the rows; judge: pure, of the rows;
    x_label, y_label, log_y: of the chart, by default the train cost; span: the part of the run that
    the finding holds for.
    """

    order: int
    paper: str
    config: Config
    collect: Callable[[Findings], None]
    stages: int
    columns: tuple[str, ...]
    judge: Callable[[Rows], Judgement]
    x_label: str = "step"
    y_label: str = "cost J (nats)"
    log_y: bool = True
    span: str = ""

    def run(self, progress: Progress) -> Outcome:
        """Return what a new run finds. Raises Stopped where progress returns False."""
        found = Findings(progress, self.stages)
        self.collect(found)
        rows = tuple(found.rows)
        met, measured, why = self.judge(rows)
        return Outcome(rows, measured, REPRODUCED if met else NOT_HERE, why, tuple(found.series))

    def concluded(self, outcome: Outcome) -> str:
        """Return the verdict in words, with the part of the run that it is of."""
        return f"{outcome.verdict} {self.span if outcome.verdict == REPRODUCED else ''}".strip()
