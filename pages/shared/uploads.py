"""Data that a person has brought: the files, what is looked at, and what is chosen for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dnn.data.datasets import Dataset


def source() -> Any:
    """Return what this session has brought to look at, None where it has brought nothing."""
    return st.session_state.get("source")


def looked_at(data: Dataset) -> bool:
    """Return whether the page Data shows what this data was made of."""
    return source() is not None and source().name == data.name


def bring(found: Any) -> None:
    """Look at this from now on, None: at nothing.

    What was looked at before, and chosen for it, is dropped.
    """
    st.session_state["source"] = found
    st.session_state["choices"] = {}
    st.session_state["made"] = {}
    st.session_state["sources"] = st.session_state.get("sources", 0) + 1


def upload_changed() -> None:
    """Remember that somebody has added or removed a file, for files_to_read."""
    st.session_state["by_hand"] = True


def files_to_read(files: tuple[tuple[str, str, int], ...]) -> list[int] | None:
    """Return which of the uploaded files, (id, name, size) each, are to be read now; None: none.

    Those that have come. Where the file looked at has been removed its data goes with it, and the
    last of the files still there takes its place; to remove another one changes nothing.
    """
    before, by_hand = st.session_state.get("files", ()), st.session_state.pop("by_hand", False)
    st.session_state["files"] = files
    if files == before:
        return None
    names, known = [file[1:] for file in files], {file[1:] for file in before}
    new = [k for k, name in enumerate(names) if name not in known]
    if new or len(files) >= len(before):
        return new or [len(files) - 1]
    if not by_hand:
        return None  # the uploader is empty after a visit to another page
    refused("")
    read = getattr(source(), "uploaded", ())
    if not read or set(read) <= set(names):
        return None
    bring(None)
    return [len(files) - 1] if files else None


def refused(sentence: str) -> None:
    """Remember why the files at hand could not be read; "" where they could."""
    st.session_state["refusal"] = sentence


def refusal() -> str:
    """Return why the files at hand could not be read, "" where they could."""
    return st.session_state.get("refusal", "")


def choices() -> dict[str, Any]:
    """Return what has been chosen for the data at hand: it outlasts the page's widgets."""
    return st.session_state.setdefault("choices", {})


def choice_key(name: str) -> str:
    """Return the key of a widget that belongs to the data at hand."""
    return f"choice_{name}_{st.session_state.get('sources', 0)}"


def made(name: str, chosen: tuple, make: Callable[[], Any]) -> Any:
    """Return what make() gives for a choice: kept as long as the choice is the same."""
    kept = st.session_state.setdefault("made", {})
    if name not in kept or kept[name][0] != chosen:
        kept[name] = chosen, make()
    return kept[name][1]
