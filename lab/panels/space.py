"""A hidden layer's space, which takes the place of the decision boundary."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from dnn.engine.trainer import Trainer
from lab import figures
from lab.analysis.maps import value_scale
from lab.analysis.space import chosen_layer, chosen_units, hidden_space
from lab.live.shown import Shown
from lab.panels.boundary import boundary_of
from lab.panels.panel import Panel, Part
from lab.panels.plane import over_plane_pass, shows_space, space_choice

#: Two of so many units can be chosen as axes.
MOST_PAIRED = 8


def space_panel(shown: Shown) -> Part:
    """Return the panel of the space, with what shows a unit's map over the input plane."""
    assert shown.trainer is not None
    layer = chosen_layer(shown.view.space_layer, len(shown.run.config.hidden))
    assert layer is not None
    _, size = shown.once(over_plane_pass)
    plane = boundary_of(shown, np.empty(0, np.uint8), size)
    return over_plane(space_of(shown, shown.trainer, layer), plane)


def space_of(shown: Shown, trainer: Trainer, layer: int) -> dict[str, Any]:
    """Return the panel of the data in the space of a hidden layer (1-based)."""
    data, view, units = trainer.data, shown.view, trainer.config.hidden[layer - 1]
    chosen = chosen_units(view.space_units, units)
    space = hidden_space(trainer, layer, chosen)
    points = figures.point_traces(
        space.train, data.Y_train[:, : space.train.shape[1]], space.test,
        data.Y_test[:, : space.test.shape[1]], data.target, view.show_test, view.theme,
        class_names=data.class_names, scale=value_scale(data), units=data.target_units,
    )  # fmt: skip
    controls = [space_choice(shown, layer)]
    if units > 2:
        pairs = list(combinations(range(1, min(units, MOST_PAIRED) + 1), 2))
        named = [[f"{i}-{j}", f"Units {i}, {j}"] for i, j in pairs]
        value = view.space_units if chosen else "components"
        if chosen and chosen not in pairs:
            named.append([value, f"Units {chosen[0]}, {chosen[1]}"])
        options = [["components", "Components"], *named]
        controls.append(
            {"key": "space_units", "label": "Axes", "value": value, "options": options,
             "menu": True}
        )  # fmt: skip
    controls.append({"key": "show_test", "label": "Test data", "value": view.show_test})
    return figures.panel(
        "Hidden space",
        figures.space_sentence(
            layer, units, space.share, space.linear, space.given, data.target == "real"
        ),
        figures.space_figure(space.lines, points, space.labels, space.cut, view.theme),
        controls=controls,
        legend=[
            sign
            for sign in figures.legend(
                data.target,
                view.theme,
                class_names=data.class_names,
                show_test=view.show_test,
                scale=value_scale(data),
                units=data.target_units,
            )
            if sign["symbol"] != "line" or space.cut is not None
        ],
    )


def over_plane(space: dict[str, Any], boundary: dict[str, Any]) -> dict[str, Any]:
    """Return the space's panel with what shows a unit's map over the input plane in its place.

    boundary: the panel of the decision boundary, whose axes, words and points it takes.
    """
    held = {"plane": boundary["figure"], "plane_subtitle": boundary["subtitle"]}
    return {**space, **held, **({"static": boundary["static"]} if "static" in boundary else {})}


PANELS = [
    Panel(
        key="space",
        label="Hidden space, and its choice",
        term="hidden space",
        pages={"playground": 20},
        build=space_panel,
        applies=shows_space,
        kind="plane",
    )
]
