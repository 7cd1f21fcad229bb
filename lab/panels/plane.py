"""The input plane, shared by panels: the pass over it, its points, and its menus."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.data.dataset import Dataset, spanning
from dnn.data.planes import COMPONENTS
from dnn.engine.layout import Array
from dnn.engine.network import Pass
from dnn.engine.trainer import Trainer
from dnn.run.training import Run
from lab import figures
from lab.analysis.maps import output_range, plane_pass, to_bytes, value_scale
from lab.analysis.space import chosen_layer
from lab.live.shown import Shown
from lab.view import View

#: Of more inputs only these can be chosen in a menu; a link may name any.
MOST_INPUTS = 100


def over_plane_pass(shown: Shown) -> tuple[Pass, int]:
    """Return a pass over the plane and its points a side, by `once`."""
    assert shown.trainer is not None
    return plane_pass(shown.trainer, shown.view.plane)


def points_version(run: Run, view: View) -> str:
    """Return what the data points on show depend on."""
    return f"{run.data_key[:16]}-{view.theme}-{view.show_test}-{view.present}-{view.plane}"


def plane_choice(data: Any, choice: str) -> list[dict[str, Any]]:
    """Return the menus that choose the plane: components, or an input for each axis."""
    n = data.n_inputs
    if n <= 2 or data.given_plane is not None:
        return []
    pair = spanning(choice, n)
    i, j = pair or (0, 1)
    inputs = [k for k in range(n) if k < MOST_INPUTS or k in (i, j)]
    names = [name if len(name) <= 24 else f"{name[:23]}…" for name in data.feature_names]
    across = [[f"{k + 1}-{(i if k == j else j) + 1}", f"→ {names[k]}"] for k in inputs]
    menus = [("Across", [[COMPONENTS, "Components"], *across])]
    if pair:
        up = [[f"{i + 1}-{k + 1}", f"↑ {names[k]}"] for k in inputs if k != i]
        menus.append(("Up", up))
    return [
        {"key": "plane", "name": f"plane {label}", "label": f"Plane: {label}", "menu": True,
         "value": choice if pair else COMPONENTS, "options": options}
        for label, options in menus
    ]  # fmt: skip


def plane_points(data: Dataset, view: View, train: Array, test: Array) -> list[dict[str, Any]]:
    """Return the examples as points at (2, m) of a plane: as many of each part as are given."""
    return figures.point_traces(
        train,
        data.Y_train[:, : train.shape[1]],
        test,
        data.Y_test[:, : test.shape[1]],
        data.target,
        view.show_test,
        view.theme,
        class_names=data.class_names,
        scale=value_scale(data),
        units=data.target_units,
    )


def plane_legend(data: Dataset, view: View) -> list[dict[str, Any]]:
    """Return the key of these points."""
    return figures.legend(
        data.target,
        view.theme,
        class_names=data.class_names,
        show_test=view.show_test,
        scale=value_scale(data),
        units=data.target_units,
    )


def output_field(trainer: Trainer, net: Pass) -> Array:
    """Return the output in a pass over the plane as u8, as boundary_field has it."""
    A = net.prediction
    if len(A) > 2 and trainer.data.target == "classes":
        return A.argmax(axis=0).astype(np.uint8)
    values = A[0] if trainer.data.target == "real" else A[-1]
    return to_bytes(values, output_range(trainer.data))


def space_choice(shown: Shown, layer: int | None) -> dict[str, Any]:
    """Return the control that chooses the input plane or a hidden layer's space."""
    count = len(shown.run.config.hidden)
    layers = [[str(l), f"Layer {l}'s space"] for l in range(1, count)]
    options = [["", "Input plane"], *layers, ["last", f"Layer {count}'s space"]]
    value = "" if layer is None else "last" if layer == count else str(layer)
    return {
        "key": "space_layer", "label": "Plane", "value": value, "options": options, "menu": True,
    }  # fmt: skip


def shows_space(shown: Shown) -> bool:
    """Return whether the view asks for the space of a hidden layer, and there is one."""
    view = shown.view
    layer = chosen_layer(view.space_layer, len(shown.run.config.hidden))
    return layer is not None and "space" not in view.hide and not view.pointed
