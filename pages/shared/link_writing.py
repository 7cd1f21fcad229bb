"""The address that opens again what is on screen."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

from dnn.config import FIELDS, Config, to_query
from lab.link import Link, link_text
from lab.live.session.loop import DIFFERS
from lab.live.twins import setting_text
from lab.teaching.lessons import Lesson
from lab.teaching.presets import PRESETS
from lab.view import view_to_query
from pages.shared import link_reading, parameters, session
from pages.shared.page import page_of


def link_query() -> dict[str, str]:
    """Return the parameters of a link that opens these settings and this view, at the start."""
    live = session.state()
    view = view_to_query(live.view, link_reading.opening(live.lesson))
    wanted = {**config_query(live.config, live.view.page, live.lesson), **view}
    usual = live.lesson.twin if live.lesson is not None and live.lesson.twin else DIFFERS
    if live.twin is not None and live.twin_setting != usual:
        wanted["twin"] = setting_text(live.twin_setting)
    if live.speed != "epoch":
        wanted["speed"] = live.speed
    if live.given is not None:
        wanted["data"] = link_reading.OWN
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
    live, wanted = session.state(), link_query()
    if live.link is not None and (live.link.step is None or live.run.step <= live.link.step):
        origin = config_query(live.run.origin, live.view.page, live.lesson)
        wanted = {**_without_config(wanted), **origin, **link_text(live.link)}
    if st.session_state["link_plays"]:
        wanted["play"] = "1"
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def _without_config(query: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in query.items() if name not in FIELDS}


def link_run(own: Collection[str]) -> None:
    """Put the run on screen into the address, its changes and step too, beside parameters of own.

    Left as it is while the run is still being recomputed, or where no link can carry the data.
    """
    live = session.state()
    run = live.run
    if live.goal is not None or live.given is not None:
        return
    kept = {name: text for name, text in st.query_params.items() if name in own}
    wanted = {**kept, **config_query(run.origin, "playground")}
    if run.step or run.changes:
        wanted |= {**to_query(run.origin), **link_text(Link(run.changes, run.step))}
    parameters.write_only(**wanted)
