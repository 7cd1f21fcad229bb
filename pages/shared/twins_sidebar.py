"""The side bar of the twins: one network's settings, and the one in which the other differs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dnn.config import FIELDS, Config
from lab.live.session.loop import Loop
from lab.live.twins import TWIN_FIELDS
from pages.shared import changes, messages, session, widgets
from pages.shared.controls import help_of, lab_sidebar


def twins_sidebar(loop: Loop) -> None:
    """Draw the setting in which B differs, and below it the settings of A."""
    lab_sidebar(loop, first=_differs)


@st.fragment
def _differs() -> None:
    if session.sidebar_outdated():
        st.rerun()
    if session.hidden("twin"):
        return
    loop = session.loop()
    st.html("<div class='nl-section'>B differs in</div>")
    ((name, value),) = loop.state.twin_setting.items()
    key = widgets.key_for("twin_field", name)
    st.selectbox(
        "Setting", TWIN_FIELDS, index=TWIN_FIELDS.index(name), key=key, format_func=_label,
        on_change=_other_field, args=(key,), help="All other settings are those of A.",
    )  # fmt: skip
    _value(name, value)
    st.html("<div class='nl-section'>A</div>")


def _label(name: str) -> str:
    return "Depth" if name == "hidden" else FIELDS[name].label


def _value(name: str, value: Any) -> None:
    """Draw the widget of B's value."""
    about, shown = FIELDS[name], value
    if name == "hidden":
        key = widgets.key_for("twin_value", len(value))
        st.number_input(
            "In B", 1, about.max_length, len(value), key=key, on_change=_changed, args=(name, key),
        )  # fmt: skip
        return
    if about.kind in ("switch", "choice", "activation"):
        texts = {"on": "On", "off": "Off"} if about.kind == "switch" else _choices(name)
        shown = about.write(value)
        key = widgets.key_for("twin_value", shown)
        st.selectbox(
            "In B", list(texts), index=list(texts).index(shown), key=key,
            format_func=lambda text: texts[text], on_change=_changed, args=(name, key),
            help=help_of(about),
        )  # fmt: skip
        return
    shown = about.write(value)
    key = widgets.key_for("twin_value", shown)
    st.text_input(
        "In B", shown, key=key, on_change=_changed, args=(name, key), help=help_of(about),
        max_chars=20,
    )  # fmt: skip


def _choices(name: str) -> dict[str, str]:
    """Return the choices of a field: what a link calls them, and their labels."""
    about = FIELDS[name]
    labels = {key: getattr(entry, "label", key) for key, entry in dict(about.choices).items()}
    return {about.none: about.none_label or "automatic", **labels} if about.none else labels


def _other_field(key: str) -> None:
    """Let B differ in another setting, in a way that shows something."""
    if widgets.on_page(key):
        name = widgets.value(key)
        changes.differ({name: _first_value(name, session.state().config)})


def _first_value(name: str, config: Config) -> Any:
    """Return a value of a field that is not the Config's."""
    mine = getattr(config, name)
    if isinstance(mine, bool):
        return not mine
    if name == "hidden":
        return mine[: max(1, len(mine) // 4)]
    if name in ("clip_norm", "learning_rate"):
        return 1.0 if name == "clip_norm" else mine / 10
    usual = {"initializer": "he", "activation": "tanh", "optimizer": "adam"}[name]
    other = {"initializer": "glorot", "activation": "relu", "optimizer": "sgd"}[name]
    return usual if mine != usual else other


def _changed(name: str, key: str) -> None:
    if not widgets.on_page(key):
        return
    value = widgets.value(key)
    if name == "hidden":
        width = (session.state().config.hidden or (16,))[0]
        changes.differ({name: (width,) * int(value)})
        return
    try:
        changes.differ({name: FIELDS[name].parse(name, str(value).strip())})
    except ValueError as error:
        messages.say(str(error), "Not changed:")
