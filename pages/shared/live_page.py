"""A page that shows the running network: transport, panels, and its settings at the side."""

from __future__ import annotations

from collections.abc import Callable

from lab.live.session.loop import Loop
from pages.shared import link_writing, live, session
from pages.shared.controls import message, sidebar
from pages.shared.lesson_bar import height, lesson_bar
from pages.shared.page import Page


def live_page(
    page: Page,
    side: Callable[[Loop], None] = sidebar,
    bar: Callable[[], None] = lesson_bar,
    bar_height: Callable[[Loop], int] = height,
    below: Callable[[], None] | None = None,
) -> None:
    """Draw the page.

    side: draws the side bar; bar: what a projector shows instead, which the style sheet puts above
    the panels, in so many pixels; below: what comes below the panels, but for a projector.
    """
    loop = session.visit(page)
    present = loop.state.view.present
    message()
    live.stage(bar_height)
    if present:
        bar()
    else:
        if below is not None:
            below()
        side(loop)
    link_writing.write_link()
