"""From a link to a session's loop; what cannot be followed becomes a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qs

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dnn.config import FIELDS, Config, from_query
from lab.analysis.space import chosen_units
from lab.link import Link, changes_from_text, step_from_text
from lab.live.session.loop import DIFFERS, Loop
from lab.live.session.state import SPEEDS
from lab.live.twins import setting_from_text
from lab.teaching.lessons import LESSONS, Lesson
from lab.teaching.presets import PRESETS
from lab.view import LINKED, View, view_from_query, view_to_query
from pages.shared import messages
from pages.shared.hiding import HIDEABLE
from pages.shared.page import Page, page_of

#: What a link says beside Config and View.
BESIDE = ("speed", "play", "twin", "changes", "step", "data")
#: What a link says of a run on data of its own, which it can't carry.
OWN = "own"
NOT_CARRIED = (
    "data: this was a run on data of its own, which no link carries and which is gone with the "
    "visit; these are its settings on a built-in set. The page Data takes the file again."
)
#: What a link may carry for others: for Streamlit, for another page of ours, for those who count.
ELSEWHERE = (
    "embed", "embed_options", "experiment", "run", "walk", "example", "stage", "term", "search",
    "fbclid", "gclid",
)  # fmt: skip
#: So many unknown names are said.
MOST_NAMED = 5


def loop_of_link(page: Page, executor: Executor) -> Loop:
    """Return the loop that the address asks for on a page; the messages say what was left out."""
    query = st.query_params.to_dict()
    problems: list[str] = _misspelt(query)
    config = PRESETS[page.preset].config
    lesson = _lesson(query, problems)
    if lesson is not None:
        config = lesson.config
    try:
        # The first visit's network, unless the link names one: its fields are then all there is.
        config = config if query.keys().isdisjoint(FIELDS) else from_query(query)
    except ValueError as error:
        problems.append(str(error))
    readable = not problems
    named = {"lesson": lesson.key if lesson is not None else ""}
    view, wrong = view_from_query({**view_to_query(opening(lesson)), **query, **named})
    problems += [*wrong, *_unknown(query), *_switches(query)]
    view = _known(replace(view, page=page.key), problems)
    speed = query.get("speed", "epoch")
    if speed not in SPEEDS:
        problems.append(f"speed: {speed[:40]!r} is not allowed; choose {', '.join(SPEEDS)}")
        speed = "epoch"
    # A shared link opens paused, unless it says play=1.
    linked = not query.keys().isdisjoint({*FIELDS, *LINKED, *BESIDE})
    st.session_state["link_plays"] = query.get("play") == "1"
    playing = st.session_state["link_plays"] or not (linked or not page.plays)
    theme = getattr(st.context.theme, "type", None) or "light"
    differs = lesson.twin if lesson is not None and lesson.twin else DIFFERS
    try:
        differs = setting_from_text(query["twin"]) if "twin" in query else differs
    except ValueError as error:
        problems.append(str(error))
    made = _made(executor, config, replace(view, theme=theme), playing, problems, differs)
    made.set_speed(speed)
    made.look(**_absent(view, made.state.config, problems))
    _follow(made, query, readable and made.state.config == config, problems)
    if query.get("data") == OWN:
        problems.append(NOT_CARRIED)
    messages.say("\n".join(problems), "This link can't be shown as it is:")
    return made


def lesson_named(query: Mapping[str, str]) -> str:
    """Return the name of a link's lesson as it is written here: who types it may shout."""
    return query.get("lesson", "").strip().lower()


def _lesson(query: Mapping[str, str], problems: list[str]) -> Lesson | None:
    """Return the lesson that a link names; one that is not there becomes a sentence."""
    key = lesson_named(query)
    if key and key not in LESSONS:
        near = get_close_matches(key[:40], LESSONS, 1, 0.6)
        meant = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(LESSONS)}"
        problems.append(f"lesson: {key[:40]!r} is not known; {meant}")
    return LESSONS.get(key)


def opening(lesson: Lesson | None) -> View:
    """Return how a link is looked at that says no more than its lesson: predictions come first."""
    return View() if lesson is None else View(**{"predict": True, **lesson.view})


def _misspelt(query: Mapping[str, str]) -> list[str]:
    """Return a sentence for each key that is nearly one of ours."""
    return [f"{key} is not known; did you mean {near}?" for key, near in _strange(query) if near]


def _unknown(query: Mapping[str, str]) -> list[str]:
    """Return a sentence for each key that is like none of ours, the first few of them."""
    names = [key if len(key) <= 40 else f"{key[:40]}…" for key, near in _strange(query) if not near]
    said = [f"{name} is not known and was left out" for name in names[:MOST_NAMED]]
    more = len(names) - len(said)
    return [*said, f"and {more:,} more names that are not known"] if more else said


def _strange(query: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the keys that mean nothing here, each with the one that may have been meant, or ""."""
    known = [*FIELDS, *LINKED, *BESIDE]
    keys = [key for key in query if key not in {*known, *ELSEWHERE} and not key.startswith("utm_")]
    # To compare a long name, or thousands of them, would keep the page waiting.
    tried = [key for key in keys if len(key) <= 40][:20]
    near = {key: get_close_matches(key.lower(), known, 1, 0.8) for key in tried}
    return [(key, (near.get(key) or [""])[0]) for key in keys]


def _switches(query: Mapping[str, str]) -> list[str]:
    """Return a sentence for each of a link's switches beside View that says what it can't."""
    texts = {"play": query.get("play", "1"), "embed": _embed()}
    allowed = {"play": ("1", "0"), "embed": ("true", "false", "")}
    return [
        f"{name}: {text[:40]!r} is not allowed; choose {allowed[name][0]} or {allowed[name][1]}"
        for name, text in texts.items()
        if text.lower() not in allowed[name]
    ]


def _embed() -> str:
    """Return what the address says of embed, which Streamlit keeps out of st.query_params."""
    context = get_script_run_ctx()
    return parse_qs(context.query_string if context else "").get("embed", [""])[0]


def _absent(view: View, config: Config, problems: list[str]) -> dict[str, str]:
    """Return what the view is to say where it names layers or units that are not there."""
    sizes, instead = config.hidden, {}
    layer, _, unit = view.pinned.partition(".")
    if layer and int(layer) > len(sizes) + 1:
        instead["pinned"] = f"layer {layer} is not there; the output is layer {len(sizes) + 1}"
    elif layer and int(layer) <= len(sizes) and int(unit) > sizes[int(layer) - 1]:
        has = sizes[int(layer) - 1]
        instead["pinned"] = f"neuron {unit} is not there; layer {layer} has {has}"
    chosen = view.space_layer
    if chosen.isdigit() and int(chosen) > len(sizes):
        last = f"choose last or 1 to {len(sizes)}" if sizes else "there are no hidden layers"
        instead["space_layer"] = f"layer {chosen} is not there; {last}"
    elif chosen and sizes and view.space_units != "components":
        has = sizes[-1] if chosen == "last" else sizes[int(chosen) - 1]
        if not chosen_units(view.space_units, has):
            instead["space_units"] = f"{view.space_units} are not both there; the layer has {has}"
    problems.extend(f"{name}: {words}" for name, words in instead.items())
    default = View()
    return {name: getattr(default, name) for name in instead}


def _known(view: View, problems: list[str]) -> View:
    """Return the view with those names to be hidden that there are."""
    unknown = [name for name in view.hide if name not in HIDEABLE]
    if unknown:
        names = ", ".join(map(repr, unknown))
        problems.append(f"hide: {names[:80]}: not known; the button Share lists what there is")
    return replace(view, hide=tuple(name for name in view.hide if name in HIDEABLE))


def _follow(made: Loop, query: Mapping[str, str], right: bool, problems: list[str]) -> None:
    """Let the loop make the changes of a link and recompute its step.

    right: whether it has the network that the link is about.
    """
    if query.keys().isdisjoint(("changes", "step")):
        return
    if not right:
        problems.append("changes, step: left out, because this is not the network of the link")
        return
    wrong = []
    for name, read in (("changes", changes_from_text), ("step", step_from_text)):
        try:
            read(query.get(name, "0" if name == "step" else ""))
        except ValueError as error:
            wrong.append(str(error))
    problems.extend(wrong)
    if wrong:
        return
    step = step_from_text(query["step"]) if "step" in query else None
    try:
        made.follow(Link(changes_from_text(query.get("changes", "")), step))
    except ValueError as error:
        problems.append(str(error))


def _made(
    executor: Executor,
    config: Config,
    view: View,
    playing: bool,
    problems: list[str],
    differs: Mapping[str, Any],
) -> Loop:
    try:
        return Loop(executor, config, view, playing, differs)
    except ValueError as error:
        problems.append(str(error))
        return Loop(executor, PRESETS[page_of(view.page).preset].config, view, False)
