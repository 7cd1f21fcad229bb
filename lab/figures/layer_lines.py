"""One number of each layer over the steps: gradients, norms, updates and shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.lines import end_label, layer_line, rule, subset, thinned
from lab.figures.theme import axis, depth, figure, label, layer_color, tokens
from lab.text.numbers import percent

Array = np.ndarray

#: At most so many layers get a line, and of these so many a label.
LINES, LABELS = 16, 6
#: A line has at most so many points.
POINTS = 160
MARGIN = {"l": 46, "r": 30, "t": 23, "b": 20}


@dataclass(frozen=True)
class Kind:
    """What is drawn: the y axis's title, and the range (in powers of ten) that can be chosen.

    fixed is None for a share, whose axis always goes from 0 to 100 %. guide: where a dotted line
    lies, and what it is called.
    """

    title: str
    fixed: tuple[int, int] | None = None
    guide: tuple[float, str] | None = None


KINDS = {
    "gradient_rms": Kind("RMS (nats per weight)", (-8, 2)),
    "gradient_norm": Kind("Norm (nats)", (-8, 2)),
    "update_ratio": Kind("‖ΔW‖ / ‖W‖ a step", (-8, 1), (1e-3, "10⁻³")),
    "weight_norm": Kind("‖W‖", (-2, 3)),
    "activation_rms": Kind("RMS", (-6, 2)),
    "delta_rms": Kind("RMS (nats per unit z)", (-8, 2)),
    "share": Kind("Share"),
}


def layer_lines_figure(
    kind: str,
    steps: Array,
    values: Array,
    *,
    theme: str,
    window: tuple[float, float],
    fixed: bool = False,
    unit: str = "nats",
    dashed: Array | None = None,
) -> dict[str, Any]:
    """Return one line a layer: values (k, L) at steps (k,), on a log axis; shares from 0 to 1.

    window: first and last step shown; the range of the y axis is that of the values in it, or with
    `fixed` the same for every run. unit: that of the cost. dashed: a second share, (k, L).
    On a log axis exact zeros lie on the bottom line.
    """
    about = KINDS[kind]
    inside = (steps >= window[0]) & (steps <= window[1])
    if not inside.all():
        steps, values = steps[inside], values[inside]
        dashed = None if dashed is None else dashed[inside]
    L = values.shape[1]
    shown = subset(L, LINES)
    y, floor = _y_axis(about, values[:, shown], fixed)
    data, ends = [], []
    labelled = {shown[i] for i in subset(len(shown), LABELS)}
    for l in shown:
        for part, dash in ((values, None), (dashed, "5px,2px")):
            if part is None:
                continue
            trace = _line(steps, part[:, l], l, L, theme, floor, dash)
            if not len(trace["x"]):
                continue
            data.append(trace)
            if l in labelled:
                name = "out" if l == L - 1 else str(l + 1)
                color = layer_color(depth(l, L), theme, text=True)
                at, last = float(trace["x"][-1]), float(trace["y"][-1])
                ends.append(end_label(name, color, at, last, y))
    notes = [axis_title(about.title.replace("nats", unit), theme), *ends]
    shapes = []
    if about.guide is not None:
        shapes.append(rule(tokens(theme)["t3"], y=about.guide[0], dash="2px,3px"))
        if y["range"][0] <= math.log10(about.guide[0]) <= y["range"][1]:
            notes.append(_guide_note(about.guide, theme))
    return figure(
        theme,
        data,
        axis(theme, "Step", **window_axis(*window)),
        axis(theme, "", showgrid=True, **y),
        margin=MARGIN,
        shapes=shapes,
        annotations=notes,
        meta={"lines": "layer", "share": about.fixed is None},
    )


def axis_title(text: str, theme: str) -> dict[str, Any]:
    """Return what stands for the y axis's title, level above it: small charts have no room beside.

    A chart of this page has no title at its steps either: the word stands before their first.
    """
    return label(
        text, tokens(theme)["t2"], name="note", xref="paper", x=0, xanchor="left", xshift=-40,
        yref="paper", y=1, yanchor="bottom", yshift=6,
    )  # fmt: skip


def _line(
    steps: Array, values: Array, l: int, L: int, theme: str, floor: float, dash: str | None
) -> dict[str, Any]:
    made = layer_line(steps, values, l, L, theme, meta={"layer": l + 1})
    x, y = thinned(made["x"], np.maximum(made["y"], floor), POINTS)
    style = made["line"] | ({"dash": dash} if dash else {})
    return made | {"x": x, "y": y, "line": style}


def _y_axis(about: Kind, values: Array, fixed: bool) -> tuple[dict[str, Any], float]:
    if about.fixed is None:
        ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
        texts = [percent(t).replace(".0%", "%") for t in ticks]
        range_ = [-0.03, 1.03]
        return {"type": "linear", "range": range_, "tickvals": ticks, "ticktext": texts}, -math.inf
    if fixed:
        low, high = about.fixed
        return scales.decade_axis(10.0**low, 10.0**high), 10.0**low
    return scales.floored_axis(values)


def _guide_note(guide: tuple[float, str], theme: str) -> dict[str, Any]:
    return label(
        guide[1], tokens(theme)["t2"], name="note", xref="paper", x=1, xanchor="right", xshift=-2,
        y=math.log10(guide[0]), yanchor="top", yshift=-2,
    )  # fmt: skip


def window_axis(first: float, last: float) -> dict[str, Any]:
    """Return range and at most four ticks of an axis from step `first` to `last`."""
    return scales.even_axis(first, max(last, first + 10.0), 4)
