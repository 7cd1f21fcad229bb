"""A hidden layer's space, which takes the place of the decision boundary."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from dnn.engine.trainer import Trainer
from lab import figures
from lab.analysis.space import chosen_layer, chosen_units, hidden_space
from lab.live.shown import Shown
from lab.panels.boundary import boundary_of
from lab.panels.panel import Panel, Part, control
from lab.panels.plane import (
    over_plane_pass,
    plane_legend,
    plane_points,
    shows_space,
    space_choice,
)

#: Two of so many units can be chosen as axes.
MOST_PAIRED = 8


def space_panel(shown: Shown) -> Part:
    """Return the panel of the space, with what shows a unit's map over the input plane."""
    assert shown.trainer is not None
    layer = chosen_layer(shown.view.space_layer, len(shown.run.config.hidden))
    assert layer is not None
    _, size = shown.once(over_plane_pass)
    plane = boundary_of(shown, np.empty(0, np.uint8), size)
    panel = space_of(shown, shown.trainer, layer)
    panel |= {"plane": plane["figure"], "plane_subtitle": plane["subtitle"]}
    return panel | {key: plane[key] for key in ("static",) if key in plane}


def space_of(shown: Shown, trainer: Trainer, layer: int) -> dict[str, Any]:
    """Return the panel of the data in the space of a hidden layer (1-based)."""
    data, view, units = trainer.data, shown.view, trainer.config.hidden[layer - 1]
    chosen = chosen_units(view.space_units, units)
    space = hidden_space(trainer, layer, chosen)
    points = plane_points(data, view, space.train, space.test)
    controls = [space_choice(shown, layer)]
    if units > 2:
        pairs = list(combinations(range(1, min(units, MOST_PAIRED) + 1), 2))
        named = [[f"{i}-{j}", f"Units {i}, {j}"] for i, j in pairs]
        value = view.space_units if chosen else "components"
        if chosen and chosen not in pairs:
            named.append([value, f"Units {chosen[0]}, {chosen[1]}"])
        options = [["components", "Components"], *named]
        axes = control(view, "space_units", "Axes", options=options, menu=True)
        controls.append(axes | {"value": value})
    controls.append(control(view, "show_test", "Test data"))
    return figures.panel(
        "Hidden space",
        figures.space_sentence(
            layer, units, space.share, space.linear, space.given, data.target == "real"
        ),
        figures.space_figure(space.lines, points, space.labels, space.cut, view.theme),
        controls=controls,
        legend=[
            sign
            for sign in plane_legend(data, view)
            if sign["symbol"] != "line" or space.cut is not None
        ],
    )


PANELS = [
    Panel(
        "space",
        "Hidden space, and its choice",
        {"playground": 20},
        space_panel,
        shows_space,
        term="hidden space",
        kind="plane",
    )
]
