"""The page Layers without a browser: what its panels show, and what people choose on it."""

from __future__ import annotations

import numpy as np
import pytest
from visits import checked, found, loop, opened, press, query, settled

from lab.analysis.distributions import BINS, PERCENTILES
from lab.analysis.moments import QUANTITIES
from lab.figures import unpack
from pages.shared import live

PAGE = "layers.py"
PANELS = {
    "distributions", "flow", "layer_gradient", "layer_update", "layer_activation", "layer_delta",
    "layer_weight", "layer_share",
}  # fmt: skip
SMALL = {"dataset": "circle", "hidden": "6-4", "batch_size": "20", "samples": "200"}


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")


def stepped(running, times=4) -> dict:
    for _ in range(times):
        running.step(8)
        settled(running)
    return unpack(running.calls.frame.data)


def test_the_page_shows_its_panels_and_the_row_of_layers():
    at = opened(PAGE, **SMALL)
    message = stepped(loop(at))
    assert message["page"] == "layers"
    assert set(message["panels"]) == PANELS
    assert [item["name"] for item in message["layers"]["items"]] == ["1", "2", "Output"]
    assert message["layers"]["picked"] is None
    for panel in message["panels"].values():
        assert panel["title"]
        assert panel["subtitle"] not in ("", "Not recorded yet.")


def test_every_quantity_in_every_manner():
    running = loop(opened(PAGE, **SMALL))
    stepped(running)
    for quantity in QUANTITIES:
        for spread in ("ridgelines", "overlay", "percentiles"):
            running.look(quantity=quantity, spread=spread)
            panel = settled(running)["panels"]["distributions"]
            assert panel["mode"] == spread
            assert [tile["layer"] for tile in panel["tiles"]] == [1, 2, 3]
            moments = len(panel["steps"])
            assert panel["steps"][0] == 0
            if spread == "percentiles":
                assert panel["bands"].shape == (3, moments * len(PERCENTILES))
                assert (np.abs(panel["bands"]) <= 1).all()
            else:
                assert panel["shares"].shape == (3, moments * BINS)
                assert (panel["shares"].max(axis=1) == 255).all()


def test_a_picked_layer_is_large_and_in_the_link():
    at = opened(PAGE, **SMALL)
    running = loop(at)
    stepped(running)
    live.handle(running, {"type": "control", "key": "layer", "value": "2"})
    message = settled(running)
    assert message["layers"]["picked"] == 2
    assert [tile["layer"] for tile in message["panels"]["distributions"]["tiles"]] == [2]
    assert query(checked(at))["layer"] == "2"
    again = opened(PAGE, **SMALL, layer="2")
    assert settled(loop(again))["layers"]["picked"] == 2


def test_a_layer_that_is_not_there_picks_none():
    message = settled(loop(opened(PAGE, **SMALL, layer="9")))
    assert message["layers"]["picked"] is None


def test_nothing_is_recorded_while_the_page_is_not_open():
    at = opened("", **SMALL)
    running = loop(at)
    stepped(running)
    assert len(running.measurements.moments.lines) == 0
    assert "moments" not in running.measurements.wanted(alone=True)
    at.switch_page(PAGE)
    checked(at)
    settled(running)
    stepped(running, 2)
    assert running.measurements.moments.lines["step"].tolist() == [32, 40, 48]


def test_a_new_network_begins_its_own_record():
    running = loop(opened(PAGE, **SMALL))
    stepped(running)
    running.reset()
    settled(running)
    assert running.measurements.moments.lines["step"].tolist() == [0]


def test_looking_does_not_change_what_is_learned():
    runs = []
    for page in ("", PAGE):
        running = loop(opened(page, **SMALL))
        stepped(running)
        runs.append(running.state.run)
    assert runs[0].parameters.tobytes() == runs[1].parameters.tobytes()


def test_what_a_link_hides_is_not_there():
    names = "layer,flow,steps_shown,layer_range,layer_update,quantity"
    message = settled(loop(opened(PAGE, **SMALL, hide=names)))
    assert set(message["panels"]) == PANELS - {"flow", "layer_update"}
    assert message["layers"]["items"] == []
    assert message["layers"]["controls"] == []
    keys = [c["key"] for c in message["panels"]["distributions"]["controls"]]
    assert keys == ["spread", "value_axis"]


def test_a_projector_has_three_panels_with_large_type():
    message = settled(loop(opened(PAGE, **SMALL, present="on")))
    assert set(message["panels"]) == {"distributions", "layer_gradient", "flow"}
    for panel in message["panels"].values():
        assert panel["figure"]["layout"]["font"]["size"] == 16


def test_a_hundred_layers_and_one_that_diverges():
    running = loop(opened(PAGE, dataset="circle", hidden="-".join(["2"] * 100)))
    message = stepped(running, 1)
    assert len(message["layers"]["items"]) == 101
    assert len(message["panels"]["distributions"]["tiles"]) == 9
    running = loop(opened(PAGE, **SMALL, learning_rate="100", optimizer="sgd", activation="relu"))
    for _ in range(20):
        stepped(running, 1)
    assert set(unpack(running.calls.frame.data)["panels"]) == PANELS


def test_the_side_bar_leads_here_and_its_widgets_are_the_playgrounds():
    at = opened(PAGE, **SMALL)
    assert found(at.selectbox, "config_activation").value == "tanh"
    press(at, "reset")
    assert loop(at).state.view.page == "layers"


def test_the_first_moment_is_step_0_though_the_worker_asks_for_the_data(monkeypatch):
    """A worker that misses the data has the slice sent again, within a tenth of a second."""
    running = loop(opened(PAGE, **SMALL, play="1"))
    monkeypatch.setattr("lab.live.worker.CACHE.get", lambda key: None)
    running.reset()
    for _ in range(6):
        running.tick()
    assert running.measurements.moments.lines["step"][0] == 0


def test_without_negative_values_the_axis_begins_at_0():
    running = loop(opened(PAGE, **{**SMALL, "activation": "relu", "quantity": "activation"}))
    panel = stepped(running)["panels"]["distributions"]
    low, high = panel["figure"]["layout"]["xaxis"]["range"]
    assert (low, high) == (pytest.approx(-1 / (2 * BINS - 1)), 1)
    assert panel["figure"]["layout"]["xaxis"]["tickvals"][0] == 0
    moments = running.measurements.moments.of("activation").shapes
    tallest = panel["shares"].reshape(3, -1, BINS)[0, -1].argmax()
    assert tallest == 0, "most of a ReLU layer is exactly 0"
    middle = moments["percentiles"][-1, 0, 0, 3]
    assert middle < 0.5 * moments["percentiles"][-1, 0, 0, 6]
    running.look(quantity="weight")
    assert (
        settled(running)["panels"]["distributions"]["figure"]["layout"]["xaxis"]["range"][0] == -1
    )
