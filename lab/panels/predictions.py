"""Numbers that were predicted: against the true ones, their residuals, and how large those are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.analysis import metrics
from lab.live.shown import Shown
from lab.panels.answers import Answers, is_real, over_answers
from lab.panels.panel import Panel, Part
from lab.text.numbers import number

#: At most so many points of each part are drawn.
POINTS = 1_000


def _parts(shown: Shown) -> list[tuple[str, Array, Array]]:
    """Return (part, true, predicted) of at most POINTS examples each, by `once`."""
    a, parts = shown.once(Answers), []
    for name in ["train", "test"] if a.data.m_test else ["train"]:
        y, said = (V.ravel() for V in a.measured(*a.of(name)))
        keep = np.arange(len(y)) if len(y) <= POINTS else np.arange(POINTS) * len(y) // POINTS
        parts.append((name, y[keep], said[keep]))
    return parts


def _cloud_panel(a: Answers, title: str, words: str, draw: Callable[..., Part]) -> Part:
    legend = figures.cloud_legend(a.view.theme, bool(a.data.m_test))
    return figures.panel(title, words, draw(a.shown.once(_parts), a.view.theme), legend=legend)


@over_answers
def prediction_panel(a: Answers) -> Part:
    e = metrics.errors(*a.measured(a.Y, a.A))
    r2 = f"R² {number(e.r2)}" if np.isfinite(e.r2) else "R² undefined"
    words = f"{a.examples}: {r2}, RMSE {number(e.rmse)}, MAE {number(e.mae)}"
    words += ", as it was measured." if a.in_units else "."
    panel = _cloud_panel(a, "Predicted against true", words, figures.prediction_figure)
    return panel | {"controls": [a.switch()]}


@over_answers
def residual_panel(a: Answers) -> Part:
    words = "Is the error the same everywhere, or does it follow the prediction?"
    return _cloud_panel(a, "Residuals", words, figures.residual_figure)


@over_answers
def error_panel(a: Answers) -> Part:
    Y, A = a.measured(a.Y, a.A)
    residuals = (Y - A).ravel()
    half, mean = number(np.median(np.abs(residuals))), number(residuals.mean())
    words = f"{a.examples}: half of them are off by less than {half}; mean error {mean}."
    figure = figures.error_figure(residuals, a.view.theme)
    return figures.panel("How large are the errors?", words, figure)


PANELS = [
    Panel("prediction", "Predicted against true", {"results": 10}, prediction_panel, is_real),
    Panel("residuals", "Residuals", {"results": 20}, residual_panel, is_real),
    Panel("errors", "Histogram of the errors", {"results": 30}, error_panel, is_real),
]
