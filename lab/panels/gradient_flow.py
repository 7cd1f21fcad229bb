"""The gradient of every layer over the steps, as a heat map."""

from __future__ import annotations

from typing import Any

from lab import figures
from lab.live.shown import Shown
from lab.panels.layer_history import column, window
from lab.panels.panel import Panel


def flow_panel(shown: Shown) -> dict[str, Any]:
    """Return the heat map of the gradient over layers and steps."""
    view = shown.view
    steps, values = column(shown, view.gradient)
    fixed = figures.KINDS[view.gradient].fixed if view.layer_range == "fixed" else None
    figure = figures.flow_figure(steps, values, theme=view.theme, window=window(shown), fixed=fixed)
    ends = "lighter is larger" if view.theme == "dark" else "darker is larger"
    what = "per example (RMS)" if view.gradient == "gradient_rms" else "of the mean (norm)"
    return figures.panel("Flow of the gradient", f"Gradient {what} at each step; {ends}.", figure)


PANELS = [
    Panel(
        needs=frozenset({"moments"}),
        key="flow",
        label="Flow of the gradient",
        pages={"layers": 20},
        build=flow_panel,
        applies=lambda shown: shown.autopsy is None,
        kind="layer_lines",
    )
]
