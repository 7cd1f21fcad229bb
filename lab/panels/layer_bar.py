"""The row of layers above the page Layers, and the diagnosis."""

from __future__ import annotations

from typing import Any

from dnn.parts.activations import ACTIVATIONS
from lab import figures
from lab.live.shown import Shown
from lab.panels.layer_lines import picked
from lab.panels.panel import Bar, control
from lab.text.numbers import layer_name

WINDOWS = [["all", "All steps"], ["recent", "Newest fifth"]]
RANGES = [["fit", "Fit to window"], ["fixed", "Fixed range"]]


def layer_bar(shown: Shown) -> dict[str, Any]:
    """Return the row above the panels: a button a layer, and what all panels share."""
    view, L = shown.view, shown.run.layout.layers
    sizes, keys = shown.run.layout.sizes, shown.run.config.activations
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
        control(view, "steps_shown", "Steps shown", options=WINDOWS),
        control(view, "layer_range", "Range of the y axes", options=RANGES),
    ]
    controls = [c for c in controls if c["key"] not in view.hide]
    items = [] if "layer" in view.hide else items
    return {"items": items, "picked": picked(view.layer, L), "controls": controls}


def findings(shown: Shown) -> list[dict[str, Any]] | None:
    """Return what is the matter with the run, in words; None where that is hidden."""
    if "diagnosis" in shown.view.hide or shown.withheld:
        return None
    return [
        {
            "key": found.key, "kind": found.severity, "sentence": found.sentence,
            "evidence": found.evidence, "layer": found.layers[0] if found.layers else None,
            "button": found.fix.label, "live": found.fix.live,
        }
        for found in shown.measured.findings
    ]  # fmt: skip


BARS = [
    Bar("layers", "Buttons that pick a layer", ("layers",), layer_bar),
    Bar("findings", "Diagnosis in words", ("layers",), findings, frozenset({"diagnosis"})),
]
