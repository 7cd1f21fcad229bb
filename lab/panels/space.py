"""The panel of a hidden layer's space, which takes the place of the decision boundary's."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from dnn.engine.trainer import Trainer
from lab import figures
from lab.analysis.maps import value_scale
from lab.analysis.space import chosen_units, hidden_space

if TYPE_CHECKING:
    from lab.live.worker import Slice

#: Two of so many units can be chosen as axes.
MOST_PAIRED = 8


def space_choice(work: Slice, layer: int | None) -> dict[str, Any]:
    """Return the control that chooses the input plane or a hidden layer's space."""
    count = len(work.run.config.hidden)
    layers = [[str(l), f"Layer {l}'s space"] for l in range(1, count)]
    options = [["", "Input plane"], *layers, ["last", f"Layer {count}'s space"]]
    value = "" if layer is None else "last" if layer == count else str(layer)
    return {
        "key": "space_layer", "label": "Plane", "value": value, "options": options, "menu": True,
    }  # fmt: skip


def space_panel(work: Slice, trainer: Trainer, layer: int) -> dict[str, Any]:
    """Return the panel of the data in the space of a hidden layer (1-based)."""
    data, view, units = trainer.data, work.view, trainer.config.hidden[layer - 1]
    chosen = chosen_units(view.space_units, units)
    space = hidden_space(trainer, layer, chosen)
    points = figures.point_traces(
        space.train, data.Y_train[:, : space.train.shape[1]], space.test,
        data.Y_test[:, : space.test.shape[1]], data.target, view.show_test, view.theme,
        class_names=data.class_names, scale=value_scale(data), units=data.target_units,
    )  # fmt: skip
    controls = [space_choice(work, layer)]
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
