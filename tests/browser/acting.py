"""What people do on the page, and what the page says of itself."""

from __future__ import annotations


def lab(page, name):
    """Return what the page's panels say of themselves."""
    return page.evaluate(f"window.__neuralLab.{name}")


def press(page, key):
    page.locator(f".st-key-{key} button").first.click()


def until(page, test, timeout=8_000):
    page.wait_for_function(
        f"(() => {{ const lab = window.__neuralLab; return {test}; }})()", timeout=timeout
    )


def linked(page, text):
    """Wait until the address says text."""
    page.wait_for_function("text => location.search.includes(text)", arg=text)


def paused(page):
    press(page, "pause")
    page.wait_for_selector(".st-key-play button:enabled")
    until(page, "!lab.playing")
