"""The last steps of a run that diverged: a line a layer, and the limit that it passed."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.layers import FLOAT32, in_float32
from lab.figures.lines import LINES, layer_labels, layer_line, points, rule, subset
from lab.figures.theme import axis, figure, label, tokens
from lab.text.numbers import count, number, power_of_ten

Array = np.ndarray

#: A run has diverged beyond this.
LIMIT = 1e12
#: What is larger is drawn here, at the upper edge.
TOP = 1e16

TITLES = {
    "activation": "Largest activation",
    "delta": "Largest error dJ/dZ",
    "gradient": "Largest gradient",
    "update": "Largest change of a parameter",
    "parameter": "Largest parameter",
    "cost": "Cost of the batch",
}
#: What quantities are called in a sentence.
NAMES = {
    "activation": "activations",
    "logit": "logits",
    "delta": "errors",
    "gradient": "gradients",
    "update": "updates",
    "parameter": "parameters",
}


def autopsy_figure(
    steps: Array,
    values: Array,
    quantity: str,
    *,
    theme: str,
    began: int | None = None,
    broke: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """Return one line a layer of a quantity over the last steps (k,), on a log axis.

    values: largest absolute values (k, L); (k, 1) for the cost; the output's activation is its
    logits. began: the step from which something
    grew out of measure; broke: step and layer (1-based) where this quantity was the first out of
    range, None where it was another. Values above 1e16 and those that are no numbers are drawn at
    the upper edge, zeros at the lower one. Raises ValueError for another quantity.
    """
    if quantity not in TITLES:
        raise ValueError(f"quantity: {quantity!r} is not known; choose {', '.join(TITLES)}")
    values = np.asarray(values, float)
    L = values.shape[1]
    if broke is not None and quantity == "cost":
        broke = broke[0], 1  # which has one line, whatever layer it is said to be of
    shown = subset(L, LINES)
    if broke is not None and broke[1] <= L:
        shown = sorted({*shown, broke[1] - 1})
    x, y = _step_axis(theme, steps), _y_axis(values[:, shown])
    drawn = np.clip(
        np.nan_to_num(values, nan=np.inf, posinf=np.inf), *(10.0**e for e in y["range"])
    )
    data = []
    for l in shown:  # what lies at the edge is named by its own value, not by the edge's
        text = [number(v) if np.isfinite(v) else "not a finite number" for v in values[:, l]]
        hover = {"text": text, "hovertemplate": "%{text}"}
        data.append(layer_line(steps, drawn[:, l], l, L, theme, **hover))
    ends = layer_labels(data, shown, L, theme, x, y)
    if quantity == "cost":
        data, ends = [data[0] | {"name": "cost"}], []
    marks = _marks(steps, began, theme)
    if broke is not None and broke[1] - 1 in shown:
        data.append(_cross(data[shown.index(broke[1] - 1)], broke[0], theme))
    limit = rule(tokens(theme)["explode"], y=LIMIT, dash="dash")
    return figure(
        theme,
        in_float32(data),
        x,
        axis(theme, TITLES[quantity], showgrid=True, **y),
        shapes=[limit, *marks[0]],
        annotations=[*ends, _limit_label(theme), *marks[1]],
        dragmode="zoom",
        hovermode="x unified",
    )


def autopsy_sentence(began: Any, broke: Any, layers: int) -> str:
    """Return what broke first and what had taken off before it; both have step, layer, quantity."""
    what = "cost" if broke.quantity == "cost" else f"largest of the {_place(broke, layers)}"
    first = f"At step {count(broke.step)} the {what} passed the limit of {power_of_ten(12)} first"
    if (began.step, began.layer, began.quantity) == (broke.step, broke.layer, broke.quantity):
        return f"{first}."
    return (
        f"{first}. From step {count(began.step)} on the {_place(began, layers)} were over 10 times "
        "their calm size."
    )


def _place(event: Any, layers: int) -> str:
    name = NAMES.get(event.quantity, event.quantity)
    if event.quantity == "logit":
        return name
    return f"{name} of {'the output layer' if event.layer == layers else f'layer {event.layer}'}"


def _step_axis(theme: str, steps: Array) -> dict[str, Any]:
    first, last = int(steps[0]), int(steps[-1])
    gap = max(1, int(scales.tick_step(max(last - first, 1), 6)))
    ticks = list(range(first + -first % gap, last + 1, gap))
    ticks = ticks if last - ticks[-1] < gap / 2 else [*ticks, last]
    return axis(
        theme, "Step", range=[first - 0.5, last + 0.5], tickvals=ticks,
        ticktext=[count(t) for t in ticks], hoverformat=",d", fixedrange=False,
        unifiedhovertitle={"text": "Step %{x:,d}"},
    )  # fmt: skip


def _y_axis(values: Array) -> dict[str, Any]:
    """Return a log axis that holds the values up to TOP, and the limit."""
    good = values[np.isfinite(values) & (values >= FLOAT32[0])]
    low = min(float(good.min(initial=1.0)), 1.0)
    high = TOP if not np.isfinite(values).all() else float(good.max(initial=1.0))
    return scales.decade_axis(low, min(max(high, 10 * LIMIT), TOP))


def _cross(trace: dict[str, Any], step: int, theme: str) -> dict[str, Any]:
    """Return the mark where a line was the first to leave the range."""
    row = int(np.flatnonzero(trace["x"] == step)[0])
    return points(
        trace["x"][row : row + 1], trace["y"][row : row + 1], "broke first",
        tokens(theme)["explode"], size=9, symbol="x", edge=tokens(theme)["panel"],
        hoverinfo="skip",
    )  # fmt: skip


def _limit_label(theme: str) -> dict[str, Any]:
    return label(
        f"limit {power_of_ten(12)}", tokens(theme)["explode"], name="note", xref="paper", x=0,
        xanchor="left", xshift=5, yref="y", y=np.log10(LIMIT).item(), yanchor="bottom",
    )  # fmt: skip


def _marks(
    steps: Array, began: int | None, theme: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the line and the words at the step where something took off."""
    if began is None or not steps[0] <= began <= steps[-1]:
        return [], []
    color = tokens(theme)["t3"]
    # To the side where there is room for the words.
    left = began > (steps[0] + steps[-1]) / 2
    words = label(
        f"took off at step {count(began)}", color, name="note", xref="x", x=int(began),
        xanchor="right" if left else "left", xshift=-4 if left else 4, yref="paper", y=0,
        yanchor="bottom", yshift=3,
    )  # fmt: skip
    return [rule(color, x=began, dash="dot")], [words]
