"""Numbers that were predicted: against the true ones, their residuals, and how large those are."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.analysis import metrics
from lab.live.shown import Shown
from lab.panels.answers import Answers, is_real, stated
from lab.panels.panel import Panel, Part
from lab.text.numbers import number

#: At most so many points of each part are drawn.
POINTS = 1_000


Parts = list[tuple[str, Array, Array]]


def _parts(shown: Shown) -> Parts:
    """Return (part, true, predicted) of at most POINTS examples each, by `once`."""
    a, parts = shown.once(Answers), []
    for name in ["train", "test"] if a.data.m_test else ["train"]:
        y, said = (V.ravel() for V in a.measured(*a.of(name)))
        keep = np.arange(len(y)) if len(y) <= POINTS else np.arange(POINTS) * len(y) // POINTS
        parts.append((name, y[keep], said[keep]))
    return parts


def _legend(shown: Shown) -> list[dict[str, Any]]:
    return figures.cloud_legend(shown.view.theme, bool(shown.data.m_test), True)


def prediction_panel(shown: Shown) -> Part:
    """Return the panel of predicted against true values."""
    a = shown.once(Answers)
    e = metrics.errors(*a.measured(a.Y, a.A))
    r2 = f"R² {number(e.r2)}" if np.isfinite(e.r2) else "R² undefined"
    words = f"{a.examples}: {r2}, RMSE {number(e.rmse)}, MAE {number(e.mae)}"
    words += ", as it was measured." if a.in_units else "."
    figure = figures.prediction_figure(shown.once(_parts), shown.view.theme, "value")
    panel = figures.panel(
        "Predicted against true", words, figure, controls=[a.switch()], legend=_legend(shown)
    )
    return stated(a, panel)


def residual_panel(shown: Shown) -> Part:
    """Return the panel of the residuals."""
    panel = figures.panel(
        "Residuals",
        "Is the error the same everywhere, or does it follow the prediction?",
        figures.residual_figure(shown.once(_parts), shown.view.theme, "value"),
        legend=_legend(shown),
    )
    return stated(shown.once(Answers), panel)


def error_panel(shown: Shown) -> Part:
    """Return the panel of how large the errors are."""
    a = shown.once(Answers)
    Y, A = a.measured(a.Y, a.A)
    residuals = (Y - A).ravel()
    panel = figures.panel(
        "How large are the errors?",
        _error_words(a, residuals),
        figures.error_figure(residuals, shown.view.theme, ""),
    )
    return stated(a, panel)


def _error_words(a: Answers, residuals: Array) -> str:
    half = float(np.median(np.abs(residuals)))
    mean = float(residuals.mean())
    return (
        f"{a.examples}: half of them are off by less than {number(half)}; "
        f"mean error {number(mean)}."
    )


PANELS = [
    Panel(
        key="prediction",
        label="Predicted against true",
        pages={"results": 10},
        build=prediction_panel,
        applies=is_real,
    ),
    Panel(
        key="residuals",
        label="Residuals",
        pages={"results": 20},
        build=residual_panel,
        applies=is_real,
    ),
    Panel(
        key="errors",
        label="Histogram of the errors",
        pages={"results": 30},
        build=error_panel,
        applies=is_real,
    ),
]
