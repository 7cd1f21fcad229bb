"""What a session has workers do for longer than a frame, without Streamlit; results are kept.

Trials: published experiments, one at a time. Measurement: the grid of measured trainability.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

from dnn.data.datasets import Dataset
from lab.analysis.trainability import Column, Plan, examples, measured
from lab.experiments import EXPERIMENTS, Outcome, Stopped
from lab.live.executors import WorkerPool
from lab.live.process import flagged, report

T = TypeVar("T")
#: A whole experiment, in what a flag counts.
WHOLE = 1000


# --- in a worker ---------------------------------------------------------------------------------


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


def measured_there(plan: Plan, data: Dataset, index: int, slot: int, number: int) -> Column | None:
    """Return a column in a worker, None where the flag `slot` came to stand at `number`."""
    return measured(plan, data, index, lambda: flagged(slot, number))


# --- in the server -------------------------------------------------------------------------------


def _leave(pool: WorkerPool, stop: int, told: int) -> None:
    """Stop what runs, and give both flags back."""
    pool.raise_flag(stop, pool.flag_at(stop) + WHOLE)
    for slot in (stop, told):
        pool.give_flag(slot)


class Calls:
    """Calls that can be stopped and tell how far they are, by two flags of the pool."""

    def __init__(self, executor: Executor):
        self.executor = executor
        self._stop = self._told = self._number = self._base = 0
        if isinstance(executor, WorkerPool):
            self._stop, self._told = executor.take_flag(), executor.take_flag()
            weakref.finalize(self, _leave, executor, self._stop, self._told)

    def _number_next(self) -> None:
        """Number what is submitted next: the flags stand where earlier calls left them."""
        pool = self.executor if isinstance(self.executor, WorkerPool) else None
        self._number = pool.flag_at(self._stop) + 1 if pool else 1
        self._base = pool.flag_at(self._told) if pool else 0

    def _ask_to_stop(self) -> None:
        if isinstance(self.executor, WorkerPool):
            self.executor.raise_flag(self._stop, self._number)

    @property
    def share(self) -> float:
        """How much of what runs is done, 0 to 1."""
        if not isinstance(self.executor, WorkerPool):
            return 0.0
        return min(1.0, (self.executor.flag_at(self._told) - self._base) / WHOLE)


class Trials(Calls):
    """The experiment that runs, if one does, and the outcomes of those that have been run.

    predicted: the verdict that the viewer expects, by experiment; revealed: whether the teacher
    shows outcomes without.
    """

    def __init__(self, executor: Executor):
        super().__init__(executor)
        self.outcomes: dict[str, Outcome] = {}
        self.seconds: dict[str, float] = {}
        self.predicted: dict[str, str] = {}
        self.revealed = False
        self.running = self.failed = self.stopped = ""
        self._future: Future | None = None
        self._began = 0.0
        self._beside: dict[str, Any] = {}

    def beside(self, name: str, make: Callable[[Executor], T]) -> T:
        """Return what else the session keeps by this name, made at the first call."""
        if name not in self._beside:
            self._beside[name] = make(self.executor)
        return self._beside[name]

    @property
    def measured(self) -> bool:
        """Whether a measurement is shown, or under way, beside the network on screen."""
        return any(found.plan is not None for found in self._beside.values())

    def start(self, key: str) -> None:
        """Run an experiment, unless one is running. Raises ValueError for an unknown one."""
        if self.running:
            return
        EXPERIMENTS[key]
        self._number_next()
        self.running, self.failed, self._began = key, "", time.monotonic()
        self.stopped = ""
        self._future = self.executor.submit(
            run_there, key, self._stop, self._number, self._told, self._base
        )

    def predict(self, key: str, verdict: str) -> None:
        """Take what somebody expects of an experiment, the first time."""
        self.predicted.setdefault(key, verdict)

    @property
    def elapsed(self) -> float:
        """Seconds since the experiment under way was started."""
        return time.monotonic() - self._began

    def stop(self) -> None:
        """Ask the experiment under way to stop; what others found is kept."""
        if self.running:
            self._ask_to_stop()

    def collect(self) -> bool:
        """Take the outcome if it is there; return whether one still runs."""
        if self._future is None or not self._future.done():
            return bool(self.running)
        future, key = self._future, self.running
        self._future, self.running = None, ""
        try:
            outcome = future.result()
        except Exception as error:
            self.failed = f"{key} ended early: {type(error).__name__}: {error}"[:300]
            return False
        if outcome is None:
            self.stopped = key
        else:
            self.outcomes[key] = outcome
            self.seconds[key] = time.monotonic() - self._began
        return False


class Measurement(Calls):
    """The grid of one session: columns come one by one, and stay until the next measurement."""

    def __init__(self, executor: Executor):
        super().__init__(executor)
        self.plan: Plan | None = None
        self.columns: dict[int, Column] = {}
        self.running = False
        self.failed = ""
        self.examples, self.data_name = 0, ""
        self.seconds = 0.0
        self._data: Dataset | None = None
        self._queue: list[int] = []
        self._under_way: dict[int, Future] = {}

    @property
    def share(self) -> float:
        """How much of the grid is there, 0 to 1."""
        return len(self.columns) / len(self.plan.sigma_w) if self.plan else 0.0

    @property
    def _at_once(self) -> int:
        """Columns under way at once: of several workers one is left to everybody's live runs."""
        pool = self.executor
        return max(1, pool.workers - 1) if isinstance(pool, WorkerPool) else 1

    def start(self, plan: Plan, data: Dataset, name: str = "") -> None:
        """Measure a grid, unless one is being measured; the one before is forgotten.

        name: what the page calls the data, where not by its own name. Raises ValueError where the
        examples used leave nothing to tell apart.
        """
        if self.running:
            return
        self._data, self._began = examples(data), time.monotonic()
        self._number_next()
        self.plan, self.columns, self.running, self.failed = plan, {}, True, ""
        self.examples, self.data_name = self._data.m_train, name or data.name
        self._queue, self._under_way = list(range(len(plan.sigma_w))), {}
        self._submit()

    def _submit(self) -> None:
        plan, data = self.plan, self._data
        if plan is None or data is None:
            return
        while self._queue and len(self._under_way) < self._at_once:
            index = self._queue.pop(0)
            self._under_way[index] = self.executor.submit(
                measured_there, plan, data, index, self._stop, self._number
            )

    def stop(self) -> None:
        """Measure no more; the columns that are there are kept."""
        if self.running:
            self._ask_to_stop()
            self._end()

    def _end(self) -> None:
        self.running, self._queue, self._under_way, self._data = False, [], {}, None
        self.seconds = time.monotonic() - self._began

    def collect(self) -> bool:
        """Take the columns that are there and ask for more; return whether some are to come."""
        if not self.running:
            return False
        for index in [i for i, future in self._under_way.items() if future.done()]:
            try:
                column = self._under_way.pop(index).result()
            except Exception as error:
                self.failed = f"The measurement ended early: {type(error).__name__}: {error}"[:300]
                self.stop()
                return False
            if column is not None:
                self.columns[index] = column
        self._submit()
        if not self._under_way:
            self._end()
        return self.running
