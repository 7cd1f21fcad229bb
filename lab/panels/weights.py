"""How the weights of each layer are spread, now and at the start."""

from __future__ import annotations

from typing import Any

from lab import figures
from lab.live.shown import Shown
from lab.panels.panel import Panel


def weights_panel(shown: Shown) -> dict[str, Any]:
    run = shown.run
    now, initial = run.weights, run.layout.weights(run.initial)
    return figures.panel(
        "Weights per layer",
        figures.weights_sentence(now, initial),
        figures.weights_figure(now, initial, shown.view.theme),
    )


PANELS = [
    Panel(
        key="weights",
        label="Weights per layer",
        pages={"playground": 50},
        build=weights_panel,
        applies=lambda shown: shown.autopsy is None,
        projected=False,
    )
]
