"""One server and one Chromium for all browser tests, whose tabs are used again."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from server import ARGUMENTS, app, chromium

#: What Streamlit itself asks for below a page's address, at first: the server has it at the root.
ASKED_IN_VAIN = re.compile(r"(/course)?/[a-z]+/_stcore/(health|host-config)")

#: A picture of a page that was run again while the browser asked for it: the newer run has its own.
#: Streamlit's element says so too. That pictures are there is what tests look at in the page itself.
REPLACED = re.compile(r"/media/[0-9a-f]+[.](jpg|png)")

#: The end of the traceback that Streamlit logs when a page leaves while its server writes to it.
LEFT = "starlette.websockets.WebSocketDisconnected: "


def tracebacks(log: str) -> list[str]:
    """Return the tracebacks in a server's log, but those of a page that has left."""
    parts = re.split(r"^(?=\s*Traceback )", log, flags=re.MULTILINE)[1:]
    return [part for part in parts if LEFT not in part]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Yield the app's address and process, started as the README says."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with app(log=log, NEURAL_LAB_WORKERS="2") as (url, process):
        yield url, process
    assert not tracebacks(log.read_text())


@pytest.fixture(scope="session")
def browser():
    """Yield a headless Chromium; where there is none the tests are skipped, but never in CI."""
    path = chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: install Debian's package chromium")
        pytest.skip("no Chromium found; install one or name it in NEURAL_LAB_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield found
        found.close()


class Tab:
    """A browser's only tab, and what has gone wrong in it."""

    def __init__(self, browser, **touch: bool):
        context = browser.new_context(**touch)
        self.page = context.new_page()
        self.problems: list[str] = []
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        context.on("console", self._heard)

    def _heard(self, message) -> None:
        where = message.location["url"]
        path = urlsplit(where).path
        asked = "404" in message.text and (
            ASKED_IN_VAIN.fullmatch(path) or REPLACED.fullmatch(path)
        )
        asked = asked or ("ImageList" in path and REPLACED.search(message.text))
        if message.type == "error" and not asked:
            self.problems.append(f"{message.text} ({where})")

    def emptied(self) -> list[str]:
        """Leave the page as a new one would be; return what has gone wrong in it."""
        context = self.page.context
        for other in context.pages[1:]:
            other.close()
        self.page.mouse.up()
        if self.page.url.startswith("http"):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.goto("about:blank")
        self.page.mouse.move(0, 0)
        context.clear_cookies()
        context.clear_permissions()
        found = list(self.problems)
        self.problems.clear()
        return found


@pytest.fixture(scope="session")
def idle():
    """Return the tabs that no test has at present, by whether they have touch and are mobile.

    A page in a tab that has shown the app costs a third of one in a new tab: the browser has its
    scripts, compiled. Each tab is in a browser context of its own, as another visitor's would be.
    """
    return defaultdict(list)


@pytest.fixture
def tab(browser, idle):
    """Return a function that gives an empty page; no error may be logged in it."""
    taken = []

    def give(width=1440, height=900, scheme="light", touch=False, mobile=False):
        kind = touch, mobile
        tabs = idle[kind]
        found = tabs.pop() if tabs else Tab(browser, has_touch=touch, is_mobile=mobile)
        taken.append((kind, found))
        found.page.set_viewport_size({"width": width, "height": height})
        found.page.emulate_media(color_scheme=scheme)
        return found.page

    yield give
    problems = []
    for kind, each in reversed(taken):
        problems += each.emptied()
        idle[kind].append(each)
    assert not problems, problems


@pytest.fixture
def visit(tab, server):
    """Return a function that opens a link and waits for its first frame."""

    def open_(query: str = "", **kind):
        page = tab(**kind)
        page.goto(server[0] + query)
        page.wait_for_function("window.__neuralLab && __neuralLab.first", timeout=60_000)
        return page

    return open_
