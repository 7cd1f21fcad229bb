"""Where training runs: in this process, in a pool of worker processes, or on a Dask cluster.

All three are concurrent.futures executors; what is submitted is a module-level function with
picklable arguments.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

#: Small steps get up to 40 times slower when BLAS starts threads of its own.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
#: How many sessions can train at once with a flag of their own.
FLAGS = 4096
#: A session moves to another worker for so many calls that would be before it: its run moves too.
MOVING = 3
#: A call that killed this many workers is given up.
TRIES = 3


class InlineExecutor(Executor):
    """Runs what is submitted at once, in the caller's thread."""

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Return a future that is already done."""
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


# --- in the worker -------------------------------------------------------------------------------

_flags: Any = None


def flagged(slot: int, number: int) -> bool:
    """Return whether call `number` of a session is to finish: in a worker, and only there.

    A flag only ever rises: once it stands at a number, that call and all before it are to finish.
    """
    return _flags is not None and _flags[slot] >= number


def report(slot: int, number: int) -> None:
    """Raise a flag from inside a worker, for the server to read: how far a call has come."""
    if _flags is not None:
        _flags[slot] = max(number, _flags[slot])


def _start_worker(flags: Any, warm: Callable[[], object], server: int) -> None:
    global _flags
    _flags = flags
    # The server tells its number: by now it may be gone, and the parent another process.
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    warm()


def _end_with(parent: int) -> None:
    """End this process when its parent is gone: a killed server can't tell its workers."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(0)


def _nothing() -> None:
    """Do nothing: what a new worker is given, so that it starts."""


# --- in the server -------------------------------------------------------------------------------


#: Two threads that hid __main__ at once would leave it hidden.
_starting = threading.Lock()


@contextmanager
def _bare_start() -> Iterator[None]:
    """Let processes start without the server's __main__, with one BLAS thread each.

    Streamlit makes the app's script __main__, and a spawned process would run it again.
    """
    with _starting:
        main = sys.modules["__main__"]
        kept = {name: os.environ.get(name) for name in ONE_THREAD}
        sys.modules["__main__"] = ModuleType("__main__")
        os.environ.update(ONE_THREAD)
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            for name, value in kept.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


@dataclass(eq=False)
class _Worker:
    """One process behind an executor of its own, so that its end harms no other."""

    executor: ProcessPoolExecutor
    #: Calls that are not done, by the session that made them.
    pending: Counter[int | None] = field(default_factory=Counter)

    def busy(self, home: int | None = None) -> int:
        """Return how many calls wait here, without a session's own."""
        return self.pending.total() - (self.pending[home] if home is not None else 0)


@dataclass(eq=False)
class _Call:
    """A call of a session, by the number of its flag; outer: the future that its maker waits for.

    make: submits it to a worker's executor; it is made again where the worker dies, `tries` times.
    """

    slot: int | None
    make: Callable[[ProcessPoolExecutor], Future]
    outer: Future = field(default_factory=Future)
    tries: int = TRIES


@dataclass(eq=False)
class WorkerPool(Executor):
    """Worker processes, with one more that stands ready to take a lost one's place.

    A call whose worker dies is made again in the spare worker: calls are pure functions of their
    arguments. warm: called in each new worker, to import what the calls need.
    """

    workers: int = 2
    warm: Callable[[], object] = _nothing
    lost: int = 0
    #: Its holder may take it again: a session that is collected meanwhile gives its flag back.
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ValueError(f"workers: {self.workers!r} is not allowed; at least 1")
        self._context = multiprocessing.get_context("spawn")
        self._flags = self._context.RawArray(ctypes.c_ulonglong, FLAGS)
        self._free = list(range(FLAGS))
        #: The worker of each session's last call.
        self._homes: dict[int, _Worker] = {}
        self._team = [self._start() for _ in range(self.workers)]
        self._spare: _Worker | None = self._start()
        self._closed = False

    def _start(self) -> _Worker:
        executor = ProcessPoolExecutor(
            1,
            mp_context=self._context,
            initializer=_start_worker,
            initargs=(self._flags, self.warm, os.getpid()),
        )
        with _bare_start():
            executor.submit(_nothing)
        return _Worker(executor)

    def take_flag(self) -> int:
        """Return a flag's number for a session's use. Raises ValueError when all are taken."""
        with self._lock:
            if not self._free:
                raise ValueError(f"sessions: {FLAGS} train at once, which is all this server takes")
            return self._free.pop()

    def give_flag(self, slot: int) -> None:
        """Take back a flag; the session that takes it next numbers its calls on from there."""
        with self._lock:
            self._free.append(slot)
            self._homes.pop(slot, None)

    def raise_flag(self, slot: int, number: int) -> None:
        """Ask the session's call `number`, and all before it, to finish."""
        self._flags[slot] = max(number, self._flags[slot])

    def flag_at(self, slot: int) -> int:
        """Return where a flag stands: calls with a higher number run."""
        return self._flags[slot]

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Return the future of fn(*args, **kwargs) in the least busy worker."""
        return self.submit_for(None, fn, *args, **kwargs)

    def submit_for(self, slot: int | None, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Return the future of a call of the session that has this flag.

        In the worker of its last call, which keeps its run and has compiled what it needs, unless
        it would wait much less elsewhere: what it has given up itself ends there at once.
        """
        call = _Call(slot, lambda executor: executor.submit(fn, *args, **kwargs))
        self._attempt(call)
        return call.outer

    def _chosen(self, slot: int | None) -> _Worker:
        """Return the worker for a session's call. The lock is held."""
        free = min(self._team, key=lambda w: w.busy())
        home = self._homes.get(slot) if slot is not None else None
        if home in self._team and home.busy(slot) <= free.busy() + MOVING * (free.busy() > 0):
            return home
        if slot is not None:
            self._homes[slot] = free
        return free

    def _attempt(self, call: _Call) -> None:
        outer = call.outer
        with self._lock:
            worker = self._chosen(call.slot)
            worker.pending[call.slot] += 1
        try:
            inner = call.make(worker.executor)
        except (BrokenProcessPool, RuntimeError) as error:
            if self._closed:
                raise
            self._lose(worker, call, error)
            return

        # Not the future itself in both callbacks: a ring of futures keeps a frame's memory until
        # the garbage collector has gone through everything, which in a server takes hours.
        under_way = [inner]

        def done(inner: Future) -> None:
            under_way.clear()
            with self._lock:
                worker.pending[call.slot] -= 1
            if inner.cancelled() or outer.cancelled():
                outer.cancel()
                outer.set_running_or_notify_cancel()  # wakes those who wait for it
                return
            error = inner.exception()
            if error is None:
                outer.set_result(inner.result())
            elif isinstance(error, BrokenProcessPool):
                self._lose(worker, call, error)
            else:
                outer.set_exception(error)

        inner.add_done_callback(done)
        outer.add_done_callback(lambda o: o.cancelled() and [f.cancel() for f in under_way])

    def _lose(self, worker: _Worker, call: _Call, error: BaseException) -> None:
        """Make a lost worker's call again, or give it up."""
        self._replace(worker)
        call.tries -= 1
        if call.tries and not self._closed:
            self._attempt(call)
        else:
            call.outer.set_exception(error)

    def _replace(self, worker: _Worker) -> None:
        """Put the spare in the place of a lost worker, and start another spare behind it."""
        with self._lock:
            if self._closed or worker not in self._team:
                return
            self.lost += 1
            self._team[self._team.index(worker)] = self._spare or self._start()
            self._spare = None
        worker.executor.shutdown(wait=False, cancel_futures=True)
        threading.Thread(target=self._start_spare, daemon=True).start()

    def _start_spare(self) -> None:
        spare = self._start()
        with self._lock:
            if self._spare is None and not self._closed:
                self._spare = spare
                return
        spare.executor.shutdown(wait=False)

    def tell_all(self, fn: Callable, *args: Any) -> None:
        """Let every worker make a call, behind what it has to do; nobody waits for it."""
        with self._lock:
            workers = list(self._team)
        for worker in workers:
            # One that is gone, or about to go, remembers nothing.
            with suppress(BrokenProcessPool, RuntimeError):
                worker.executor.submit(fn, *args)

    def pids(self) -> list[int]:
        """Return the process numbers of the workers at work (not of the spare)."""
        return [pid for w in self._team for pid in (w.executor._processes or {})]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all workers."""
        with self._lock:
            self._closed = True
            workers = [*self._team, *([self._spare] if self._spare else [])]
        for worker in workers:
            worker.executor.shutdown(wait=wait, cancel_futures=cancel_futures)


def tell_all(executor: Executor, fn: Callable, *args: Any) -> None:
    """Let every process of an executor make a call; on a cluster, one of them."""
    if isinstance(executor, WorkerPool):
        executor.tell_all(fn, *args)
    else:
        executor.submit(fn, *args)


def open_executor(kind: str = "pool", workers: int = 2, warm: Callable = _nothing) -> Executor:
    """Return the executor of this kind: "inline", "pool", or a Dask scheduler's address.

    Raises ValueError for another kind, or where Dask is asked for and not installed.
    """
    if kind == "inline":
        return InlineExecutor()
    if kind == "pool":
        return WorkerPool(workers, warm)
    if kind.startswith(("tcp://", "tls://")):
        try:
            from dask.distributed import Client  # type: ignore[import-not-found]
        except ImportError:
            raise ValueError(
                f"executor: {kind!r} needs Dask; install it with: pip install distributed"
            ) from None
        return Client(kind).get_executor()
    raise ValueError(f"executor: {kind!r} is not known; choose inline, pool or tcp://host:port")
