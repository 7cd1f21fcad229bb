"""What looking into the layers costs: python tests/benchmarks/layers.py [--seconds 4]

The first visit's network at normal speed: a frame is an epoch of 8 steps, one record and a picture,
made as a worker makes it, without a page. At most ten frames a second record the distributions. Of
each pair the sides take turns in one process, in one thread. Prints a Markdown table row a figure,
with the bar it is held against.
"""

from __future__ import annotations

import argparse
import os
import pickle
import sys
from dataclasses import replace
from pathlib import Path

# As in the workers, before NumPy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from engine import Steps, side_by_side
from lab.panels.playground import PACE
from live import row

import dnn
from dnn.run.training import borrowed_trainer
from lab.analysis.moments import Moments, look
from lab.live.session.measurements import LOOK_EVERY
from lab.live.worker import Slice, train_slice
from lab.teaching.presets import PRESETS
from lab.view import View

#: The bar: looking takes at most this share of the time of a frame at normal speed.
BAR = 0.15
#: Moments that have been recorded when the clock starts: the frame is then as large as it gets.
BEFORE = 400


def run_of(key: str) -> dnn.Run:
    return dnn.start(PRESETS[key].config)


def frames(key: str, page: str, looking: bool) -> Steps:
    """Return a function that makes frames of a page, which records each time or never."""
    run = run_of(key)
    view, history, moments = View(page=page), dnn.History(), Moments().of("weight")
    work = Slice(run, history, view=view, steps=8, every=8, playing=True, data=run.data)
    with borrowed_trainer(run) as trainer:
        first = look(trainer, run)
    for i in range(BEFORE if page == "layers" else 0):
        moments = moments.extend(replace(first, step=24 * (i - BEFORE)))
    work = replace(work, moments=moments if page == "layers" else None, looking=looking)

    def make(count: int) -> None:
        nonlocal work
        for _ in range(count):
            done = train_slice(work)
            kept = work.moments
            for moment in done.moments if kept is not None else ():
                kept = kept.extend(moment)
            work = replace(
                work, run=done.run, history=done.history, moments=kept, data=None, fixed=False
            )

    return make


def looks(key: str) -> Steps:
    """Return a function that looks at the layers."""
    run = run_of(key)

    def make(count: int) -> None:
        with borrowed_trainer(run) as trainer:
            for _ in range(count):
                look(trainer, run)

    return make


def steps(key: str) -> Steps:
    """Return a function that makes the steps of frames, and nothing else."""
    run = run_of(key)

    def make(count: int) -> None:
        nonlocal run
        run, _ = dnn.advance(run, 8 * count)

    return make


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    seconds = parser.parse_args().seconds
    print("| what | figure | bar | |\n|---|---|---|---|")
    key, pace = "spiral", PACE / 1000
    times = side_by_side(
        {
            "playground": frames(key, "playground", False),
            "layers": frames(key, "layers", False),
            "recording": frames(key, "layers", True),
            "look": looks(key),
            "steps": steps(key),
        },
        seconds,
    )
    micro = {name: float(np.median(found)) for name, found in times.items()}
    share = min(1.0, pace / LOOK_EVERY)  # of the frames record
    cost = share * micro["look"]
    # A frame at normal speed lasts as long as the pace says, or as long as it takes.
    frame = max(pace * 1e6, micro["layers"] + cost)
    row("one look at the layers", f"{micro['look']:.0f} µs")
    over = cost / frame
    row("normal speed: looking, of a frame's time", f"{over:.1%}", f"<= {BAR:.0%}", over <= BAR)
    over = cost / micro["playground"]
    row(
        "the same over the work of the playground's frame, back to back",
        f"{over:.1%} of {micro['playground']:.0f} µs", f"<= {BAR:.0%}", over <= BAR,
    )  # fmt: skip
    both = (micro["layers"] + share * (micro["recording"] - micro["layers"])) / micro["playground"]
    row("a whole frame of Layers, recording, over the playground's", f"{both:.2f}×")
    bare = micro["steps"]
    row(
        "the same over 8 bare steps alone, without a picture", f"{cost / bare:.0%} of {bare:.0f} µs"
    )
    row("normal speed, page closed: looking", "0 µs: not called", "none", True)
    moments = Moments()
    run = run_of(key)
    with borrowed_trainer(run) as trainer:
        first = look(trainer, run)
    for i in range(2 * BEFORE):
        moments = moments.extend(replace(first, step=24 * i))
    sent, kept = (len(pickle.dumps(m)) / 1024 for m in (moments.of("weight"), moments))
    row("record of a long run, kept and sent with a slice", f"{kept:.0f} KB, {sent:.0f} KB")


if __name__ == "__main__":
    main()
