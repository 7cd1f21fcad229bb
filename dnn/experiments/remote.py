"""An experiment run in a worker, which tells how far it is and can be stopped."""

from __future__ import annotations

from dnn.execution import flagged, report
from dnn.experiments import EXPERIMENTS, Outcome, Stopped

#: A whole experiment, in what a flag counts.
WHOLE = 1000


def run_there(key: str, stop: int, number: int, told: int, base: int) -> Outcome | None:
    """Return an experiment's outcome, or None where it was stopped.

    It stops when the flag `stop` stands at `number`, and raises the flag `told` from base to
    base + WHOLE as it goes.
    """

    def progress(done: float, sentence: str) -> bool:
        report(told, base + int(done * WHOLE))
        return not flagged(stop, number)

    try:
        return EXPERIMENTS[key].run(progress)
    except Stopped:
        return None
