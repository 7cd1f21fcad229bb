"""The size of the gradient in each layer over the steps."""

from __future__ import annotations

from typing import Any

from dnn.engine.trainer import loss_key
from dnn.parts.losses import LOSSES
from lab import figures
from lab.live.shown import Shown
from lab.panels.panel import Panel
from lab.text.numbers import count
from lab.text.sentences import gradient_sentence

AXES = [["linear", "Linear"], ["log", "Log"]]
GRADIENTS = [["gradient_rms", "Per example"], ["gradient_norm", "Mean"]]


def _check_badge(shown: Shown) -> dict[str, str] | None:
    """Return the badge on back-propagation against finite differences."""
    check = shown.measured.check
    if check is None:
        return None
    share = f" ({check.judged} of {check.layers} layers)" if check.judged < check.layers else ""
    by = f"{check.difference:.0e}".replace("nan", "NaN")
    text, kind = {
        "agrees": (f"backprop ✓ {by}{share}", "ok"),
        "differs": (f"backprop ≠ {by} ({check.worst})", "diverged"),
        "undecided": ("backprop: can't tell", ""),
    }[check.verdict]
    return {"text": text, "kind": kind, "help": f"At step {count(check.step)}, {check}."}


def gradient_panel(shown: Shown) -> dict[str, Any]:
    view = shown.view
    unit = LOSSES[loss_key(shown.run.config, shown.data)].unit
    return figures.panel(
        "Gradient per layer",
        " ".join(
            text
            for text in (
                gradient_sentence(shown.history, view.gradient),
                figures.drawn_note(shown.run.layout.layers),
            )
            if text
        ),
        figures.gradient_figure(
            shown.history, kind=view.gradient, theme=view.theme, log=view.gradient_axis == "log",
            unit=unit,
        ),
        controls=[
            {"key": "gradient", "label": "Gradient", "value": view.gradient, "options": GRADIENTS},
            {"key": "gradient_axis", "label": "Axis", "value": view.gradient_axis, "options": AXES},
        ],
        badge=_check_badge(shown),
    )  # fmt: skip


PANELS = [
    Panel(
        needs=frozenset({"check"}),
        key="gradients",
        label="Gradient per layer",
        pages={"playground": 40},
        build=gradient_panel,
        applies=lambda shown: shown.autopsy is None,
    )
]
