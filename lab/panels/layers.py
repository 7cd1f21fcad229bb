"""What the page Layers shows of a run: distributions, lines and the flow, linked by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dnn.engine.layout import Array
from dnn.engine.trainer import loss_key
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.losses import LOSSES
from dnn.run.measure import PROBE
from lab import figures
from lab.analysis.distributions import BINS, Scale, scale_of, shares, within
from lab.analysis.moments import Moments
from lab.panels.autopsy import autopsy_panel
from lab.text.numbers import count, layer_name, number, percent, short, times

if TYPE_CHECKING:
    from lab.live.worker import Slice

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
PLURALS = {
    "weight": "weights", "bias": "biases", "gradient": "gradients", "activation": "activations",
    "delta": "deltas",
}  # fmt: skip
SPREADS = [["ridgelines", "Ridgelines"], ["overlay", "Overlay"], ["percentiles", "Percentiles"]]
AXES = [["auto", "Axis: automatic"], ["linear", "Axis: linear"], ["symlog", "Axis: symmetric log"]]
GRADIENTS = [["gradient_rms", "Per example"], ["gradient_norm", "Mean"]]
WINDOWS = [["all", "All steps"], ["recent", "Newest fifth"]]
RANGES = [["fit", "Fit to window"], ["fixed", "Fixed range"]]
#: At most so many layers have a small picture of their own.
TILES = 9
#: The newest fifth of the steps is the window "recent".
RECENT = 0.2


def picked(layer: str, layers: int) -> int | None:
    """Return the layer (1-based) that a view picks, or None where there is none of that number."""
    return int(layer) if layer and int(layer) <= layers else None


def panels(work: Slice) -> dict[str, dict[str, Any]]:
    """Return the page's panels, by key."""
    shown = {
        "distributions": distributions_panel(work),
        "flow": flow_panel(work),
        "layer_gradient": gradient_panel(work),
        "layer_update": update_panel(work),
        "layer_activation": history_panel(work, "activation_rms"),
        "layer_delta": history_panel(work, "delta_rms"),
        "layer_weight": weight_panel(work),
        "layer_share": share_panel(work),
    }
    if work.run.diverged and work.examined:
        shown = {"autopsy" if key == "flow" else key: panel for key, panel in shown.items()}
        shown["autopsy"] = autopsy_panel(work)
    if work.view.present:  # on a projector there is room for three
        large = ("distributions", "layer_gradient", "flow", "autopsy")
        return {key: panel for key, panel in shown.items() if key in large}
    return shown


def bar(work: Slice) -> dict[str, Any]:
    """Return the row above the panels: a button a layer, and what all panels share."""
    view, L = work.view, work.run.layout.layers
    sizes, keys = work.run.layout.sizes, work.run.config.activations
    items = [
        {
            "layer": l + 1,
            "name": "Output" if l == L - 1 else str(l + 1),
            "title": f"{layer_name(l, L)}: {sizes[l + 1]} units"
            + (f", {ACTIVATIONS[keys[l]].label}" if l < L - 1 else ""),
            "color": figures.layer_color(figures.depth(l, L), view.theme),
        }
        for l in range(L)
    ]
    controls = [
        {"key": "steps_shown", "label": "Steps shown", "value": view.steps_shown,
         "options": WINDOWS},
        {"key": "layer_range", "label": "Range of the y axes", "value": view.layer_range,
         "options": RANGES},
    ]  # fmt: skip
    controls = [c for c in controls if c["key"] not in view.hide]
    items = [] if "layer" in view.hide else items
    return {"items": items, "picked": picked(view.layer, L), "controls": controls}


def findings(work: Slice) -> list[dict[str, Any]] | None:
    """Return what is the matter with the run, in words; None where that is hidden."""
    if "diagnosis" in work.view.hide:
        return None
    return [
        {
            "key": found.key, "kind": found.severity, "sentence": found.sentence,
            "evidence": found.evidence, "layer": found.layers[0] if found.layers else None,
            "button": found.suggestion.button, "live": found.suggestion.live,
        }
        for found in work.findings
    ]  # fmt: skip


def window(work: Slice) -> tuple[float, float]:
    """Return the first and the last step shown."""
    last = float(work.run.step)
    return (last * (1 - RECENT), last) if work.view.steps_shown == "recent" else (0.0, last)


def unit_of(work: Slice) -> str:
    """Return the unit of the run's cost."""
    assert work.run.data is not None
    return LOSSES[loss_key(work.run.config, work.run.data)].unit


# --- distributions -------------------------------------------------------------------------------


def distributions_panel(work: Slice) -> dict[str, Any]:
    """Return the panel of one quantity's distributions, a picture a layer."""
    view, moments = work.view, work.moments
    L = work.run.layout.layers
    layer = picked(view.layer, L)
    shown = [layer - 1] if layer else figures.subset(L, TILES)
    plural = PLURALS[view.quantity]
    controls = [
        {"key": "quantity", "label": "Quantity", "value": view.quantity, "options": QUANTITIES},
        {"key": "spread", "label": "Shown as", "value": view.spread, "options": SPREADS},
        {"key": "value_axis", "label": "Axis of values", "value": view.value_axis,
         "options": AXES, "menu": True},
    ]  # fmt: skip
    title = f"How are the {plural} spread?"
    if moments is None or not len(moments.shapes):
        figure = figures.distributions_figure(Scale(1.0), VALUES[view.quantity], view.theme)
        return figures.panel(title, "No moment recorded yet.", figure, controls=controls)
    inside = _inside(work, moments)
    percentiles = moments.shapes["percentiles"][inside, 0]
    scale = scale_of(percentiles, view.value_axis)
    value = VALUES[view.quantity].replace("nats", unit_of(work))
    # Without a negative value, as behind ReLU, the axis begins with the bin around 0.
    low = -1.0 if (percentiles[..., 0] < 0).any() else -1 / (2 * BINS - 1)
    panel = figures.panel(
        title,
        _spread_sentence(moments, scale, shown, L, view.quantity),
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
            for l in shown
        ],
        steps=moments.shapes["step"][inside],
    )
    if view.spread == "percentiles":
        places = scale.place(percentiles[:, shown])
        for name, columns in (("bands", places), ("values", percentiles[:, shown])):
            panel[name] = columns.transpose(1, 0, 2).reshape(len(shown), -1)
    else:
        panel |= _ridges(moments, inside, shown, scale, low)
    return panel


def _inside(work: Slice, moments: Moments) -> Array:
    first, last = window(work)
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


def _spread_sentence(
    moments: Moments, scale: Scale, shown: list[int], layers: int, quantity: str
) -> str:
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
        share = "None" if lost[worst] == 0 else f"In {layer_name(shown[worst], layers)} "
        share += "" if lost[worst] == 0 else percent(float(lost[worst]))
        verb = "lie" if lost[worst] == 0 else "of the values lie"
        texts.append(f"{share} {verb} within ±{short(scale.threshold)}, the middle bin.")
    if len(shown) > 1 and len(shown) < layers:
        texts.append(f"{len(shown)} of {layers} layers.")
    return " ".join(texts)


# --- lines ---------------------------------------------------------------------------------------


def _lines(work: Slice, kind: str, steps: Array, values: Array, **more: Any) -> dict[str, Any]:
    return figures.layer_lines_figure(
        kind, steps, values, theme=work.view.theme, window=window(work),
        fixed=work.view.layer_range == "fixed", unit=unit_of(work), **more,
    )  # fmt: skip


def _column(work: Slice, name: str) -> tuple[Array, Array]:
    """Return the steps and the values (k, L) of a number of each layer, none where unknown."""
    source: Any = work.history if name in work.history.columns else None
    if source is None and work.moments is not None and len(work.moments.lines):
        source = work.moments.lines
    if source is None:
        return np.zeros(0), np.zeros((0, work.run.layout.layers))
    return source["step"], np.asarray(source[name], float)


def _extremes(values: Array, layers: int) -> tuple[str, str, float]:
    """Return the layers of the largest and of the smallest newest value, and their ratio."""
    known = values[np.isfinite(values).all(axis=1)] if len(values) else values
    if not len(known):
        return "", "", float("nan")
    now = np.median(known[-max(1, len(known) // 20) :], axis=0)
    low, high = int(now.argmin()), int(now.argmax())
    ratio = float(now[high] / now[low]) if now[low] > 0 else float("inf")
    return layer_name(high, layers), layer_name(low, layers), ratio


def gradient_panel(work: Slice) -> dict[str, Any]:
    """Return the lines of the gradient, per example or of the mean."""
    kind = work.view.gradient
    steps, values = _column(work, kind)
    return figures.panel(
        "Gradient",
        _compared(values, work.run.layout.layers, "gradient"),
        _lines(work, kind, steps, values),
        controls=[{"key": "gradient", "label": "Gradient", "value": kind, "options": GRADIENTS}],
    )


def _compared(values: Array, layers: int, what: str) -> str:
    high, low, ratio = _extremes(values, layers)
    if not high:
        return "Not recorded yet."
    if not np.isfinite(ratio):
        return f"{low.capitalize()}: exactly 0."
    if ratio < 1.5:
        return "About the same in every layer."
    return f"{high.capitalize()} has {times(ratio)} {low}'s."


def history_panel(work: Slice, kind: str) -> dict[str, Any]:
    """Return the lines of the activations' or the deltas' root mean square."""
    title = {"activation_rms": "Activation", "delta_rms": "Delta, coming back"}[kind]
    steps, values = _column(work, kind)
    words = _compared(values, work.run.layout.layers, title)
    return figures.panel(title, words, _lines(work, kind, steps, values))


def update_panel(work: Slice) -> dict[str, Any]:
    """Return the lines of the update-to-weight ratio."""
    steps, values = _column(work, "update_ratio")
    return figures.panel(
        "Update to weight",
        _update_words(values, work.run.layout.layers),
        _lines(work, "update_ratio", steps, values),
    )


def _update_words(values: Array, layers: int) -> str:
    known = values[np.isfinite(values).all(axis=1)] if len(values) else values
    if not len(known):
        return "Not recorded yet."
    now = np.median(known[-max(1, len(known) // 20) :], axis=0)
    low, high = float(now.min()), float(now.max())
    return f"{number(low, 2)} to {number(high, 2)} a step."


def weight_panel(work: Slice) -> dict[str, Any]:
    """Return the lines of the weights' norm."""
    steps, values = _column(work, "weight_norm")
    words = "Not recorded yet."
    if len(values):
        grown = values[-1] / np.where(values[0] > 0, values[0], np.nan)
        at = int(np.nanargmax(np.abs(np.log(grown)))) if np.isfinite(grown).any() else 0
        name = layer_name(at, work.run.layout.layers).capitalize()
        words = f"{name}: {times(float(grown[at]))} what it was at step {count(steps[0])}."
    return figures.panel("Weight norm", words, _lines(work, "weight_norm", steps, values))


def share_panel(work: Slice) -> dict[str, Any]:
    """Return the lines of the saturated share, and dashed of the dead units' share."""
    steps, saturated = _column(work, "saturated")
    _, dead = _column(work, "dead")
    entries = [ACTIVATIONS[key] for key in work.run.config.activations]
    bounded, dying = any(e.bounds for e in entries), any(e.dies for e in entries)
    figure = _lines(work, "share", steps, saturated, dashed=dead)
    if bounded and dying:
        title = "Saturated values, dead units (dashed)"
    else:
        title = "Dead units" if dying else "Saturated values"
    if not (bounded or dying):
        names = ", ".join(sorted({e.label for e in entries})) or "No hidden layer"
        words = f"{names}: nothing here saturates or dies."
    elif not len(steps):
        words = "Not recorded yet."
    else:
        words = _share_words(saturated[-1], dead[-1], work)
    return figures.panel(title, words, figure)


def _share_words(saturated: Array, dead: Array, work: Slice) -> str:
    examples = min(PROBE, work.run.data.m_train) if work.run.data else PROBE
    texts = []
    if np.isfinite(saturated).any():
        at = int(np.nanargmax(saturated))
        texts.append(f"Layer {at + 1}: {percent(saturated[at])} beyond 0.97 of its bounds.")
    if np.isfinite(dead).any():
        at = int(np.nanargmax(dead))
        texts.append(f"Layer {at + 1}: {percent(dead[at])} are 0 for all {examples} examples.")
    return " ".join(texts)


def flow_panel(work: Slice) -> dict[str, Any]:
    """Return the heat map of the gradient over layers and steps."""
    view = work.view
    steps, values = _column(work, view.gradient)
    fixed = figures.KINDS[view.gradient].fixed if view.layer_range == "fixed" else None
    figure = figures.flow_figure(steps, values, theme=view.theme, window=window(work), fixed=fixed)
    ends = "lighter is larger" if view.theme == "dark" else "darker is larger"
    what = "per example (RMS)" if view.gradient == "gradient_rms" else "of the mean (norm)"
    return figures.panel("Flow of the gradient", f"Gradient {what} at each step; {ends}.", figure)
