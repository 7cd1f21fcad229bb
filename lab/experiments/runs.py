"""What the experiments share: data that is drawn, training in small parts, means of factors."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dnn.config import Config
from dnn.data.datasets import Dataset
from dnn.engine.layout import Array
from dnn.run.history import Record
from dnn.run.training import Run, Watch, advance, start
from lab.experiments.experiment import Findings, NotBy, Row

SEEDS = (0, 1, 2)
LN2 = float(np.log(2))


def random_inputs(n: int, m: int, rms: float = 1.0, classes: int = 10) -> Dataset:
    """Return m examples of n normal inputs of mean 0, with labels that mean nothing."""
    rng = np.random.default_rng([0, 7])
    X = rms * rng.standard_normal((n, m))
    return Dataset(X, np.arange(m)[None] % classes, target="classes", name="random inputs")


def clusters(n: int, m: int, classes: int) -> Dataset:
    """Return m examples around one centre a class, centres and noise N(0, 1)."""
    rng = np.random.default_rng([0, 8])
    centres, labels = rng.standard_normal((n, classes)), np.arange(m) % classes
    X = centres[:, labels] + rng.standard_normal((n, m))
    return Dataset(X, labels[None], target="classes", name="clusters")


def trained(
    config: Config,
    steps: int,
    every: int,
    found: Findings | None = None,
    sentence: str = "",
    parts: int = 1,
    data: Dataset | None = None,
) -> tuple[Run, list[Record]]:
    """Return the run after so many steps and a record every `every`, one stage for each part."""
    run, records = start(config, data), []
    for end in np.linspace(0, steps, parts + 1).round().astype(int)[1:]:
        if found is not None:
            found.next(sentence)
        run, more = advance(run, int(end) - run.step, Watch(every))
        records += more
    return run, records


def mean(values: Iterable[float]) -> float:
    """Return the mean as a plain number."""
    return float(np.mean(list(values)))


def median(values: Iterable[float]) -> float:
    """Return the median as a plain number.

    Over seeds it holds where one run strays: long training magnifies rounding, which differs from
    processor to processor, and a claim is judged by what holds on all of them.
    """
    return float(np.median(list(values)))


def last_cost(run: Run, records: list[Record], count: int = 1) -> float:
    """Return the mean train cost of the last records; inf for a run that left the range."""
    if run.diverged or not records:
        return float("inf")
    return mean(r.train_cost for r in records[-count:])


def steps_to(cost: float, records: list[Record]) -> float:
    """Return the first recorded step at which the train cost is below; NotBy where none is."""
    step = next((r.step for r in records if r.train_cost < cost), None)
    return NotBy(records[-1].step if records else 0) if step is None else float(step)


def factor(first: float, last: float, layers: int) -> float:
    """Return the factor a layer that makes `first` of `last` over so many layers."""
    with np.errstate(all="ignore"):
        return float((np.float64(first) / np.float64(last)) ** (1.0 / layers))


def rms(values: Iterable[Array]) -> Array:
    """Return the root mean square of several arrays, element by element."""
    return np.sqrt(np.mean([np.square(v, dtype=float) for v in values], axis=0))


def values(rows: Iterable[Row], column: int, *cells: str | float) -> list[float]:
    """Return a column as numbers, of the rows that begin with these cells."""
    return [float(row[column]) for row in rows if row[: len(cells)] == cells]
