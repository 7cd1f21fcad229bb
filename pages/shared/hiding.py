"""What a link can hide: every setting, button, switch and panel, by name."""

from dnn.config import FIELDS
from lab.panels import PANELS

#: What stands on a page beside its panels and settings.
BESIDE = {
    "diagnosis": "Layers: diagnosis in words",
    "verdict": "Gradients and Twins: verdict",
    "trainability": "Gradients: measured trainability",
    "metrics": "Numbers above the panels",
    "timeline": "Slider: earlier moments of the run",
}
BUTTONS = {
    "play": "Button: Play and Pause",
    "step": "Button: Step",
    "epoch": "Button: Epoch",
    "reset": "Button: Reset",
    "new_seed": "Button: New seed",
    "speed": "Button: speed",
    "share": "Button: Share",
    "present": "Button: Projector",
}
PLACES = {
    "sidebar": "Side bar, all of it",
    "navigation": "Side bar: links to the pages",
    "start_from": "Side bar: Start from",
    "twin": "Side bar: what differs in B",
    "draw": "Decision boundary: drawing points",
}
SWITCHES = {
    "show_test": "Switch: test data",
    "discretise": "Switch: discretise",
    "cost_axis": "Switch: axis of the cost",
    "gradient": "Switch: per example or mean gradient",
    "gradient_axis": "Switch: axis of the gradients",
    "band": "Switch: band of other draws",
    "apart": "Switch: how the product is taken apart",
    "signal": "Twins: what is shown of every layer",
    "quantity": "Layers: whose distributions are shown",
    "spread": "Layers: ridgelines, overlay or percentiles",
    "value_axis": "Layers: axis of values",
    "steps_shown": "Layers: steps shown",
    "layer_range": "Layers: range of the y axes",
    "part": "Results: test or training examples",
    "cells": "Results: counts or shares in the matrix",
    "threshold": "Results: threshold",
    "gallery": "Results: mistakes or all pictures",
    "gallery_page": "Results: page of the pictures",
    "filter": "Results: weights now, or their change",
    "plane": "Choice: which two inputs span the plane",
    "layer": "Layers: buttons that pick a layer",
    "space_layer": "Choice: input plane or a hidden layer's space",
    "space_units": "Choice: axes of the hidden space",
}
SETTINGS = {name: f"Setting: {about.label}" for name, about in FIELDS.items()}


def panels() -> dict[str, str]:
    """Return the panels by the name that hides them, each with its page and label."""
    found: dict[str, str] = {}
    for panel in sorted(PANELS, key=lambda p: min(p.pages.values())):
        page = next(iter(panel.pages)).capitalize()
        if panel.key == panel.hide_key:
            found.setdefault(panel.key, f"{page}: {panel.label[:1].lower()}{panel.label[1:]}")
    return found


#: Everything that can be hidden.
HIDEABLE = {**panels(), **BESIDE, **BUTTONS, **PLACES, **SWITCHES, **SETTINGS}
