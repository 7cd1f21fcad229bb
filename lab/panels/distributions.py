"""How the values of each layer are spread: weights, biases, gradients, activations or deltas."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.analysis.distributions import BINS, Scale, scale_of, shares, within
from lab.analysis.moments import Moments
from lab.live.shown import Shown
from lab.panels.layer_lines import picked, window
from lab.panels.panel import Panel, control
from lab.text.numbers import count, layer_name, number, percent, short, times

#: What can be chosen, and what it is called.
QUANTITIES = [
    ["weight", "Weights"],
    ["bias", "Biases"],
    ["gradient", "Gradients"],
    ["activation", "Activations"],
    ["delta", "Deltas"],
]
VALUES = {
    "weight": "Weight",
    "bias": "Bias",
    "gradient": "Gradient of the mean cost (nats per weight)",
    "activation": "Activation",
    "delta": "Delta: one example's dJ/dz (nats)",
}
SPREADS = [["ridgelines", "Ridgelines"], ["overlay", "Overlay"], ["percentiles", "Percentiles"]]
AXES = [["auto", "Axis: automatic"], ["linear", "Axis: linear"], ["symlog", "Axis: symmetric log"]]
#: At most so many layers have a small picture of their own.
TILES = 9


def distributions_panel(shown: Shown) -> dict[str, Any]:
    """Return the panel of one quantity's distributions, a picture a layer."""
    view, moments = shown.view, shown.measured.moments
    L = shown.run.layout.layers
    layer = picked(view.layer, L)
    seen = [layer - 1] if layer else figures.subset(L, TILES)
    plural = dict(QUANTITIES)[view.quantity].lower()
    controls = [
        control(view, "quantity", "Quantity", options=QUANTITIES),
        control(view, "spread", "Shown as", options=SPREADS),
        control(view, "value_axis", "Axis of values", options=AXES, menu=True),
    ]
    title = f"How are the {plural} spread?"
    if moments is None or not len(moments.shapes):
        figure = figures.distributions_figure(Scale(1.0), VALUES[view.quantity], view.theme)
        return figures.panel(title, "No moment recorded yet.", figure, controls=controls)
    inside = _inside(shown, moments)
    percentiles = moments.shapes["percentiles"][inside, 0]
    scale = scale_of(percentiles, view.value_axis)
    value = VALUES[view.quantity].replace("nats", shown.unit)
    # Without a negative value, as behind ReLU, the axis begins with the bin around 0.
    low = -1.0 if (percentiles[..., 0] < 0).any() else -1 / (2 * BINS - 1)
    panel = figures.panel(
        title,
        _spread_sentence(moments, scale, seen, L),
        figures.distributions_figure(scale, value, view.theme, low),
        controls=controls,
        mode=view.spread,
        tiles=[
            {
                "layer": l + 1,
                "name": layer_name(l, L),
                "note": count(int(moments.shapes["counts"][-1, 0, l])) + f" {plural}",
                "color": figures.layer_color(figures.depth(l, L), view.theme),
                "text": figures.layer_color(figures.depth(l, L), view.theme, text=True),
            }
            for l in seen
        ],
        steps=moments.shapes["step"][inside],
    )
    if view.spread == "percentiles":
        places = scale.place(percentiles[:, seen])
        for name, columns in (("bands", places), ("values", percentiles[:, seen])):
            panel[name] = columns.transpose(1, 0, 2).reshape(len(seen), -1)
    else:
        panel |= _ridges(moments, inside, seen, scale, low)
    return panel


def _inside(shown: Shown, moments: Moments) -> Array:
    first, last = window(shown)
    steps = moments.shapes["step"]
    inside = (steps >= first) & (steps <= last)
    inside[-1] = True
    return inside


def _ridges(
    moments: Moments, inside: Array, shown: list[int], scale: Scale, low: float
) -> dict[str, Any]:
    """Return the share of values in each bin as bytes (layers, moments * bins), and the bins.

    The tallest bin of a layer over all moments is 255.
    """
    ranks = moments.shapes["ranks"][inside, 0][:, shown]
    counts = moments.shapes["counts"][inside, 0][:, shown]
    bins = BINS if low == -1 else 2 * BINS - 1
    found = shares(ranks, counts, scale, bins)[..., -BINS:].transpose(1, 0, 2)
    top = np.nanmax(np.nan_to_num(found), axis=(1, 2), keepdims=True)
    heights = np.nan_to_num(found / np.maximum(top, 1e-12)) * 255
    # A bin with anything in it is seen.
    heights = np.where((found > 0) & (heights < 1), 1, heights.round())
    return {
        "shares": heights.astype(np.uint8).reshape(len(shown), -1),
        "bins": found.shape[2],
        "tops": [float(t) for t in top.ravel()],
    }


def _spread_sentence(moments: Moments, scale: Scale, shown: list[int], layers: int) -> str:
    """Return one sentence on the newest moment, and one on what the bins can't show."""
    newest = moments.shapes["percentiles"][-1, 0][shown].astype(float)
    half = newest[:, 4] - newest[:, 2]
    texts = []
    if np.isfinite(half).all() and len(shown) > 1 and half.min() > 0:
        wide, narrow = int(half.argmax()), int(half.argmin())
        ratio = half[wide] / half[narrow]
        names = [layer_name(shown[i], layers) for i in (wide, narrow)]
        texts.append(
            f"The middle half is {times(ratio)} as wide in {names[0]} as in {names[1]}."
            if ratio >= 1.5
            else "The middle half is about as wide in every layer."
        )
    elif np.isfinite(half).all() and len(shown) == 1:
        low, high = newest[0, 2], newest[0, 4]
        texts.append(f"Half of the values lie between {number(low)} and {number(high)}.")
    if scale.threshold:
        lost = within(moments.shapes["ranks"][-1, 0][shown], scale.threshold)
        worst = int(np.argmax(lost))
        where, share = layer_name(shown[worst], layers), percent(float(lost[worst]))
        which = f"In {where} {share} of the values" if lost[worst] else "None"
        texts.append(f"{which} lie within ±{short(scale.threshold)}, the middle bin.")
    if len(shown) > 1 and len(shown) < layers:
        texts.append(f"{len(shown)} of {layers} layers.")
    return " ".join(texts)


PANELS = [
    Panel(
        "distributions",
        "Distributions",
        {"layers": 10},
        distributions_panel,
        kind="ridges",
        needs=frozenset({"moments"}),
    )
]
