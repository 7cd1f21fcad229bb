"""The cost curves: train and test, the previous run in grey, and what a divergence came of."""

from __future__ import annotations

from typing import Any

from dnn.engine.trainer import loss_key
from dnn.parts.losses import LOSSES
from dnn.run.inference import guessing_cost
from lab import figures
from lab.analysis.diagnosis.advice import advise
from lab.live.shown import Shown
from lab.panels.panel import Panel, Part
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
    unit = LOSSES[loss_key(run.config, shown.data)].unit
    name = "Cross-entropy (nats)" if unit == "nats" else "Half squared error"
    panel = figures.panel(
        "Cost",
        cost_sentence(shown.history, diverged, guessing_cost(run)),
        figures.cost_figure(
            shown.history, unit=name, log=view.cost_axis == "log", theme=view.theme,
            chance=guessing_cost(run), ghost=shown.display.ghost, ghost_name=ghost_name,
            same_axes=same_axes, changes=run.changes, diverged=diverged,
            score="R²" if shown.data.target == "real" else "accuracy",
        ),
        controls=[{"key": "cost_axis", "label": "Axis", "value": view.cost_axis, "options": AXES}],
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


PANELS = [Panel(key="cost", label="Cost", pages={"playground": 30}, build=cost_panel)]
