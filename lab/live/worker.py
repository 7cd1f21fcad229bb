"""One slice of live training: advance a run, record it, and draw the frame that the page shows.

train_slice is what the page submits to an executor. Everything in and out is a picklable value;
the data set is sent once to a process that misses it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from dnn.data.datasets import Dataset
from dnn.engine.cache import CACHE
from dnn.engine.trainer import Trainer
from dnn.run.gradcheck import Check, gradcheck
from dnn.run.history import History, Record
from dnn.run.measure import measure, probe_of
from dnn.run.training import Run, Watch, advance, attach, borrowed_trainer, in_range
from lab.analysis.diagnosis import Finding, diagnose, observe
from lab.analysis.diagnosis.autopsy import Offer
from lab.analysis.diagnosis.probes import give_back, taken_probe
from lab.analysis.moments import Moment, Moments, look
from lab.analysis.signal import Band
from lab.analysis.spectra import Spectra
from lab.figures.frame import pack
from lab.live.executors import flagged
from lab.panels.autopsy import examined
from lab.panels.gradients import resolved, wider
from lab.panels.playground import message
from lab.teaching.attending import Attending, attended
from lab.view import View

if TYPE_CHECKING:
    from lab.live.twins import Twin

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
    to add some. spectra: singular values; resolving: whether to find more. large: whether the
    network is too large to train. twin: the other of two networks. edited: whether weights have
    been set by hand since the last slice. goal: the step that a link asked for, while it is being
    recomputed; followed: how often the side bar has fallen behind. data: sent along after the
    worker missed it. fixed: whether the frame must bring what does not change during a run (the
    data points). rate: steps a second, to be shown. since: the run as the slice found it. end:
    while an earlier moment of the run is shown, the step that it had come to. examined: whether the
    last steps of a run that diverged are to be shown; before: a state from which to recompute them.
    moments: what the layers looked like, where that is shown; looking: whether to look again.
    drawn: the number of the newest stroke drawn by hand that the data has.
    findings: what is the matter with the run, where that is shown; diagnosing: whether to ask.
    attending: what has been answered and reached of a question or a lesson.
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
    spectra: Spectra | None = None
    resolving: bool = False
    large: bool = False
    twin: Twin | None = None
    edited: bool = False
    goal: int | None = None
    followed: int = 0
    since: Run | None = None
    examined: bool = False
    before: Run | None = None
    end: int | None = None
    moments: Moments | None = None
    looking: bool = False
    drawn: int = 0
    findings: tuple[Finding, ...] = ()
    diagnosing: bool = False
    attending: Attending = field(default_factory=Attending)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The run and history after a slice, and its frame; run is None where the data was missing.

    moments: what the layers looked like, where that was asked for; looked: seconds that took;
    recording: seconds that the record of the last step took, 0 where it had one already.
    """

    run: Run | None
    history: History
    frame: bytes = b""
    steps: int = 0
    seconds: float = 0.0
    check: Check | None = None
    band: Band | None = None
    spectra: Spectra | None = None
    twin: Twin | None = None
    offers: tuple[Offer, ...] | None = None
    moments: tuple[Moment, ...] = ()
    looked: float = 0.0
    recording: float = 0.0
    findings: tuple[Finding, ...] | None = None
    attending: Attending | None = None


def warm_up() -> None:
    """Do nothing: that this module is imported is what a new worker needs."""


def data_of(work: Slice) -> Dataset | None:
    """Return the data that came along or is here already, None where it has to be sent."""
    sent = work.data
    if sent is None:
        return CACHE.get(("data", work.run.data_key))
    arrays = (sent.X_train, sent.Y_train, sent.X_test, sent.Y_test)
    CACHE.put(("data", sent.key), sent, sum(a.nbytes for a in arrays))
    return sent


def signal_slice(work: Slice) -> Outcome:
    """Return the lab's frame of a network too large to train: its signal at step 0."""
    data = data_of(work)
    if data is None:
        return Outcome(None, work.history)
    run, history, band, spectra = attach(work.run, data), work.history, work.band, work.spectra
    if work.drawing:
        band = wider(run.config, data, work)
        if overtaken(work):
            return Outcome(run, history, band=band)
    elif work.resolving or not len(history):
        probe = taken_probe(run.config, data)
        if not len(history):
            history = history.extend([probe.record(run.config.seed)])
        if work.resolving:
            spectra = resolved(probe.run(run.config.seed), replace(work, run=run))
        give_back(probe, data)
    known = replace(work, run=run, history=history, band=band, spectra=spectra)
    known = replace(known, attending=attended(known))
    frame = pack(message(known, None))
    return Outcome(run, history, frame, band=band, spectra=spectra, attending=known.attending)


def train_slice(work: Slice) -> Outcome:
    """Return what becomes of a slice of work."""
    data = data_of(work)
    if data is None:
        return Outcome(None, work.history)
    run = attach(work.run, data)
    if work.before is not None:
        work = replace(work, before=attach(work.before, data))
    known_start = len(work.history) and not work.edited
    records = [] if known_start else start_record(run, work.view.page == "gradients")
    before, looks = run.step, first_look(work, run)
    (run,), (made,), seconds = trained(work, [run])
    records += _last_steps(attach(work.run, data), run) if run.diverged else made
    check = gradcheck(run) if work.checking and not run.diverged else work.check
    with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
        began = time.perf_counter()
        now = newest(trainer, run, records, work.history)
        recording = time.perf_counter() - began if now else 0.0
        history = work.history.extend([*records, *now])
        band = wider(run.origin, data, work) if work.drawing else work.band
        if overtaken(work):
            return Outcome(run, history, band=band, check=check)
        known = replace(work, run=run, history=history, check=check, band=band, since=work.run)
        if work.resolving:
            known = replace(known, spectra=resolved(probe_of(trainer).run(), known))
        began = time.perf_counter()
        if work.looking and not run.diverged:
            looks.append(look(trainer, run))
        looked = time.perf_counter() - began
        known = replace(known, moments=with_looks(work.moments, looks))
        if work.diagnosing:
            known = replace(known, findings=diagnose(run, history, observe(trainer, run)))
        known = replace(known, attending=attended(known))
        shown = message(known, trainer)
    offers = examined(run, known.before).offers if run.diverged and work.examined else None
    made_steps = run.step - before
    return Outcome(
        run, history, pack(shown), made_steps, seconds, check, band, known.spectra, offers=offers,
        moments=tuple(looks), looked=looked, recording=recording,
        findings=known.findings if work.diagnosing else None, attending=known.attending,
    )  # fmt: skip


def first_look(work: Slice, run: Run) -> list[Moment]:
    """Return what the layers look like at step 0, where that is shown and not known yet."""
    if not work.looking or run.step or (work.moments is not None and len(work.moments.lines)):
        return []
    with borrowed_trainer(run) as trainer:
        return [look(trainer, run)]


def with_looks(moments: Moments | None, looks: list[Moment]) -> Moments | None:
    """Return the moments with new ones behind them, None where they are not shown."""
    for found in looks if moments is not None else ():
        moments = moments.extend(found)  # type: ignore[union-attr]
    return moments


def overtaken(work: Slice) -> bool:
    """Return whether what was drawn for a waiting page is waited for no more: no frame is made."""
    return work.drawing and flagged(work.slot, work.seq)


def trained(work: Slice, runs: list[Run]) -> tuple[list[Run], list[list[Record]], float]:
    """Return the runs after a slice's steps, in step with each other, their records, and seconds.

    One that diverges stays behind; the others go on.
    """
    runs, watch, finished = list(runs), Watch(work.every), _finished(work)
    records: list[list[Record]] = [[] for _ in runs]
    at = max(run.step for run in runs)
    end = at + (work.steps if work.steps is not None else 10**12)
    # First a few steps, then more: how long one takes is not known before, nor from the first
    # one, which also loads a trainer.
    check, known, first = 0, False, time.perf_counter()
    while at < end and not all(run.diverged for run in runs) and not finished():
        began = time.perf_counter()
        until, ask = (end, finished) if known else (min(end, at + max(1, check)), None)
        for i, run in enumerate(runs):
            runs[i], new = advance(run, until - run.step, watch, ask, max(1, check))
            records[i] += new
        at, took = max(run.step for run in runs), time.perf_counter() - began
        known = check > 0 and took > LOOK_EVERY / 4 and len(runs) == 1
        check = max(1, min(4 * check, int(check * LOOK_EVERY * len(runs) / took)))
    return runs, records, time.perf_counter() - first


def _finished(work: Slice) -> Callable[[], bool]:
    end = time.perf_counter() + work.budget
    return lambda: flagged(work.slot, work.seq) or time.perf_counter() > end


def start_record(run: Run, always: bool = False) -> list[Record]:
    """Return the record of a run that nothing is known of yet: where its curves begin.

    always: even where its cost is out of range, which the lab has a verdict on.
    """
    with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
        record = measure(trainer, run.step, run.epoch)
    return [record] if always else in_range(record)


def _last_steps(start: Run, end: Run) -> list[Record]:
    """Return a record of each of the last steps before a divergence, recomputed from start."""
    start, _ = advance(start, max(0, end.step - start.step - LAST_STEPS))
    return advance(start, end.step - start.step, Watch(1))[1]


def newest(trainer: Trainer, run: Run, records: list[Record], history: History) -> list[Record]:
    """Return a record of the run's present step, unless there is one or it is out of range."""
    known = records[-1].step if records else history.last("step") if len(history) else -1
    return [] if known == run.step else in_range(measure(trainer, run.step, run.epoch))
