"""The live panels on the page, and the transport above them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from dnn.data.features import FEATURES
from lab.intake.hand_drawn import Stroke
from lab.live.session.loop import Loop
from lab.live.session.state import SPEEDS
from lab.teaching.attending import question_of
from lab.view import LINKED
from pages.shared import changes, frames, link_writing, messages, session, style, widgets
from pages.shared.share import share

#: What counts each time it is pressed: label, icon, help, shortcut.
BUTTONS = {
    "step": ("Step", "skip_next", "One step: one batch, forwards, backwards and update.", "Right"),
    "epoch": ("Epoch", "fast_forward", "One epoch: every training example once.", None),
    "reset": (
        "Reset",
        "replay",
        "Back to step 0. The same seed gives the same network again.",
        None,
    ),
    "new_seed": (
        "New seed",
        "casino",
        "Other data, other starting weights, another order: the next seed.",
        None,
    ),
}

#: More strokes are not taken at once.
MOST_STROKES = 100
#: Those of them that lead nowhere once a run has diverged.
STEPS = ("step", "epoch")

BOOTSTRAP = """
// The panels live in static/live.js; this only fetches them, once, and hands on what comes.
let panels = null, waiting = null;
export default function (component) {
  const base = document.baseURI.replace(/[?#].*$/, "").replace(/[^/]*$/, "") + "PREFIX/";
  const given = { ...component, base };
  if (panels) return panels.draw(given);
  const first = waiting === null;
  waiting = given;
  if (!first) return;
  import(base + "static/live.js?v=VERSION").then((module) => {
    panels = module;
    panels.draw(waiting);
  });
}
"""


def _version() -> str:
    return str(max(int(p.stat().st_mtime) for p in frames.STATIC.rglob("*.[jc]s*")))


_panels = st.components.v2.component(
    "neural_lab_live",
    html="<div class='nl-mount'>\n</div>",
    js=BOOTSTRAP.replace("VERSION", _version()).replace("PREFIX", frames.PREFIX),
    isolate_styles=False,
)


@st.fragment
def stage(bar_height: Callable[[Loop], int]) -> None:
    """Draw the transport and the live panels, which fetch their frames themselves.

    A fragment, so that a press of its buttons does not draw the side bar again. bar_height: pixels
    of the bar that a projector shows above the panels.
    """
    if session.sidebar_outdated():
        st.rerun()
    loop = session.loop()
    if loop.state.view.present:
        style.for_projector(bar=bar_height(loop))
    state = loop.state
    drawn_for = state.phase
    transport(loop)
    if state.phase != drawn_for:
        st.rerun(scope="fragment")  # a step pauses: the buttons drawn above are those of before
    session.transport_drawn()
    _panels(
        key=widgets.COMPONENT,
        # The number makes every run of the page a reason to look whether there is a newer frame.
        data={
            "token": session.token(),
            "run": session.count_run(),
        },
        on_event_change=on_event,
    )


# --- the transport -------------------------------------------------------------------------------


def transport(loop: Loop) -> None:
    """Draw the buttons that run, step and reset."""
    state = loop.state
    with st.container(horizontal=True, vertical_alignment="center", key="transport"):
        # Both are always there, and the style sheet hides the one that is no use: swapping one for
        # the other now and then left both on the page.
        if not session.hidden("play"):
            st.button("Pause", key="pause", icon=":material/pause:", type="primary", width=142,
                      shortcut="Space", disabled=state.phase != "playing",
                      on_click=loop.pause)  # fmt: skip
            st.button(state.play_label, key="play", icon=":material/play_arrow:", type="primary",
                      width=142, shortcut="Space", disabled=state.phase != "paused",
                      on_click=loop.play)  # fmt: skip
        # Streamlit may call a callback twice for one click. Play and pause don't mind; what counts
        # goes by the return value, which is true once.
        pressed = [key for key in BUTTONS if not session.hidden(key) and _button(key)]
        if not session.hidden("speed"):
            _speed(loop)
        if not session.hidden("share") and st.button(
            "Share", key="share", icon=":material/share:",
            help="A link to this network, or to this moment of it.",
        ):  # fmt: skip
            share()
        present = not session.hidden("present") and st.button(
            "Projector", key="present", icon=":material/present_to_all:", shortcut="P",
            help="For a projector: no side bar, and everything large. P brings it back.",
        )  # fmt: skip
        asked = question_of(loop.state.view) is not None and loop.state.view.predict
        reveal = asked and st.button(
            "Reveal", key="reveal", icon=":material/visibility:", shortcut="V",
            help="Shows verdicts and the outcome without an answer; V again hides them.",
        )  # fmt: skip
    for key in pressed:
        _press(loop, key)
    if reveal:
        loop.reveal(not loop.state.attending.revealed)
        st.rerun()  # the side bar has what was hidden too
    if present:
        loop.look(present=not loop.state.view.present)
        link_writing.write_link()
        st.rerun()  # the side bar goes or comes


def _speed(loop: Loop) -> None:
    key = widgets.key_for("speed", loop.state.speed)
    st.segmented_control(
        "Speed", list(SPEEDS), default=loop.state.speed, format_func=SPEEDS.__getitem__, key=key,
        label_visibility="collapsed", on_change=set_speed, args=(key,), width="content",
        help="How much is trained between two pictures.",
    )  # fmt: skip


def _button(key: str) -> bool:
    label, icon, help_, shortcut = BUTTONS[key]
    ended = key in STEPS and session.state().phase == "diverged"
    return st.button(
        label, key=key, icon=f":material/{icon}:", help=help_, shortcut=shortcut, disabled=ended
    )


def _press(loop: Loop, key: str) -> None:
    if key == "step":
        loop.step(1)
    elif key == "epoch":
        loop.step(loop.state.epoch_steps)
    elif key == "reset":
        loop.reset()
    else:
        changes.change(seed=(loop.state.config.seed + 1) % 2**31)
        st.rerun()  # the side bar shows the seed


def set_speed(key: str) -> None:
    """Take the speed chosen; pressing the chosen one again changes nothing."""
    if widgets.on_page(key):
        session.loop().set_speed(widgets.value(key) or session.state().speed)
        link_writing.write_link()


# --- events of the panels ------------------------------------------------------------------------


def on_event() -> None:
    """Answer what the panels sent: a switch, a button, a hidden page, a person gone."""
    loop = session.loop()
    drawn = loop.sidebar_version
    session.draw_what_waited()
    handle(loop, widgets.event())
    if loop.sidebar_version != drawn:
        messages.redraw()  # a change that no widget of the side bar has made itself
    link_writing.write_link()


def handle(loop: Loop, event: dict) -> None:
    """Change the loop as an event asks; unknown ones are ignored."""
    kind, value = event.get("type"), event.get("value")
    if kind == "fix" and loop.state.withheld:
        return  # what it would fix has not been shown yet
    if kind == "control":
        key = str(event.get("key"))
        if key in (*LINKED, "pointed"):
            with suppress(ValueError):
                loop.look(**{key: value})
    elif kind == "hidden":
        loop.hide(bool(value))
    elif kind == "untouched" and loop.state.playing:
        loop.pause(
            f"Paused after ten minutes without input. Press {loop.state.play_label} to go on."
        )
    elif kind == "fix":
        fix(loop, str(event.get("key")))
    elif kind == "answer" and type(value) is int:
        loop.answer(value)
    elif kind == "lesson" and value == "again":
        loop.attend_again()
    elif kind == "lesson" and value == "leave":
        loop.leave_lesson()
    elif kind == "edit":
        edit(loop, event)
    elif kind == "draw":
        draw(loop, event.get("strokes"))
    elif kind == "moment":
        go_to(loop, event.get("step"))
    elif kind == "shape":
        reshape(loop, event.get("hidden"), event.get("at"))
    elif kind == "features":
        take_features(event.get("features"))
    elif kind == "point" and event.get("panel") == "phase":
        move(event.get("x"), event.get("y"))


def fix(loop: Loop, key: str) -> None:
    """Make the change of the button of this key; what can't be done is said."""
    with suppress(KeyError):
        try:
            loop.apply_fix(key)
        except ValueError as error:
            loop.say(f"Not changed: {error}")


def edit(loop: Loop, event: dict) -> None:
    """Set the weight that an event names; what can't be done becomes a sentence."""
    try:
        loop.edit(*(event.get(name) for name in ("layer", "unit", "source", "value")))
    except ValueError as error:
        loop.say(f"Not changed: {error}")


def draw(loop: Loop, strokes: object) -> None:
    """Take strokes from the plane; what can't be drawn becomes a sentence."""
    try:
        loop.draw(strokes_of(strokes))
    except ValueError as error:
        loop.say(str(error))


def strokes_of(told: object) -> list[tuple[int, Stroke]]:
    """Return the numbered strokes of an event, which may say anything. Raises ValueError."""
    try:
        return [
            (
                operator.index(each["number"]),
                Stroke(
                    str(each["kind"]),
                    tuple((float(x), float(y)) for x, y in each["points"]),
                    float(each.get("label", 0)),
                ),
            )
            for each in list(told)[:MOST_STROKES]  # type: ignore[call-overload]
        ]
    except (TypeError, KeyError, AttributeError, OverflowError):
        raise ValueError("draw: not a valid stroke") from None


def go_to(loop: Loop, step: object) -> None:
    """Show an earlier moment of the run; an event may say anything."""
    if type(step) is int:
        with suppress(ValueError):
            loop.go_to(step)


def move(sigma_w: object, sigma_b: object) -> None:
    """Start again at a point of the phase diagram."""
    # Not to NaN, nor far off any diagram: an event may say anything.
    w, b = (
        v if isinstance(v, (int, float)) and abs(v) < 1000 else None for v in (sigma_w, sigma_b)
    )
    if w is not None and b is not None:
        changes.change(
            initializer="mean_field",
            sigma_w=round(max(0.0, float(w)), 2),
            sigma_b=round(max(0.0, float(b)), 2),
        )


def reshape(loop: Loop, hidden: object, at: object) -> None:
    """Take other hidden layers from the diagram; at: the one (from 0) that is new, or gone."""
    if not isinstance(hidden, list) or not all(type(n) is int for n in hidden):
        return  # an event may say anything
    keys = loop.state.config.activation
    if not isinstance(keys, str) and type(at) is int and 0 <= at < max(len(keys), len(hidden)):
        # A layer that goes takes its activation with it; a new one has that of the one before.
        if len(hidden) == len(keys) - 1:
            keys = keys[:at] + keys[at + 1 :]
        elif len(hidden) == len(keys) + 1:
            keys = (*keys[:at], keys[max(0, at - 1)], *keys[at:])
        if len(keys) == len(hidden):
            changes.change(hidden=tuple(hidden), activation=keys or "tanh")
            return
    changes.change(hidden=tuple(hidden))


def take_features(features: object) -> None:
    """Take other inputs from the diagram, in the order of the side bar."""
    if isinstance(features, list):
        known = tuple(key for key in FEATURES if key in features)
        changes.change(features=known)
