"""Predicted probabilities by class, and the threshold."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.live.shown import Shown
from lab.panels.answers import Answers, is_binary, stated
from lab.panels.panel import Panel, Part


def probability_panel(shown: Shown) -> Part:
    """Return the panel of the predicted probabilities."""
    a = shown.once(Answers)
    return stated(a, _probability_panel(a, np.nan_to_num(a.p)))


def _probability_panel(a: Answers, p: Array) -> dict[str, Any]:
    names, theme = a.data.class_names, a.view.theme
    shown = figures.legend("binary", theme, class_names=names, show_test=False)
    return figures.panel(
        f"{a.word} of {a.names[1]}",
        f"{a.examples}. Right of the line they are called {a.names[1]}.",
        figures.probability_figure(
            a.labels, p, names, a.threshold, theme, f"{a.word} of {figures.plain(a.names[1])}"
        ),
        controls=[
            {"key": "threshold", "label": "Threshold", "value": a.view.threshold,
             "range": [0, 1, 0.01]},
        ],
        legend=[key for key in shown if key["symbol"] != "line"],
    )  # fmt: skip


PANELS = [
    Panel(
        key="probability",
        label="Probabilities and threshold",
        pages={"results": 20},
        build=probability_panel,
        applies=is_binary,
    )
]
