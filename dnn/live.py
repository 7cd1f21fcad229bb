"""One slice of live training: advance a run, record it, and draw the frame that the page shows.

train_slice is what the page submits to an executor. Everything in and out is a picklable value;
the data set is sent once to a process that misses it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from dnn.datasets import Dataset
from dnn.diagnostics import measure
from dnn.execution import CACHE, flagged
from dnn.figures.frame import pack
from dnn.gradcheck import Check, gradcheck
from dnn.history import History, Record
from dnn.lab import give_back, taken_probe, wider
from dnn.panels import message
from dnn.signal import Band
from dnn.trainer import Trainer
from dnn.training import Run, Watch, advance, attach, borrowed_trainer, in_range
from dnn.view import View

#: Seconds between two looks at the flag and the clock.
LOOK_EVERY = 0.002
#: So many steps before a divergence are shown one by one.
LAST_STEPS = 50


@dataclass(frozen=True, eq=False)
class Slice:
    """What to train and how to show it.

    steps: how many to make at most, or None for as many as fit; either way it ends `budget` seconds
    from its start, or when the flag `slot` stands at `seq`. pressed: whether somebody asked for
    just these steps. check: the newest comparison of back-propagation with finite differences;
    checking: whether to make another. band: signals of other draws of the weights; drawing: whether
    to add some. large: whether the network is too large to train. data: sent along after the worker
    missed it. fixed: whether the frame must bring what does not change during a run (the data
    points). rate: steps a second, to be shown.
    """

    run: Run
    history: History
    ghost: History | None = None
    view: View = field(default_factory=View)
    steps: int | None = 0
    every: int = 1
    slot: int = 0
    budget: float = 0.25
    seq: int = 0
    playing: bool = False
    fixed: bool = True
    rate: float = 0.0
    notice: str = ""
    data: Dataset | None = None
    pressed: bool = False
    check: Check | None = None
    checking: bool = False
    band: Band | None = None
    drawing: bool = False
    large: bool = False


@dataclass(frozen=True, eq=False)
class Outcome:
    """The run and history after a slice, and its frame; run is None where the data was missing."""

    run: Run | None
    history: History
    frame: bytes = b""
    steps: int = 0
    seconds: float = 0.0
    check: Check | None = None
    band: Band | None = None


def warm_up() -> None:
    """Do nothing: that this module is imported is what a new worker needs."""


def _data(work: Slice) -> Dataset | None:
    """Return the data that came along or is here already, None where it has to be sent."""
    sent = work.data
    if sent is None:
        return CACHE.get(("data", work.run.data_key))
    arrays = (sent.X_train, sent.Y_train, sent.X_test, sent.Y_test)
    CACHE.put(("data", sent.key), sent, sum(a.nbytes for a in arrays))
    return sent


def signal_slice(work: Slice) -> Outcome:
    """Return the lab's frame of a network too large to train: its signal at step 0."""
    data = _data(work)
    if data is None:
        return Outcome(None, work.history)
    run, history, band = attach(work.run, data), work.history, work.band
    if not len(history):
        probe = taken_probe(run.config, data)
        history = history.extend([probe.record(run.config.seed)])
        give_back(probe, data)
    elif work.drawing:
        band = wider(run.config, data, band)
    shown = message(replace(work, run=run, history=history, band=band), None)
    return Outcome(run, history, pack(shown), band=band)


def train_slice(work: Slice) -> Outcome:
    """Return what becomes of a slice of work."""
    data = _data(work)
    if data is None:
        return Outcome(None, work.history)
    run = attach(work.run, data)
    records = [] if len(work.history) else _start_record(run)
    began, before = time.perf_counter(), run.step
    run, made = _train(work, run)
    seconds = time.perf_counter() - began
    records += _last_steps(attach(work.run, data), run) if run.diverged else made
    check = gradcheck(run) if work.checking and not run.diverged else work.check
    with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
        now = _newest(trainer, run, records, work.history)
        history = work.history.extend([*records, *now])
        band = wider(run.origin, data, work.band) if work.drawing else work.band
        known = replace(work, run=run, history=history, check=check, band=band)
        shown = message(known, trainer)
    frame = pack(shown)
    return Outcome(run, history, frame, run.step - before, seconds, check, band)


def _train(work: Slice, run: Run) -> tuple[Run, list[Record]]:
    watch, finished = Watch(work.every), _finished(work)
    end = run.step + (work.steps if work.steps is not None else 10**12)
    records: list[Record] = []
    # First a few steps, then more: how long one takes is not known before.
    check, spent = 1, 0.0
    while run.step < end and not run.diverged and not finished():
        began, before = time.perf_counter(), run.step
        known = spent * check > LOOK_EVERY / 4
        ask = finished if known else None
        until = end if known else min(end, run.step + check)
        run, new = advance(run, until - run.step, watch, ask, check)
        records += new
        spent = (time.perf_counter() - began) / max(1, run.step - before)
        check = max(1, min(4 * check, int(LOOK_EVERY / max(spent, 1e-9))))
    return run, records


def _finished(work: Slice) -> Callable[[], bool]:
    end = time.perf_counter() + work.budget
    return lambda: flagged(work.slot, work.seq) or time.perf_counter() > end


def _start_record(run: Run) -> list[Record]:
    """Return the record of a run that nothing is known of yet: where its curves begin."""
    with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
        return in_range(measure(trainer, run.step, run.epoch))


def _last_steps(start: Run, end: Run) -> list[Record]:
    """Return a record of each of the last steps before a divergence, recomputed from start."""
    start, _ = advance(start, max(0, end.step - start.step - LAST_STEPS))
    return advance(start, end.step - start.step, Watch(1))[1]


def _newest(trainer: Trainer, run: Run, records: list[Record], history: History) -> list[Record]:
    """Return a record of the run's present step, unless there is one or it is out of range."""
    known = records[-1].step if records else history.last("step") if len(history) else -1
    return [] if known == run.step else in_range(measure(trainer, run.step, run.epoch))
