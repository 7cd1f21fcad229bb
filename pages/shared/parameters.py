"""Single parameters of the address, which pages read and write by their names."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from pages.shared import messages


def chosen(name: str, allowed: Collection[str], default: str) -> str:
    """Return what a query parameter names, or the default; another value becomes a sentence."""
    key = st.query_params.get(name, default)
    if key in allowed:
        return key
    messages.say(
        f"{name}: {key[:40]!r} is not known; choose one of {', '.join(allowed)}", "This link:"
    )
    return default


def text(name: str) -> str:
    """Return the text of a query parameter, the first 60 characters of it."""
    return st.query_params.get(name, "")[:60]


def whole(name: str, low: int, high: int, default: int) -> int:
    """Return the whole number of a query parameter, or the default; another becomes a sentence."""
    text = st.query_params.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdecimal() and len(text) < 10 and low <= int(text) <= high:
        return int(text)
    allowed = f"write a whole number from {low} to {high:,}"
    messages.say(f"{name}: {text[:40]!r} is not allowed; {allowed}", "This link:")
    return default


def take(name: str) -> str | None:
    """Return a query parameter that asks for something once, and take it out of the address."""
    value = st.query_params.get(name)
    if value is not None:
        del st.query_params[name]
    return value


def write(name: str, value: str) -> None:
    """Write a query parameter into the address."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def remove(name: str) -> None:
    """Take a query parameter out of the address."""
    st.query_params.pop(name, None)


def write_only(**query: str) -> None:
    """Let the address say this and no more."""
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
