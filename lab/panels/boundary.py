"""The decision boundary: the network's output over the plane, with the data points."""

from __future__ import annotations

from typing import Any

from dnn.engine.layout import Array
from lab import figures
from lab.analysis.maps import value_scale
from lab.intake.hand_drawn import REACH, drawable
from lab.live.shown import Shown
from lab.panels.answers import has_pictures
from lab.panels.network import shows_unit
from lab.panels.panel import Panel, Part, control
from lab.panels.plane import (
    output_field,
    over_plane_pass,
    plane_choice,
    plane_legend,
    plane_points,
    points_version,
    shows_space,
    space_choice,
)


def plane_panel(shown: Shown) -> Part:
    net, size = shown.once(over_plane_pass)
    assert shown.trainer is not None
    return boundary_of(shown, output_field(shown.trainer, net), size)


def boundary_panel(shown: Shown) -> Part:
    """Return the panel of the decision boundary, or of the map of the unit in view."""
    panel, trainer = plane_panel(shown), shown.trainer
    assert trainer is not None
    if shown.run.config.hidden and "space" not in shown.view.hide:
        panel["controls"].insert(0, space_choice(shown, None))
    return shows_unit(panel, shown, trainer, shown.once(over_plane_pass)[0])


def boundary_of(shown: Shown, field: Array, size: int) -> dict[str, Any]:
    """Return the panel of the decision boundary; field: of output_field, `size` points a side."""
    data, view = shown.data, shown.view
    real, classes = data.target == "real", len(data.class_names)
    plane = data.in_plane(view.plane)[0]
    panel = figures.panel(
        "Decision boundary" if not real else "Prediction over the plane",
        figures.boundary_sentence(data.m_train, data.m_test, view.show_test, plane.note),
        figures.boundary_figure(plane, view.theme, classes=0 if real else max(2, classes)),
        controls=[
            *plane_choice(data, view.plane),
            control(view, "show_test", "Test data"),
            control(view, "discretise", "Discretise"),
        ],
        legend=plane_legend(data, view),
        field=field,
        field_size=size,
        contour=not real and classes <= 2,
        discretise=view.discretise,
    )
    if shown.display.points_due:
        version, (_, train, test) = points_version(shown.run, view), data.in_plane(view.plane)
        panel["static"] = {"version": version, "data": plane_points(data, view, train, test)}
    if shown.twin is None and "draw" not in view.hide and drawable(data):
        keys = _drawn_with(data, view.theme)
        panel["draw"] = {"classes": keys, "reach": REACH, "number": shown.display.drawn}
    return panel


def _drawn_with(data: Any, theme: str) -> list[dict[str, Any]]:
    """Return the keys of what can be put on the plane: the classes, or values."""
    if data.target != "real":
        return figures.class_keys(data.class_names, theme)
    low, high = float(data.Y_train.min()), float(data.Y_train.max())
    return figures.value_keys(low, high, value_scale(data), data.target_units, theme)


PANELS = [
    Panel(
        "boundary",
        "Decision boundary",
        {"playground": 20},
        boundary_panel,
        lambda shown: not shows_space(shown),
        plain=True,
        kind="plane",
    ),
    Panel(
        "boundary",
        "Decision boundary",
        {"results": 80},
        plane_panel,
        lambda shown: not (has_pictures(shown) and shown.view.present),
        plain=True,
        kind="plane",
    ),
]
