"""One session's state: the only file that touches st.session_state and the query string."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qs

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dnn.config import FIELDS, Config, from_query, to_query
from dnn.data.datasets import DATASETS, Dataset
from lab.analysis.space import chosen_units
from lab.link import Link, changes_from_text, link_text, step_from_text
from lab.live.executors import open_executor
from lab.live.session.loop import DIFFERS, Loop
from lab.live.session.state import SPEEDS, State
from lab.live.trials import Trials
from lab.live.twins import setting_from_text, setting_text
from lab.live.worker import warm_up
from lab.teaching.lessons import LESSONS, Lesson
from lab.teaching.presets import PRESETS
from lab.view import LINKED, View, view_from_query, view_to_query
from pages.shared.frames import publish
from pages.shared.hiding import HIDEABLE
from pages.shared.page import Page, page_of

COMPONENT = "live_panels"
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
#: What a link says of what is asked.
ASKING = ("lesson", "predict")
#: What would give the answer away before somebody has predicted.
GIVEAWAYS = ("start_from", "trainability")
#: So many unknown names are said.
MOST_NAMED = 5
#: Stands between a widget's name and the number of its version.
VERSION = "--v"


@st.cache_resource(show_spinner=False)
def executor() -> Executor:
    """Return the server's one executor; the operator chooses kind and workers."""
    workers = int(os.environ.get("NEURAL_LAB_WORKERS", os.cpu_count() or 1))
    return open_executor(os.environ.get("NEURAL_LAB_EXECUTOR", "pool"), workers, warm_up)


def loop() -> Loop:
    """Return this session's loop; its first call makes it from the link that opened the page."""
    if "loop" not in st.session_state:
        st.session_state["loop"] = _from_link(page_of("playground"))
    return st.session_state["loop"]


def state() -> State:
    """Return what is on screen in this session, to be read."""
    return loop().state


def visit(page: Page) -> Loop:
    """Return this session's loop, showing a page's panels; side bar and buttons are drawn next."""
    if "loop" not in st.session_state:
        _to_its_page(page.key)
        st.session_state["loop"] = _from_link(page)
    live = loop()
    live.look(page=page.key)
    live.drawn = (live.sidebar_version, live.transport_version)
    st.session_state["redraw"] = False
    return live


def _to_its_page(page: str) -> None:
    """Go where the lesson of the link plays: the address to be spoken is the same for all."""
    lesson = LESSONS.get(_lesson_named(st.query_params))
    if lesson is not None and lesson.page != page:
        st.switch_page(f"{lesson.page}.py", query_params=st.query_params.to_dict())


def _lesson_named(query: Mapping[str, str]) -> str:
    """Return the name of a link's lesson as it is written here: who types it may shout."""
    return query.get("lesson", "").strip().lower()


def heed_link() -> None:
    """Take what a link says of lesson and predictions on a page that shows no network."""
    if "loop" not in st.session_state and not st.query_params.keys().isdisjoint(ASKING):
        _to_its_page("")
        loop()


def predicting() -> bool:
    """Return whether predictions come first in this session."""
    return "loop" in st.session_state and state().view.predict


def trials() -> Trials:
    """Return this session's published experiments: the one that runs, and what came of others."""
    if "trials" not in st.session_state:
        st.session_state["trials"] = Trials(executor())
    return st.session_state["trials"]


def chosen(name: str, allowed: Collection[str], default: str) -> str:
    """Return what a query parameter names, or the default; another value becomes a sentence."""
    key = st.query_params.get(name, default)
    if key in allowed:
        return key
    say(f"{name}: {key[:40]!r} is not known; choose one of {', '.join(allowed)}", "This link:")
    return default


def choose(name: str, value: str) -> None:
    """Write a query parameter into the address."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def withdraw(name: str) -> None:
    """Take a query parameter out of the address."""
    st.query_params.pop(name, None)


def choose_only(**query: str) -> None:
    """Let the address say this and no more."""
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def link_run(own: Collection[str]) -> None:
    """Put the run on screen into the address, its changes and step too, beside parameters of own.

    Left as it is while the run is still being recomputed, or where no link can carry the data.
    """
    live = state()
    run = live.run
    if live.goal is not None or live.given is not None:
        return
    kept = {name: text for name, text in st.query_params.items() if name in own}
    wanted = {**kept, **config_query(run.origin, "playground")}
    if run.step or run.changes:
        wanted |= {**to_query(run.origin), **link_text(Link(run.changes, run.step))}
    choose_only(**wanted)


def query_text(name: str) -> str:
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
    say(f"{name}: {text[:40]!r} is not allowed; {allowed}", "This link:")
    return default


def taken(name: str) -> str | None:
    """Return a query parameter that asks for something once, and take it out of the address."""
    value = st.query_params.get(name)
    if value is not None:
        del st.query_params[name]
    return value


def _from_link(page: Page) -> Loop:
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
    view, wrong = view_from_query({**view_to_query(_opening(lesson)), **query, **named})
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
    made = _made(config, replace(view, theme=theme), playing, problems, differs)
    made.set_speed(speed)
    made.look(**_absent(view, made.state.config, problems))
    _follow(made, query, readable and made.state.config == config, problems)
    if query.get("data") == OWN:
        problems.append(NOT_CARRIED)
    say("\n".join(problems), "This link can't be shown as it is:")
    return made


def _lesson(query: Mapping[str, str], problems: list[str]) -> Lesson | None:
    """Return the lesson that a link names; one that is not there becomes a sentence."""
    key = _lesson_named(query)
    if key and key not in LESSONS:
        near = get_close_matches(key[:40], LESSONS, 1, 0.6)
        meant = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(LESSONS)}"
        problems.append(f"lesson: {key[:40]!r} is not known; {meant}")
    return LESSONS.get(key)


def _opening(lesson: Lesson | None) -> View:
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
    config: Config, view: View, playing: bool, problems: list[str], differs: Mapping[str, Any]
) -> Loop:
    try:
        return Loop(executor(), config, view, playing, differs)
    except ValueError as error:
        problems.append(str(error))
        return Loop(executor(), PRESETS[page_of(view.page).preset].config, view, False)


def token() -> str:
    """Return the name under which this session's page fetches its frames."""
    if "token" not in st.session_state:
        st.session_state["token"] = publish(loop())
    return st.session_state["token"]


def count_run() -> int:
    """Return how often this session's page has been run, this time included."""
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    return st.session_state["runs"]


def link_query() -> dict[str, str]:
    """Return the parameters of a link that opens these settings and this view, at the start."""
    live = state()
    view = view_to_query(live.view, _opening(live.lesson))
    wanted = {**config_query(live.config, live.view.page, live.lesson), **view}
    usual = live.lesson.twin if live.lesson is not None and live.lesson.twin else DIFFERS
    if live.twin is not None and live.twin_setting != usual:
        wanted["twin"] = setting_text(live.twin_setting)
    if live.speed != "epoch":
        wanted["speed"] = live.speed
    if live.given is not None:
        wanted["data"] = OWN
    return wanted


def config_query(config: Config, page: str, lesson: Lesson | None = None) -> dict[str, str]:
    """Return what opens this Config on a page: nothing for the network that the page opens on.

    A link without any field means that one, or the lesson's, so that another has to name a field
    at least.
    """
    usual = PRESETS[page_of(page).preset].config if lesson is None else lesson.config
    if config == usual:
        return {}
    return to_query(config) or {"dtype": config.dtype}


def write_link() -> None:
    """Put into the address what opens this network and view again.

    A link that says more, of changes and a step, stays as long as it is what is on screen.
    """
    live, wanted = state(), link_query()
    if live.link is not None and (live.link.step is None or live.run.step <= live.link.step):
        origin = config_query(live.run.origin, live.view.page, live.lesson)
        wanted = {**_without_config(wanted), **origin, **link_text(live.link)}
    if st.session_state["link_plays"]:
        wanted["play"] = "1"
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def _without_config(query: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in query.items() if name not in FIELDS}


def hidden(name: str) -> bool:
    """Return whether the link that opened this session hides a control or a panel."""
    if "loop" not in st.session_state:
        return False
    return name in state().view.hide or (name in GIVEAWAYS and state().withheld)


# --- messages ------------------------------------------------------------------------------------


def say(problem: str, title: str = "") -> None:
    """Remember a sentence for the next drawing of the side bar; "" forgets it."""
    found = (title, problem) if problem else None
    if found != st.session_state.get("problem"):
        redraw()
    st.session_state["problem"] = found


def redraw() -> None:
    """Ask for a run of the whole page: a press runs only the part of the page that it is in."""
    st.session_state["redraw"] = True


def behind() -> bool:
    """Return whether the side bar is to be drawn anew at once, by a run of the whole page."""
    if st.session_state.get("redraw"):
        return True
    drawn = loop().drawn[0], st.session_state.get("patient")
    return loop().sidebar_version not in drawn


def follow() -> None:
    """Let the side bar follow what it has waited for, now that the frame has been painted."""
    st.session_state["patient"] = None


def transport_drawn() -> None:
    """Remember that the buttons above the panels are as they should be."""
    live = loop()
    live.drawn = (live.drawn[0], live.transport_version)


def problem() -> tuple[str, str] | None:
    """Return the title and text that `say` left."""
    return st.session_state.get("problem")


# --- data of a person's own ---------------------------------------------------------------------


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


def train_on(config: Config, data: Dataset | None, weights: Any = None) -> None:
    """Put a run on screen, training, on data of its own or the built-in set that config names.

    Raises ValueError where no network can be made of it; the run on screen goes on.
    """
    loop().train_on(config, data, weights)
    say("")
    redraw()


# --- widgets -------------------------------------------------------------------------------------


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


def current(key: str) -> bool:
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


# --- changes -------------------------------------------------------------------------------------


def change(**fields: Any) -> None:
    """Take new values of Config fields; what can't be done becomes a sentence, and nothing else."""
    live, asked, before = loop(), set(fields), _shown_elsewhere()
    config = live.state.config
    try:
        fields = _fitting(config, fields)
        live.configure(replace(config, **fields))
        if set(fields) == asked and _shown_elsewhere() == before:
            _one_widget_changed(preset_of(config) != preset_of(live.state.config))
        write_link()
        say("")
    except ValueError as error:
        say(str(error), "Not changed:")


def _one_widget_changed(also_start_from: bool) -> None:
    """Spare the side bar a new drawing: the widget that was moved shows its value already.

    also_start_from: the list of starting points shows another one, which can wait until the
    browser has painted the frame.
    """
    live = loop()
    if also_start_from:
        st.session_state["patient"] = live.sidebar_version
    elif live.drawn[0] != st.session_state.get("patient"):
        live.drawn = (live.sidebar_version, live.drawn[1])


def _shown_elsewhere() -> tuple:
    """Return what the page shows of a Config beside the widget of the field that has changed.

    As long as it stays the same, only the widget's own part of the page is drawn anew: the rest
    keeps server and browser busy for as long as it takes to measure a deep network.
    """
    live = state()
    fields = [name for name, setting in FIELDS.items() if setting.applies(live.config)]
    data = live.run.data
    examples = (data.m_train, data.m_test) if data else None
    measured = "trials" in st.session_state and trials().measured
    return fields, examples, live.failed, live.config if measured else None


def preset_of(config: Config) -> str | None:
    """Return the key of the starting point that this is, if it is one."""
    return next((key for key, preset in PRESETS.items() if preset.config == config), None)


def change_text(name: str, text: str) -> None:
    """Take a value that was typed; an emptied box asks for nothing."""
    if not text.strip():
        redraw()
        return
    try:
        parsed = FIELDS[name].parse(name, text.strip())
    except ValueError as error:
        say(str(error), "Not changed:")
        return
    change(**{name: parsed})


def start_from(key: str) -> None:
    """Begin with a preset, training."""
    live = loop()
    live.train_on(PRESETS[key].config)
    say("")


def differ(setting: Mapping[str, Any]) -> None:
    """Choose in what the second network differs; what can't be done becomes a sentence."""
    try:
        loop().set_twin(setting)
        write_link()
        say("")
    except ValueError as error:
        say(str(error), "Not changed:")


def opened() -> None:
    """Let side bar and address follow a run that has been opened from a file."""
    write_link()
    say("")


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
