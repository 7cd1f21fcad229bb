"""The pool of worker processes, and which of them makes a call.

Not concurrent.futures' own pool: there a call goes through three threads of the server on its way
and back, and with forty students, whose pages are drawn by more threads, workers waited for them.
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import os
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from lab.live.process import bare_start, work

#: How many sessions can train at once with a flag of their own.
FLAGS = 4096
#: A call that killed this many workers is given up.
TRIES = 3
#: A session moves to a worker where so many calls fewer are before it: its run moves along.
MOVING = 3
#: The share of their time that workers are to be busy at most; seconds from one look at that to the
#: next, since a session's last call where it counts as training, and in which a page asks anyway.
BUSY, RECKONING, TRAINING, ASKING = 0.9, 0.1, 2.0, 0.03


def nothing() -> None:
    """Do nothing: what a worker is warmed up with where it needs nothing."""


@dataclass(eq=False)
class _Call:
    """A call under way: as it is sent, the session's flag if it is one, and who waits for it."""

    slot: int | None
    sent: tuple[Callable, tuple, dict]
    future: Future = field(default_factory=Future)
    tries: int = TRIES

    def answer(self, well: bool, value: Any) -> None:
        """Tell the one who waits, if anybody still does."""
        with suppress(InvalidStateError):
            if well:
                self.future.set_result(value)
            else:
                self.future.set_exception(value)

    def drop(self) -> None:
        """Tell the one who waits that nothing will come."""
        self.future.cancel()
        self.future.set_running_or_notify_cancel()  # wakes those who wait for it


class _Worker:
    """One process, and the calls that it has been sent, in the order in which it makes them."""

    def __init__(
        self,
        context: Any,
        flags: Any,
        warm: Callable[[], object],
        answered: Callable[[_Worker, _Call, float], None],
        ended: Callable[[_Worker], None],
    ):
        self.pipe, there = context.Pipe()
        self.process = context.Process(target=work, args=(there, flags, warm, os.getpid()))
        with bare_start():
            self.process.start()
        there.close()
        self.calls: dict[int, _Call] = {}
        self._number = 0
        self._writing = threading.Lock()
        self._answered, self._ended = answered, ended
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def background(self) -> int:
        """How many calls of no session it has: they may take long."""
        return sum(call.slot is None for call in tuple(self.calls.values()))

    def busy(self, home: int | None = None) -> int:
        """Return how many calls wait here, without a session's own."""
        calls = tuple(self.calls.values())
        return len(calls) if home is None else sum(call.slot != home for call in calls)

    def send(self, call: _Call) -> None:
        """Send a call. Raises OSError where the process has ended."""
        with self._writing:
            self._number += 1
            self.calls[self._number] = call
            try:
                sent = pickle.dumps((self._number, *call.sent), pickle.HIGHEST_PROTOCOL)
            except Exception as error:
                del self.calls[self._number]
                call.answer(False, error)
                return
            self.pipe.send_bytes(sent)

    def end(self) -> None:
        """Let the process end when it has made its calls."""
        with suppress(OSError), self._writing:
            self.pipe.send_bytes(b"")

    def _listen(self) -> None:
        """Take answers until the process ends."""
        try:
            while True:
                number, well, value, took = pickle.loads(self.pipe.recv_bytes())
                call = self.calls.pop(number)
                call.answer(well, value)
                self._answered(self, call, took)
        except (EOFError, OSError):
            self._ended(self)


class WorkerPool(Executor):
    """Worker processes, with one more that stands ready to take a lost one's place.

    A call whose worker dies is made again in the spare worker: calls are pure functions of their
    arguments. warm: called in each new worker, to import what the calls need. lost: how many died.
    """

    def __init__(self, workers: int = 2, warm: Callable[[], object] = nothing):
        if workers < 1:
            raise ValueError(f"workers: {workers!r} is not allowed; at least 1")
        self.workers, self.warm, self.lost = workers, warm, 0
        #: Its holder may take it again: a session that is collected meanwhile gives its flag back.
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._context = multiprocessing.get_context("spawn")
        self._flags = self._context.RawArray(ctypes.c_ulonglong, FLAGS)
        self._free = list(range(FLAGS))
        #: The worker of each session's last call.
        self._homes: dict[int, _Worker] = {}
        #: The seconds that each session's calls take, and when the last one came.
        self._takes: dict[int, tuple[float, float]] = {}
        self._interval, self._reckoned = 0.0, -math.inf
        #: Calls of no session, which each worker is given one at a time.
        self._backlog: deque[_Call] = deque()
        self._closed = False
        self._team = [self._start() for _ in range(workers)]
        self._spare: _Worker | None = self._start()

    def _start(self) -> _Worker:
        return _Worker(self._context, self._flags, self.warm, self._answered, self._ended)

    # --- flags -----------------------------------------------------------------------------------

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
            self._takes.pop(slot, None)

    def raise_flag(self, slot: int, number: int) -> None:
        """Ask the session's call `number`, and all before it, to finish."""
        self._flags[slot] = max(number, self._flags[slot])

    def flag_at(self, slot: int) -> int:
        """Return where a flag stands: calls with a higher number run."""
        return self._flags[slot]

    # --- calls -----------------------------------------------------------------------------------

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Return the future of fn(*args, **kwargs) in the least busy worker.

        It may take long: a worker is given one such call at a time.
        """
        return self._submit(_Call(None, (fn, args, kwargs)))

    def submit_for(self, slot: int, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Return the future of a call of the session that has this flag.

        In the worker of its last call, which keeps its run and has compiled what it needs, unless
        it would wait much less elsewhere: what it has given up itself ends there at once.
        """
        return self._submit(_Call(slot, (fn, args, kwargs)))

    def _submit(self, call: _Call) -> Future:
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot submit a call after shutdown")
            self._place(call)
        return call.future

    def _place(self, call: _Call) -> None:
        """Send a call to a worker, or let it wait for one. The lock is held."""
        if call.slot is not None:
            self._send(self._home(call.slot), call)
            return
        free = min(self._team, key=lambda w: (w.background, w.busy()))
        if free.background:
            self._backlog.append(call)
        else:
            self._send(free, call)

    def _send(self, worker: _Worker, call: _Call) -> None:
        with suppress(OSError):  # its end is noticed by who listens to it, and the call made again
            worker.send(call)

    def interval(self) -> float:
        """Return the seconds from one call of a session to its next at which workers keep up.

        0 where that is no more than a page takes to ask. Without it calls would wait in front of
        the workers, and what somebody presses would wait behind them.
        """
        now = time.monotonic()
        if now - self._reckoned > RECKONING:
            with self._lock:
                takes = [took for took, at in self._takes.values() if now - at < TRAINING]
            self._interval, self._reckoned = sum(takes) / (len(self._team) * BUSY), now
        return self._interval if self._interval > ASKING else 0.0

    def _home(self, slot: int) -> _Worker:
        """Return the worker for a session's call. The lock is held."""
        free = min(self._team, key=lambda w: (w.background, w.busy()))
        home = self._homes.get(slot)
        if home is not None and home in self._team and home.background <= free.background:
            waits, there = home.busy(slot), free.busy()
            if waits <= there or (there and waits <= there + MOVING):
                return home
        self._homes[slot] = free
        return free

    def _answered(self, worker: _Worker, call: _Call, took: float) -> None:
        """Note what a session's call takes; give a worker that is done with a long one the next."""
        with self._lock:
            if call.slot in self._homes:
                before, _ = self._takes.get(call.slot, (took, 0.0))
                self._takes[call.slot] = before + (took - before) / 4, time.monotonic()
            while call.slot is None and self._backlog and not worker.background:
                following = self._backlog.popleft()
                if following.future.cancelled():
                    following.drop()
                else:
                    self._send(worker, following)
            self._idle.notify_all()

    def _ended(self, worker: _Worker) -> None:
        """Put the spare in the place of a worker that has died, and make its calls again."""
        with self._lock:
            calls = list(worker.calls.values())
            worker.calls.clear()
            if self._closed or worker not in self._team:
                for call in calls:
                    call.drop()
                self._spare = None if worker is self._spare else self._spare
                self._idle.notify_all()
                return
            self.lost += 1
            self._team[self._team.index(worker)] = self._spare or self._start()
            self._spare = None
            threading.Thread(target=self._start_spare, daemon=True).start()
            for i, call in enumerate(calls):
                call.tries -= i == 0  # it was at the first one
                if call.tries:
                    self._place(call)
                else:
                    call.answer(False, BrokenProcessPool(f"it ended {TRIES} worker processes"))
        worker.process.join()

    def _start_spare(self) -> None:
        spare = self._start()
        with self._lock:
            if self._spare is None and not self._closed:
                self._spare = spare
                return
        spare.end()

    def tell_all(self, fn: Callable, *args: Any) -> list[Future]:
        """Let every worker make a call, behind what it has to do."""
        with self._lock:
            calls = [_Call(-1, (fn, args, {})) for _ in self._team]
            for worker, call in zip(self._team, calls, strict=True):
                self._send(worker, call)
        return [call.future for call in calls]

    def pids(self) -> list[int]:
        """Return the process numbers of the workers at work (not of the spare)."""
        return [worker.process.pid for worker in self._team]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all workers, when they have made their calls."""
        with self._lock:
            self._closed = True
            while cancel_futures and self._backlog:
                self._backlog.popleft().drop()
            while wait and (self._backlog or any(worker.calls for worker in self._team)):
                self._idle.wait()
            workers = [*self._team, *([self._spare] if self._spare else [])]
        for worker in workers:
            worker.end()
        for worker in workers if wait else []:
            worker.process.join()
