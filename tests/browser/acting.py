"""What people do on the page, and what the page says of itself."""

from __future__ import annotations

from playwright.sync_api import TimeoutError as TooLate


def lab(page, name):
    """Return what the page's panels say of themselves."""
    return page.evaluate(f"window.__neuralLab.{name}")


def press(page, key):
    page.locator(f".st-key-{key} button").first.click()


def until(page, test, timeout=30_000):
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


def train(page, epochs=1):
    """Train so many epochs, one press after the other: two at once may be taken for one."""
    for _ in range(epochs):
        step = lab(page, "step")
        press(page, "epoch")
        until(page, f"!lab.playing && lab.step > {step}")


def still(page, ms=600):
    """Wait until the page has received nothing for so long: it has no more to ask."""
    page.wait_for_function(
        """ms => { const { received } = window.__neuralLab, now = performance.now();
        if (window.__heard?.received !== received) window.__heard = { received, since: now };
        return now - window.__heard.since > ms; }""",
        arg=ms,
    )


def drawn(page):
    """Wait until what the page has scheduled for its next picture is drawn."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
