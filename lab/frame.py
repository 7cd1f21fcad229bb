"""One frame for the page: the bars and panels of what is shown, as one message in bytes.

A frame's way: Training and Display go to a worker, which trains and measures; of the Shown that it
makes, the page's entries in lab.panels each draw their part; the parts are packed here.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from typing import Any

import numpy as np

from dnn.engine.cache import CACHE
from dnn.run.training import Run
from lab import figures
from lab.figures.frame import Sent, pack_change
from lab.live.kept import keep, with_run
from lab.live.request import Display, Frame, Result, Training
from lab.live.shown import Shown
from lab.live.worker import answered
from lab.panels import BARS, panels_of
from lab.panels.layout import layout_of
from lab.panels.panel import Panel, Part
from lab.panels.status import status
from lab.panels.twins import leading
from lab.teaching.attending import charts_held, lesson_message

#: Milliseconds from one frame to the next while playing. At full speed fewer are drawn, so that
#: more is trained.
PACE, PACE_FULL = 16, 90
#: Where fewer steps than these are made in a second, a frame costs many of them: fewer still.
SLOW, PACE_SLOW = 400, 200


def answer(training: Training, display: Display) -> Result:
    """Return what becomes of a call, with its frame: what a session submits to a worker."""
    call = with_run(training)
    if call is None:
        return Result(None, None)
    session = call.session
    return keep(call, answered(call, display, lambda shown: drawn(shown, session)))


def drawn(shown: Shown, session: str) -> Frame:
    """Return the frame: what has changed since the one that the page has, where that is known here.

    The messages of a session are kept from the one on that its page has.
    """
    display = shown.display
    key = ("messages", shown.run.data_key, session)
    kept: dict[int, Sent] = CACHE.get(key) or {}
    base = display.base if display.base in kept else 0
    told = message(shown)
    packed, sent = pack_change(told, kept.get(base))
    if session:
        newer = {seq: there for seq, there in kept.items() if seq >= display.base}
        CACHE.put(key, {**newer, shown.seq: sent}, sent.nbytes * (len(newer) + 1))
    if not base:  # mostly text; a change is mostly maps, which take long and get little smaller
        packed = gzip.compress(packed, 1)
    points = (panel["static"]["version"] for panel in told["panels"].values() if "static" in panel)
    return Frame(packed, base, next(points, ""))


def message(shown: Shown) -> dict[str, Any]:
    """Return the message for the page: what stands above the panels, and one part a panel."""
    if shown.withheld:
        shown = replace(shown, autopsy=None)  # the last steps of a run that diverged explain it
    page, view = shown.view.page, shown.view
    panels, partial = _panels(shown)
    bars = {bar.key: None if bar.key in view.hide else bar.build(shown)
            for bar in BARS if page in bar.pages}  # fmt: skip
    lead = leading(shown) if shown.twin is not None else shown
    lesson = lesson_message(shown.attending, shown.state)
    layout, spans = layout_of(page, panels, view.present, lesson is not None)
    for key, span in spans.items():
        if key in panels:
            panels[key]["span"] = {**span, **panels[key].get("span", {})}
    return {
        "seq": shown.seq,
        "pace": _pace(shown),
        "playing": lead.display.playing and not lead.run.diverged,
        "theme": view.theme,
        "numbers": _numbers(lead),
        "status": status(lead),
        "notice": shown.display.notice or None,
        "timeline": _timeline(shown),
        "page": page,
        "present": view.present,
        "verdict": None,
        "lesson": lesson,
        **bars,
        "metrics": bars.get("metrics") or [],
        "panels": panels,
        "layout": layout,
        "partial": partial,
    }


def _panels(shown: Shown) -> tuple[dict[str, Part], bool]:
    """Return the page's panels by key, and whether some of them are hidden."""
    view = shown.view
    there = [
        panel
        for panel in panels_of(view.page)
        if panel.applies(shown) and (panel.projected or not view.present)
    ]
    seen = [panel for panel in there if panel.hide_key not in view.hide]
    if charts_held(view, shown.attending):
        return {}, len(seen) < len(there)
    return {panel.key: _part(panel, shown) for panel in seen}, len(seen) < len(there)


def _part(panel: Panel, shown: Shown) -> Part:
    """Return a panel's part of the message, without what is hidden or gives an answer away."""
    part, view = panel.build(shown), shown.view
    part["kind"] = panel.kind
    if panel.span:
        part["span"] = dict(panel.span)
    part["controls"] = [c for c in part["controls"] if c["key"] not in view.hide]
    if shown.withheld:
        part |= {"badge": None, "banner": None} | ({} if panel.plain else {"subtitle": ""})
    if view.present:  # the page's style sheet enlarges words, this the charts
        charts = ("figure", "plane", "static")
        part |= {key: figures.enlarged(part[key]) for key in charts if key in part}
    return part


def _timeline(shown: Shown) -> dict[str, Any] | None:
    """Return where the run is on its way; None where it has none, or is one of two."""
    end = max(shown.run.step, shown.display.end or 0)
    if shown.large or shown.twin is not None or "timeline" in shown.view.hide or not end:
        return None
    return {"step": shown.run.step, "end": end, "earlier": shown.display.end is not None}


def _pace(shown: Shown) -> int:
    if not shown.display.playing:
        return 0
    if not shown.at_full_speed:
        return PACE
    return PACE_SLOW if 0 < shown.display.rate < SLOW else PACE_FULL


def _numbers(shown: Shown) -> dict[str, float | None]:
    """Return what tests and benchmarks read off a frame, as numbers."""
    run = shown.run
    found: dict[str, float | None] = {
        "step": run.step, "learning_rate": run.config.learning_rate,
    }  # fmt: skip
    if not shown.display.playing:
        found["fingerprint"] = fingerprint(run)
    for name in ("train_cost", "train_score"):
        value = shown.last(name)
        found[name] = value if np.isfinite(value) else None
    return found


def fingerprint(run: Run) -> int:
    """Return a number that differs where parameters or what the optimiser remembers differ."""
    digest = hashlib.blake2b(digest_size=6)  # a whole number that JavaScript keeps exactly
    for array in (run.parameters, run.state, run.running):
        digest.update(array.data)
    return int.from_bytes(digest.digest())
