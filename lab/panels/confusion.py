"""The confusion matrix, of two classes at a threshold or of more."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.analysis import metrics
from lab.live.shown import Shown
from lab.panels.answers import Answers, is_binary, is_real, stated
from lab.panels.panel import Panel, Part
from lab.text.numbers import count, percent

NUMBERS = [["counts", "Counts"], ["rates", "Shares"]]


def _said(x: float) -> str:
    return percent(x) if np.isfinite(x) else "undefined"


def _binary_words(a: Answers, found: metrics.Binary) -> str:
    name, called = a.names[1], found.tp + found.fp
    of, there = (count(n) for n in (called, found.tp + found.fn))
    if not called:
        first = f"None is called {name} (precision undefined)"
    else:
        first = f"Of {of} called {name}, {count(found.tp)} are (precision {_said(found.precision)})"
    second = f"of {there} there are, {count(found.tp)} are found (recall {_said(found.recall)})"
    f1 = f"{found.f1:.3f}" if np.isfinite(found.f1) else "undefined"
    return f"{first}; {second}; F1 {f1}."


def _confused_words(a: Answers, counts: Array) -> str:
    wrong = int(counts.sum() - np.trace(counts))
    if not wrong:
        return f"All {a.examples} are right."
    pairs = [
        f"{a.names[i]} taken for {a.names[j]} ({count(n)}×)" for i, j, n in metrics.confused(counts)
    ]
    return f"{count(wrong)} of {a.examples} are wrong. Most often: {', '.join(pairs)}."


def confusion_panel(shown: Shown) -> Part:
    """Return the panel of the confusion matrix."""
    a = shown.once(Answers)
    if is_binary(shown):
        found = metrics.binary(a.labels, np.nan_to_num(a.p), a.threshold)
        return stated(a, confusion_of(a, _binary_words(a, found)))
    counts = metrics.confusion(a.labels, a.predicted, a.classes)
    return stated(a, confusion_of(a, _confused_words(a, counts)))


def confusion_of(a: Answers, words: str) -> dict[str, Any]:
    """Return the panel of the confusion matrix."""
    rates = a.view.cells == "rates"
    counts = metrics.confusion(a.labels, a.predicted, a.classes)
    at = f" at threshold {a.view.threshold}" if a.data.target == "binary" else ""
    return figures.panel(
        f"Confusion matrix{at}",
        words,
        figures.confusion_figure(counts, a.data.class_names, a.view.theme, rates=rates),
        controls=[
            a.switch(),
            {"key": "cells", "label": "Numbers", "value": a.view.cells, "options": NUMBERS},
        ],
    )  # fmt: skip


PANELS = [
    Panel(
        key="confusion",
        label="Confusion matrix",
        pages={"results": 10},
        build=confusion_panel,
        applies=lambda shown: not is_real(shown),
    )
]
