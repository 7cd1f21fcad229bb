"""View: what is only about looking, in links and out of them."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnn.config import FIELDS
from lab.view import CHOICES, OWN, View, view_from_query, view_to_query

NAMES = [f.name for f in fields(View) if f.name not in OWN]


#: Some values of the fields that are neither chosen nor switched.
WRITTEN = {
    "pinned": ("", "1.1", "12.345"),
    "layer": ("", "1", "31"),
    "space_layer": ("", "last", "7"),
    "space_units": ("components", "1-2"),
    "lesson": ("", "neuron"),
    "threshold": ("0.50", "0.35", "1"),
    "gallery_page": ("1", "12"),
    "plane": ("components", "3-1"),
    "hide": ((), ("cost",), ("play", "batch_size")),
}


def values(name):
    return WRITTEN.get(name) or CHOICES.get(name, (True, False))


@given(st.fixed_dictionaries({name: st.sampled_from(values(name)) for name in NAMES}))
def test_every_view_survives_a_link(fields_):
    view = View(**fields_)
    query = view_to_query(view)
    assert all(isinstance(v, str) for v in query.values())
    assert view_from_query(query) == (view, [])


def test_a_link_carries_only_what_differs():
    assert view_to_query(View()) == {}
    assert view_to_query(View(show_test=False, cost_axis="linear", discretise=True)) == {
        "cost_axis": "linear",
        "show_test": "off",
        "discretise": "on",
    }


def test_the_theme_is_the_browsers_and_the_page_the_addresss():
    assert view_to_query(View(theme="dark", page="gradients")) == {}
    assert view_from_query({"theme": "dark"})[0].theme == "light"


def test_keys_do_not_clash_with_the_config():
    assert not set(NAMES) & set(FIELDS)
    assert view_from_query({"learning_rate": "0.1", "utm_source": "x"}) == (View(), [])


@pytest.mark.parametrize(
    ("fields_", "message"),
    [
        ({"cost_axis": "loglog"}, "cost_axis: 'loglog' is not allowed; choose log or linear"),
        (
            {"gradient": "norm"},
            "gradient: 'norm' is not allowed; choose gradient_rms or gradient_norm",
        ),
        ({"show_test": "on"}, "show_test: 'on' is not allowed; choose on or off"),
        ({"discretise": 1}, "discretise: '1' is not allowed"),
        ({"hide": ["weights"]}, "hide: .* write up to 100 names"),
        ({"hide": (1,)}, "hide: "),
        ({"hide": ("x",) * 101}, "hide: "),
        ({"theme": None}, "theme: 'None' is not allowed; choose light or dark"),
        ({"pinned": "2"}, "pinned: '2' is not allowed; write layer.neuron"),
        ({"pinned": 2.3}, "pinned: '2.3' is not allowed"),
        ({"space_layer": "0"}, "space_layer: '0' is not allowed; write last or the number of"),
        ({"layer": "0"}, "layer: '0' is not allowed; write the number of a layer"),
        ({"space_units": "1-"}, "space_units: '1-' is not allowed; write components or two units"),
        ({"hide": ("a b",)}, "hide: .* is not allowed; write up to 100 names"),
        ({"hide": "cost"}, "hide: 'cost' is not allowed"),
    ],
)
def test_what_is_not_allowed_is_refused(fields_, message):
    with pytest.raises(ValueError, match=message):
        View(**fields_)


def test_a_bad_link_names_every_bad_field_and_keeps_the_good_ones():
    view, problems = view_from_query(
        {"cost_axis": "x" * 500, "show_test": "True", "discretise": "on", "hide": "learning_rate"}
    )
    assert [line.split(":")[0] for line in problems] == ["cost_axis", "show_test"]
    assert max(map(len, problems)) < 120
    assert view == View(discretise=True, hide=("learning_rate",))
