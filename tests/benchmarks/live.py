"""How fast the page is, in a real browser: python tests/benchmarks/live.py [part ...]

Parts: open, normal, full, diagram, clicks, windows, kill, solve, soak (soak takes --minutes, and only runs
when it is named). Prints a Markdown table row a figure, with the bar it is held against.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from server import ARGUMENTS, app, chromium

#: Counts the bytes of the frames as they travel, and looks at every animation frame.
PROBE = """
(() => {
  window.__bytes = 0;
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (e.name.includes("/frames/")) window.__bytes += e.encodedBodySize;
  }).observe({ type: "resource" });
  window.__start = () => {
    const lab = window.__neuralLab;
    const m = (window.__m = { on: true, t0: performance.now(), f0: { ...lab.frames }, s0: lab.step,
      b0: window.__bytes, r0: lab.received, blank: 0, mounts0: lab.mounts, gap: 0 });
    let last = performance.now(), seq = lab.seq;
    const look = () => {
      if (!m.on) return;
      document.querySelectorAll(".nl-panel canvas").forEach((c) => { if (!c.width || !c.isConnected) m.blank++; });
      const now = performance.now();
      if (lab.seq !== seq) { m.gap = Math.max(m.gap, now - last); last = now; seq = lab.seq; }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };
  window.__stop = () => {
    const lab = window.__neuralLab, m = window.__m; m.on = false;
    const s = (performance.now() - m.t0) / 1000, fps = {};
    for (const k in lab.frames) fps[k] = (lab.frames[k] - (m.f0[k] || 0)) / s;
    return { seconds: s, fps, steps: (lab.step - m.s0) / s, blank: m.blank, gap: m.gap,
      mounts: lab.mounts - m.mounts0, received: (lab.received - m.r0) / s, bytes: (window.__bytes - m.b0) / s };
  };
  window.__until = (test, limit = 8000) => new Promise((done) => {
    const t0 = performance.now();
    const look = () => { const now = performance.now();
      if (test()) done(now - t0); else if (now - t0 > limit) done(-1); else setTimeout(look, 2); };
    look();
  });
  // The time until the button has changed and no newer step is painted any more.
  window.__pause = async () => {
    const t0 = performance.now(); let step = window.__neuralLab.step, last = t0, button = null;
    window.__press("pause");
    while (performance.now() - t0 < 700) {
      await new Promise((r) => setTimeout(r, 2));
      const now = performance.now();
      if (window.__neuralLab.step !== step) { step = window.__neuralLab.step; last = now; }
      if (button === null && document.querySelector(".st-key-play button:enabled")) button = now;
    }
    return button === null ? 9999 : Math.max(last, button) - t0;
  };
  window.__press = (key) => document.querySelector(`.st-key-${key} button`).click();
})();
"""


def cpu(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    try:
        f = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")


def rss(pid: int) -> float:
    """Return the resident memory of a process, MB."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def children(pid: int) -> list[int]:
    """Return the processes below pid."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if parent == pid:
                found += [int(entry.name), *children(int(entry.name))]
    return found


def row(what: str, figure: str, bar: str = "", met: bool | None = None) -> None:
    """Print a row of the table."""
    verdict = "" if met is None else ("met" if met else "not met")
    print(f"| {what} | {figure} | {bar} | {verdict} |", flush=True)


def p95(values: list[float]) -> float:
    """Return the 95th percentile (the nearest value above it)."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def opened(browser: Browser, url: str, size: tuple[int, int] = (1440, 900)) -> Page:
    """Return a page on which training has begun to be painted."""
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    page.add_init_script(PROBE)
    page.goto(url)
    page.wait_for_function("window.__neuralLab && __neuralLab.first", timeout=30_000)
    return page


def watch(page: Page, seconds: float) -> dict:
    """Return what happened on a page in so many seconds."""
    page.evaluate("__start()")
    time.sleep(seconds)
    return page.evaluate("__stop()")


def part_open(browser: Browser, url: str, server: int) -> None:
    """Measure from opening the page to the first trained frame, the first visit left out."""
    times = []
    for _ in range(6):
        page = opened(browser, url)
        page.wait_for_function("__neuralLab.step > 0")
        times.append(page.evaluate("__neuralLab.first"))
        page.context.close()
    row("first trained frame after opening, warm server, median of 5",
        f"{statistics.median(times[1:]) / 1000:.2f} s", "<= 2 s", statistics.median(times[1:]) <= 2000)  # fmt: skip


def part_speed(browser: Browser, url: str, server: int, full: bool) -> None:
    """Measure frames, steps, server time and traffic at one speed."""
    page = opened(browser, url + ("?play=1&speed=full" if full else ""))
    time.sleep(4)
    before = cpu(server)
    seen = watch(page, 10)
    used = (cpu(server) - before) / seen["seconds"]
    name, slowest = (
        ("full", min(seen["fps"].values())) if full else ("normal", min(seen["fps"].values()))
    )
    bar = 10 if full else 15
    row(
        f"{name} speed: painted frames/s, slowest panel",
        f"{slowest:.1f}",
        f">= {bar}",
        slowest >= bar,
    )
    if full:
        row(
            "full speed: steps/s at the same time",
            f"{seen['steps']:,.0f}",
            ">= 60,000",
            seen["steps"] >= 60_000,
        )
    ms = used * 1000 / max(seen["received"], 1e-9)
    row(f"{name} speed: server time a frame", f"{ms:.1f} ms", "<= 5 ms", ms <= 5)
    kb = seen["bytes"] / max(seen["received"], 1e-9) / 1000
    row(f"{name} speed: sent a frame", f"{kb:.1f} KB", "<= 40 KB", kb <= 40)
    row(f"{name} speed: blank canvases, remounts", f"{seen['blank']}, {seen['mounts']}", "0, 0",
        seen["blank"] == seen["mounts"] == 0)  # fmt: skip
    page.context.close()


def part_diagram(browser: Browser, url: str, server: int) -> None:
    """Measure how often the network is painted with new numbers, small and with 48 units."""
    for hidden in ("4-2", "8-8-8-8-8-8"):
        page = opened(browser, f"{url}?hidden={hidden}&play=1")
        time.sleep(4)
        seen = watch(page, 10)
        painted = seen["fps"]["network"]
        row(f"network diagram, hidden layers {hidden}: painted frames/s", f"{painted:.1f}", ">= 30",
            painted >= 30)  # fmt: skip
        kb = seen["bytes"] / max(seen["received"], 1e-9) / 1000
        row(f"network diagram, hidden layers {hidden}: sent a frame", f"{kb:.1f} KB", "<= 40 KB", kb <= 40)  # fmt: skip
        page.context.close()


def part_clicks(browser: Browser, url: str, server: int) -> None:
    """Measure how fast pause, step and a new learning rate answer."""
    page = opened(browser, url)
    time.sleep(2)
    pauses, steps, rates = [], [], []
    for i in range(20):
        pauses.append(page.evaluate("__pause()"))
        steps.append(
            page.evaluate(
                "(() => { const s = __neuralLab.step; __press('step'); return __until(() => __neuralLab.step === s + 1); })()"
            )
        )
        time.sleep(0.2)
        page.evaluate("(__press('play'), __until(() => __neuralLab.playing))")
        time.sleep(0.5 + 0.03 * (i % 5))
    slider = page.locator("[class*=st-key-config_learning_rate] input[type=range]").first
    slider.focus()
    for i in range(20):
        handle = page.evaluate_handle(
            "({ p: (() => { const r = __neuralLab.learning_rate; return __until(() => __neuralLab.learning_rate !== r); })() })"
        )
        page.keyboard.press("ArrowRight" if i % 2 else "ArrowLeft")
        rates.append(page.evaluate("h => h.p", handle))
        time.sleep(0.5 + 0.03 * (i % 5))
    for name, values, bar in (
        ("pause", pauses, 150),
        ("step", steps, 150),
        ("learning rate to trained frame", rates, 250),
    ):
        row(f"{name}: median, 95th percentile of {len(values)}",
            f"{statistics.median(values):.0f}, {p95(values):.0f} ms", f"<= {bar} ms", p95(values) <= bar and min(values) >= 0)  # fmt: skip
    page.context.close()


def part_windows(browser: Browser, url: str, server: int) -> None:
    """Measure two windows that train side by side."""
    pages = [opened(browser, url) for _ in range(2)]
    time.sleep(3)
    for page in pages:
        page.evaluate("__start()")
    time.sleep(8)
    slowest = [min(page.evaluate("__stop()")["fps"].values()) for page in pages]
    row("two windows: painted frames/s, slowest panel of each", ", ".join(f"{s:.1f}" for s in slowest),
        ">= 10", min(slowest) >= 10)  # fmt: skip
    for page in pages:
        page.context.close()


def part_kill(browser: Browser, url: str, server: int) -> None:
    """Measure what a killed worker costs."""
    page = opened(browser, url)
    time.sleep(3)
    gaps, lost = [], 0
    for _ in range(5):
        workers = [
            p for p in children(server) if "spawn_main" in Path(f"/proc/{p}/cmdline").read_text()
        ]
        busiest = max(workers, key=cpu)
        step = page.evaluate("__neuralLab.step")
        page.evaluate("__start()")
        os.kill(busiest, signal.SIGKILL)
        time.sleep(2.5)
        seen = page.evaluate("__stop()")
        gaps.append(seen["gap"])
        lost += page.evaluate("__neuralLab.step") <= step
    row("killed worker: longest gap between frames, worst of 5; runs lost", f"{max(gaps):.0f} ms; {lost}",
        "<= 300 ms; 0", max(gaps) <= 300 and not lost)  # fmt: skip
    page.context.close()


def part_solve(browser: Browser, url: str, server: int) -> None:
    """Measure from play to a solved problem at full speed."""
    for name in ("circle", "xor"):
        times = []
        for _ in range(5):
            link = f"?dataset={name}&hidden=6-4&learning_rate=0.03&batch_size=10&speed=full"
            page = opened(browser, url + link)
            time.sleep(2)
            solved = "__neuralLab.train_score >= 0.99 && __neuralLab.train_cost <= 0.05"
            times.append(page.evaluate(f"(__press('play'), __until(() => {solved}))"))
            page.context.close()
        row(f"{name}: from play to 99 % train accuracy and a cost of 0.05, median of 5",
            f"{statistics.median(times) / 1000:.2f} s", "<= 0.5 s", 0 <= statistics.median(times) <= 500)  # fmt: skip


def part_soak(browser: Browser, url: str, server: int, minutes: float) -> None:
    """Measure memory over a long run at normal speed, which makes the most frames."""
    page = opened(browser, url + "?play=1")
    session = page.context.new_cdp_session(page)
    rows = []
    for minute in range(int(minutes) + 1):
        time.sleep(60 if minute else 20)
        session.send("HeapProfiler.collectGarbage")
        heap = page.evaluate("performance.memory.usedJSHeapSize / 2 ** 20")
        workers = [rss(p) for p in children(server)]
        rows.append((rss(server), max(workers), heap))
        print(f"minute {minute}: server {rows[-1][0]:.1f} MB, largest worker {rows[-1][1]:.1f} MB, "
              f"browser heap {heap:.1f} MB, step {page.evaluate('__neuralLab.step'):,}", flush=True)  # fmt: skip
        page.mouse.move(100 + minute % 50, 300)
    half = len(rows) // 2
    growth = [b - a for a, b in zip(rows[half], rows[-1], strict=True)]
    row(f"memory growth in the second half of {minutes:g} minutes: server, worker, browser",
        ", ".join(f"{g:+.1f} MB" for g in growth), "none", all(g < 3 for g in growth))  # fmt: skip
    page.context.close()


PARTS = {
    "open": part_open,
    "normal": lambda b, u, s: part_speed(b, u, s, full=False),
    "full": lambda b, u, s: part_speed(b, u, s, full=True),
    "diagram": part_diagram,
    "clicks": part_clicks,
    "windows": part_windows,
    "kill": part_kill,
    "solve": part_solve,
}


def main() -> None:
    """Run the parts named, or all but the soak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, "soak", []])
    parser.add_argument("--minutes", type=float, default=60)
    arguments = parser.parse_args()
    os.environ.pop("OPENBLAS_CORETYPE", None)
    print("| what | figure | bar | |\n|---|---|---|---|")
    with app() as (url, server), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for name in arguments.parts or PARTS:
            if name == "soak":
                part_soak(browser, url, server.pid, arguments.minutes)
            else:
                PARTS[name](browser, url, server.pid)
        browser.close()


if __name__ == "__main__":
    main()
