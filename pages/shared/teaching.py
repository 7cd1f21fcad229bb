"""The teacher's page: lessons to hand out, keys, homework, and how to run the app for a class."""

from __future__ import annotations

from html import escape

import streamlit as st

from lab.report.qr import qr_svg
from lab.teaching.lessons import LESSONS, Lesson
from lab.teaching.lessons.lesson import MINUTES
from pages.shared import frames, keys, parameters, session, style
from pages.shared.address import Reach, lesson_address, network_address, reach, spoken
from pages.shared.controls import brand, message
from pages.shared.page import page_of

#: The parts of the page: where a link leads, and what it is called.
PARTS = {
    "lessons": "Lessons", "keys": "Keys", "homework": "Homework", "class": "Run it for a class",
}  # fmt: skip
#: Where a lesson's numbers will stand.
GAP = "…"
ONE_MACHINE = (
    "NEURAL_LAB_WORKERS=8 .venv/bin/streamlit run app.py --server.address 0.0.0.0 "
    "--server.headless true"
)
NGINX = frames.STATIC.parent / "deploy" / "nginx.conf"
BOOTSTRAP = """
export default function (component) {
  const base = document.baseURI.replace(/[?#].*$/, "").replace(/[^/]*$/, "") + "PREFIX/";
  import(base + "static/teach.js?v=VERSION").then((module) => module.draw(component));
}
"""
_lessons = st.components.v2.component(
    "neural_lab_teach",
    html="<div class='nl-teach'></div>",
    js=BOOTSTRAP.replace("PREFIX", frames.PREFIX).replace(
        "VERSION", str(int((frames.STATIC / "teach.js").stat().st_mtime))
    ),
    isolate_styles=False,
)


def teach() -> None:
    """Draw the page."""
    style.apply("teach")
    present = session.state().view.present
    if present:
        style.for_projector("teach_projector")
    elif not session.hidden("sidebar"):
        with st.sidebar:
            brand()
            st.html(_contents())
    _head(present)
    left, right = st.columns([13, 9], gap="small")
    with left:
        found = reach(
            st.context.url or "", "teach", network_address(), st.get_option("server.address") or ""
        )
        _lessons(key="teach_lessons", data={"html": lessons_html(found)})
    with right:
        _keys()
        _homework()
        _class()


def _head(present: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="teach_head"):
        minutes = MINUTES * len(LESSONS)
        st.html(
            "<h3 class='nl-title'>Teach</h3><p class='nl-read'>"
            f"{len(LESSONS)} lessons, about {minutes} minutes in all</p>"
        )
        if st.button(
            "Projector", key="present", icon=":material/present_to_all:", shortcut="P",
            help="For a projector: no side bar, and everything large. P brings it back.",
        ):  # fmt: skip
            session.loop().look(present=not present)
            parameters.write_only(**({} if present else {"present": "on"}))
            st.rerun()


def _contents() -> str:
    links = "".join(f"<a href='#teach-{key}'>{name}</a>" for key, name in PARTS.items())
    return f"<nav class='nl-contents' aria-label='On this page'>{links}</nav>"


def _title(key: str) -> None:
    st.html(f"<h4 class='nl-part' id='teach-{key}'>{PARTS[key]}</h4>")


# --- lessons -------------------------------------------------------------------------------------


def lessons_html(found: Reach) -> str:
    """Return the app's address and all lessons, with their links, codes and the dialog for them."""
    rows = "".join(_row(i, lesson, found) for i, lesson in enumerate(LESSONS.values(), 1))
    return (
        f"{_room(found)}<h4 class='nl-part' id='teach-lessons'>{PARTS['lessons']}</h4>"
        f"<div class='nl-lessons'>{rows}</div>{_DIALOG}"
    )


def _room(found: Reach) -> str:
    """Return what a class types to begin with."""
    option = "--server.address 0.0.0.0"  # not to be broken where a line ends
    words = escape(found.problem).replace(option, f"<code>{option}</code>")
    problem = f"<p class='nl-problem' role='note'>{words}</p>" if words else ""
    return (
        f"<section class='nl-room' {_shown('Neural Lab', 'Open this address', found.address)}>"
        "<div><p class='nl-read'>In this room the app is at</p>"
        f"<p class='nl-address'>{escape(spoken(found.address))}</p></div>"
        f"{_buttons('the app', found.address)}{problem}</section>"
    )


def _row(number: int, lesson: Lesson, found: Reach) -> str:
    address = lesson_address(found.address, lesson.key)
    page = page_of(lesson.page).title
    place = f"Lesson {number} · {page} · about {MINUTES} minutes"
    goals = "".join(f"<li>{escape(goal.text)}</li>" for goal in lesson.goals)
    return (
        f"<article class='nl-handed' {_shown(lesson.title, place, address)}><div>"
        f"<h5><a href='{escape(address)}' target='_blank' rel='noopener'>{escape(lesson.title)}</a>"
        f"<span>{escape(place)}</span></h5>"
        f"<p>{escape(lesson.question.text)}</p>"
        f"<p class='nl-address'>{escape(spoken(address))}</p>"
        f"<details><summary>Goals, and what is taken away (the answer)</summary><ol>{goals}</ol>"
        f"<p>{escape(taken_away(lesson))}</p><p class='nl-read'>{escape(lesson.source)}</p>"
        f"</details></div>{_buttons(lesson.title, address)}</article>"
    )


def taken_away(lesson: Lesson) -> str:
    """Return what a lesson shows, with gaps for the numbers of a run."""
    return lesson.take_away.format_map(_Gaps())


class _Gaps(dict):
    def __missing__(self, key: str) -> str:
        return GAP


def _shown(title: str, place: str, address: str) -> str:
    """Return the attributes that say what the dialog shows of a link."""
    said = {"lesson": title, "place": place, "spoken": spoken(address)}
    return " ".join(f'data-{name}="{escape(text)}"' for name, text in said.items())


def _buttons(name: str, address: str) -> str:
    link = escape(address)
    return (
        f"<div class='nl-hand'><button type='button' data-copy=\"{link}\" "
        f'title="Copy the link of {escape(name)}"><span role="status">Copy link</span></button>'
        f'<button type="button" data-show title="Show the QR code of {escape(name)}">'
        f"{qr_svg(address)}<span>Show</span></button>"
        f"<template>{qr_svg(address)}</template></div>"
    )


def _act(name: str, text: str, title: str) -> str:
    return f'<button type="button" data-act="{name}" title="{title}">{text}</button>'


#: One code, its title and its address, as large as the screen.
_DIALOG = (
    '<dialog class="nl-show" aria-labelledby="nl-show-title"><div class="nl-show-bar">'
    + _act("before", "←", "The lesson before (←)")
    + _act("next", "→", "The next lesson (→)")
    + _act("close", "Close", "Close (Esc)")
    + '</div><div class="nl-show-code"></div><div class="nl-show-words">'
    '<p class="nl-show-place"></p><h2 class="nl-show-title" id="nl-show-title"></h2></div>'
    '<p class="nl-show-address"></p></dialog>'
)


# --- keys, homework ------------------------------------------------------------------------------


def _keys() -> None:
    _title("keys")
    first, rest = keys.PLACES[:2], keys.PLACES[2:]
    st.html(f"<div class='nl-card'>{keys.table(first)}</div>")
    with st.expander("All other keys"):
        st.html(f"{keys.table(rest)}<p class='nl-read'>{keys.EVERYWHERE}</p>")


def _homework() -> None:
    _title("homework")
    st.html(
        "<div class='nl-card'><p>A <b>report</b> is a file to print, with room for a name, a "
        "date and the student’s own words: settings, changes, curves, verdicts with evidence, "
        "score, and the run’s link. <i>Share</i> on any page with a run has it: <i>Report "
        "(HTML)</i>. In a lesson it holds question, prediction, outcome and goals; before the "
        "question is answered it gives no verdict.</p><p>To set a task of your own, set up the "
        "network, then <i>Share</i>: hide what is not to be touched, and add "
        "<code>predict=1</code> to the link to ask for a prediction first.</p></div>"
    )


# --- for a class ---------------------------------------------------------------------------------


def _class() -> None:
    _title("class")
    with st.expander("One machine"):
        st.markdown(
            "This machine computes for everyone. Students open its address in a browser and "
            "install nothing."
        )
        st.code(ONE_MACHINE, language="sh", wrap_lines=True)
        st.markdown(
            "`NEURAL_LAB_WORKERS` is the number of processes that train, by default one a core. "
            "They are shared by all who are training at that moment; a paused or hidden page "
            "costs nothing. A session ends two minutes after its page is closed: to keep a run, "
            "keep its link or save it as a file."
        )
    with st.expander("Several processes or machines"):
        st.markdown(
            "A run lives in the server that started it, so a proxy has to send each visitor to the "
            "same one. Not by IP address, which behind a school’s router is the same for the whole "
            "class, but by a cookie. For nginx, `deploy/nginx.conf`:"
        )
        st.code(NGINX.read_text(), language="nginx", height=360)
    with st.expander("Without the internet"):
        st.markdown(
            "Once installed, pages load nothing from outside: scripts, fonts and formulas come "
            "from this machine. Started with `--server.headless true`, Streamlit asks once for its "
            "address on the internet, to print it, and goes on without an answer; "
            "`--browser.serverAddress NAME` keeps it from asking."
        )


def teach_page() -> None:
    """Draw the page."""
    session.loop()
    message()
    teach()
