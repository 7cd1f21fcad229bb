"""The page Results without a browser: its panels by kind of problem, and what is chosen on it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest
from visits import checked, loop, opened, query, settled

import dnn
from pages.shared import live

PAGE = "results.py"
KINDS = {
    "spiral": {"confusion", "probability", "roc", "precision_recall", "calibration", "boundary"},
    "iris": {"confusion", "classes", "boundary"},
    "digits": {"confusion", "classes", "boundary", "pictures", "filters"},
    "diabetes": {"prediction", "residuals", "errors", "boundary"},
}


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")


def page(dataset: str, steps: int = 20, **query: str):
    at = opened(PAGE, **{"dataset": dataset, "hidden": "8", **query})
    loop(at).step(steps)
    return at, settled(loop(at))


@pytest.mark.parametrize("dataset", KINDS)
def test_each_kind_has_its_panels_and_valid_figures(dataset):
    _, message = page(dataset)
    assert message["page"] == "results"
    assert set(message["panels"]) == KINDS[dataset]
    for panel in message["panels"].values():
        assert panel["title"]
        assert panel["subtitle"] or panel["title"] == "Decision boundary"
        assert panel["empty"] is None
        layout = {k: v for k, v in panel["figure"]["layout"].items() if k != "meta"}
        go.Figure({"data": panel["figure"]["data"], "layout": layout})


def test_the_matrix_is_that_of_the_run_and_its_threshold():
    at, _ = page("breast_cancer", threshold="0.9")
    running = loop(at)
    data, run = running.state.run.data, running.state.run
    p, true = dnn.predict(run, data.X_test)[0], data.Y_test[0]
    for threshold in ("0.90", "0.20"):
        live.handle(running, {"type": "control", "key": "threshold", "value": threshold})
        panels = settled(running)["panels"]
        called = p > float(threshold)
        expected = [int(np.sum((true == t) & (called == c))) for t in (0, 1) for c in (False, True)]
        texts = [a["text"] for a in panels["confusion"]["figure"]["layout"]["annotations"]]
        assert [int(t.replace(",", "")) for t in texts] == expected
        (dot,) = (t for t in panels["roc"]["figure"]["data"] if t["name"] == "threshold")
        np.testing.assert_allclose(dot["y"], expected[3] / np.sum(true == 1), rtol=1e-6)
        np.testing.assert_allclose(dot["x"], expected[1] / np.sum(true == 0), rtol=1e-6)
        (mark,) = panels["probability"]["figure"]["layout"]["shapes"]
        assert mark["x0"] == float(threshold)
    assert query(checked(at))["threshold"] == "0.20"


def test_the_thresholds_on_the_curve_are_where_a_click_leads():
    at, message = page("breast_cancer")
    data, run = loop(at).state.run.data, loop(at).state.run
    p, true = dnn.predict(run, data.X_test)[0], data.Y_test[0]
    traces = message["panels"]["roc"]["figure"]["data"]
    (choices,) = (t for t in traces if t["name"] == "choices")
    places = list(zip(choices["x"], choices["y"], strict=True))
    assert len(set(places)) == len(places), "of thresholds that do the same, one"
    for x, y, text in zip(choices["x"], choices["y"], choices["text"], strict=True):
        called = p > float(text)
        assert x == pytest.approx(np.mean(called[true == 0]))
        assert y == pytest.approx(np.mean(called[true == 1]))


def test_the_training_examples_can_be_judged():
    at, _ = page("iris", part="train", cells="rates")
    data = loop(at).state.run.data
    panel = settled(loop(at))["panels"]["confusion"]
    assert f"{data.m_train} training examples" in panel["subtitle"]
    shown = [a["text"] for a in panel["figure"]["layout"]["annotations"]]
    assert len(shown) == 9, "three classes against three"
    assert all(text.endswith("%") for text in shown)


def test_errors_are_those_of_the_run():
    at, message = page("diabetes")
    data = loop(at).state.run.data
    left = data.units.target_scale * (data.Y_test - dnn.predict(loop(at).state.run, data.X_test))
    words = message["panels"]["prediction"]["subtitle"]
    assert f"RMSE {np.sqrt(np.mean(left**2)):.3g}"[:8] in words
    assert f"MAE {np.mean(np.abs(left)):.3g}"[:7] in words
    raw = data.Y_test[0] * data.units.target_scale[0] + data.units.target_shift[0]
    shown = message["panels"]["prediction"]["figure"]["data"]
    (cloud,) = (t for t in shown if t["name"] == "test")
    np.testing.assert_allclose(cloud["x"], raw, rtol=1e-5)
    assert 25 <= raw.min() < raw.max() <= 346  # what load_diabetes describes


def test_the_plane_of_two_inputs_is_in_measured_units_and_in_the_link():
    at, _ = page("breast_cancer")
    running = loop(at)
    live.handle(running, {"type": "control", "key": "plane", "value": "1-2"})
    panel = settled(running)["panels"]["boundary"]
    assert panel["subtitle"] == "A slice: the other 28 inputs at their training mean."
    layout = panel["figure"]["layout"]
    assert layout["xaxis"]["title"]["text"] == "mean radius"
    low, high = layout["xaxis"]["range"]
    assert low < 7 < 28 < high  # the table's radii are 6.98 to 28.1
    data = running.state.run.data
    raw = data.X_train[:2] * data.units.scale[:2] + data.units.shift[:2]
    plane, points, _ = data.in_plane("1-2")
    np.testing.assert_allclose(points, raw, rtol=1e-9)
    X = plane.inputs(points)
    np.testing.assert_allclose(X[:2], data.X_train[:2], atol=1e-9)
    np.testing.assert_allclose(X[2:], data.X_train[2:].mean(axis=1, keepdims=True) + 0 * X[2:])
    assert query(checked(at))["plane"] == "1-2"


def test_the_field_is_what_the_network_says_in_the_slice():
    at, message = page("iris", plane="3-4")
    running = loop(at)
    panel = message["panels"]["boundary"]
    n, plane = panel["field_size"], running.state.run.data.in_plane("3-4")[0]
    grid = np.stack(
        [np.tile(np.linspace(*plane.x_range, n), n), np.repeat(np.linspace(*plane.y_range, n), n)]
    )
    said = dnn.predict(running.state.run, plane.inputs(grid)).argmax(axis=0)
    assert np.mean(said == panel["field"]) > 0.999
    names = [key["label"] for key in panel["legend"]]
    assert names[:3] == ["setosa", "versicolor", "virginica"]


@pytest.mark.parametrize("plane", ["1-1", "9-2", "1-99"])
def test_a_plane_of_inputs_that_are_not_there_is_that_of_the_components(plane):
    _, message = page("iris", plane=plane)
    assert "principal components" in message["panels"]["boundary"]["subtitle"]


def test_planar_data_has_no_choice_of_a_plane():
    _, message = page("spiral", plane="1-2")
    assert "plane" not in [c["key"] for c in message["panels"]["boundary"]["controls"]]


def test_the_gallery_shows_the_worst_mistakes_first_and_turns_pages():
    at, message = page("digits", steps=60)
    running = loop(at)
    data = running.state.run.data
    A, true = dnn.predict(running.state.run, data.X_test), data.Y_test.argmax(axis=0)
    wrong = np.flatnonzero(A.argmax(axis=0) != true)
    own = A[true, np.arange(len(true))]
    worst = wrong[np.argmin(own[wrong])]
    gallery = message["panels"]["pictures"]
    assert all(tile["wrong"] for tile in gallery["tiles"])
    assert gallery["tiles"][0]["bottom"].startswith(f"is {true[worst]}: ")
    raw = data.X_test[:, worst] * data.units.scale[:, 0] + data.units.shift[:, 0]
    np.testing.assert_allclose(gallery["pictures"][:64], raw * 255 / 16, atol=0.6)
    live.handle(running, {"type": "control", "key": "gallery", "value": "all"})
    live.handle(running, {"type": "control", "key": "gallery_page", "value": "2"})
    second = settled(running)["panels"]["pictures"]
    pager = next(c for c in second["controls"] if c["key"] == "gallery_page")
    assert pager["value"] == "2"
    assert pager["pages"] == -(-data.m_test // 24)
    live.handle(running, {"type": "control", "key": "gallery_page", "value": "9999"})
    last = settled(running)["panels"]["pictures"]
    assert next(c for c in last["controls"] if c["key"] == "gallery_page")["value"] == str(
        pager["pages"]
    )
    assert not any(tile["wrong"] for tile in last["tiles"])


def test_the_weights_of_the_first_layer_are_pictures():
    at, message = page("digits")
    W = loop(at).state.run.weights[0][0]
    panel = message["panels"]["filters"]
    assert len(panel["tiles"]) == 8
    values = panel["pictures"].reshape(8, 64)
    scaled = 127.5 + 127.5 * W / np.abs(W).max(axis=1, keepdims=True)
    np.testing.assert_allclose(values, scaled, atol=0.51)
    live.handle(loop(at), {"type": "control", "key": "filter", "value": "change"})
    panel = settled(loop(at))["panels"]["filters"]
    change = W - loop(at).state.run.layout.weights(loop(at).state.run.initial)[0][0]
    scaled = 127.5 + 127.5 * change / np.abs(change).max(axis=1, keepdims=True)
    np.testing.assert_allclose(panel["pictures"].reshape(8, 64), scaled, atol=0.51)
    assert "change since step 0" in panel["subtitle"]


def test_a_bad_threshold_is_said_in_a_sentence():
    at = opened(PAGE, dataset="iris", threshold="1.5")
    assert "threshold" in " ".join(e.value for e in at.error)


def test_what_a_link_hides_is_not_there():
    _, message = page("breast_cancer", hide="roc,threshold,part")
    assert "roc" not in message["panels"]
    keys = [c["key"] for p in message["panels"].values() for c in p["controls"]]
    assert {"threshold", "part"}.isdisjoint(keys)


def test_one_that_diverges_keeps_the_page():
    at = opened(PAGE, dataset="iris", hidden="8", learning_rate="10", optimizer="sgd",
                activation="relu")  # fmt: skip
    for _ in range(10):
        loop(at).step(20)
        message = settled(loop(at))
    assert set(message["panels"]) == KINDS["iris"]
