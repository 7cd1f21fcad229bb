"""What a page is, and all of them: each file of pages/ holds one, PAGE, and is found by itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

PAGES_FOLDER = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page.

    key: the name of its file, and of its address; order: where it stands in the navigation;
    question: what it answers; preset: the starting point that it opens on, where it shows a
    network; plays: whether that trains at once.
    """

    key: str
    title: str
    icon: str
    order: int
    question: str
    preset: str = "spiral"
    plays: bool = True

    @property
    def file(self) -> str:
        """Its script, as Streamlit names it."""
        return f"{self.key}.py"


@lru_cache
def all_pages() -> tuple[Page, ...]:
    """Return the pages in the order of the navigation; the first one is the first visit's."""
    names = (found.name for found in iter_modules([str(PAGES_FOLDER)]))
    modules = (import_module(f"pages.{name}") for name in names if name not in ("main", "shared"))
    return tuple(sorted((module.PAGE for module in modules), key=lambda page: page.order))


def page_of(key: str) -> Page:
    """Return the page of this name. Raises KeyError."""
    return {page.key: page for page in all_pages()}[key]
