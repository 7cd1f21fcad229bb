"""The norm of each layer's weights over the steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab import figures
from lab.live.shown import Shown
from lab.panels.layer_history import column, lines_figure
from lab.panels.panel import Panel
from lab.text.numbers import count, layer_name, times


def weight_panel(shown: Shown) -> dict[str, Any]:
    """Return the lines of the weights' norm."""
    steps, values = column(shown, "weight_norm")
    words = "Not recorded yet."
    if len(values):
        grown = values[-1] / np.where(values[0] > 0, values[0], np.nan)
        at = int(np.nanargmax(np.abs(np.log(grown)))) if np.isfinite(grown).any() else 0
        name = layer_name(at, shown.run.layout.layers).capitalize()
        words = f"{name}: {times(float(grown[at]))} what it was at step {count(steps[0])}."
    return figures.panel("Weight norm", words, lines_figure(shown, "weight_norm", steps, values))


PANELS = [
    Panel(
        needs=frozenset({"moments"}),
        key="layer_weight",
        label="Weight norm",
        pages={"layers": 70},
        build=weight_panel,
        projected=False,
        kind="layer_lines",
    )
]
