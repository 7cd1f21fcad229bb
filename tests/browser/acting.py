"""What people do on the page, and what the page says of itself."""

from __future__ import annotations

from playwright.sync_api import TimeoutError as TooLate


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


def choose(page, box, label):
    """Choose an option of a select box; again where a redraw of the side bar has closed its list."""
    option = page.get_by_role("option", name=label, exact=True)
    for patience in (4_000, 4_000, 30_000):
        page.get_by_role("combobox", name=box, exact=True).click()
        try:
            option.click(timeout=patience)
            return
        except TooLate:
            page.keyboard.press("Escape")
    raise AssertionError(f"{box}: {label} can't be chosen")


def plot_box(page, key):
    """Return where a chart's plot lies in the window: x, y, width and height."""
    return page.evaluate(
        """key => {
          const { left, top } = document.querySelector(`.nl-panel[data-key=${key}] .nl-plot`).getBoundingClientRect();
          const { box } = __neuralLab.axes(key);
          return { x: left + box.x, y: top + box.y, width: box.w, height: box.h };
        }""",
        key,
    )
