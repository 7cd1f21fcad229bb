"""The walk: one stage after the other, forwards and backwards, with picture, numbers and source."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from lab.figures.walk import symbol_color
from lab.teaching.walk.batch import batch_stages
from lab.teaching.walk.chain import chain_stages, chain_traces
from lab.teaching.walk.example import example_stages
from lab.teaching.walk.small import small_run
from lab.teaching.walk.source import Lines, source_lines
from lab.teaching.walk.stage import Stage, coloured
from lab.teaching.walk.trace import Trace
from pages.shared import link_writing, parameters, session, style, widgets
from pages.shared.controls import brand, message
from pages.shared.terms import popovers
from pages.shared.walk_picture import drawn, picture

#: What is walked through, by its name in a link.
SUBJECTS = {
    "small": "A 2–2–1 network",
    "run": "The network on screen",
    "chain": "The chain rule",
}
PARTS = {
    "forwards": "Forwards",
    "cost": "The cost",
    "backwards": "Backwards",
    "update": "The update",
    "batch": "A batch",
    "batch_update": "Its update",
    "chain": "Composition",
    "vectors": "With vectors",
}
#: The parts that are of a batch, or of the second of the chain rule's networks.
LATER = ("batch", "batch_update", "vectors")
#: A passage of so many lines has the larger share of a row.
LONG = 6
#: So many training examples make the batch that is walked through, at most.
BATCH = 64


def walk() -> None:
    """Draw the page for what its address names."""
    subject = parameters.chosen("walk", SUBJECTS, "small")
    style.apply("walk")
    present = session.state().view.present
    if present:
        style.for_projector("walk_projector")
    if subject == "run":
        if session.state().goal is not None:
            st.fragment(_catch_up, run_every=0.2)()
        link_writing.link_run(("walk", "stage", "example", "present"))
    if subject == "run" and (session.state().large or session.state().run.data is None):
        st.info("The network on screen is too large to walk through: here is a small one.")
        subject = "small"
    try:
        t, then, stages = _walked(subject)
    except ValueError as error:
        st.info(f"The network on screen can't be walked through: {error}. Here is a small one.")
        subject = "small"
        t, then, stages = _walked(subject)
    keys = [stage.key for stage in stages]
    key = parameters.chosen("stage", keys, keys[0])
    at = keys.index(key)
    _bar(subject, stages, at, t)
    if not present and not session.hidden("sidebar"):
        with st.sidebar:
            brand()
            _list(stages, at)
    shown = then if stages[at].part in LATER else t
    _stage(stages[at], shown)


def _catch_up() -> None:
    """Let the run go on to the step that the link names: this page has no panels that would."""
    loop = session.loop()
    loop.tick()
    if loop.state.goal is None:
        st.rerun()


def _walked(subject: str) -> tuple[Trace, Trace, list[Stage]]:
    """Return the trace of one example, that of the last parts' stages, and all stages."""
    if subject == "chain":
        one, two = chain_traces()
        return one, two, chain_stages(one, two)
    run = small_run() if subject == "small" else session.state().run
    data = run.data
    assert data is not None
    i = parameters.whole("example", 1, data.m_train, 1) - 1
    m = min(run.config.batch_size or data.m_train, data.m_train, BATCH)
    one = Trace(run, data.X_train[:, i : i + 1], data.Y_train[:, i : i + 1])
    many = Trace(run, data.X_train[:, :m], data.Y_train[:, :m])
    return one, many, [*example_stages(one), *batch_stages(many)]


# --- where one is --------------------------------------------------------------------------------


def _bar(subject: str, stages: Sequence[Stage], at: int, t: Trace) -> None:
    """Draw what is walked through, and the two keys."""
    with st.container(horizontal=True, vertical_alignment="center", key="walk_top"):
        with st.container(
            horizontal=True, vertical_alignment="center", key="walk_bar", width="content"
        ):
            _keys(stages, at)
        key = widgets.key_for("walk_subject", subject)
        st.segmented_control(
            "What is walked through", list(SUBJECTS), default=subject, required=True, key=key,
            format_func=SUBJECTS.__getitem__, label_visibility="collapsed", width="content",
            on_change=_take_subject, args=(key,),
        )  # fmt: skip
        if subject != "chain":
            _example(t)
        if session.state().view.present:
            _pick(stages, at)
        _projector()
    if not session.state().view.present:
        _pick(stages, at)


def _projector() -> None:
    """Draw the button that makes all large for a projector, and brings the side bar back."""
    if not session.hidden("present"):
        # An absolute state: Streamlit may run a callback twice for one press.
        st.button(
            "Projector", key="present", icon=":material/present_to_all:", shortcut="P",
            help="For a projector: no side bar, and everything large. P brings it back.",
            on_click=_present, args=(not session.state().view.present,),
        )  # fmt: skip


def _present(on: bool) -> None:
    session.loop().look(present=on)
    if on:
        parameters.write("present", "on")
    else:
        parameters.remove("present")


def _example(t: Trace) -> None:
    """Draw which of the training examples goes through the network."""
    data = t.run.data
    assert data is not None
    chosen = parameters.whole("example", 1, data.m_train, 1)
    key = widgets.key_for("walk_example", chosen)
    st.number_input(
        "Example", 1, data.m_train, chosen, key=key, width=150, label_visibility="collapsed",
        icon=":material/scatter_plot:", on_change=_take_example, args=(key,),
        help="Which of the training examples goes through the network.",
    )  # fmt: skip


def _take_example(key: str) -> None:
    if widgets.on_page(key):
        parameters.write("example", str(int(widgets.value(key))))


def _keys(stages: Sequence[Stage], at: int) -> None:
    _key("back", "Back", "arrow_back", "Left", stages[max(0, at - 1)].key, at == 0)
    _key("next", "Next", "arrow_forward", "Right", stages[min(len(stages) - 1, at + 1)].key,
         at == len(stages) - 1)  # fmt: skip
    st.html(f"<span class='nl-walk-count'>{at + 1} of {len(stages)}</span>", width="content")


def _key(name: str, label: str, icon: str, shortcut: str, to: str, end: bool) -> None:
    # An absolute place: Streamlit may run a callback twice for one press.
    st.button(
        label, key=f"walk_{name}", icon=f":material/{icon}:", shortcut=shortcut, disabled=end,
        type="primary" if name == "next" else "secondary", on_click=parameters.write,
        args=("stage", to),
    )  # fmt: skip


def _take_subject(key: str) -> None:
    if widgets.on_page(key):
        present = {"present": "1"} if session.state().view.present else {}
        parameters.write_only(walk=widgets.value(key), **present)


def _list(stages: Sequence[Stage], at: int) -> None:
    """Draw all stages as buttons, by part."""
    part = ""
    for i, stage in enumerate(stages):
        if stage.part != part:
            part = stage.part
            st.html(f"<div class='nl-section'>{PARTS[part]}</div>")
        st.button(
            stage.title, key=f"stage_{stage.key}", width="stretch", on_click=parameters.write,
            type="secondary" if i == at else "tertiary", args=("stage", stage.key),
        )  # fmt: skip


def _pick(stages: Sequence[Stage], at: int) -> None:
    """Draw the list as one box, where there is no side bar."""
    titles = {stage.key: f"{i + 1}. {stage.title}" for i, stage in enumerate(stages)}
    key = widgets.key_for("walk_pick", stages[at].key)
    with st.container(key="pick"):
        st.selectbox(
            "Stage", list(titles), index=at, format_func=titles.__getitem__, key=key,
            label_visibility="collapsed", on_change=_take_stage, args=(key,),
        )  # fmt: skip


def _take_stage(key: str) -> None:
    if widgets.on_page(key):
        parameters.write("stage", widgets.value(key))


# --- one stage -----------------------------------------------------------------------------------


def _stage(stage: Stage, t: Trace) -> None:
    """Draw a stage: words and picture beside formula and numbers, the source below."""
    st.html(
        f"<h3 class='nl-title'>{escape(stage.title)}</h3>"
        f"<p class='nl-claim'>{escape(stage.text)}</p>"
    )
    left, right = st.columns([6, 5], gap="small")
    with left:
        _formulas(stage, t)
    with right:
        drawn(key="walk_picture", data={"svg": picture(stage, t, _theme())})
        _differences(stage, t)
    _sources([source_lines(passage) for passage in stage.passages])


def _theme() -> str:
    return getattr(st.context.theme, "type", None) or "light"


def _formulas(stage: Stage, t: Trace) -> None:
    with st.container(border=True, key="walk_formula"):
        st.html("<h4 class='nl-chart-title'>Formula</h4>")
        with st.container(key="walk_symbols"):
            st.latex(_typeset(stage.formula, t))
        if stage.plain:
            st.markdown(f"`{stage.plain}`")
        if stage.numpy:
            st.code(stage.numpy, language="python", wrap_lines=True)
        if stage.numbers:
            st.html("<h4 class='nl-chart-title'>In numbers</h4>")
            st.latex(_typeset(stage.numbers, t))
        popovers(stage.terms)


def _differences(stage: Stage, t: Trace) -> None:
    """Draw what central differences give, where a stage has them to compare with."""
    if stage.check is None:
        return
    latex, note = stage.check()
    with st.container(border=True, key="walk_check"):
        st.html("<h4 class='nl-chart-title'>The same by central differences</h4>")
        st.latex(_typeset(latex, t))
        st.caption(note)


def _typeset(latex: str, t: Trace) -> str:
    """Return LaTeX with each layer's symbols in its colour in the picture."""
    return coloured(latex, lambda l: symbol_color(l, t.depth, _theme()))


def _sources(passages: Sequence[Lines]) -> None:
    """Draw lines of source over the whole width, for they are long: a function beside the other."""
    if not passages:
        return
    shares = [3 if len(lines.text) >= LONG else 2 for lines in passages]
    for place, lines in zip(st.columns(shares, gap="small"), passages, strict=True):
        with place:
            st.html(source_html(lines))


def source_html(lines: Lines) -> str:
    """Return lines of source with their numbers, those marked that compute the stage."""
    rows = "".join(
        f"<div{' data-marked' if lines.first + i in lines.marked else ''}>"
        f"<span>{lines.first + i}</span><code>{escape(text) or ' '}</code></div>"
        for i, text in enumerate(lines.text)
    )
    return f"<section class='nl-source-lines'><h4>{escape(lines.path)}</h4>{rows}</section>"


def walk_page() -> None:
    """Draw the page."""
    session.read_link()
    session.loop()
    message()
    walk()
