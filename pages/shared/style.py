"""The style sheets of static/css/ on the page: the look of its frame and of pages with their own.

Those of the live panels their module fetches itself. Here they are put into the page's first
message, so that nothing is seen without them.
"""

from __future__ import annotations

from functools import cache

import streamlit as st

from pages.shared.frames import STATIC

#: Pixels above the panels on a projector: the transport.
TRANSPORT = 72


@cache
def _sheet(name: str) -> str:
    return (STATIC / "css" / f"{name}.css").read_text()


def apply(*names: str, **variables: str) -> None:
    """Add style sheets of static/css/ to the page, and values for the variables that they use."""
    given = "".join(f"--nl-{name}: {value};" for name, value in variables.items())
    rules = [f":root {{ {given} }}"] if given else []
    st.html("<style>" + "\n".join([*rules, *map(_sheet, names)]) + "</style>")


def for_projector(*names: str, bar: int = 0) -> None:
    """Add the rules of the projector mode.

    names: of further sheets; bar: pixels of controls above the panels.
    """
    apply("page_projector", *names, above=f"{TRANSPORT + bar}px")
