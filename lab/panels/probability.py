"""Two classes: probabilities and the threshold, ROC and precision-recall curves, calibration."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab import figures
from lab.analysis import metrics
from lab.live.shown import Shown
from lab.panels.answers import Answers, has_pictures, is_binary, over_answers
from lab.panels.panel import Panel, Part, control

#: The thresholds that can be chosen.
THRESHOLDS = np.arange(101) / 100
#: Characters of a class's name in an axis's title.
NAME = 14
ONE_CLASS = {"strong": "One class only", "text": "The curve needs examples of both classes."}


@over_answers
def probability_panel(a: Answers) -> Part:
    names, theme = a.data.class_names, a.view.theme
    what = f"{a.word} of {figures.plain(a.names[1])}"
    return figures.panel(
        f"{a.word} of {a.names[1]}",
        f"{a.examples}. Right of the line they are called {a.names[1]}.",
        figures.probability_figure(a.labels, a.p, names, a.threshold, theme, what),
        controls=[control(a.view, "threshold", "Threshold", range=[0, 1, 0.01])],
        legend=figures.class_keys(names or ("0", "1"), theme),
    )


@over_answers
def roc_panel(a: Answers) -> Part:
    name = a.names[0] if len(a.names[0]) <= NAME else a.names[0][: NAME - 1] + "…"
    curve, found = metrics.roc(a.labels, a.p), a.judged
    return _curve_panel(
        "ROC curve",
        f"Area {curve.area:.3f} (guessing: 0.5). Click to move the threshold." if curve else "",
        a,
        curve,
        point=(found.false_alarms, found.recall),
        titles=(f"False alarms (of {figures.plain(name)})", "Found (recall)"),
        guess=(0.0, 1.0),
        columns=(0, 1),
    )


@over_answers
def precision_recall_panel(a: Answers) -> Part:
    share = float(np.mean(a.labels == 1))
    curve, found = metrics.precision_recall(a.labels, a.p), a.judged
    return _curve_panel(
        "Precision and recall",
        f"Average precision {curve.area:.3f} (guessing: {share:.3f})." if curve else "",
        a,
        curve,
        point=(found.recall, found.precision),
        titles=("Recall", "Precision"),
        guess=(share, share),
        columns=(1, 2),
        steps=True,
    )


def _curve_panel(
    title: str, words: str, a: Answers, curve: Any, *, columns: tuple[int, int], **more: Any
) -> Part:
    """Return the panel of a curve; columns: of metrics.shares, for where a threshold stands."""
    x, y = (curve.x, curve.y) if curve else (np.zeros(1), np.zeros(1))
    found = metrics.shares(a.labels, a.p, THRESHOLDS)
    at = found[columns[0]], found[columns[1]], [f"{t:.2f}" for t in THRESHOLDS]
    figure = figures.share_curve_figure(x, y, theme=a.view.theme, at=at, **more)
    return figures.panel(title, words, figure, empty=None if curve else ONE_CLASS)


@over_answers
def calibration_panel(a: Answers) -> Part:
    """Return the panel of the calibration: whether the network is right as often as it says."""
    mean, share, counts = metrics.calibration(a.labels, a.p)
    gap = float(np.sum(counts * np.abs(mean - share)) / counts.sum())
    return figures.panel(
        "Calibration",
        f"Is it right as often as it says? On average off by {gap:.3f}. Hollow: fewer than "
        f"{figures.FEW} examples.",
        figures.calibration_figure(mean, share, counts, a.view.theme),
    )


def _calibrated(shown: Shown) -> bool:
    """Return whether outputs are probabilities of two classes, and there is room."""
    return is_binary(shown) and not has_pictures(shown) and shown.once(Answers).chance


PANELS = [
    Panel(
        "probability", "Probabilities and threshold", {"results": 20}, probability_panel, is_binary
    ),
    Panel("roc", "ROC curve", {"results": 30}, roc_panel, is_binary),
    Panel(
        "precision_recall",
        "Precision and recall",
        {"results": 40},
        precision_recall_panel,
        is_binary,
    ),
    Panel(
        "calibration",
        "Calibration",
        {"results": 50},
        calibration_panel,
        _calibrated,
        projected=False,
    ),
]
