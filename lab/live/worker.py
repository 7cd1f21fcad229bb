"""One call in a worker: train a run, measure it, and let a frame be drawn of it.

Everything in and out is a picklable value; the data set is sent once to a process that misses it.
How a frame is drawn is given by the caller: this file knows no panel.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dnn.config import Config
from dnn.data.datasets import Dataset
from dnn.engine.cache import CACHE
from dnn.engine.network import Pass
from dnn.engine.trainer import Trainer
from dnn.run.gradcheck import gradcheck
from dnn.run.history import History, Record
from dnn.run.measure import measure, probe_of
from dnn.run.training import (
    Run,
    Watch,
    advance,
    attach,
    borrowed_trainer,
    in_range,
    trainer_key,
)
from lab.analysis.diagnosis import diagnose, observe
from lab.analysis.diagnosis.autopsy import Autopsy, autopsy
from lab.analysis.diagnosis.probes import acquire_probe, release_probe
from lab.analysis.moments import Moment, look
from lab.analysis.signal import Band, band
from lab.analysis.spectra import Spectra, spectra
from lab.live.process import flagged
from lab.live.request import Display, Frame, Measured, Result, Training
from lab.live.shown import Shown
from lab.teaching.attending import attended

Draw = Callable[[Shown], Frame]

#: Seconds between two looks at the flag and the clock.
LOOK_EVERY = 0.002
#: So many steps before a divergence are shown one by one.
LAST_STEPS = 50
#: Draws of the weights that a band is made of, and seconds that a call takes for them.
DRAWS, DRAWING = 100, 0.08
#: Seconds that a call looks for singular values; what takes longer waits until training pauses.
RESOLVING = 0.15


def warm_up() -> None:
    """Do nothing: that this module is imported is what a new worker needs."""


def answered(training: Training, display: Display, draw: Draw) -> Result:
    """Return what becomes of a call: of one network, of two, or of one too large to train."""
    data = data_of(training)
    if data is None:
        return Result(None, training.history)
    if training.large:
        return _large(training, display, data, draw)
    if training.twin is not None:
        return _twins(training, display, data, draw)
    return _single(training, display, data, draw)


def data_of(training: Training) -> Dataset | None:
    """Return the data that came along or is here already, None where it has to be sent."""
    sent = training.data
    if sent is None:
        return CACHE.get(("data", training.run.data_key))
    arrays = (sent.X_train, sent.Y_train, sent.X_test, sent.Y_test)
    CACHE.put(("data", sent.key), sent, sum(a.nbytes for a in arrays))
    return sent


# --- the three kinds of calls --------------------------------------------------------------------


def _large(training: Training, display: Display, data: Dataset, draw: Draw) -> Result:
    """Return the frame of a network too large to train: its signal at step 0."""
    run, history, known = attach(training.run, data), training.history, training.measured
    if "draws" in training.wanted:
        known = replace(known, band=with_draws(run.config, data, training))
        if _overtaken(training):
            return Result(run, history, measured=known)
    elif "spectra" in training.wanted or not len(history):
        probe = acquire_probe(run.config, data)
        if not len(history):
            history = history.extend([probe.record(run.config.seed)])
        if "spectra" in training.wanted:
            found = more_spectra(probe.run(run.config.seed), run, training, display)
            known = replace(known, spectra=found)
        release_probe(probe, data)
    shown = _attended(
        Shown(run, history, display, known, seq=training.seq, before=None, large=True)
    )
    frame = draw(shown)
    return Result(run, history, frame, measured=known, attending=shown.attending, fixes=shown.fixes)


def _single(training: Training, display: Display, data: Dataset, draw: Draw) -> Result:
    run, wanted = attach(training.run, data), training.wanted
    known_start = len(training.history) and not training.edited
    records = [] if known_start else start_record(run, training.keep_start)
    before, looks = run.step, _first_look(training, run)
    (run,), (made,), seconds = trained(training, [run])
    records += _last_steps(attach(training.run, data), run) if run.diverged else made
    known = training.measured
    if "check" in wanted and not run.diverged:
        known = replace(known, check=gradcheck(run))
    with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
        began = time.perf_counter()
        now = newest(trainer, run, records, training.history)
        recording = time.perf_counter() - began if now else 0.0
        added = (*records, *now)
        history = training.history.extend(list(added))
        if "draws" in wanted:
            known = replace(known, band=with_draws(run.origin, data, training))
            if _overtaken(training):
                return Result(run, history, measured=known, added=added)
        known, looks, looked = _measured(training, display, run, history, trainer, known, looks)
        shown = Shown(
            run, history, display, known, trainer, before=training.run, seq=training.seq,
            autopsy=_autopsy(training, run, data), at_full_speed=training.steps is None,
        )  # fmt: skip
        shown = _attended(shown)
        frame = draw(shown)
    return Result(
        run, history, frame, run.step - before, seconds, looks=tuple(looks), looked=looked,
        measured=replace(known, moments=None, examined=shown.autopsy is not None),
        recording=recording, diagnosed="diagnosis" in wanted, added=added,
        attending=shown.attending, fixes=shown.fixes,
    )  # fmt: skip


def _twins(training: Training, display: Display, data: Dataset, draw: Draw) -> Result:
    """Return what becomes of a call on both networks, trained in step."""
    second = training.twin
    assert second is not None
    before = [attach(training.run, data), attach(second.run, data)]
    known = [
        h if len(h) else h.extend(start_record(r))
        for h, r in zip((training.history, second.history), before, strict=True)
    ]
    runs, made, seconds = trained(training, before)
    histories = []
    for run, history, records in zip(runs, known, made, strict=True):
        with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
            histories.append(history.extend([*records, *newest(trainer, run, records, history)]))
    second = replace(second, run=runs[1], history=histories[1])
    shown = _attended(
        Shown(
            runs[0],
            histories[0],
            display,
            twin=second,
            before=training.run,
            seq=training.seq,
            at_full_speed=training.steps is None,
        )
    )
    frame = draw(shown)
    steps = max(run.step for run in runs) - max(run.step for run in before)
    return Result(
        runs[0], histories[0], frame, steps, seconds, second, training.measured,
        attending=shown.attending, fixes=shown.fixes,
    )  # fmt: skip


def _attended(shown: Shown) -> Shown:
    """Return it with what has been reached by now of a lesson or a question."""
    reached = attended(shown.attending, shown.state)
    return replace(shown, display=replace(shown.display, attending=reached))


# --- training ------------------------------------------------------------------------------------


def trained(training: Training, runs: list[Run]) -> tuple[list[Run], list[list[Record]], float]:
    """Return the runs after a call's steps, in step with each other, their records, and seconds.

    One that diverges stays behind; the others go on.
    """
    runs, watch, finished = list(runs), Watch(training.every), _finished(training)
    records: list[list[Record]] = [[] for _ in runs]
    at = max(run.step for run in runs)
    end = at + (training.steps if training.steps is not None else 10**12)
    # First a few steps, then more: how long one takes is not known before, nor from the first
    # one, which also loads a trainer; but from an earlier call of the same network.
    pace = ("pace", *map(trainer_key, runs))
    check, known, first = CACHE.get(pace) or 0, False, time.perf_counter()
    while at < end and not all(run.diverged for run in runs) and not finished():
        began, before = time.perf_counter(), at
        until, ask = (end, finished) if known else (min(end, at + max(1, check)), None)
        for i, run in enumerate(runs):
            runs[i], new = advance(run, until - run.step, watch, ask, max(1, check))
            records[i] += new
        at, took = max(run.step for run in runs), time.perf_counter() - began
        known = check > 0 and took > LOOK_EVERY / 4 and len(runs) == 1
        check = max(1, min(4 * check, int((at - before) * LOOK_EVERY * len(runs) / took)))
    CACHE.put(pace, check, 0)
    return runs, records, time.perf_counter() - first


def _finished(training: Training) -> Callable[[], bool]:
    end = time.perf_counter() + training.budget
    return lambda: flagged(training.slot, training.seq) or time.perf_counter() > end


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


# --- measuring -----------------------------------------------------------------------------------


def _measured(
    training: Training,
    display: Display,
    run: Run,
    history: History,
    trainer: Trainer,
    known: Measured,
    looks: list[Moment],
) -> tuple[Measured, list[Moment], float]:
    """Return what is known with what was wanted of these, the new looks, and their seconds."""
    wanted = training.wanted
    if "spectra" in wanted:
        found = more_spectra(probe_of(trainer).run(), run, training, display)
        known = replace(known, spectra=found)
    began = time.perf_counter()
    if "moments" in wanted and not run.diverged:
        looks = [*looks, look(trainer, run)]
    looked, moments = time.perf_counter() - began, known.moments
    if moments is not None:
        for moment in looks:
            moments = moments.extend(moment)
        known = replace(known, moments=moments)
    if "diagnosis" in wanted:
        known = replace(known, findings=diagnose(run, history, observe(trainer, run)))
    return known, looks, looked


def _first_look(training: Training, run: Run) -> list[Moment]:
    """Return what the layers look like at step 0, where that is shown and not known yet."""
    moments = training.measured.moments
    if "moments" not in training.wanted or run.step or (moments and len(moments.lines)):
        return []
    with borrowed_trainer(run) as trainer:
        return [look(trainer, run)]


def with_draws(config: Config, data: Dataset, training: Training) -> Band:
    """Return the band with more draws, as many as fit into DRAWING seconds, at least one.

    Fewer where somebody has pressed something: the worker has better things to do.
    """
    probe = acquire_probe(config, data)
    end, found = time.perf_counter() + DRAWING, training.measured.band
    while found is None or found.draws < DRAWS:
        # Other seeds than a run's: the run on screen is not one of its own band.
        first = 10_000 + (found.draws if found else 0)
        found = band(probe, range(first, first + 1), found)
        if time.perf_counter() > end or flagged(training.slot, training.seq):
            break
    release_probe(probe, data)
    return found


def more_spectra(net: Pass, run: Run, training: Training, display: Display) -> Spectra:
    """Return the singular values at the run's step, as many as fit into RESOLVING seconds."""
    end = time.perf_counter() + RESOLVING

    def stop() -> bool:
        # At full speed the flag stands at every frame, and a part of this step's is no use.
        gone = not display.playing and flagged(training.slot, training.seq)
        return gone or time.perf_counter() > end

    return spectra(net, run.step, training.measured.spectra, stop)


def _overtaken(training: Training) -> bool:
    """Return whether what was drawn for a waiting page is waited for no more: no frame is made."""
    return flagged(training.slot, training.seq)


def _autopsy(training: Training, run: Run, data: Dataset) -> Autopsy | None:
    """Return the autopsy of a run that diverged, where that is wanted, from the cache if it can."""
    if run.diverged is None or "autopsy" not in training.wanted:
        return None
    key = ("autopsy", run.data_key, run.origin, run.changes, run.diverged)
    found = CACHE.get(key)
    if found is None:
        found = autopsy(run, attach(training.before, data) if training.before else None)
        arrays = [*found.largest.values(), *found.rms.values()]
        CACHE.put(key, found, sum(a.nbytes for a in arrays) + found.back.parameters.nbytes)
    return found
