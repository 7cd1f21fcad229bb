"""Two networks that differ in one setting: a row of panels each, on the same axes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from dnn.config import FIELDS
from dnn.run.training import borrowed_trainer
from lab import figures
from lab.analysis.diagnosis.verdict import error_factor, judge
from lab.analysis.maps import plane_pass
from lab.analysis.signal import signal_at
from lab.live.shown import Shown
from lab.live.twins import setting_words
from lab.panels.boundary import boundary_of
from lab.panels.cost import cost_of
from lab.panels.panel import Bar, Panel, Part, always, control
from lab.panels.plane import output_field
from lab.panels.signal_charts import SIGNALS, signal_panel, signal_values, start_label
from lab.teaching.attending import question_of
from lab.text.numbers import count, number, percent

NAMES = ("A", "B")


def value_words(shown: Shown) -> str:
    """Return what one of the two has in the setting that differs, as short as can be: "He"."""
    assert shown.twin is not None
    (name,) = shown.twin.setting
    words = setting_words(name, shown.run.config)
    named = FIELDS[name].kind in ("choice", "activation")
    return words.removeprefix(FIELDS[name].label.lower()).strip() if named else words


def _pair(shown: Shown) -> tuple[Shown, Shown]:
    """Return what is shown of each of the two, with the other's cost as its ghost, by `once`."""
    assert shown.twin is not None
    second = replace(shown.twin.run, data=shown.run.data)
    display = shown.display
    a = replace(shown, display=replace(display, ghost=shown.twin.history))
    b = replace(
        shown, run=second, history=shown.twin.history,
        display=replace(display, ghost=shown.history),
    )  # fmt: skip
    return a, b


def _side(shown: Shown, side: int) -> tuple[Shown, Shown]:
    """Return the one of the two and the other."""
    pair = shown.once(_pair)
    return pair[side], pair[1 - side]


def _titled(panel: Part, side: int) -> Part:
    """Return the panel with the network's name; one switch serves both rows."""
    panel = {**panel, "title": f"{NAMES[side]} · {panel['title']}", "empty": None}
    return panel if side == 0 else {**panel, "controls": []}


def _cost(shown: Shown, side: int) -> Part:
    own, _ = _side(shown, side)
    # A fix would be of A.
    own = replace(own, fixes={}) if side == 1 else own
    panel = cost_of(own, NAMES[1 - side], same_axes=True)
    panel["title"] = f"{value_words(own)} · {panel['title']}"
    if side == 1 and panel["banner"]:
        panel["banner"]["buttons"] = []
    return _titled(panel, side)


def _signals(shown: Shown) -> tuple[Part, Part]:
    """Return the charts over the layers of both, on one range, by `once`."""
    a, b = shown.once(_pair)
    panels = _signal(a, b), _signal(b, a)
    _share_range(*(panel["figure"] for panel in panels))
    return panels


def _boundary(shown: Shown, side: int) -> Part:
    own, _ = _side(shown, side)
    with borrowed_trainer(own.run) as trainer, np.errstate(all="ignore"):
        net, size = plane_pass(trainer, own.view.plane)
        panel = boundary_of(own, output_field(trainer, net), size)
    return _titled(panel, side)


def _room_for_planes(shown: Shown) -> bool:
    """Return whether there is room: a question above two rows leaves none on a projector."""
    return not (shown.view.present and question_of(shown.view) is not None)


def _row(side: int) -> list[Panel]:
    """Return the entries of one network's row."""
    name = NAMES[side]
    builds = (
        ("cost", lambda shown: _cost(shown, side), "chart", always),
        ("signal", lambda shown: _titled(shown.once(_signals)[side], side), "chart", always),
        ("boundary", lambda shown: _boundary(shown, side), "plane", _room_for_planes),
    )
    return [
        Panel(
            f"{name.lower()}_{key}",
            f"{key.capitalize()} of {name}",
            {"twins": 30 * side + 10 * place},
            build,
            applies,
            kind=kind,
            hidden_by=key,
            needs=frozenset({"twin"}),
            plain=key == "boundary",
        )
        for place, (key, build, kind, applies) in enumerate(builds)
    ]


def _signal(own: Shown, other: Shown) -> dict[str, Any]:
    """Return the chart over the layers that the view asks for, with room for the other's values."""
    kind = own.view.signal
    if len(own.history):
        others = signal_values(other, kind) if len(other.history) else ()
        panel = signal_panel(own, kind, others)
    else:
        nothing = np.full(own.run.layout.layers, np.nan)
        figure = figures.signal_figure(kind, nothing, None, None, None, theme=own.view.theme)
        panel = figures.panel("", "It left the range before its first step.", figure)
    panel["title"] = dict(SIGNALS)[kind]
    panel["controls"] = [control(own.view, "signal", "Shown", options=SIGNALS)]
    return panel


def _share_range(a: dict[str, Any], b: dict[str, Any]) -> None:
    """Give two charts of the same scale one range: their rows of words may differ."""
    axes = [figure["layout"].get("yaxis") for figure in (a, b)]
    if not all(axes):
        return
    low, high = (f(axis["range"][i] for axis in axes) for i, f in enumerate((min, max)))
    for axis in axes:
        axis["range"] = [low, high]


def leading(shown: Shown) -> Shown:
    """Return what the row above the panels is of: the network that has come farther."""
    pair = shown.once(_pair)
    ended = all(side.run.diverged for side in pair)
    lead = max(pair, key=lambda side: side.run.step)
    return replace(lead, display=replace(lead.display, playing=lead.display.playing and not ended))


def twins_metrics(shown: Shown) -> list[dict[str, str]]:
    """Return the numbers above the panels, of both networks."""
    pair, run = shown.once(_pair), leading(shown).run
    texts = [("step", "Step", count(run.step)), ("epoch", "Epoch", count(run.epoch))]
    for part in ("train", "test"):
        for name, side in zip(NAMES, pair, strict=True):
            value = number(side.last(f"{part}_cost"))
            texts.append((f"{part}_{name}", f"{part.capitalize()} cost {name}", value))
    return [{"key": key, "label": label, "value": value} for key, label, value in texts]


def twins_bar(shown: Shown) -> dict[str, Any]:
    """Return what differs, and what came of it so far, as the bar above the charts shows it."""
    pair, twin = shown.once(_pair), shown.twin
    assert twin is not None
    (name,) = twin.setting
    words = [setting_words(name, side.run.config) for side in pair]
    same = pair[0].run.config == pair[1].run.config
    facts = [] if shown.withheld else [_fact(n, s) for n, s in zip(NAMES, pair, strict=True)]
    return {
        "kind": "twins",
        "title": f"A: {words[0]}. B: {words[1]}." + (" They are the same." if same else ""),
        "text": "Same data, same seed, same order of examples; all other settings are the same.",
        "facts": facts,
        "button": None,
    }


def _fact(name: str, side: Shown) -> dict[str, str]:
    """Return what is said of one of the two: its error's factor a layer, and its score."""
    if not len(side.history):
        return {"label": f"{name}: error a layer", "value": "–", "note": "out of range"}
    config, now = side.run.origin, signal_at(side.history, -1)
    found = judge(config, signal_at(side.history, 0))
    score = side.last("train_score")
    real = side.data.target == "real"
    text = f"R² {number(score)}" if real else f"accuracy {percent(score)}"
    state = "diverged" if side.run.diverged else text
    kind = "no error arrives" if found.factor == 0 else found.kind
    if side.run.step:
        state = f"now ×{number(error_factor(config, now))}, {state}"
    return {
        "label": f"{name}: error a layer{start_label(side)}",
        "value": f"×{number(found.factor)} {kind}", "note": state,
    }  # fmt: skip


PANELS = [*_row(0), *_row(1)]
BARS = [
    Bar("verdict", "Verdict", ("twins",), twins_bar),
    Bar("metrics", "Numbers above the panels", ("twins",), twins_metrics),
]
