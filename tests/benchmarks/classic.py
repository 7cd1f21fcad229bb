"""The classic cat / non-cat demo live: NEURAL_LAB_DATA=folder python tests/benchmarks/classic.py

Presses the demo's card on the page Data and watches the run on screen in headless Chromium: steps
a second while all panels are painted, and where 3,000 iterations end. Prints a Markdown table row a
figure, with the bar it is held against.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from live import row
from playwright.sync_api import sync_playwright
from server import ARGUMENTS, app, chromium

from lab.intake import classic

#: Steps a second, all panels painted.
BAR = 100


def state(page) -> dict:
    """Return what the panels say of themselves."""
    return page.evaluate(
        "(({ step, train_cost, train_score, frames }) => "
        "({ step, train_cost, train_score, painted: frames.cost }))(window.__neuralLab)"
    )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="wait no longer for the end")
    minutes = parser.parse_args().minutes
    if not classic.found_in(os.environ.get("NEURAL_LAB_DATA", "")):
        sys.exit("NEURAL_LAB_DATA names no folder with the demo's two files")
    with app() as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(url + "data")
        page.locator(".st-key-train_classic button").click(timeout=60_000)
        page.wait_for_function("window.__neuralLab && __neuralLab.step > 100", timeout=120_000)
        began, first = time.monotonic(), state(page)
        page.wait_for_timeout(15_000)
        seconds, now = time.monotonic() - began, state(page)
        rate = (now["step"] - first["step"]) / seconds
        frames = (now["painted"] - first["painted"]) / seconds
        row("classic demo, live at full speed: steps/s", f"{rate:,.0f}", f">= {BAR}", rate >= BAR)
        row("the same: painted frames/s of the cost curve", f"{frames:.1f}")
        page.wait_for_function(
            f"__neuralLab.step >= {classic.STEPS}", timeout=60_000 * minutes, polling=20
        )
        end = state(page)
        row(f"its train cost at step {end['step']:,}", f"{end['train_cost']:.3f}",
            f"{classic.COST} at 3,000")  # fmt: skip
        row("its train accuracy there", f"{end['train_score']:.2f}", f"{classic.TRAIN}")
        browser.close()


if __name__ == "__main__":
    main()
