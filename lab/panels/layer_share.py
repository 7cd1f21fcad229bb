"""The share of each layer's values that are saturated, and of its units that are dead."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from dnn.parts.activations import ACTIVATIONS
from dnn.run.measure import PROBE
from lab import figures
from lab.live.shown import Shown
from lab.panels.layer_history import column, lines_figure
from lab.panels.panel import Panel
from lab.text.numbers import percent


def share_panel(shown: Shown) -> dict[str, Any]:
    """Return the lines of the saturated share, and dashed of the dead units' share."""
    steps, saturated = column(shown, "saturated")
    _, dead = column(shown, "dead")
    entries = [ACTIVATIONS[key] for key in shown.run.config.activations]
    bounded, dying = any(e.bounds for e in entries), any(e.dies for e in entries)
    figure = lines_figure(shown, "share", steps, saturated, dashed=dead)
    if bounded and dying:
        title = "Saturated values, dead units (dashed)"
    else:
        title = "Dead units" if dying else "Saturated values"
    if not (bounded or dying):
        names = ", ".join(sorted({e.label for e in entries})) or "No hidden layer"
        words = f"{names}: nothing here saturates or dies."
    elif not len(steps):
        words = "Not recorded yet."
    else:
        words = _share_words(saturated[-1], dead[-1], shown)
    return figures.panel(title, words, figure)


def _share_words(saturated: Array, dead: Array, shown: Shown) -> str:
    examples = min(PROBE, shown.run.data.m_train) if shown.run.data else PROBE
    texts = []
    if np.isfinite(saturated).any():
        at = int(np.nanargmax(saturated))
        texts.append(f"Layer {at + 1}: {percent(saturated[at])} beyond 0.97 of its bounds.")
    if np.isfinite(dead).any():
        at = int(np.nanargmax(dead))
        texts.append(f"Layer {at + 1}: {percent(dead[at])} are 0 for all {examples} examples.")
    return " ".join(texts)


PANELS = [
    Panel(
        needs=frozenset({"moments"}),
        key="layer_share",
        label="Saturated values, dead units",
        pages={"layers": 80},
        build=share_panel,
        projected=False,
        kind="layer_lines",
    )
]
