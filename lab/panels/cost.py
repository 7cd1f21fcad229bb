"""The cost curves: train and test, the previous run in grey, and what a divergence came of."""

from __future__ import annotations

from typing import Any

from dnn.run.inference import guessing_cost
from lab import figures
from lab.analysis.diagnosis.advice import advise
from lab.live.shown import Shown
from lab.panels.panel import Panel, Part, control
from lab.text.sentences import cost_sentence

AXES = [["linear", "Linear"], ["log", "Log"]]


def cost_panel(shown: Shown) -> Part:
    """Return the panel of the cost curves, with the previous run's behind them."""
    return cost_of(shown, same_axes=shown.display.end is not None)


def cost_of(shown: Shown, ghost_name: str = "", same_axes: bool = False) -> dict[str, Any]:
    """Return the panel of the cost curves, with the ghost's behind them."""
    run, view = shown.run, shown.view
    diverged = None if shown.withheld else run.diverged
    ghost_name = ghost_name or ("previous run" if shown.display.end is None else "as it went on")
    panel = figures.panel(
        "Cost",
        cost_sentence(shown.history, diverged, guessing_cost(run)),
        figures.cost_figure(
            shown.history, unit=shown.unit, log=view.cost_axis == "log", theme=view.theme,
            chance=guessing_cost(run), ghost=shown.display.ghost, ghost_name=ghost_name,
            same_axes=same_axes, changes=run.changes, diverged=diverged,
            score="R²" if shown.data.target == "real" else "accuracy",
        ),
        controls=[control(view, "cost_axis", "Axis", options=AXES)],
    )  # fmt: skip
    if diverged:
        advice = advise(run)
        panel["subtitle"] = advice.sentence
        panel["badge"] = {"text": "diverged", "kind": "diverged"}
        panel["banner"] = {
            "strong": advice.evidence,
            "text": "The last finite weights are kept.",
            "kind": "diverged",
            "buttons": [shown.button("divergence", advice.fix)],
        }
    elif not run.step:
        pressed = {"play", "step"}.isdisjoint(view.hide)
        panel["empty"] = {
            "strong": "Ready to train",
            "text": "Press Space to play, → for one step." if pressed else "",
        }
    return panel


PANELS = [Panel("cost", "Cost", {"playground": 30}, cost_panel)]
