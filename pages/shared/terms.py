"""Terms of the glossary: as a list to search, and as boxes that open beside a formula."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st

from lab.teaching.glossary import GLOSSARY, Term, search
from pages.shared import parameters, session, style, widgets
from pages.shared.controls import brand, message


def popovers(keys: Iterable[str]) -> None:
    """Draw a small button for each term, which opens what it means."""
    with st.container(horizontal=True, key="walk_terms"):
        for key in keys:
            term = GLOSSARY[key]
            with st.popover(term.label, type="tertiary"):
                definition(term)


def definition(term: Term) -> None:
    """Draw what a term means, its formula, its source and where to see it."""
    st.markdown(_escaped(term.sentence))
    if term.formula:
        st.latex(term.formula)
    elif term.plain:
        st.markdown(f"`{term.plain}`")
    if term.numpy:
        st.code(term.numpy, language="python", wrap_lines=True)
    st.html(
        f"<p class='nl-term-foot'>{escape(term.source)} · "
        f"<a class='nl-link' target='_blank' href='{escape(address(term))}'>See it ↗</a></p>"
    )


def address(term: Term) -> str:
    """Return where a term is to be seen, as a page below the app's own address has to say it."""
    return "./" + term.where


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "\\`*_{}[]#|<>~$" else c for c in text)


def glossary() -> None:
    """Draw the page: a box to search in, and the terms found."""
    style.apply("walk")
    present = session.state().view.present
    if present:
        style.for_projector("walk_projector")
    elif not session.hidden("sidebar"):
        with st.sidebar:
            brand()
            st.caption("In the side bar, the ? beside each setting opens its help too.")
    text = parameters.text("search")
    key = widgets.key_for("glossary_search", text)
    st.html("<h3 class='nl-title'>Glossary</h3>")
    st.text_input(
        "Search", text, key=key, placeholder="Search: delta, vanishing, Adam, χ …", max_chars=60,
        label_visibility="collapsed", on_change=_search, args=(key,),
    )  # fmt: skip
    found = search(text)
    named = parameters.text("term")
    if named in GLOSSARY and not text:
        found = [GLOSSARY[named], *(term for term in found if term.key != named)]
    _found(found)


def _search(key: str) -> None:
    if widgets.on_page(key):
        text = str(widgets.value(key) or "").strip()
        parameters.write_only(**({"search": text} if text else {}))


def _found(found: list[Term]) -> None:
    """Draw the terms found as cards, two in a row where there is room."""
    few = len(found) == 1
    st.html(
        f"<p class='nl-terms'>{len(found)} term{'' if few else 's'}"
        f"{'' if found else ': try another word, or fewer.'}</p>"
    )
    left, right = st.columns(2, gap="small")
    for i, term in enumerate(found):
        with (left, right)[i % 2], st.container(border=True, key=f"term_{term.key}"):
            names = " · ".join(name for name in term.names if name not in term.label)
            st.html(
                f"<h4 class='nl-chart-title'>{escape(term.label)} "
                f"<span class='nl-term-names'>{escape(names)}</span></h4>"
            )
            definition(term)


def glossary_page() -> None:
    """Draw the page."""
    session.read_link()
    session.loop()
    message()
    glossary()
