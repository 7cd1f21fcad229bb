"""Twins: two networks of the same data and seed that differ in one setting, trained in step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dnn.config import FIELDS, LIVE_FIELDS, Config
from dnn.data.datasets import Dataset
from dnn.parts.initializers import INITIALIZERS
from dnn.registry import Entry
from dnn.run.history import History
from dnn.run.training import Run, attach, borrowed_trainer, change, start
from lab import figures
from lab.analysis.diagnosis.verdict import error_factor, judge
from lab.figures import pack
from lab.live.worker import Outcome, Slice, data_of, newest, start_record, trained
from lab.panels import gradients as lab
from lab.panels import playground as panels
from lab.teaching.attending import attended, withheld
from lab.text.numbers import count, number, percent

#: What the second network may differ in.
TWIN_FIELDS = (
    "initializer",
    "activation",
    "hidden",
    "batch_norm",
    "residual",
    "clip_norm",
    "optimizer",
    "learning_rate",
)
NAMES = ("A", "B")


@dataclass(frozen=True, eq=False)
class Twin:
    """The second network. setting: the one field in which it differs, and its value there."""

    setting: Mapping[str, Any]
    run: Run
    history: History

    def following(self, config: Config) -> Twin:
        """Return the twin after live changes of the first network's Config."""
        mine = replace(config, **self.setting)
        names = [n for n in LIVE_FIELDS if getattr(mine, n) != getattr(self.run.config, n)]
        if not names or self.run.diverged:
            return self
        return replace(self, run=change(self.run, **{n: getattr(mine, n) for n in names}))


def twin(config: Config, setting: Mapping[str, Any], data: Dataset) -> Twin:
    """Return the second network at step 0. Raises ValueError where none can be made."""
    return Twin(setting, start(replace(config, **setting), data), History())


def setting_from_text(text: str) -> dict[str, Any]:
    """Return the setting of a link, "initializer:he". Raises ValueError with what is allowed."""
    name, colon, value = text.partition(":")
    if name not in TWIN_FIELDS or not colon:
        allowed = ", ".join(TWIN_FIELDS)
        raise ValueError(
            f"twin: {text[:40]!r} is not allowed; write field:value with one of {allowed}"
        )
    return {name: FIELDS[name].parse(name, value)}


def setting_text(setting: Mapping[str, Any]) -> str:
    """Return what a link carries for a setting."""
    ((name, value),) = setting.items()
    return f"{name}:{FIELDS[name].write(value)}"


def setting_words(name: str, config: Config) -> str:
    """Return a field of a Config in words: "initialiser He"."""
    about, value = FIELDS[name], getattr(config, name)
    if name == "hidden":
        return f"{len(value)} hidden layers"
    if name == "initializer" and value is None:
        return f"{about.label.lower()} {INITIALIZERS[config.initializer_key].label}"
    if isinstance(value, bool):
        return ("with " if value else "without ") + about.label.lower()
    if value is None:
        return f"{about.label.lower()}: {about.none_label or 'none'}"
    entry = about.choices.get(value) if isinstance(about.choices, Mapping) else None
    if isinstance(entry, Entry):
        return f"{about.label.lower()} {entry.label}"
    shown = about.write(value) if isinstance(value, (str, tuple)) else number(float(value))
    return f"{about.label.lower()} {shown}"


def value_words(work: Slice) -> str:
    """Return what one of the two has in the setting that differs, as short as can be: "He"."""
    assert work.twin is not None
    (name,) = work.twin.setting
    words = setting_words(name, work.run.config)
    named = FIELDS[name].kind in ("choice", "activation")
    return words.removeprefix(FIELDS[name].label.lower()).strip() if named else words


# --- a slice of both -----------------------------------------------------------------------------


def twins_slice(work: Slice) -> Outcome:
    """Return what becomes of a slice of work on both networks, and the frame that shows them."""
    data, second = data_of(work), work.twin
    if data is None or second is None:
        return Outcome(None, work.history)
    before = [attach(work.run, data), attach(second.run, data)]
    known = [work.history, second.history]
    known = [h if len(h) else h.extend(start_record(r)) for h, r in zip(known, before, strict=True)]
    runs, made, seconds = trained(work, before)
    sides = [_Side(*parts) for parts in zip(runs, known, made, strict=True)]
    second = replace(second, run=runs[1], history=sides[1].history)
    first = replace(work, run=runs[0], history=sides[0].history, twin=second)
    first = replace(first, attending=attended(first))
    frame = pack(message(first, sides))
    steps = max(run.step for run in runs) - max(run.step for run in before)
    return Outcome(
        runs[0], sides[0].history, frame, steps, seconds, twin=second, attending=first.attending
    )


class _Side:
    """One of the two after a slice: its history with the newest record, and its boundary."""

    def __init__(self, run: Run, history: History, made: list[Any]):
        self.run = run
        with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
            self.history = history.extend([*made, *newest(trainer, run, made, history)])
            self.field = panels.boundary_field(trainer)


def message(work: Slice, sides: list[_Side]) -> dict[str, Any]:
    """Return the message for the page's panels: each chart twice, on the same axes."""
    works = [replace(work, run=side.run, history=side.history) for side in sides]
    made = [_panels(works[i], works[1 - i], NAMES[1 - i], sides[i].field) for i in (0, 1)]
    for own, panels_ in zip(works, made, strict=True):
        # Each row begins with what it is a network of.
        panels_["cost"]["title"] = f"{value_words(own)} · {panels_['cost']['title']}"
    _share_range(*(panels_["signal"]["figure"] for panels_ in made))
    shown: dict[str, Any] = {}
    for name, panels_ in zip(NAMES, made, strict=True):
        for key, panel in panels_.items():
            panel["title"] = f"{name} · {panel['title']}"
            panel["empty"] = None
            shown[f"{name.lower()}_{key}"] = panel
    # One switch serves both rows.
    for panel in made[1].values():
        panel["controls"] = []
    if made[1]["cost"]["banner"]:
        made[1]["cost"]["banner"]["button"] = None  # a mend would be of A
    ended = all(side.run.diverged for side in sides)
    lead = max(works, key=lambda one: one.run.step)
    return panels.framed(
        replace(lead, playing=work.playing and not ended), _said(works), shown, _metrics(works)
    )


def _panels(own: Slice, other: Slice, ghost_name: str, field: Any) -> dict[str, Any]:
    """Return the panels of one network; the other's cost is drawn behind its own."""
    own = replace(own, ghost=other.history, twin=None)
    return {
        "cost": panels.cost_panel(own, ghost_name, same_axes=True),
        "signal": _signal(own, other),
        "boundary": panels.boundary_panel(own, *field),
    }


def _signal(own: Slice, other: Slice) -> dict[str, Any]:
    """Return the chart over the layers that the view asks for, with room for the other's values."""
    kind = own.view.signal
    if len(own.history):
        others = lab.signal_values(other, kind) if len(other.history) else ()
        panel = lab.signal_panel(own, kind, others)
    else:
        nothing = np.full(own.run.layout.layers, np.nan)
        figure = figures.signal_figure(kind, nothing, None, None, None, theme=own.view.theme)
        panel = figures.panel("", "It left the range before its first step.", figure)
    panel["title"] = dict(lab.SIGNALS)[kind]
    options = [list(option) for option in lab.SIGNALS]
    panel["controls"] = [{"key": "signal", "label": "Shown", "value": kind, "options": options}]
    return panel


def _share_range(a: dict[str, Any], b: dict[str, Any]) -> None:
    """Give two charts of the same scale one range: their rows of words may differ."""
    axes = [figure["layout"].get("yaxis") for figure in (a, b)]
    if not all(axes):
        return
    low, high = (f(axis["range"][i] for axis in axes) for i, f in enumerate((min, max)))
    for axis in axes:
        axis["range"] = [low, high]


def _metrics(works: list[Slice]) -> list[dict[str, str]]:
    run = max((work.run for work in works), key=lambda run: run.step)
    texts = [("step", "Step", count(run.step)), ("epoch", "Epoch", count(run.epoch))]
    for part in ("train", "test"):
        for name, work in zip(NAMES, works, strict=True):
            value = panels.last(work.history, f"{part}_cost")
            texts.append((f"{part}_{name}", f"{part.capitalize()} cost {name}", number(value)))
    return [{"key": key, "label": label, "value": value} for key, label, value in texts]


def _said(works: list[Slice]) -> dict[str, Any]:
    """Return what differs, and what came of it so far, as the bar above the charts shows it."""
    assert works[0].twin is not None
    (name,) = works[0].twin.setting
    words = [setting_words(name, work.run.config) for work in works]
    same = works[0].run.config == works[1].run.config
    title = f"A: {words[0]}. B: {words[1]}." + (" They are the same." if same else "")
    rest = "Same data, same seed, same order of examples; all other settings are the same."
    asked = withheld(works[0].view, works[0].attending)
    facts = [] if asked else [_fact(side, work) for side, work in zip(NAMES, works, strict=True)]
    return {
        "kind": "twins",
        "title": title,
        "text": rest,
        "facts": facts,
        "button": None,
    }


def _fact(name: str, work: Slice) -> dict[str, str]:
    if not len(work.history):
        return {"label": f"{name}: error a layer", "value": "–", "note": "out of range"}
    config, now = work.run.origin, lab.signal_at(work.history, -1)
    found = judge(config, lab.signal_at(work.history, 0))
    real = panels.data_of_run(work.run).target == "real"
    score = panels.last(work.history, "train_score")
    shown = f"R² {number(score)}" if real else f"accuracy {percent(score)}"
    state = "diverged" if work.run.diverged else shown
    kind = "no error arrives" if found.factor == 0 else found.kind
    if work.run.step:
        state = f"now ×{number(error_factor(config, now))}, {state}"
    return {
        "label": f"{name}: error a layer{lab.start_label(work)}",
        "value": f"×{number(found.factor)} {kind}", "note": state,
    }  # fmt: skip
