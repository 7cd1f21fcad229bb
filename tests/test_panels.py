"""The tables of panels and bars: each entry draws what the page can show."""

import plotly.graph_objects as go
import pytest
from worker_calls import called

import dnn
from dnn.config import Config
from lab.figures import unpack
from lab.live.request import MEASUREMENTS
from lab.live.session.builtin_data import dataset
from lab.live.twins import twin
from lab.panels import BARS, PANELS, needs_of, panels_of
from lab.view import View

PAGES = sorted({page for panel in PANELS for page in panel.pages})
#: Networks that between them show every panel: two classes, more, numbers, pictures.
NETWORKS = {
    "binary": Config(dataset="circle", samples=60, hidden=(4, 3), optimizer="sgd"),
    "classes": Config(dataset="iris", hidden=(4, 3)),
    "real": Config(dataset="diabetes", hidden=(4, 3)),
    "pictures": Config(dataset="digits", hidden=(4, 3)),
    "diverged": Config(
        dataset="circle", samples=60, hidden=(8, 8), activation="linear", loss="squared_error",
        optimizer="sgd", learning_rate=10.0,
    ),
}  # fmt: skip


def message(page, config, **view):
    run = dnn.start(config, dataset(config))
    pair = twin(config, {"initializer": "he"}, run.data) if "twin" in needs_of(page) else None
    wanted = (needs_of(page) & MEASUREMENTS) - {"draws", "spectra"}
    told = {"twin": pair, "steps": 40, "wanted": wanted, "budget": 30.0}
    return unpack(called(run, view=View(page=page, **view), **told).frame.data)


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("page", PAGES)
def test_every_chart_of_a_page_is_valid(page, kind):
    panels = message(page, NETWORKS[kind])["panels"]
    assert panels
    for panel in panels.values():
        go.Figure({**panel["figure"], "layout": {
            key: value for key, value in panel["figure"]["layout"].items() if key != "meta"
        }})  # fmt: skip


def test_every_panel_is_seen_somewhere():
    shown = {
        (page, key)
        for page in PAGES
        for config in NETWORKS.values()
        for view in ({}, {"space_layer": "last"})
        for key in message(page, config, **view)["panels"]
    }
    assert shown == {(page, panel.key) for panel in PANELS for page in panel.pages}


def test_a_panel_has_one_place_on_a_page():
    for page in PAGES:
        keys = [(panel.key, panel.build) for panel in panels_of(page)]
        assert len(keys) == len(set(keys))


def test_what_is_needed_can_be_measured():
    allowed = MEASUREMENTS | {"twin", "start"}
    for entry in (*PANELS, *BARS):
        assert entry.needs <= allowed, entry.key


@pytest.mark.parametrize("present", [False, True])
@pytest.mark.parametrize("page", PAGES)
def test_each_panel_has_a_place_in_the_grid(page, present):
    """Of 24 columns, whatever the window's height: static/panels.js has the contract."""
    for config in NETWORKS.values():
        told = message(page, config, present=present)
        assert told["layout"]["bar"] == ("notice" if present and page != "playground" else "all")
        assert told["layout"]["rows"]
        for panel in told["panels"].values():
            for low in (False, True):
                spans = told["layout"].get("each", {}), panel.get("span", {})
                spans = [{**s, **(s.get("low", {}) if low else {})} for s in spans]
                place = {"wide": [8, 1], "at": [1, 1], **spans[0], **spans[1]}
                assert place["at"][0] + place["wide"][0] <= 25
                assert place["at"][1] + place["wide"][1] <= 4
