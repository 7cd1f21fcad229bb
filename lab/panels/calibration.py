"""Whether the network is right as often as it says."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.analysis import metrics
from lab.live.shown import Shown
from lab.panels.answers import Answers, has_pictures, is_binary, stated
from lab.panels.panel import Panel, Part


def calibration_panel(shown: Shown) -> Part:
    """Return the panel of the calibration."""
    a = shown.once(Answers)
    return stated(a, _calibration_panel(a, np.nan_to_num(a.p)))


def _calibration_panel(a: Answers, p: Array) -> dict[str, Any]:
    mean, share, counts = metrics.calibration(a.labels, p)
    gap = float(np.sum(counts * np.abs(mean - share)) / counts.sum())
    return figures.panel(
        "Calibration",
        f"Is it right as often as it says? On average off by {gap:.3f}. Hollow: fewer than "
        f"{figures.FEW} examples.",
        figures.calibration_figure(mean, share, counts, a.view.theme),
    )


def _applies(shown: Shown) -> bool:
    """Return whether outputs are probabilities of two classes, and there is room."""
    if not is_binary(shown) or has_pictures(shown):
        return False
    return shown.once(Answers).chance


PANELS = [
    Panel(
        key="calibration",
        label="Calibration",
        pages={"results": 50},
        build=calibration_panel,
        applies=_applies,
        projected=False,
    )
]
