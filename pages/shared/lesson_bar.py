"""On a projector there is no side bar: the settings that a lesson's goals ask for, in a row."""

from __future__ import annotations

import streamlit as st

from dnn.config import FIELDS, Config
from lab.live.session.loop import Loop
from pages.shared import changes, session, widgets
from pages.shared.controls import WIDGETS, depth

#: So many settings fit in a row.
MOST = 5
#: Pixels of a row of switches, and of any other.
SWITCHES, ROW = 44, 84
#: The transport has a button for a new seed.
ELSEWHERE = ("seed",)
#: Networks of so many layers of one width are set by their depth.
DEEP = 3


def fields(loop: Loop) -> list[str]:
    """Return which settings stand in the row: those that the lesson leaves free and that matter."""
    if loop.state.lesson is None:
        return []
    free = [name for name in loop.state.lesson.free if name not in ELSEWHERE]
    shown = [n for n in free if FIELDS[n].applies(loop.state.config) and not session.hidden(n)]
    return shown[:MOST]


def height(loop: Loop) -> int:
    """Return how many pixels the row takes, 0 where there is none."""
    kinds = {FIELDS[name].kind for name in fields(loop)}
    return (SWITCHES if kinds == {"switch"} else ROW) if kinds else 0


@st.fragment
def lesson_bar() -> None:
    """Draw the row; the style sheet puts it above the panels."""
    if session.sidebar_outdated():
        st.rerun()
    loop = session.loop()
    shown = fields(loop)
    if not shown:
        return
    with st.container(key="lesson_bar"):
        # One or two do not need the whole width.
        columns = st.columns(max(3, len(shown)), gap="medium")
    for name, column in zip(shown, columns, strict=False):
        with column:
            if name == "hidden":
                _layers(loop.state.config)
            else:
                WIDGETS[FIELDS[name].kind](name, FIELDS[name], loop.state.config)


def _layers(config: Config) -> None:
    """Draw the hidden layers in one line: their depth, or their widths."""
    widths = config.hidden
    if len(widths) >= DEEP and len(set(widths)) == 1:
        depth(config)
        return
    text = FIELDS["hidden"].write(widths)
    key = widgets.key_for("lesson_hidden", text)
    st.text_input(
        "Hidden layers: their widths, as 8-4", text, key=key, on_change=_reshape, args=(key,)
    )


def _reshape(key: str) -> None:
    if widgets.on_page(key):
        changes.change_text("hidden", str(widgets.value(key) or ""))
