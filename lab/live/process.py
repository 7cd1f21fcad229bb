"""A worker process: it makes the calls that come through its pipe, one after the other.

Calls come as pickled (number, function, arguments, keywords), answers go back as pickled (number,
whether it went well, value or exception, seconds). An empty message ends the process.
Flags are numbers in memory shared with the server.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import ModuleType
from typing import Any

#: Small steps get up to 40 times slower when BLAS starts threads of its own.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")

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


def work(pipe: Connection, flags: Any, warm: Callable[[], object], server: int) -> None:
    """Make calls until the pipe ends. warm: called first; server: the server's process number."""
    global _flags
    _flags = flags
    # The server tells its number: by now it may be gone, and the parent another process.
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    calls: SimpleQueue[bytes | None] = SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, calls), daemon=True).start()
    warm()
    while (call := calls.get()) is not None:
        pipe.send_bytes(_answer(call))


def _receive(pipe: Connection, calls: SimpleQueue[bytes | None]) -> None:
    """Take calls from the pipe as they come, so that the server never waits to write one."""
    try:
        while call := pipe.recv_bytes():
            calls.put(call)
    except (EOFError, OSError):
        pass  # the server is gone
    calls.put(None)


def _answer(call: bytes) -> bytes:
    """Make a call, and return its answer."""
    number, began = -1, time.perf_counter()
    try:
        number, fn, args, kwargs = pickle.loads(call)
        value = fn(*args, **kwargs)
        took = time.perf_counter() - began
        return pickle.dumps((number, True, value, took), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        error.add_note(traceback.format_exc())
        try:
            return pickle.dumps((number, False, error, 0.0))
        except Exception:
            told = RuntimeError(f"{type(error).__name__}: {error}")
            return pickle.dumps((number, False, told, 0.0))


def _end_with(parent: int) -> None:
    """End this process when its parent is gone: a killed server can't tell its workers."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(0)


# --- in the server -------------------------------------------------------------------------------

#: Two threads that hid __main__ at once would leave it hidden.
_starting = threading.Lock()


@contextmanager
def bare_start() -> Iterator[None]:
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
