"""What a worker keeps of a session between two calls: the run and its history are not sent again.

The session has both too. Where a worker has them no more, or another one takes the call, the
session sends them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from dnn.engine.cache import CACHE
from dnn.run.history import History
from dnn.run.training import Run
from lab.live.request import Result, Training


class Kept(NamedTuple):
    """The run and history that call `seq` of a session has left."""

    seq: int
    run: Run
    history: History


def without_run(training: Training, seq: int) -> Training:
    """Return a call as it is sent to a worker that keeps its run as call `seq` has left it."""
    return replace(training, run=None, history=None, kept=seq)  # type: ignore[arg-type]


def with_run(training: Training) -> Training | None:
    """Return the call with its run and history; None where this process does not keep them."""
    if not training.kept:
        return training
    found: Kept | None = CACHE.get(_key(training))
    if found is None or found.seq != training.kept:
        return None
    return replace(training, run=found.run, history=found.history)


def keep(training: Training, result: Result) -> Result:
    """Keep what a call has come to; return it as it is sent to its session, with new records only.

    A session of two networks, or of one too large to train, is sent everything.
    """
    run, history = result.run, result.history
    if not training.session or run is None or history is None or result.added is None:
        return result
    arrays = [run.parameters, run.initial, run.state, *history.columns.values()]
    kept = Kept(training.seq, run, history)
    CACHE.put(_key(replace(training, data_key=run.data_key)), kept, sum(a.nbytes for a in arrays))
    return replace(result, history=None)


def _key(training: Training) -> tuple[str, str, str]:
    return "kept", training.data_key, training.session
