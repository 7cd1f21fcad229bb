"""How fast the gradients lab answers, in a real browser: python tests/benchmarks/lab.py [part ...]

Parts: slider, wide, phases. Prints a Markdown table row a figure, with the bar it is held against.
Times run from the key or click to the end of the animation frame in which the answer is painted.
Rows "of which" are without a page: the processor's time in one thread, of what a worker does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

# As in the workers, before NumPy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)
sys.path.insert(0, str(Path(__file__).parents[2]))

from live import ARGUMENTS, app, chromium, opened, row
from playwright.sync_api import Browser, Locator, Page, sync_playwright

import dnn
from dnn.parts.activations import ACTIVATIONS
from dnn.run.history import History
from lab import theory
from lab.analysis.signal import signal_only
from lab.live.worker import Slice, signal_slice, train_slice
from lab.panels import gradients as lab
from lab.teaching.presets import PRESETS
from lab.view import View

#: Waits until what `select` shows is no longer what it was before a key or click.
ANSWER = """select => {
  const said = () => document.querySelector(select)?.innerText;
  const before = said();
  let began = null;
  const begin = () => { began ??= performance.now(); };
  const kinds = ["keydown", "pointerdown"];
  for (const kind of kinds) addEventListener(kind, begin, { capture: true, once: true });
  return { answer: new Promise((done) => {
    const end = (ms) => {
      for (const kind of kinds) removeEventListener(kind, begin, { capture: true });
      done(ms);
    };
    const look = () => {
      const now = performance.now();
      if (began !== null && said() !== before) {
        requestAnimationFrame(() => end(performance.now() - began));
      } else if (began !== null && now - began > 20000) end(-1);
      else setTimeout(look, 2);
    };
    look();
  }) };
}"""
VERDICT = ".nl-verdict .nl-said"
PHASE = ".nl-panel[data-key=phase] h3"


def answered(page: Page, select: str, act: Callable[[], None]) -> float:
    """Return the milliseconds from what act presses to the painted answer."""
    handle = page.evaluate_handle(ANSWER, select)
    act()
    return page.evaluate("h => h.answer", handle)


def told(what: str, values: list[float], bar: float) -> None:
    """Print median, 95th percentile and worst of times in ms; the worst has the bar to meet."""
    late = sorted(values)[-(len(values) // 20) - 1]
    figure = f"{statistics.median(values):.0f}, {late:.0f}, {max(values):.0f} ms"
    row(f"{what}: median, p95, worst of {len(values)}", figure, f"<= {bar:g} ms",
        max(values) <= bar and min(values) >= 0)  # fmt: skip


def timed(call: Callable[[], object]) -> float:
    """Return the milliseconds of the processor that a call takes."""
    began = time.process_time()
    call()
    return 1000 * (time.process_time() - began)


def slices(config: dnn.Config, large: bool = False) -> list[float]:
    """Return what a worker's slice takes after each of five steps of sigma_w, the first left out.

    large: a network too large to train.
    """
    data, times = dnn.load(config), []
    for i in range(6):
        changed = replace(config, sigma_w=config.sigma_w + 0.05 * i)
        run = signal_only(changed, data) if large else dnn.start(changed, data)
        work = Slice(run, History(), None, View(page="gradients"), 0, 1, 0, seq=1, data=data)
        times.append(timed(lambda w=work: (signal_slice if large else train_slice)(w)))
    return times[1:]


def moves(page: Page) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield what a person moves, one step there or back, and how."""
    depth: Locator = page.locator(
        "[class*=st-key-lab_depth] [role=slider], [class*=st-key-lab_depth] input[type=range]"
    ).first
    scale: Locator = page.get_by_role("spinbutton", name="Weight scale")
    while True:
        for key in ("Up", "Down"):
            yield "sigma_w", lambda k=key: scale.press(f"Arrow{k}")
            yield "depth", lambda k=key: depth.press(f"Arrow{'Right' if k == 'Up' else 'Left'}")


def part_slider(browser: Browser, url: str) -> None:
    """Measure one step of sigma_w and of the depth of 30 x 64, while the band is being drawn."""
    page = opened(browser, url + "gradients")
    page.wait_for_selector(VERDICT)
    time.sleep(4)
    found: dict[str, list[float]] = {"sigma_w": [], "depth": []}
    for i, (what, act) in zip(range(40), moves(page), strict=False):
        found[what].append(answered(page, VERDICT, act))
        time.sleep(0.4 + 0.03 * (i % 5))
    for what, values in found.items():
        told(f"30 × 64, a step of {what} to the painted frame", values, 200)
    page.context.close()
    told("of which 30 × 64 in a worker", slices(PRESETS["lab"].config), 200)


def part_wide(browser: Browser, url: str) -> None:
    """Measure a change of 30 layers of 1000 units: weight scale and depth, in turns."""
    hidden = "-".join(["1000"] * 30)
    link = f"gradients?dataset=circle&hidden={hidden}&initializer=mean_field&sigma_w=0.9"
    page = opened(browser, url + link)
    page.wait_for_selector(VERDICT)
    time.sleep(4)
    found: dict[str, list[float]] = {"sigma_w": [], "depth": []}
    for _, (what, act) in zip(range(12), moves(page), strict=False):
        found[what].append(answered(page, VERDICT, act))
        time.sleep(1.5)
    for what, values in found.items():
        told(f"30 × 1000, a step of {what} to the painted signal", values, 1000)
    page.context.close()
    config = replace(PRESETS["lab"].config, hidden=(1000,) * 30)
    told("of which 30 × 1000 in a worker", slices(config, large=True), 1000)


def part_phases(browser: Browser, url: str) -> None:
    """Measure the phase diagram of every activation, the first time that it is asked for."""
    page = opened(browser, url + "gradients?dataset=circle&hidden=8-8-8-8&activation=relu")
    page.wait_for_selector(PHASE)
    time.sleep(4)
    values = []
    for key in [key for key in ACTIVATIONS if key != "relu"]:
        page.get_by_role("combobox", name="Activation").click()
        option = page.get_by_role("option", name=ACTIVATIONS[key].label, exact=True)
        values.append(answered(page, PHASE, option.click))
        time.sleep(0.7)
    told("phase diagram of another activation, painted", values, 1000)
    page.context.close()
    theory.gaussian.table.cache_clear()  # what a worker keeps after the first time
    computed = [
        timed(lambda k=key: theory.phase_diagram(k, lab.SIGMA_W, lab.SIGMA_B))
        for key in ACTIVATIONS
    ]
    told("of which computed in a worker, every activation", computed, 1000)


PARTS = {"slider": part_slider, "wide": part_wide, "phases": part_phases}


def main() -> None:
    """Run the parts named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    arguments = parser.parse_args()
    print("| what | figure | bar | |\n|---|---|---|---|")
    with app() as (url, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for name in arguments.parts or PARTS:
            PARTS[name](browser, url)
        browser.close()


if __name__ == "__main__":
    main()
