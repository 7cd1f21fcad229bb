"""The size of each layer's gradient over the steps, with its choice."""

from __future__ import annotations

from typing import Any

from lab import figures
from lab.live.shown import Shown
from lab.panels.layer_history import column, compared, lines_figure
from lab.panels.panel import Panel

GRADIENTS = [["gradient_rms", "Per example"], ["gradient_norm", "Mean"]]


def gradient_panel(shown: Shown) -> dict[str, Any]:
    """Return the lines of the gradient, per example or of the mean."""
    kind = shown.view.gradient
    steps, values = column(shown, kind)
    return figures.panel(
        "Gradient",
        compared(values, shown.run.layout.layers, "gradient"),
        lines_figure(shown, kind, steps, values),
        controls=[{"key": "gradient", "label": "Gradient", "value": kind, "options": GRADIENTS}],
    )


PANELS = [
    Panel(
        needs=frozenset({"moments"}),
        key="layer_gradient",
        label="Gradient",
        pages={"layers": 30},
        build=gradient_panel,
        kind="layer_lines",
    )
]
