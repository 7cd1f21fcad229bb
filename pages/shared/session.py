"""One browser's session: its loop, its experiments, and whether its page is up to date."""

from __future__ import annotations

import os
from concurrent.futures import Executor

import streamlit as st

from lab.live.executors import open_executor
from lab.live.session.loop import Loop
from lab.live.session.state import State
from lab.live.trials import Trials
from lab.live.worker import warm_up
from lab.teaching.lessons import LESSONS
from pages.shared import link_reading, messages
from pages.shared.frames import publish
from pages.shared.page import Page, page_of

#: What a link says of what is asked.
ASKING = ("lesson", "predict")
#: What would give the answer away before somebody has predicted.
GIVEAWAYS = ("start_from", "trainability")


@st.cache_resource(show_spinner=False)
def executor() -> Executor:
    """Return the server's one executor; the operator chooses kind and workers."""
    workers = int(os.environ.get("NEURAL_LAB_WORKERS", os.cpu_count() or 1))
    return open_executor(os.environ.get("NEURAL_LAB_EXECUTOR", "pool"), workers, warm_up)


def loop() -> Loop:
    """Return this session's loop; its first call makes it from the link that opened the page."""
    if "loop" not in st.session_state:
        st.session_state["loop"] = link_reading.loop_of_link(page_of("playground"), executor())
    return st.session_state["loop"]


def state() -> State:
    """Return what is on screen in this session, to be read."""
    return loop().state


def visit(page: Page) -> Loop:
    """Return this session's loop, showing a page's panels; side bar and buttons are drawn next."""
    if "loop" not in st.session_state:
        _to_its_page(page.key)
        st.session_state["loop"] = link_reading.loop_of_link(page, executor())
    live = loop()
    live.look(page=page.key)
    live.drawn = (live.sidebar_version, live.transport_version)
    messages.redraw(False)
    return live


def _to_its_page(page: str) -> None:
    """Go where the lesson of the link plays: the address to be spoken is the same for all."""
    lesson = LESSONS.get(link_reading.lesson_named(st.query_params))
    if lesson is not None and lesson.page != page:
        st.switch_page(f"{lesson.page}.py", query_params=st.query_params.to_dict())


def read_link() -> None:
    """Take what a link says of lesson and predictions on a page that shows no network."""
    if "loop" not in st.session_state and not st.query_params.keys().isdisjoint(ASKING):
        _to_its_page("")
        loop()


def predicting() -> bool:
    """Return whether predictions come first in this session."""
    return "loop" in st.session_state and state().view.predict


def hidden(name: str) -> bool:
    """Return whether the link that opened this session hides a control or a panel."""
    if "loop" not in st.session_state:
        return False
    return name in state().view.hide or (name in GIVEAWAYS and state().withheld)


def trials() -> Trials:
    """Return this session's published experiments: the one that runs, and what came of others."""
    if "trials" not in st.session_state:
        st.session_state["trials"] = Trials(executor())
    return st.session_state["trials"]


def token() -> str:
    """Return the name under which this session's page fetches its frames."""
    if "token" not in st.session_state:
        st.session_state["token"] = publish(loop())
    return st.session_state["token"]


def count_run() -> int:
    """Return how often this session's page has been run, this time included."""
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    return st.session_state["runs"]


def sidebar_outdated() -> bool:
    """Return whether the side bar is to be drawn anew at once, by a run of the whole page."""
    if messages.redraw_wanted():
        return True
    drawn = loop().drawn[0], st.session_state.get("patient")
    return loop().sidebar_version not in drawn


def draw_what_waited() -> None:
    """Let the side bar follow what it has waited for, now that the frame has been painted."""
    st.session_state["patient"] = None


def transport_drawn() -> None:
    """Remember that the buttons above the panels are as they should be."""
    live = loop()
    live.drawn = (live.drawn[0], live.transport_version)
