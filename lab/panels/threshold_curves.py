"""ROC curve, and precision against recall, over all thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.analysis import metrics
from lab.live.shown import Shown
from lab.panels.answers import Answers, is_binary, stated
from lab.panels.panel import Panel, Part

#: The thresholds that can be chosen.
THRESHOLDS = np.arange(101) / 100
#: Characters of a class's name in an axis's title.
NAME = 14
ONE_CLASS = {"strong": "One class only", "text": "The curve needs examples of both classes."}


def _at(a: Answers, p: Array, x: int, y: int) -> tuple[Array, Array, list[str]]:
    """Return where each threshold stands on the plane of two of metrics.shares, and its text."""
    found = metrics.shares(a.labels, p, THRESHOLDS)
    return found[x], found[y], [f"{t:.2f}" for t in THRESHOLDS]


def _short(name: str) -> str:
    """Return a class's name as an axis has room for it."""
    return figures.plain(name if len(name) <= NAME else name[: NAME - 1] + "…")


def _judged(shown: Shown) -> metrics.Binary:
    """Return the counts and shares at the threshold in force, by `once`."""
    a = shown.once(Answers)
    return metrics.binary(a.labels, np.nan_to_num(a.p), a.threshold)


def roc_panel(shown: Shown) -> Part:
    """Return the panel of the ROC curve."""
    a = shown.once(Answers)
    return stated(a, _roc_panel(a, np.nan_to_num(a.p), shown.once(_judged)))


def _roc_panel(a: Answers, p: Array, found: metrics.Binary) -> dict[str, Any]:
    curve = metrics.roc(a.labels, p)
    x, y = (curve.x, curve.y) if curve else (np.zeros(1), np.zeros(1))
    area = f"Area {curve.area:.3f}" if curve else ""
    words = f"{area} (guessing: 0.5). Click to move the threshold."
    panel = figures.panel(
        "ROC curve",
        words if curve else "",
        figures.share_curve_figure(
            x, y, (found.false_alarms, found.recall), a.view.theme, guess=(0.0, 1.0),
            titles=(f"False alarms (of {_short(a.names[0])})", "Found (recall)"),
            at=_at(a, p, 0, 1),
        ),
    )  # fmt: skip
    return panel if curve else {**panel, "empty": ONE_CLASS}


def precision_recall_panel(shown: Shown) -> Part:
    """Return the panel of precision against recall."""
    a = shown.once(Answers)
    return stated(a, _precision_recall_panel(a, np.nan_to_num(a.p), shown.once(_judged)))


def _precision_recall_panel(a: Answers, p: Array, found: metrics.Binary) -> dict[str, Any]:
    curve = metrics.precision_recall(a.labels, p)
    x, y = (curve.x, curve.y) if curve else (np.zeros(1), np.zeros(1))
    share = float(np.mean(a.labels == 1))
    panel = figures.panel(
        "Precision and recall",
        f"Average precision {curve.area:.3f} (guessing: {share:.3f})." if curve else "",
        figures.share_curve_figure(
            x,
            y,
            (found.recall, found.precision),
            a.view.theme,
            guess=(share, share),
            titles=("Recall", "Precision"),
            at=_at(a, p, 1, 2),
            steps=True,
        ),
    )
    return panel if curve else {**panel, "empty": ONE_CLASS}


PANELS = [
    Panel(key="roc", label="ROC curve", pages={"results": 30}, build=roc_panel, applies=is_binary),
    Panel(
        key="precision_recall",
        label="Precision and recall",
        pages={"results": 40},
        build=precision_recall_panel,
        applies=is_binary,
    ),
]
