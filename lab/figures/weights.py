"""How the weights of each layer are spread, now and at the start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.lines import line, subset
from lab.figures.theme import axis, depth, fade, figure, label, layer_color, tokens
from lab.text.numbers import count, layer_name, number, short

Array = np.ndarray
Weights = Sequence[tuple[Array, Array]]

#: An odd number of bins has one around 0, where weights gather that a penalty has shrunk.
BINS = 41
#: At most so many layers are drawn.
ROWS = 8
#: Larger layers are counted by every k-th weight: shapes stay, the frame rate too.
SAMPLE = 50_000


def weights_figure(now: Weights, initial: Weights, theme: str) -> dict[str, Any]:
    """Return a histogram a layer of the weights W (not the biases): filled now, outlined initial.

    now, initial: [(W, b), ...]. Bins and the symmetric range are those of all layers; heights are
    scaled per layer. At the right the standard deviation, at the start and now.
    """
    c = tokens(theme)
    L = len(now)
    shown = subset(L, ROWS)
    reach = weight_range(now, initial)
    edges = np.linspace(-reach, reach, BINS + 1)
    centres = (edges[:-1] + edges[1:]) / 2
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for row, l in enumerate(shown):
        base = len(shown) - 1 - row
        heights = [histogram(w[l][0], reach) for w in (now, initial)]
        top = max(1e-9, *(float(h.max()) for h in heights))
        color = layer_color(depth(l, L), theme)
        rows = [base + 0.8 * h / top for h in heights]
        data += _ridge(base, centres, rows, layer_name(l, L), color, theme)
        ink = layer_color(depth(l, L), theme, text=True)
        spreads = _std(initial[l][0]), _std(now[l][0])
        notes += _row_labels(base, layer_name(l, L), ink, spreads, c)
    notes.append(
        label("std dev", c["t2"], name="row-label", xref="paper", x=1, xanchor="left", xshift=6,
              y=len(shown) - 0.1, yanchor="bottom")
    )  # fmt: skip
    return figure(
        theme,
        data,
        axis(theme, "Weight value", showgrid=True, **scales.symmetric_axis(reach)),
        axis(
            theme, "", range=[-0.06, len(shown) - 0.1], showticklabels=False, ticks="",
            showline=False,
        ),
        margin={"l": 60, "r": 98, "t": 22, "b": 40},
        annotations=notes,
        meta={"rows": "share of weights"},
    )  # fmt: skip


def weight_range(now: Weights, initial: Weights) -> float:
    """Return half the range shown: the largest weight or five deviations, rounded up."""
    reach = 0.0
    for W, _ in (*now, *initial):
        largest = float(np.abs(W).max(initial=0.0))
        if math.isfinite(largest):
            reach = max(reach, min(largest, 5 * _rms(W)))
    return scales.ceil_to(reach) if reach > 1e-12 else 1.0


def _rms(W: Array) -> float:
    flat = np.asarray(W, np.float64).ravel()
    return math.sqrt(float(flat @ flat) / max(1, flat.size))


def histogram(W: Array, reach: float) -> Array:
    """Return how many weights lie in each bin of -reach..reach; those beyond are in none."""
    flat = np.asarray(W).ravel()
    if flat.size > SAMPLE:
        flat = flat[:: math.ceil(flat.size / SAMPLE)]
    bins = np.floor((flat + reach) * (BINS / (2 * reach)))
    bins[flat == reach] = BINS - 1  # the last bin has its upper edge too
    return np.bincount(bins[(bins >= 0) & (bins < BINS)].astype(int), minlength=BINS)


def _std(W: Array) -> float:
    # np.std takes ten times as long on a small array.
    flat = np.asarray(W, np.float64).ravel()
    apart = flat - flat.sum() / max(1, flat.size)
    return math.sqrt(float(apart @ apart) / max(1, flat.size))


def _ridge(
    base: int, x: Array, heights: list[Array], name: str, color: str, theme: str
) -> list[dict[str, Any]]:
    c = tokens(theme)
    foot = {"color": c["line2"], "width": 1}
    solid = {"color": color, "width": 1.3, "shape": "hvh"}
    outline = {"color": c["t2"], "width": 1, "shape": "hvh"}
    pale = fade(color, 0.42 if theme == "dark" else 0.38)
    return [
        line(x[[0, -1]], np.full(2, float(base)), "foot", foot, hoverinfo="skip"),
        line(
            x, heights[0], f"{name}, now", solid, fill="tonexty", fillcolor=pale, hoverinfo="skip"
        ),
        line(x, heights[1], f"{name}, start", outline, hoverinfo="skip"),
    ]


def _row_labels(
    base: int, name: str, color: str, deviations: tuple[float, float], c: dict[str, str]
) -> list[dict[str, Any]]:
    place: dict[str, Any] = {"name": "row-label", "xref": "paper", "y": base + 0.22}
    before, after = (number(d) if d < 1000 else number(d, 2) for d in deviations)
    notes = [
        label(name, color, x=0, xanchor="right", xshift=-8),
        label(f"{before} →", c["t2"], x=1, xanchor="right", xshift=54),
        label(after, c["t1"], bold=True, x=1, xanchor="left", xshift=58),
    ]
    return [note | place | {"yanchor": "middle"} for note in notes]


def weights_sentence(now: Weights, initial: Weights) -> str:
    """Return what is drawn how, what is left out, and how many weights lie beyond the range."""
    shown, reach = subset(len(now), ROWS), weight_range(now, initial)
    some = f"{len(shown)} of {len(now)} layers." if len(shown) < len(now) else ""
    beyond = sum(int((np.abs(now[l][0]) > reach).sum()) for l in shown)
    far = f"{count(beyond)} weight{'s' if beyond > 1 else ''} beyond ±{short(reach)}."
    words = [some, far if beyond else ""]
    if not any(words):
        return "Filled: now. Outline: at the start. Heights scaled per layer."
    return " ".join(["Filled: now. Outline: start. Heights per layer.", *filter(None, words)])
