"""Root mean squares of each layer's activations, and of its deltas."""

from __future__ import annotations

from typing import Any

from lab import figures
from lab.live.shown import Shown
from lab.panels.layer_history import column, compared, lines_figure
from lab.panels.panel import Panel, Part


def history_panel(shown: Shown, kind: str) -> dict[str, Any]:
    """Return the lines of the activations' or the deltas' root mean square."""
    title = {"activation_rms": "Activation", "delta_rms": "Back-propagated error"}[kind]
    steps, values = column(shown, kind)
    words = compared(values, shown.run.layout.layers, title)
    return figures.panel(title, words, lines_figure(shown, kind, steps, values))


def activation_panel(shown: Shown) -> Part:
    """Return the lines of the activations."""
    return history_panel(shown, "activation_rms")


def delta_panel(shown: Shown) -> Part:
    """Return the lines of the deltas."""
    return history_panel(shown, "delta_rms")


PANELS = [
    Panel(
        needs=frozenset({"moments"}),
        key="layer_activation",
        label="Activation",
        pages={"layers": 50},
        build=activation_panel,
        projected=False,
        kind="layer_lines",
    ),
    Panel(
        needs=frozenset({"moments"}),
        key="layer_delta",
        label="Delta",
        pages={"layers": 60},
        build=delta_panel,
        projected=False,
        kind="layer_lines",
    ),
]
