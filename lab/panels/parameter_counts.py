"""How many parameters each layer has."""

from __future__ import annotations

import itertools

import numpy as np

from lab.figures.frame import panel
from lab.figures.lines import line
from lab.figures.scales import log_axis
from lab.figures.theme import axis, figure, tokens
from lab.live.shown import Shown
from lab.panels.panel import Panel, Part
from lab.text.numbers import count


def parameter_panel(shown: Shown) -> Part:
    """Return the panel of the numbers of weights and biases, layer by layer."""
    sizes, theme = shown.run.layout.sizes, shown.view.theme
    found = np.array([n * (before + 1) for before, n in itertools.pairwise(sizes)])
    layers = np.arange(1, len(found) + 1)
    style = {"color": tokens(theme)["t1"], "width": 1.5}
    chart = figure(
        theme,
        [line(layers, found, "parameters", style)],
        axis(theme, "Layer", range=[0.5, len(found) + 0.5], tickvals=layers.tolist()),
        axis(theme, "Parameters (number)", **log_axis(float(found.min()), float(found.max()))),
    )
    return panel("Parameters per layer", f"{count(found.sum())} in all.", chart)


PANELS = [
    Panel(
        key="parameter_counts",
        label="Parameters per layer",
        pages={"layers": 90},
        build=parameter_panel,
        projected=False,
        term="weight",
    )
]
