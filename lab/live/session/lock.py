"""Methods of a Loop, which Streamlit's threads and the server's own call at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any


def synchronized(method: Callable) -> Callable:
    """Return the method of a Loop, made under its lock."""

    @wraps(method)
    def under_lock(self: Any, *args: object, **kwargs: object) -> object:
        with self.lock:
            return method(self, *args, **kwargs)

    return under_lock


def announced(method: Callable) -> Callable:
    """Return the method of a Loop, made under its lock; whoever waits for a frame is woken."""
    under_lock = synchronized(method)

    @wraps(method)
    def and_woken(self: Any, *args: object, **kwargs: object) -> object:
        try:
            return under_lock(self, *args, **kwargs)
        finally:
            for wake in tuple(self.waiting):
                wake()

    return and_woken
