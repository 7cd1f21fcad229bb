"""The confusion matrix, of two classes at a threshold or of more."""

from __future__ import annotations

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.analysis import metrics
from lab.live.shown import Shown
from lab.panels.answers import Answers, is_real, over_answers
from lab.panels.panel import Panel, Part, control
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


@over_answers
def confusion_panel(a: Answers) -> Part:
    binary, rates = a.data.target == "binary", a.view.cells == "rates"
    counts = metrics.confusion(a.labels, a.predicted, a.classes)
    return figures.panel(
        "Confusion matrix" + (f" at threshold {a.view.threshold}" if binary else ""),
        _binary_words(a, a.judged) if binary else _confused_words(a, counts),
        figures.confusion_figure(counts, a.data.class_names, a.view.theme, rates=rates),
        controls=[a.switch(), control(a.view, "cells", "Numbers", options=NUMBERS)],
    )


def _classified(shown: Shown) -> bool:
    return not is_real(shown)


PANELS = [Panel("confusion", "Confusion matrix", {"results": 10}, confusion_panel, _classified)]
