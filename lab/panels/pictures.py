"""Pictures that a network sees, with its answers, and its first layer's weights as pictures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dnn.engine.layout import Array
from lab import figures
from lab.figures.theme import ramp_key, tokens
from lab.live.shown import Shown
from lab.panels.answers import Answers, has_pictures, over_answers
from lab.panels.panel import Panel, Part, control
from lab.text.numbers import count, short

#: Pictures on a page of the gallery, small and large ones; units of the first layer.
SMALL, LARGE, UNITS = 24, 12, 24
#: Pictures of more pixels a side are large.
SIDE = 24
#: A frame has at most so many bytes of pictures, of each kind, while playing and at rest.
MOVING, RESTING = 24_000, 250_000
GALLERY = [["mistakes", "Mistakes"], ["all", "All"]]
FILTERS = [["now", "Now"], ["change", "Change"]]


def worst_first(A: Array, labels: Array, predicted: Array) -> Array:
    """Return the order of examples: mistakes first, those with the least for their true class
    before others; then what is right, by the same.

    A: what is said for each class (K, m); labels, predicted: true and said classes (m,).
    """
    own = A[labels, np.arange(len(labels))]
    return np.lexsort((own, predicted == labels))


def by_class(A: Array) -> Array:
    """Return what is said for each class, (K, m), of one row for class 1 of two or a row each."""
    return np.concatenate([1 - A, A]) if len(A) == 1 else A


def measured(data: Any, X: Array) -> Array:
    """Return pixels of examples X (n, k) as bytes, from the data's smallest to its largest."""
    units = data.units
    shift, scale = (units.shift, units.scale) if units else (0.0, 1.0)
    raw = data.X_train * scale + shift
    low, high = min(0.0, float(raw.min())), float(raw.max())
    shown = (X * scale + shift - low) / max(high - low, 1e-12)
    return np.clip(np.rint(255 * shown), 0, 255).astype(np.uint8)


def reduced(pictures: Array, shape: tuple[int, ...], most: int) -> tuple[Array, tuple[int, ...]]:
    """Return pictures (k, pixels), averaged over squares so that all have `most` bytes at most.

    shape: height, width and channels before; it comes back as it is then.
    """
    k, (h, w, channels) = len(pictures), shape
    by = max(1, math.ceil(math.sqrt(k * h * w * channels / most)))
    if by == 1:
        return pictures, shape
    h, w = max(1, h // by), max(1, w // by)
    cut = pictures.reshape(k, *shape)[:, : h * by, : w * by]
    mean = cut.reshape(k, h, by, w, by, channels).mean(axis=(2, 4))
    return mean.reshape(k, -1), (h, w, channels)


@over_answers
def pictures_panel(a: Answers) -> Part:
    """Return the panel of pictures with the network's answers, the worst mistakes first."""
    view, data = a.view, a.data
    A, labels, predicted = by_class(np.nan_to_num(a.A)), a.labels, a.predicted
    order = worst_first(A, labels, predicted)
    wrong = int((predicted != labels).sum())
    shown = order[:wrong] if view.gallery == "mistakes" else order
    each = LARGE if max(data.image[:2]) > SIDE else SMALL
    pages = max(1, math.ceil(len(shown) / each))
    page = min(int(view.gallery_page), pages)
    picked = shown[(page - 1) * each : page * each]
    X = data.X_test if a.part == "test" else data.X_train
    bytes_, shape = reduced(
        measured(data, X[:, picked]).T, data.image, MOVING if a.shown.display.playing else RESTING
    )
    names = data.class_names
    panel = figures.panel(
        "Mistakes" if view.gallery == "mistakes" else "Examples",
        _gallery_words(a, wrong, tuple(shape) != tuple(data.image)),
        {"data": [], "layout": {}},
        controls=[
            a.switch(),
            control(view, "gallery", "Pictures", options=GALLERY),
            control(view, "gallery_page", "Page", pages=pages) | {"value": str(page)},
        ],
        pictures=np.ascontiguousarray(bytes_.round()).astype(np.uint8).reshape(-1),
        shape=list(shape),
        tiles=[
            {
                "top": f"{names[predicted[i]]}: {_chance(a, float(A[predicted[i], i]))}",
                "bottom": f"is {names[labels[i]]}: {_chance(a, float(A[labels[i], i]))}"
                if predicted[i] != labels[i]
                else "",
                "wrong": bool(predicted[i] != labels[i]),
            }
            for i in picked
        ],
        colors=picture_colors(view.theme),
    )  # fmt: skip
    if not len(shown):
        panel["empty"] = {"strong": "No mistakes", "text": f"All {a.examples} are right."}
    return panel


def _chance(a: Answers, value: float) -> str:
    if not a.chance:
        return short(float(f"{value:.2g}"))
    return "<1%" if 0 < value < 0.01 else f"{value:.0%}"


def _gallery_words(a: Answers, wrong: int, averaged: bool) -> str:
    said = "the probability of" if a.chance else "the output for"
    coarse = " Averaged over small squares: pause to see them whole."
    return (
        f"{count(wrong)} of {a.examples} are wrong; those with the least for the true class come "
        f"first. Below each: {said} what the network says, then of what it is."
        + coarse
        * (averaged and a.shown.display.playing)
    )


def picture_colors(theme: str) -> dict[str, str]:
    c = tokens(theme)
    return {
        "low": c["neg"], "mid": c["mid"], "high": c["pos"], "t1": c["t1"], "t2": c["t2"],
        "wrong": c["explode"], "line": c["line2"],
    }  # fmt: skip


def filters_panel(shown: Shown) -> Part:
    """Return the panel of the first layer's weights, or what training has made of them."""
    a = shown.once(Answers)
    W = a.trainer.layout.weights(a.trainer.p)[0][0]
    change = a.view.filter == "change"
    if change:
        W = W - a.trainer.layout.weights(shown.run.initial)[0][0]
    image, most = a.data.image, MOVING if shown.display.playing else RESTING
    pictures, shape = reduced(np.asarray(W[:UNITS], np.float64), image, most)
    largest = np.maximum(np.abs(pictures).max(axis=1, keepdims=True), 1e-30)
    colors, grey = picture_colors(a.view.theme), image[2] == 1
    what = "change since step 0" if change else "weight"
    return figures.panel(
        "Layer 1 weights",
        _filter_words(len(W), grey, shape != tuple(image), what),
        {"data": [], "layout": {}},
        controls=[control(a.view, "filter", "Weights", options=FILTERS)],
        pictures=np.rint(127.5 + 127.5 * pictures / largest).astype(np.uint8).reshape(-1),
        shape=list(shape),
        diverging=grey,
        tiles=[
            {"top": f"{j + 1}", "bottom": f"±{short(float(f'{m:.2g}'))}", "wrong": False}
            for j, m in enumerate(largest[:, 0])
        ],
        colors=colors,
        legend=[ramp_key(a.view.theme, "−", "+")] if grey else [],
    )


def _filter_words(units: int, grey: bool, averaged: bool, what: str) -> str:
    some = f"{UNITS} of {count(units)} units" if units > UNITS else f"{count(units)} units"
    words = f"{some}, each scaled by its largest {what} (below)"
    words += "" if grey else "; grey is 0"
    return words + (". Averaged over small squares." if averaged else ".")


PANELS = [
    Panel(
        "pictures",
        "Gallery of pictures",
        {"results": 90},
        pictures_panel,
        has_pictures,
        kind="pictures",
    ),
    Panel(
        "filters",
        "Weights as pictures",
        {"results": 100},
        filters_panel,
        has_pictures,
        kind="pictures",
    ),
]
