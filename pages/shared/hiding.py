"""What a link can hide: every setting, button, switch and panel, by name."""

from dnn.config import FIELDS

#: What is not a setting: the name that a link carries, and what it is called in the dialog.
PANELS = {
    "network": "Panel: network",
    "space": "Panel: hidden space, and its choice",
    "boundary": "Panel: decision boundary",
    "cost": "Panel: cost",
    "gradients": "Panel: gradient per layer",
    "weights": "Panel: weights per layer",
    "autopsy": "Panel: the last steps of a run that diverged",
    "distributions": "Layers: distributions",
    "diagnosis": "Layers: diagnosis in words",
    "flow": "Layers: flow of the gradient",
    "layer_gradient": "Layers: gradient",
    "layer_update": "Layers: update to weight",
    "layer_activation": "Layers: activation",
    "layer_delta": "Layers: delta",
    "layer_weight": "Layers: weight norm",
    "layer_share": "Layers: saturated values, dead units",
    "signal_activation": "Lab: signal going forward",
    "signal_delta": "Lab: error coming back",
    "signal_gradient": "Lab: what each layer learns from",
    "phase": "Lab: phase diagram",
    "product": "Lab: the product taken apart",
    "verdict": "Lab: verdict",
    "trainability": "Lab: measured trainability",
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
}
SWITCHES = {
    "show_test": "Switch: test data",
    "discretise": "Switch: discretise",
    "draw": "Switch: drawing points",
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
    "layer": "Layers: buttons that pick a layer",
    "space_layer": "Choice: input plane or a hidden layer's space",
    "space_units": "Choice: axes of the hidden space",
}
SETTINGS = {name: f"Setting: {about.label}" for name, about in FIELDS.items()}
#: Everything that can be hidden.
HIDEABLE = {**PANELS, **BUTTONS, **PLACES, **SWITCHES, **SETTINGS}
