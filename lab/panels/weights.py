"""How the weights of each layer are spread, now and at the start."""

from __future__ import annotations

from lab import figures
from lab.live.shown import Shown
from lab.panels.panel import Panel, Part


def weights_panel(shown: Shown) -> Part:
    """Return the histograms of the weights."""
    run = shown.run
    now, initial = run.weights, run.layout.weights(run.initial)
    figure = figures.weights_figure(now, initial, shown.view.theme)
    return figures.panel("Weights per layer", figures.weights_sentence(now, initial), figure)


PANELS = [
    Panel(
        "weights",
        "Weights per layer",
        {"playground": 50},
        weights_panel,
        lambda shown: shown.autopsy is None,
        projected=False,
    )
]
