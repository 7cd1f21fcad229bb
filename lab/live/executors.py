"""Where training runs: in this process, in a pool of worker processes, or on a Dask cluster.

All three are concurrent.futures executors; what is submitted is a module-level function with
picklable arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from lab.live.pool import WorkerPool, nothing

__all__ = ["InlineExecutor", "WorkerPool", "open_executor", "tell_all"]


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


def tell_all(executor: Executor, fn: Callable, *args: Any) -> None:
    """Let every process of an executor make a call; on a cluster, one of them."""
    if isinstance(executor, WorkerPool):
        executor.tell_all(fn, *args)
    else:
        executor.submit(fn, *args)


def open_executor(kind: str = "pool", workers: int = 2, warm: Callable = nothing) -> Executor:
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
