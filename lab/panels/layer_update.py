"""The size of each layer's next update, in its weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.live.shown import Shown
from lab.panels.layer_history import column, lines_figure
from lab.panels.panel import Panel
from lab.text.numbers import number


def update_panel(shown: Shown) -> dict[str, Any]:
    """Return the lines of the update-to-weight ratio."""
    steps, values = column(shown, "update_ratio")
    return figures.panel(
        "Update to weight",
        _update_words(values, shown.run.layout.layers),
        lines_figure(shown, "update_ratio", steps, values),
    )


def _update_words(values: Array, layers: int) -> str:
    known = values[np.isfinite(values).all(axis=1)] if len(values) else values
    if not len(known):
        return "Not recorded yet."
    now = np.median(known[-max(1, len(known) // 20) :], axis=0)
    low, high = float(now.min()), float(now.max())
    return f"{number(low, 2)} to {number(high, 2)} a step."


PANELS = [
    Panel(
        needs=frozenset({"moments"}),
        key="layer_update",
        label="Update to weight",
        pages={"layers": 40},
        build=update_panel,
        projected=False,
        kind="layer_lines",
    )
]
