"""The size of the gradient in each layer over the steps."""

from __future__ import annotations

from lab import figures
from lab.live.shown import Shown
from lab.panels.cost import AXES
from lab.panels.layer_lines import GRADIENTS
from lab.panels.panel import Panel, Part, control
from lab.text.numbers import count
from lab.text.sentences import gradient_sentence


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


def gradient_panel(shown: Shown) -> Part:
    """Return the lines of the gradient, with the badge on back-propagation."""
    view = shown.view
    words = gradient_sentence(shown.history, view.gradient)
    return figures.panel(
        "Gradient per layer",
        f"{words} {figures.drawn_note(shown.run.layout.layers)}".strip(),
        figures.gradient_figure(
            shown.history,
            kind=view.gradient,
            theme=view.theme,
            log=view.gradient_axis == "log",
            unit=shown.unit,
        ),
        controls=[
            control(view, "gradient", "Gradient", options=GRADIENTS),
            control(view, "gradient_axis", "Axis", options=AXES),
        ],
        badge=_check_badge(shown),
    )


PANELS = [
    Panel(
        "gradients",
        "Gradient per layer",
        {"playground": 40},
        gradient_panel,
        lambda shown: shown.autopsy is None,
        needs=frozenset({"check"}),
    )
]
