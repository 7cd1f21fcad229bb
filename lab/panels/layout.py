"""Where the panels of a page stand in its grid, as the head of static/panels.js describes it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

Span = dict[str, Any]
#: The page's message.layout, and the span of each panel that has not the usual one.
Layout = tuple[dict[str, Any], dict[str, Span]]


def layout_of(page: str, keys: Collection[str], present: bool, lesson: bool) -> Layout:
    """Return the layout of a page and the spans of its panels, whose keys are these.

    present: for a projector; lesson: whether a lesson takes room above the panels.
    """
    make = PAGES.get(page)
    layout, spans = make(keys, present, lesson) if make else ({}, {})
    # Where a projector shows no run of its own, its numbers are left out.
    bar = "notice" if present and page != "playground" else "all"
    return {"bar": bar, **layout}, {"autopsy": {"medium": [2, 1]}, **spans}


def _wide(columns: int, rows: int = 1, **more: Any) -> Span:
    """Return a span of so many of the 24 columns of a wide page."""
    return {"wide": [columns, rows], **more}


def _low(columns: int, rows: int = 1, **more: Any) -> Span:
    """Return the same where the window is low, and the usual span in a higher one."""
    return {"low": _wide(columns, rows, **more)}


def _playground(keys: Collection[str], present: bool, lesson: bool) -> Layout:
    network = _wide(16, medium=[2, 1], narrow=480)
    if present:
        plane = _wide(8, 2, at=[17, 1])
        cost = {"cost": {"bare": "controls"}} if lesson else {}
        spans = {"network": {**network, "at": [1, 1]}, "boundary": plane, "space": plane, **cost}
        rows = [1, 1.15] if lesson else [1.2, 1]
        return {"rows": rows}, {**spans, "gradients": {"bare": "all"}}
    cost, gradients = _wide(10 if "autopsy" in keys else 7), _wide(10)
    spans = {"network": network, "cost": cost, "gradients": gradients, "weights": _wide(7)}
    return {"rows": [1.3, 1]}, {**spans, "autopsy": _wide(14, medium=[2, 1])}


def _gradients(keys: Collection[str], present: bool, lesson: bool) -> Layout:
    if present or "phase" not in keys:
        return {"rows": [1], "each": _wide(24 if present else 12)}, {}
    phase = _wide(10 if "product" in keys else 24)
    return {"rows": [1, 1.05]}, {"phase": phase, "product": _wide(14, medium=[2, 1])}


def _twins(keys: Collection[str], present: bool, lesson: bool) -> Layout:
    head = {"head": 51} if present else {}
    return {"rows": [1, 1], "each": _wide(12 if present and lesson else 8), **head}, {}


def _layers(keys: Collection[str], present: bool, lesson: bool) -> Layout:
    each = _wide(11 if present else 6, narrow=230)
    rows = [1, 1] if present else [1, 1, 1]
    large = _wide(13 if present else 12, 2, at=[1, 1], medium=[2, 2], narrow=520)
    row = _wide(12, at=[1, 3], medium=[2, 1], narrow=230)
    others = {} if present else {"flow": row, "autopsy": row}
    page = {"rows": rows, "mediumRow": 230, "dense": not present, "each": each}
    return page, {"distributions": large, **others}


#: The page Results by the number of its panels: the span of each, and those that differ.
RESULTS: dict[int, tuple[Span, dict[str, Span]]] = {
    2: (_wide(12), {}),
    3: (_wide(12), {"confusion": _wide(12, 2, at=[1, 1])}),
    4: (
        {**_wide(12), **_low(8)},
        {"prediction": _low(8, 2, at=[1, 1]), "boundary": _low(8, 2, at=[17, 1])},
    ),
    5: (
        _wide(8),
        {
            "pictures": _wide(11),
            "filters": _wide(6),
            "confusion": _wide(9),
            "boundary": _wide(7, 2, at=[18, 1]),
        },
    ),
    6: (
        {**_wide(8), **_low(5)},
        {
            "confusion": _low(8),
            "probability": _low(8),
            "calibration": _low(6),
            "boundary": _low(8, 2, at=[17, 1]),
        },
    ),
    7: (
        _wide(6),
        {
            "roc": _wide(5),
            "precision_recall": _wide(5),
            "boundary": _wide(8, last=True),
            "pictures": _wide(12, at=[13, 1]),
        },
    ),
}


def _results(keys: Collection[str], present: bool, lesson: bool) -> Layout:
    each, spans = RESULTS.get(len(keys), (_wide(8), {}))
    pictures = {"narrow": 520, **spans.get("pictures", {})}
    return {"rows": [1, 1], "each": each}, {**spans, "pictures": pictures}


PAGES = {
    "playground": _playground,
    "gradients": _gradients,
    "twins": _twins,
    "layers": _layers,
    "results": _results,
}
