"""A session's published experiments, without Streamlit: one runs at a time, results are kept."""

from __future__ import annotations

import time
import weakref
from concurrent.futures import Executor, Future

from dnn.execution import WorkerPool
from dnn.experiments import EXPERIMENTS, Outcome
from dnn.experiments.remote import WHOLE, run_there


def _leave(pool: WorkerPool, stop: int, told: int) -> None:
    """Stop what runs, and give both flags back."""
    pool.raise_flag(stop, pool.flag_at(stop) + WHOLE)
    for slot in (stop, told):
        pool.give_flag(slot)


class Trials:
    """The experiment that runs, if one does, and the outcomes of those that have been run."""

    def __init__(self, executor: Executor):
        self.executor = executor
        self.outcomes: dict[str, Outcome] = {}
        self.seconds: dict[str, float] = {}
        self.running = self.failed = ""
        self._future: Future | None = None
        self._stop = self._told = self._number = self._base = 0
        self._began = 0.0
        if isinstance(executor, WorkerPool):
            self._stop, self._told = executor.take_flag(), executor.take_flag()
            weakref.finalize(self, _leave, executor, self._stop, self._told)

    def start(self, key: str) -> None:
        """Run an experiment, unless one is running. Raises ValueError for an unknown one."""
        if self.running:
            return
        EXPERIMENTS[key]
        pool = self.executor if isinstance(self.executor, WorkerPool) else None
        self._number = pool.flag_at(self._stop) + 1 if pool else 1
        self._base = pool.flag_at(self._told) if pool else 0
        self.running, self.failed, self._began = key, "", time.monotonic()
        self._future = self.executor.submit(
            run_there, key, self._stop, self._number, self._told, self._base
        )

    def stop(self) -> None:
        """Ask the experiment under way to stop; what others found is kept."""
        if self.running and isinstance(self.executor, WorkerPool):
            self.executor.raise_flag(self._stop, self._number)

    @property
    def share(self) -> float:
        """How much of the running experiment is done, 0 to 1."""
        if not isinstance(self.executor, WorkerPool):
            return 0.0
        return min(1.0, (self.executor.flag_at(self._told) - self._base) / WHOLE)

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
        if outcome is not None:
            self.outcomes[key] = outcome
            self.seconds[key] = time.monotonic() - self._began
        return False
