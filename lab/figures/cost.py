"""Train and test cost over the steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dnn.run.history import History
from lab.figures import scales
from lab.figures.lines import WIDTH, apart, box, end_label, end_labels, line, rule, step_x, thinned
from lab.figures.theme import axis, fade, figure, label, tokens
from lab.text.numbers import change_label, changes_label, count, is_parameter

Array = np.ndarray

#: So many of the newest changes can be read off the chart.
MOST_CHANGES = 200
#: So many of the newest changes are labelled.
MOST_LABELS = 4
#: So many times the largest value of the curves in front, a ghost still has a part in the axis.
GHOST_REACH = 3.0


def cost_figure(
    history: History,
    *,
    unit: str,
    log: bool,
    theme: str,
    chance: float | None = None,
    ghost: History | None = None,
    ghost_name: str = "previous run",
    same_axes: bool = False,
    changes: Sequence[Any] = (),
    diverged: Any = None,
    score: str = "accuracy",
) -> dict[str, Any]:
    """Return train and test cost over the steps; unit: nats, or that of half the squared error.

    chance: the cost of guessing; ghost: another run's history; same_axes: whether the axes
    are those of the ghost's own chart as well; changes: with step, field and value;
    diverged: with the step at which the run left the range; score: what the scores are.
    Points that are not finite are left out; on a log axis zero is drawn at the bottom.
    """
    c = tokens(theme)
    title = "Cross-entropy (nats)" if unit == "nats" else "Half squared error"
    if diverged is not None or (chance is not None and not math.isfinite(chance)):
        chance = None  # no line to compare with
    curves = _curves(history, ("test_cost", "train_cost"))
    ghosts = _curves(ghost, ("train_cost",))
    theirs = float(ghost.last("step")) if ghost is not None and len(ghost) else 0.0
    last = float(history.last("step")) if len(history) else 0.0
    if diverged is not None:
        last = max(last, float(diverged.step)) * 1.2
    elif len(history) < 2:
        last = theirs or last
    beside = _curves(ghost, ("test_cost",)) if same_axes else {}
    x = step_x(theme, max(last, theirs) if same_axes else last)
    end = x["range"][1]
    shown = [y[s <= end] for s, y in (*curves.values(), *beside.values())]
    shown += [] if chance is None else [np.array([chance])]
    shown += [_near(y[s <= end], shown) for s, y in ghosts.values()]
    y = _y_axis(shown, log)
    floor = 10.0 ** y["range"][0] if log else -math.inf

    styles = {
        "test_cost": ("test", {"color": c["test"], "width": 1.8, "dash": "5px,2px"}),
        "train_cost": ("train", {"color": c["t1"], "width": 1.8}),
    }
    grey = {"color": c["ghost"], "width": 1}
    data = [
        line(s, np.maximum(v, floor), ghost_name, grey, hoverinfo="skip")
        for s, v in ghosts.values()
    ]
    for name, (s, v) in curves.items():
        data.append(line(s, np.maximum(v, floor), *styles[name], **_scores(history, name, score)))

    shapes, notes = _changes(changes, end, c)
    colors = {ghost_name: c["t2"], "test": c["test"], "train": c["t1"]}
    ends = end_labels(data, colors, x, y, bold=("train", "test"))
    if chance is not None:
        shapes.append(rule(c["t3"], y=chance, dash="2px,3px"))
        edge = {"name": "edge-label", "xref": "paper"}
        ends.append(end_label("guessing", c["t2"], 1, chance, y) | edge)
    if diverged is not None:
        ends, (more, said) = [], _divergence(float(diverged.step), end, c)
        shapes, notes = shapes + more, notes + said
    return figure(
        theme,
        data,
        x,
        axis(theme, title, showgrid=True, **y),
        shapes=shapes,
        annotations=[*apart(ends, y), *notes],
        dragmode="zoom",
        # The page reads the values off by itself: see static/chart/reading.js.
        meta={"notebook": _notebook(changes, score, c)},
    )


def _scores(history: History, name: str, score: str) -> dict[str, Any]:
    """Return the scores of a curve's points, accuracy in ten-thousandths, where there are any."""
    scores = history[name.replace("cost", "score")][np.isfinite(history[name])]
    scores = thinned(scores, scores)[1]
    if not np.isfinite(scores).all():
        return {}
    whole = score == "accuracy"
    return {"customdata": np.rint(1e4 * scores).astype(np.uint16) if whole else scores}


def _notebook(changes: Sequence[Any], score: str, c: dict[str, str]) -> dict[str, Any]:
    """Return what the page needs to show the values at a step."""
    return {
        "score": score, "colors": {"train": c["t1"], "test": c["test"]}, "line": c["t3"],
        "rim": c["panel"],
        "changes": [[m.step, change_label(m.field, m.value)] for m in changes[-MOST_CHANGES:]],
    }  # fmt: skip


def _curves(history: History | None, names: Sequence[str]) -> dict[str, tuple[Array, Array]]:
    if history is None or not len(history):
        return {}
    points = {n: scales.finite(history["step"], history[n]) for n in names}
    return {n: thinned(*p) for n, p in points.items() if len(p[1])}


def _near(ghost: Array, own: Sequence[Array]) -> Array:
    """Return what of a ghost the axis makes room for: a previous explosion flattens no curve."""
    largest = [float(y.max()) for y in own if y.size]
    return ghost[ghost <= GHOST_REACH * max(largest)] if largest else ghost


def _y_axis(series: list[Array], log: bool) -> dict[str, Any]:
    if log:
        return scales.log_axis(*(scales.positive_range(series) or (0.02, 1.0)))
    values = np.concatenate([v for v in series if v.size] or [np.ones(1)])
    return scales.linear_axis(float(values.min()), float(values.max()))


def _changes(
    changes: Sequence[Any], end: float, c: dict[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return marks of the live changes, and labels, newest first, where they do not overlap."""
    merged: list[list[Any]] = []
    for made in changes:
        if merged and _same_mark(merged[-1][-1], made, end):
            merged[-1].append(made)
        else:
            merged.append([made])
    shown = merged[-12:]
    shapes = [rule(c["t3"], x=float(group[-1].step), dash="1px,3px") for group in shown]
    notes: list[dict[str, Any]] = []
    taken: list[tuple[float, float, int]] = []
    for group in reversed(shown):
        text, x = changes_label(group), _px(group[-1].step, end)
        left, width = x > WIDTH * 0.6, 6.0 * len(text) + 4
        low, high = (x - width, x) if left else (x, x + width)
        rows = [r for r in (0, 1) if all(r != o or high < a or low > b for a, b, o in taken)]
        if not rows or len(notes) == MOST_LABELS:
            continue
        taken.append((low, high, rows[0]))
        side: dict[str, Any] = {"xanchor": "right" if left else "left", "xshift": -4 if left else 4}
        notes.append(
            label(text, c["t2"], name="change", x=float(group[-1].step), yref="paper", y=1,
                  yanchor="top", yshift=-15 * rows[0], **side)
        )  # fmt: skip
    return shapes, notes


def _same_mark(before: Any, made: Any, end: float) -> bool:
    """Return whether one mark stands for both.

    A slider, or a weight, that is being dragged makes many changes: its last value counts.
    """
    by_hand = is_parameter(before.field) and is_parameter(made.field)
    near = _px(made.step - before.step, end) < 8
    return near and (by_hand or before.field == made.field)


def _px(steps: float, end: float) -> float:
    return steps / end * WIDTH


def _divergence(
    step: float, end: float, c: dict[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    shade = box(fade(c["explode"], 0.1), step, end, 0, 1, yref="paper")
    shapes = [shade, rule(c["explode"], x=step, width=1.5)]
    at = {"x": step, "xanchor": "right", "xshift": -8, "yref": "paper", "y": 0.2}
    place: dict[str, Any] = {"name": "note", "yanchor": "middle", **at}
    head = label("diverged", c["explode"], bold=True, yshift=8, **place)
    foot = label(f"step {count(step)}", c["explode"], yshift=-8, **place)
    return shapes, [head, foot]
