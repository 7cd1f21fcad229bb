"""The one sentence that a page says above its controls, and the wish for the page to run anew."""

from __future__ import annotations

import streamlit as st


def say(problem: str, title: str = "") -> None:
    """Remember a sentence for the next drawing of the side bar; "" forgets it."""
    found = (title, problem) if problem else None
    if found != st.session_state.get("problem"):
        redraw()
    st.session_state["problem"] = found


def problem() -> tuple[str, str] | None:
    """Return the title and text that `say` left."""
    return st.session_state.get("problem")


def redraw(wanted: bool = True) -> None:
    """Ask for a run of the whole page: a press runs only the part of the page that it is in."""
    st.session_state["redraw"] = wanted


def redraw_wanted() -> bool:
    """Return whether a run of the whole page has been asked for."""
    return bool(st.session_state.get("redraw"))
