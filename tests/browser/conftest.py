"""One server and one Chromium for all browser tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from server import ARGUMENTS, app, chromium

#: What Streamlit itself asks for below a page's address, at first: the server has it at the root.
ASKED_IN_VAIN = tuple(
    f"/{page}/_stcore/{name}"
    for page in ("gradients", "layers", "results", "twins", "walk", "teach", "glossary")
    for name in ("health", "host-config")
)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Yield the app's address and process, started as the README says."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with app(log=log, NEURAL_LAB_WORKERS="2") as (url, process):
        yield url, process
    text = log.read_text()
    assert "Traceback" not in text, text


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


def _expected(message) -> bool:
    """Return whether the console says no more than that one of ASKED_IN_VAIN was not found."""
    return urlsplit(message.location["url"]).path in ASKED_IN_VAIN and "404" in message.text


@pytest.fixture
def visit(browser, server):
    """Return a function that opens a link and waits for its first frame; no error may be logged."""
    contexts, problems = [], []

    def told(message):
        problems.append(f"{message.text} ({message.location['url']})")

    def open_(query: str = "", width: int = 1440, height: int = 900, scheme: str = "light"):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda e: problems.append(str(e)))
        page.on("console", lambda m: m.type == "error" and not _expected(m) and told(m))
        page.goto(server[0] + query)
        page.wait_for_function("window.__neuralLab && __neuralLab.first", timeout=30_000)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not problems, problems
