"""The glossary: complete, without doubles, and with links that open."""

from __future__ import annotations

from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest
from test_walk import balanced

from dnn.config import FIELDS, from_query
from dnn.registry import Entry
from lab.panels import PANELS
from lab.teaching.glossary import GLOSSARY, find, search
from lab.teaching.glossary.registered import FAMILIES
from lab.view import LINKED, view_from_query
from pages.shared.page import all_pages

#: Panels whose names in the dialog are not one term each.


def test_every_setting_is_there():
    assert [s.label for s in FIELDS.values() if find(s.label) is None] == []


def test_every_entry_of_every_registry_is_there():
    for registry, _, _ in FAMILIES.values():
        assert [e.label for e in registry.values() if find(e.label) is None] == []


def test_every_choice_of_a_setting_comes_from_a_family_or_is_a_term():
    for name, about in FIELDS.items():
        for key in about.choices:
            entry = about.choices[key] if not isinstance(about.choices, tuple) else key
            assert find(entry.label if isinstance(entry, Entry) else entry), (name, key)


def test_every_panel_is_there():
    own = [panel for panel in PANELS if panel.hide_key == panel.key]
    heads = sorted({(panel.term or panel.label).lower() for panel in own})
    assert [head for head in heads if find(head) is None] == []


def test_no_term_is_there_twice():
    counted = Counter(term.label.casefold() for term in GLOSSARY.values())
    assert [label for label, times in counted.items() if times > 1] == []
    assert all(key == term.key for key, term in GLOSSARY.items())


@pytest.mark.parametrize("term", GLOSSARY.values(), ids=lambda term: term.key)
def test_a_term_is_one_sentence_with_a_source_and_a_link_that_opens(term):
    assert term.sentence.endswith(".")
    assert term.source
    assert balanced(term.formula)
    where = urlsplit(term.where)
    assert where.path == "" or where.path in {page.key for page in all_pages()}
    query = dict(parse_qsl(where.query, strict_parsing=bool(where.query)))
    own = {"walk", "stage", "example"} if where.path == "walk" else set()
    assert set(query) <= {*FIELDS, *LINKED, *own}
    from_query({k: v for k, v in query.items() if k in FIELDS})
    assert view_from_query({k: v for k, v in query.items() if k in LINKED})[1] == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Glorot", "initializer_glorot"),
        ("xavier", "initializer_glorot"),
        ("Xavier uniform", "initializer_glorot_uniform"),
        ("logistic cost", "loss_logistic"),
        ("swish", "activation_silu"),
        ("standard deviation", "deviation"),
        ("mean", "mean"),
        ("variance", "variance"),
        ("probability", "probability"),
        ("matrix", "matrix"),
        ("false alarm rate", "false_alarm"),
        ("partial derivative", "partial"),
        ("sigmoid", "activation_sigmoid"),
        ("classification", "classification"),
    ],
)
def test_what_a_reader_would_look_up_is_found(name, key):
    assert find(name).key == key
    assert key in [term.key for term in search(name)]


def test_no_name_stands_for_two_terms():
    counted = Counter(
        name for term in GLOSSARY.values() for name in {n.casefold() for n in term.spoken}
    )
    assert [name for name, times in counted.items() if times > 1] == []


def test_a_search_finds_names_first_and_then_sentences():
    assert search("chain rule")[0].key == "chain_rule"
    assert search("RMSPROP")[0].key == "optimizer_rmsprop"
    assert search("nothing is called this") == []
    assert len(search("")) == len(GLOSSARY)
