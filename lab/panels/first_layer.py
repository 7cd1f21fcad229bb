"""The weights of the first layer as pictures, or what training has made of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab import figures
from lab.live.shown import Shown
from lab.panels.answers import Answers, has_pictures
from lab.panels.panel import Panel, Part
from lab.panels.pictures import MOVING, RESTING, UNITS, picture_colors, reduced
from lab.text.numbers import count, short

FILTERS = [["now", "Now"], ["change", "Change"]]


def filters_panel(shown: Shown) -> Part:
    """Return the panel of the first layer's weights."""
    return filters_of(shown.once(Answers))


def filters_of(answers: Any) -> dict[str, Any]:
    """Return the panel of the first layer's weights, or what training has made of them, a picture
    a unit.
    """
    a, data = answers, answers.data
    W = a.trainer.layout.weights(a.trainer.p)[0][0]
    change = a.view.filter == "change"
    if change:
        W = W - a.trainer.layout.weights(a.shown.run.initial)[0][0]
    shown = np.asarray(W[:UNITS], np.float64)
    pictures, shape = reduced(shown, data.image, MOVING if a.shown.display.playing else RESTING)
    most = np.maximum(np.abs(pictures).max(axis=1, keepdims=True), 1e-30)
    colors = picture_colors(a.view.theme)
    grey = data.image[2] == 1
    return figures.panel(
        "Layer 1 weights",
        _filter_words(
            len(W), grey, shape != tuple(data.image), "change since step 0" if change else "weight"
        ),
        {"data": [], "layout": {}},
        controls=[
            {"key": "filter", "label": "Weights", "value": a.view.filter, "options": FILTERS}
        ],
        pictures=np.rint(127.5 + 127.5 * pictures / most).astype(np.uint8).reshape(-1),
        shape=list(shape),
        diverging=grey,
        tiles=[
            {"top": f"{j + 1}", "bottom": f"±{short(float(f'{m:.2g}'))}", "wrong": False}
            for j, m in enumerate(most[:, 0])
        ],
        colors=colors,
        legend=[
            {"symbol": "ramp", "colors": [colors["low"], colors["mid"], colors["high"]],
             "label": ["−", "+"]}
        ] if grey else [],
    )  # fmt: skip


def _filter_words(units: int, grey: bool, averaged: bool, what: str) -> str:
    some = f"{UNITS} of {count(units)} units" if units > UNITS else f"{count(units)} units"
    words = f"{some}, each scaled by its largest {what} (below)"
    words += "" if grey else "; grey is 0"
    return words + (". Averaged over small squares." if averaged else ".")


PANELS = [
    Panel(
        key="filters",
        label="Weights as pictures",
        pages={"results": 100},
        build=filters_panel,
        applies=has_pictures,
        kind="pictures",
    )
]
