"""The walk's picture of the network: what a stage writes at its units, and the key below it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lab.figures.walk import Part, walk_figure, walk_key
from lab.teaching.walk.stage import Stage
from lab.teaching.walk.trace import Layer, Trace

#: Streamlit takes pictures out of a page's HTML: a component draws ours, and keeps it in place.
drawn = st.components.v2.component(
    "neural_lab_walk_picture",
    html="<div></div>",
    js="export default ({ parentElement, data }) => "
    "{ parentElement.querySelector('div').innerHTML = data.svg; }",
    isolate_styles=False,
)


def picture(stage: Stage, t: Trace, theme: str) -> str:
    """Return the network with a stage's part marked, its numbers at the units, and a key: HTML."""
    written = [_written(stage, t, l) for l in range(t.depth + 1)]
    gradients = stage.shows in ("dW", "mean")
    links = [layer.dW if gradients else layer.W for layer in t.layers]
    names = ["input", *(f"layer {l}" for l in range(1, t.depth)), "output"]
    part = Part(stage.units, stage.links, stage.layer)
    values = [None if w is None else w[1] for w in written]
    signs = ["" if w is None else w[0] for w in written]
    return walk_figure(values, links, names, part, theme) + walk_key(
        signs, "dW" if gradients else "W", links, names, part, theme
    )


def _written(stage: Stage, t: Trace, l: int) -> tuple[str, np.ndarray] | None:
    """Return what is written at a layer's units, with its symbol: what this stage has computed."""
    if stage.shows in ("none", "mean"):
        return None
    if l == 0:
        return "x", t.X[:, 0]
    layer = t.layers[l - 1]
    if stage.part == "forwards":
        if l > stage.layer:
            return None
        return ("z", layer.Z[:, 0]) if l == stage.layer and stage.shows == "z" else _a(layer)
    if stage.shows in ("delta", "dW", "db") and l >= stage.layer:
        if layer.norm and (l > stage.layer or stage.shows != "delta"):
            return "δᵤ", layer.delta[:, 0]
        return "δ", layer.delta_z[:, 0]
    return _a(layer)


def _a(layer: Layer) -> tuple[str, np.ndarray]:
    return "a", layer.A[:, 0]
