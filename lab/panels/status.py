"""The row above the panels: step, costs and scores, and what the run is doing."""

from __future__ import annotations

from dnn.parts.schedules import rate_at
from lab.live.shown import Shown
from lab.panels.panel import Bar
from lab.text.numbers import count, number, percent


def metrics_bar(shown: Shown) -> list[dict[str, str]]:
    """Return the numbers of the row: each with its key, label and value."""
    real = shown.data.target == "real"
    score = "R²" if real else "accuracy"

    def text(name: str) -> str:
        value = shown.last(name)
        if name.endswith("score") and not real:
            return percent(value)
        return number(value)

    texts = [("step", "Step", count(shown.run.step)), ("epoch", "Epoch", count(shown.run.epoch))]
    for kind, words in (("cost", "cost"), ("score", score)):
        for part in ("train", "test"):
            name = f"{part}_{kind}"
            texts.append((name, f"{part.capitalize()} {words}", text(name)))
    if shown.run.config.schedule != "constant":
        rate = number(rate_at(shown.run.config, shown.run.step))
        texts.append(("rate", "Learning rate now", rate))
    return [{"key": key, "label": label, "value": value} for key, label, value in texts]


def status(shown: Shown) -> dict[str, str]:
    """Return what the run is doing, in words, and its kind for the colour."""
    display = shown.display
    if shown.large:
        return {"text": "Too large to train here: the signal at the start", "kind": "paused"}
    if shown.run.diverged and shown.withheld:
        return {"text": "Waiting for a prediction", "kind": "paused"}
    if shown.run.diverged:
        return {"text": f"Diverged at step {count(shown.run.diverged.step)}", "kind": "diverged"}
    if display.goal is not None and display.playing:
        done = f"{count(shown.run.step)} of {count(display.goal)}"
        what = "the link's step" if display.end is None else "this moment"
        return {"text": f"Recomputing {what}: {done}", "kind": "ok"}
    if display.playing:
        if rate_at(shown.run.config, shown.run.step) == 0:
            return {"text": "The schedule has ended: learning rate 0", "kind": "paused"}
        rate = f" · {count(float(f'{display.rate:.3g}'))} steps/s" if display.rate else ""
        return {"text": f"Training{rate}", "kind": "ok"}
    if display.end is not None:
        return {"text": "An earlier moment", "kind": "paused"}
    return {"text": "Paused" if shown.run.step else "Ready to train", "kind": "paused"}


BARS = [
    Bar(
        "metrics",
        "Numbers above the panels",
        ("playground", "layers", "results", "gradients"),
        metrics_bar,
    )
]
