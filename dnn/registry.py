"""Named entries, one registry per family (activations, losses, optimisers ...).

An entry's key is what the side bar offers, what a link carries and what the parametrised tests
run over. Adding one is adding an entry to its family's file: see docs/extending.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

#: A call of a compiled network: a function and its operands, the output buffer among them.
Call = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What every registered thing says of itself.

    key: the name in Config and in links; label: the name on screen; formula: plain text;
    help: one sentence for the side bar; source: where the definition comes from; plain: the same
    in plain NumPy, an expression or lines, which the exported script runs, the pages Walk and
    Glossary show, and a test compares with the engine; each family says of which names.
    """

    key: str
    label: str
    formula: str
    help: str
    source: str
    plain: str = ""


E = TypeVar("E", bound=Entry)


class Registry(Mapping[str, E], Generic[E]):
    """An ordered, read-only mapping from key to entry.

    Raises ValueError that names the family and the allowed keys when a key is unknown.
    """

    def __init__(self, family: str, entries: Iterable[E]):
        self.family = family
        self._entries = {entry.key: entry for entry in entries}

    def __getitem__(self, key: str) -> E:
        try:
            return self._entries[key]
        except (KeyError, TypeError):
            allowed = ", ".join(self._entries)
            raise ValueError(
                f"{self.family}: {key!r} is not known; choose one of {allowed}"
            ) from None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
