"""Driving the pages without a browser: open one, press, type, and read what it says."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from dnn.config import FIELDS, Config, from_query
from lab.figures import unpack
from lab.live.session.loop import Loop
from lab.teaching.presets import PRESETS
from pages.shared import widgets
from pages.shared.page import page_of

APP = str(Path(__file__).parents[1] / "pages" / "main.py")


def opened(page: str = "", **query: str) -> AppTest:
    """Return a page, by default the first visit's, as a link with this query opens it."""
    at = AppTest.from_file(APP, default_timeout=30)
    if page:
        at.switch_page(page)
    for key, value in query.items():
        at.query_params[key] = value
    at.session_state["more_training"] = True  # what folds away is drawn when it is opened
    return checked(at)


def checked(at: AppTest) -> AppTest:
    """Run the whole page: a press in the transport redraws only a part of it."""
    at.run()
    assert not at.exception, at.exception[0].message + "".join(at.exception[0].stack_trace)
    return at


def found(kind, name: str):
    """Return the widget of this name: a number behind it counts how often it was made anew."""
    return next(w for w in kind if base(w.key) == base(name))


def loop(at: AppTest) -> Loop:
    """Return the session's loop."""
    return at.session_state["loop"]


def settled(running: Loop, most: int = 400) -> dict:
    """Return the message of the frame that a paused loop comes to show."""
    for _ in range(most):
        running.tick()
        if running.settled:
            return unpack(running.calls.frame.data)
    raise AssertionError("it does not come to rest")


def base(key: str) -> str:
    return key.partition(widgets.VERSION)[0]


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click().run()
    assert not at.exception
    return checked(at)


def errors(at: AppTest) -> str:
    return " ".join(e.value for e in at.error)


def config(at: AppTest) -> Config:
    """Return the Config that the page's link carries: without a field, what the page opens on."""
    if FIELDS.keys().isdisjoint(query(at)):
        page = at.session_state["loop"].state.view.page
        return PRESETS[page_of(page).preset].config
    return from_query(query(at))


def query(at: AppTest) -> dict[str, str]:
    """Return the address's parameters."""
    return {k: v[0] if isinstance(v, list) else v for k, v in at.query_params.items()}


def buttons(at: AppTest) -> list[str]:
    """Return the keys of the buttons that can be pressed."""
    return [b.key for b in at.button if not b.disabled]
