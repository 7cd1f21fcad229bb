"""A data set before training: how its classes are balanced, and what scaling does to its inputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures.boundary import class_color, class_name
from lab.figures.lines import line
from lab.figures.theme import axis, fade, figure, label, layout, plain, tokens
from lab.text.numbers import count, number, percent, times

Array = np.ndarray

BINS = 24
#: Pixels of a row of histograms, and of a bar of the balance.
ROW, BAR = 78, 30
#: Characters of a name that fit beside a chart.
LONGEST = 26
#: Where scaled inputs are drawn: nearly all of standardised ones lie within.
REACH = 4.0


def cut(name: str, most: int = LONGEST) -> str:
    """Return a name that fits, safe for Plotly."""
    return plain(name if len(name) <= most else name[: most - 1] + "…")


def balance_figure(
    class_names: Sequence[str], train: Array, test: Array, theme: str
) -> dict[str, Any]:
    """Return a bar for each class: its examples in the training part (full) and the test part."""
    c = tokens(theme)
    names = [cut(class_name(k, class_names)) for k in range(len(class_names))]
    y = list(range(len(names)))
    fills = [class_color(k, theme) for k in y]
    total = np.maximum(1, train + test)
    share = total / max(1, int((train + test).sum()))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "y": y,
            "x": np.asarray(values, float),
            "marker": {"color": colors, "line": {"width": 0}},
            "name": part,
            "hovertemplate": f"%{{x:,}} {part}<extra></extra>",
        }
        for part, values, colors in (
            ("train", train, fills),
            ("test", test, [fade(f, 0.4) for f in fills]),
        )
    ]
    words = []
    for k, (t, u, s) in enumerate(zip(train, test, share, strict=True)):
        said = f"{count(t)} + {count(u)} · {percent(float(s))}"
        words.append(label(said, c["t2"], x=float(t + u), y=k, xanchor="left", xshift=6))
    return figure(
        theme,
        traces,
        axis(
            theme, "examples: training (full) + test (pale)", showgrid=True,
            range=[0, 1.35 * float((train + test).max())],
        ),
        axis(
            theme, tickvals=y, ticktext=names, automargin=True, ticks="", showline=False,
            range=[len(names) - 0.5, -0.5],
        ),
        barmode="stack",
        bargap=0.25,
        height=52 + BAR * len(names),
        hovermode="closest",
        margin={"l": 8, "r": 12, "t": 4, "b": 40},
        annotations=words,
    )  # fmt: skip


def part_colors(theme: str) -> list[tuple[str, str]]:
    """Return the parts that values_figure draws, each with its colour."""
    c = tokens(theme)
    return [("training", c["pos"]), ("test", c["test"])]


def class_colors(labels: Array, names: Sequence[str], theme: str) -> list[tuple[str, str]]:
    """Return the classes that scaling_figure draws of labels (m,), each with its colour."""
    return [(class_name(int(k), names), class_color(int(k), theme)) for k in np.unique(labels)]


def values_figure(values: Array, test: Array, title: str, theme: str) -> dict[str, Any]:
    """Return the distribution of a number that is to be predicted, (m,), of both parts."""
    edges = _edges(np.concatenate([values, test]))
    traces = [
        _steps(edges, np.histogram(v, edges)[0], color, part, "", fill=part == "training")
        for v, (part, color) in zip((values, test), part_colors(theme), strict=True)
    ]
    return figure(
        theme,
        traces,
        axis(theme, cut(title, 60)),
        axis(theme, "examples", rangemode="tozero"),
        height=190,
        margin={"l": 46, "r": 12, "t": 8, "b": 42},
        hovermode="closest",
    )


def scaling_figure(
    names: Sequence[str],
    before: Array,
    after: Array,
    labels: Array | None,
    theme: str,
    scaled: str = "",
) -> dict[str, Any]:
    """Return a row for each input (n, m): how it is spread before (left) and after (right) scaling.

    Right, all share one axis, as the network sees them. labels: the class of each example (m,), a
    line each; None: one for all.
    """
    n, c = len(names), tokens(theme)
    height = 1.0 / max(1, n)
    traces: list[dict[str, Any]] = []
    options: dict[str, Any] = {}
    same = np.array_equal(before, after)
    right = "Not scaled: the same, on one axis" if same else f"After: {scaled}"
    left = "As in the file" if same else "Before: as in the file"
    notes = [
        _paper(text, c["t2"], x=x, y=1.0, yshift=26) for text, x in ((left, 0.0), (right, 0.54))
    ]
    groups = _groups(labels, before.shape[1])
    limits = _common(after)
    for row in range(n):
        top = 1.0 - row * height
        upper = top - 0.1 * height
        for side, values in enumerate((before[row], after[row])):
            k = 2 * row + side + 1
            own = np.linspace(*limits, BINS + 1) if side else _edges(values)
            inside = np.clip(values, *limits) if side else values
            for g, keep in groups:
                color = class_color(g, theme) if g >= 0 else c["pos"]
                counts = np.histogram(inside[keep], own)[0] / max(1, int(keep.sum()))
                traces.append(_steps(own, counts, color, names[row], str(k), fill=True))
            options[f"xaxis{k}"] = axis(
                theme,
                domain=[0.54, 1.0] if side else [0.0, 0.46],
                anchor=f"y{k}",
                range=[float(own[0]), float(own[-1])],
                nticks=5,
                showticklabels=side == 0 or row == n - 1,
                zeroline=side == 1,
                zerolinecolor=c["line2"],
            )
            domain = [top - 0.62 * height, upper]
            bare: dict[str, Any] = {"showticklabels": False, "ticks": ""}
            options[f"yaxis{k}"] = axis(
                theme, domain=domain, anchor=f"x{k}", showline=False, rangemode="tozero", **bare
            )
        place: dict[str, Any] = {"x": 0.0, "y": upper, "yanchor": "bottom", "yshift": -2}
        notes.append(_paper(f"<b>{cut(names[row], 40)}</b>", c["t1"], **place))
    return {
        "data": traces,
        "layout": layout(
            theme, height=72 + ROW * n, margin={"l": 8, "r": 12, "t": 52, "b": 20},
            annotations=notes, hovermode=False, **options,
        ),
    }  # fmt: skip


def _paper(text: str, color: str, **place: Any) -> dict[str, Any]:
    return label(text, color, xref="paper", yref="paper", xanchor="left", **place)


def scaling_sentence(before: Array, after: Array) -> str:
    """Return how much inputs (n, m) differ in size before and after: their spreads, measured."""
    spreads = [s[s > 0] for s in (np.std(X, axis=1) for X in (before, after))]
    if not len(spreads[0]):
        return "Every input is the same in all training examples."
    who = "Standard deviations" if len(spreads[0]) > 1 else "Standard deviation of the input"
    if np.array_equal(before, after):
        return f"Not scaled. {who} over the training part: {_apart(spreads[0])}."
    said = "; ".join(f"{w} {_apart(s)}" for w, s in zip(("before", "after"), spreads, strict=True))
    return f"{who} over the training part: {said}."


def _apart(spreads: Array) -> str:
    """Return in words how far standard deviations (n,) are apart."""
    low, high = float(spreads.min()), float(spreads.max())
    if len(spreads) == 1:
        return number(low)
    if high < 1.01 * low:
        return f"{number(high)} for all"
    return f"from {number(low)} to {number(high)}, {times(high / low)} apart"


def effect_sentence(scaled: Any, unscaled: Any, real: bool, many: bool) -> str:
    """Return what two Effects (apart, steps, cost, score) say, with scaling and without.

    many: whether there are several inputs, whose gradients can be compared.
    """
    words = []
    if many and math.isfinite(scaled.apart) and math.isfinite(unscaled.apart):
        words.append(
            "At the start the gradients of different inputs' weights in layer 1 are up to "
            f"{times(unscaled.apart)} apart without scaling, {times(scaled.apart)} with it."
        )
    name = "R²" if real else "accuracy"
    without = _learned(unscaled, real)
    words.append(
        f"After {count(scaled.steps)} steps from the same weights, the training {name} is "
        f"{_learned(scaled, real)} with scaling; without it, {without}."
    )
    return " ".join(words)


def _learned(found: Any, real: bool) -> str:
    if not math.isfinite(found.cost):
        return "the run has diverged"
    return number(found.score) if real else percent(found.score)


def _groups(labels: Array | None, m: int) -> list[tuple[int, Array]]:
    if labels is None:
        return [(-1, np.ones(m, bool))]
    return [(int(k), labels == k) for k in np.unique(labels)]


def _edges(values: Array) -> Array:
    low, high = float(values.min()), float(values.max())
    room = (high - low) or max(1.0, abs(low)) * 0.5
    return np.linspace(low - 0.02 * room, high + 0.02 * room, BINS + 1)


def _common(after: Array) -> tuple[float, float]:
    """Return the axis of all scaled inputs: all of it, or where nearly all values lie."""
    low, high = float(after.min()), float(after.max())
    if low >= -REACH and high <= REACH:
        room = 0.05 * max(high - low, 1e-9)
        return low - room, high + room
    if np.mean(np.abs(after) <= REACH) > 0.95:
        return -REACH, REACH
    return low, high


def _steps(
    edges: Array, counts: Array, color: str, name: str, k: str, fill: bool
) -> dict[str, Any]:
    """Return a histogram as a stepped line, in the chart of number k."""
    trace = line(
        np.repeat(edges, 2),
        np.concatenate([[0.0], np.repeat(counts, 2), [0.0]]),
        cut(name),
        {"color": color, "width": 1.6},
        hovertemplate="%{y:,} of %{x:.4g}<extra></extra>",
    )
    if fill:
        trace |= {"fill": "tozeroy", "fillcolor": fade(color, 0.16)}
    return trace | ({"xaxis": f"x{k}", "yaxis": f"y{k}"} if k else {})
