"""View: what is only about looking, in links and out of them."""

from dataclasses import fields
from itertools import product

import pytest

from dnn.config import FIELDS
from dnn.view import CHOICES, View, view_from_query, view_to_query

NAMES = [f.name for f in fields(View) if f.name not in ("theme", "page")]
#: What a field can be, where it is neither a switch nor one of a few.
OTHERS = {"hide": [(), ("weights", "learning_rate")]}


def test_every_view_survives_a_link():
    for values in product(
        *(OTHERS.get(name) or CHOICES.get(name, (True, False)) for name in NAMES)
    ):
        view = View(**dict(zip(NAMES, values, strict=True)))
        query = view_to_query(view)
        assert all(isinstance(v, str) for v in query.values())
        assert view_from_query(query) == view


def test_a_link_carries_only_what_differs():
    assert view_to_query(View()) == {}
    assert view_to_query(View(show_test=False, cost_axis="linear", discretise=True)) == {
        "cost_axis": "linear",
        "show_test": "off",
        "discretise": "on",
    }


def test_the_theme_is_the_browsers_and_the_page_the_addresss():
    assert view_to_query(View(theme="dark", page="gradients")) == {}
    assert view_from_query({"theme": "dark"}).theme == "light"


def test_keys_do_not_clash_with_the_config():
    assert not set(NAMES) & set(FIELDS)
    assert view_from_query({"learning_rate": "0.1", "utm_source": "x"}) == View()


@pytest.mark.parametrize(
    ("fields_", "message"),
    [
        ({"cost_axis": "loglog"}, "cost_axis: 'loglog' is not allowed; choose log, linear"),
        (
            {"gradient": "norm"},
            "gradient: 'norm' is not allowed; choose gradient_rms, gradient_norm",
        ),
        ({"show_test": "on"}, "show_test: 'on' is not allowed; choose True, False"),
        ({"discretise": 1}, "discretise: '1' is not allowed"),
        ({"hide": ["weights"]}, "hide: .* write up to 100 names"),
        ({"hide": "weights"}, "hide: 'weights' is not allowed"),
        ({"hide": ("a b",)}, "hide: "),
        ({"hide": (1,)}, "hide: "),
        ({"hide": ("x",) * 101}, "hide: "),
        ({"theme": None}, "theme: 'None' is not allowed; choose light, dark"),
    ],
)
def test_what_is_not_allowed_is_refused(fields_, message):
    with pytest.raises(ValueError, match=message):
        View(**fields_)


def test_a_bad_link_names_every_bad_field():
    with pytest.raises(ValueError, match="not allowed") as caught:
        view_from_query({"cost_axis": "x" * 500, "show_test": "True", "discretise": "on"})
    lines = str(caught.value).split("\n")
    assert [line.split(":")[0] for line in lines] == ["cost_axis", "show_test"]
    assert max(map(len, lines)) < 120
