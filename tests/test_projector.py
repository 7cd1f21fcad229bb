"""Projector mode without a browser: figures grow by one factor, the lab has one chart and a bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
from visits import checked, config, errors, found, opened, press, query
from worker_calls import called

import dnn
from dnn.config import Config
from lab import figures
from lab.figures.frame import unpack
from lab.live.session.loop import dataset
from lab.view import View

SMALL = Config(
    dataset="circle", hidden=(8,) * 4, initializer="mean_field", sigma_w=0.3, optimizer="sgd"
)
PRESENT = View(page="gradients", present=True)


pytestmark = pytest.mark.usefixtures("inline")


def shown(config: Config = SMALL, view: View = PRESENT) -> dict:
    data = dataset(config)
    return unpack(called(dnn.start(config, data), view=view).frame.data)


def sizes(value) -> list[float]:
    """Return every size of type in a figure."""
    if isinstance(value, dict):
        own = (
            [value["size"]]
            if "size" in value and "color" in value and "symbol" not in value
            else []
        )
        return own + [s for v in value.values() for s in sizes(v)]
    return [s for v in value for s in sizes(v)] if isinstance(value, list) else []


@pytest.mark.parametrize("page", ["gradients", "playground"])
def test_no_type_in_a_figure_is_below_16_pixels(page):
    message = shown(view=replace(PRESENT, page=page))
    assert message["present"]
    charts = [panel for key, panel in message["panels"].items() if key != "network"]
    assert charts
    for panel in charts:
        go.Figure(panel["figure"])
        assert len(sizes(panel["figure"])) > 4
        assert min(sizes(panel["figure"])) >= 16
    desk = shown(view=View(page=page))
    assert not desk["present"]
    drawn = [panel for key, panel in desk["panels"].items() if key != "network"]
    assert min(min(sizes(p["figure"])) for p in drawn) == 12


def test_enlarging_grows_marks_and_room_but_no_data():
    x = np.arange(3.0)
    plain = {
        "data": [
            {"x": x, "y": x, "line": {"width": 1.6}, "marker": {"size": 6, "line": {"width": 1}}}
        ],
        "layout": {"margin": {"l": 54, "r": 6, "t": 3, "b": 30}, "xaxis": {"range": [0, 3]}},
    }
    large = figures.enlarged(plain, 4 / 3)
    (trace,) = large["data"]
    assert trace["x"] is x
    assert 2.2 <= trace["line"]["width"] <= 2.4
    assert trace["marker"]["size"] == 8
    assert trace["marker"]["line"]["width"] == pytest.approx(4 / 3)
    assert large["layout"]["margin"] == {"l": 72, "r": 8, "t": 4, "b": 40}
    assert large["layout"]["xaxis"]["range"] == [0, 3]
    assert plain["data"][0]["line"]["width"] == 1.6, "the figure given is left as it was"


@pytest.mark.parametrize("kind", ["activation", "delta", "gradient"])
def test_the_lab_shows_the_one_chart_that_is_chosen(kind):
    message = shown(view=replace(PRESENT, signal=kind))
    assert list(message["panels"]) == [f"signal_{kind}"]
    (control,) = message["panels"][f"signal_{kind}"]["controls"]
    assert control["value"] == kind
    assert len(control["options"]) == 3
    assert message["verdict"]["kind"] == "vanishing"
    labels = [fact["label"] for fact in message["verdict"]["facts"]]
    assert labels == ["Error, a layer", "Step"]


def test_what_a_network_has_no_chart_of_is_not_offered():
    message = shown(replace(SMALL, hidden=()), replace(PRESENT, signal="activation"))
    assert list(message["panels"]) == ["signal_gradient"]


def test_a_link_opens_it_with_a_bar_instead_of_the_side_bar():
    at = opened("gradients.py", present="1", hidden="8-8-8", activation="tanh")
    assert not errors(at)
    assert query(at)["present"] == "on"
    assert not at.sidebar.selectbox
    at = checked(found(at.slider, "lab_depth").set_value(5).run())
    assert config(at).hidden == (8,) * 5
    at = checked(found(at.selectbox, "config_activation").set_value("relu").run())
    assert config(at).activation == "relu"
    at = checked(found(at.slider, "lab_scale").set_value(1.5).run())
    assert (config(at).initializer, config(at).sigma_w) == ("mean_field", 1.5)
    at = press(at, "present")
    assert "present" not in query(at)
    assert at.sidebar.selectbox


@pytest.mark.parametrize("page", ["", "twins.py"])
def test_other_pages_have_it_too(page):
    at = press(opened(page), "present")
    assert query(at)["present"] == "on"
    assert not at.sidebar.selectbox
