"""Changes to the network on screen; what can't be done becomes a sentence, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dnn.config import FIELDS, Config
from dnn.data.datasets import DATASETS, Dataset
from lab.teaching.presets import PRESETS
from pages.shared import link_writing, messages, session


def change(**fields: Any) -> None:
    """Take new values of Config fields; what can't be done becomes a sentence, and nothing else."""
    live, asked, before = session.loop(), set(fields), _shown_elsewhere()
    config = live.state.config
    try:
        fields = _fitting(config, fields)
        live.configure(replace(config, **fields))
        if set(fields) == asked and _shown_elsewhere() == before:
            _one_widget_changed(preset_of(config) != preset_of(live.state.config))
        link_writing.write_link()
        messages.say("")
    except ValueError as error:
        messages.say(str(error), "Not changed:")


def _one_widget_changed(also_start_from: bool) -> None:
    """Spare the side bar a new drawing: the widget that was moved shows its value already.

    also_start_from: the list of starting points shows another one, which can wait until the
    browser has painted the frame.
    """
    live = session.loop()
    if also_start_from:
        st.session_state["patient"] = live.sidebar_version
    elif live.drawn[0] != st.session_state.get("patient"):
        live.drawn = (live.sidebar_version, live.drawn[1])


def _shown_elsewhere() -> tuple:
    """Return what the page shows of a Config beside the widget of the field that has changed.

    As long as it stays the same, only the widget's own part of the page is drawn anew: the rest
    keeps server and browser busy for as long as it takes to measure a deep network.
    """
    live = session.state()
    fields = [name for name, setting in FIELDS.items() if setting.applies(live.config)]
    data = live.run.data
    examples = (data.m_train, data.m_test) if data else None
    measured = "trials" in st.session_state and session.trials().measured
    return fields, examples, live.failed, live.config if measured else None


def change_text(name: str, text: str) -> None:
    """Take a value that was typed; an emptied box asks for nothing."""
    if not text.strip():
        messages.redraw()
        return
    try:
        parsed = FIELDS[name].parse(name, text.strip())
    except ValueError as error:
        messages.say(str(error), "Not changed:")
        return
    change(**{name: parsed})


def _fitting(config: Config, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with what must change along with them."""
    if "dataset" in fields:
        old, new = DATASETS[config.dataset], DATASETS[fields["dataset"]]
        fields.setdefault("loss", None)
        if new.synthetic and (config.samples == old.samples or not old.synthetic):
            fields.setdefault("samples", new.samples)
    if "hidden" in fields and not isinstance(config.activation, str):
        keys = config.activation + config.activation[-1:] * len(fields["hidden"])
        fields.setdefault("activation", keys[: len(fields["hidden"])] or "tanh")
    return fields


def preset_of(config: Config) -> str | None:
    """Return the key of the starting point that this is, if it is one."""
    return next((key for key, preset in PRESETS.items() if preset.config == config), None)


def start_from(key: str) -> None:
    """Begin with a preset, training."""
    live = session.loop()
    live.train_on(PRESETS[key].config)
    messages.say("")


def differ(setting: Mapping[str, Any]) -> None:
    """Choose in what the second network differs; what can't be done becomes a sentence."""
    try:
        session.loop().set_twin(setting)
        link_writing.write_link()
        messages.say("")
    except ValueError as error:
        messages.say(str(error), "Not changed:")


def train_on(config: Config, data: Dataset | None, weights: Any = None) -> None:
    """Put a run on screen, training, on data of its own or the built-in set that config names.

    Raises ValueError where no network can be made of it; the run on screen goes on.
    """
    session.loop().train_on(config, data, weights)
    messages.say("")
    messages.redraw()


def opened() -> None:
    """Let side bar and address follow a run that has been opened from a file."""
    link_writing.write_link()
    messages.say("")
