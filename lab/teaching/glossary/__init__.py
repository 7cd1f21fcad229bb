"""Every technical term of the app: a sentence, a formula, its source, and where to see it."""

from __future__ import annotations

from lab.teaching.glossary import data, network, signal, training
from lab.teaching.glossary.registered import registered, settings
from lab.teaching.glossary.term import Term

__all__ = ["GLOSSARY", "Term", "find", "search"]

_TERMS = (*network.TERMS, *training.TERMS, *signal.TERMS, *data.TERMS, *registered())
#: By key, in the order of their labels.
GLOSSARY: dict[str, Term] = {
    term.key: term
    for term in sorted((*_TERMS, *settings(_TERMS)), key=lambda term: term.label.casefold())
}


def find(name: str) -> Term | None:
    """Return the term that is called this, whatever the case; None where there is none."""
    wanted = name.strip().casefold()
    return next(
        (t for t in GLOSSARY.values() if wanted in (called.casefold() for called in t.spoken)), None
    )


def search(text: str) -> list[Term]:
    """Return the terms with all words of a text in them: those called so first, "" gives all."""
    words = text.casefold().split()
    called, said = [], []
    for term in GLOSSARY.values():
        names = " ".join((term.key, *term.spoken)).casefold()
        if all(word in names for word in words):
            called.append(term)
        elif all(word in f"{names} {term.sentence} {term.source}".casefold() for word in words):
            said.append(term)
    return called + said
