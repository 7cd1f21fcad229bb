"""The cache of compiled networks and data sets that every process keeps.

Bounded in bytes; it cannot change results.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Cache:
    """Least recently used values, bounded in bytes. take removes, so that two can't share."""

    def __init__(self, limit: int):
        self.limit = limit
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> Any | None:
        """Return the value and forget it, or None."""
        with self._lock:
            return self._entries.pop(key, (None, 0))[0]

    def get(self, key: Hashable) -> Any | None:
        """Return the value, now the most recently used, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: Hashable, value: Any, nbytes: int) -> None:
        """Keep a value, dropping the oldest ones beyond the limit."""
        with self._lock:
            self._entries[key] = (value, nbytes)
            self._entries.move_to_end(key)
            while len(self._entries) > 1 and self.nbytes > self.limit:
                self._entries.popitem(last=False)

    def forget(self, part: Hashable) -> None:
        """Drop every value whose key is a tuple with this part in it."""
        with self._lock:
            for key in [k for k in self._entries if isinstance(k, tuple) and part in k]:
                del self._entries[key]

    @property
    def nbytes(self) -> int:
        return sum(size for _, size in self._entries.values())


CACHE = Cache(256 * 2**20)


def forget(data_key: str) -> None:
    """Drop everything that this process keeps of a data set: itself, and what was made of it."""
    CACHE.forget(data_key)
