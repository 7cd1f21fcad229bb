"""Keys and values of Streamlit's widgets."""

from __future__ import annotations

from typing import Any

import streamlit as st

COMPONENT = "live_panels"
#: Stands between a widget's name and the number of its version.
VERSION = "--v"


def key_for(name: str, value: Any) -> str:
    """Return the key under which to draw a widget whose value is to be `value`, its default too.

    A widget keeps its key while it agrees with the Config, which is what counts. Where the Config
    changed behind its back it becomes a new widget. Writing to the old one does not do: the next
    tick still carries what the browser shows, and counts as a change that somebody made.
    """
    versions = st.session_state.setdefault("widget_versions", {})
    key = _versioned(name, versions.get(name, 0))
    if key in st.session_state and st.session_state[key] != value:
        versions[name] = versions.get(name, 0) + 1
        key = _versioned(name, versions[name])
    return key


def on_page(key: str) -> bool:
    """Return whether a widget is on the page; one that is gone may still report for a while."""
    name, _, version = key.partition(VERSION)
    return int(version or 0) == st.session_state["widget_versions"].get(name, 0)


def _versioned(name: str, version: int) -> str:
    return f"{name}{VERSION}{version}" if version else name


def value(key: str) -> Any:
    """Return what a widget holds."""
    return st.session_state[key]


def event() -> dict:
    """Return the event that the live panels have just sent."""
    sent = st.session_state[COMPONENT].event
    return dict(sent) if sent else {}
