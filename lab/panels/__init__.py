"""What the pages show of a run, one file a panel: a panel is a pure function of one `Shown`.

Adding a panel is adding a file here with an entry in its PANELS. Imports lab.live, lab.figures and
all below; only lab.live.session and the pages import this.
"""

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules

from lab.panels.panel import Bar, Panel

PANELS: list[Panel] = []
BARS: list[Bar] = []
for _found in iter_modules(__path__):
    _module = import_module(f"lab.panels.{_found.name}")
    PANELS += getattr(_module, "PANELS", ())
    BARS += getattr(_module, "BARS", ())


def panels_of(page: str) -> list[Panel]:
    """Return a page's panels in the order in which they stand there."""
    found = [panel for panel in PANELS if page in panel.pages]
    return sorted(found, key=lambda panel: panel.pages[page])


@lru_cache
def needs_of(page: str) -> frozenset[str]:
    """Return what is needed for a page's panels and bars."""
    bars = (bar.needs for bar in BARS if page in bar.pages)
    return frozenset().union(*(panel.needs for panel in panels_of(page)), *bars)
