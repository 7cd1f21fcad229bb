"""Precision and recall of each of several classes."""

from __future__ import annotations

import numpy as np

from lab import figures
from lab.analysis import metrics
from lab.live.shown import Shown
from lab.panels.answers import Answers, over_answers
from lab.panels.panel import Panel, Part


@over_answers
def classes_panel(a: Answers) -> Part:
    precision, recall, f1 = metrics.by_class(a.labels, a.predicted, a.classes)
    words = "No class is there."
    if np.isfinite(f1).any():
        worst = int(np.nanargmin(f1))
        words = f"Hardest: {a.names[worst]}, F1 {f1[worst]:.3f}. Mean F1 {np.nanmean(f1):.3f}."
    return figures.panel(
        "Precision and recall by class",
        words,
        figures.classes_figure(precision, recall, a.data.class_names, a.view.theme),
        legend=figures.bar_legend(a.view.theme),
    )


def _several(shown: Shown) -> bool:
    return shown.data.target == "classes"


PANELS = [
    Panel("classes", "Precision and recall by class", {"results": 20}, classes_panel, _several)
]
