"""Write the README's picture of the first visit: python tests/browser/screenshot.py [--dark]."""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright
from server import ARGUMENTS, ROOT, app, chromium

STEPS = 1500


def shoot(out: Path, dark: bool) -> None:
    """Open the first visit, wait until it has trained STEPS steps, and save what is on screen."""
    path = chromium()
    if path is None:
        raise SystemExit("no Chromium found; install one or name it in NEURAL_LAB_CHROMIUM")
    with app() as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(
            viewport={"width": 1440, "height": 900},
            device_scale_factor=1,
            color_scheme="dark" if dark else "light",
        )
        page.goto(url + "?play=1")
        page.wait_for_function(f"window.__neuralLab?.step > {STEPS}", timeout=60_000)
        page.screenshot(path=out)
        browser.close()


def main() -> None:
    """Read the arguments and take the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dark", action="store_true", help="with the dark theme")
    parser.add_argument("--out", type=Path, default=ROOT / "static" / "screenshot.png")
    arguments = parser.parse_args()
    shoot(arguments.out, arguments.dark)


if __name__ == "__main__":
    main()
