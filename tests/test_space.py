"""What a hidden layer makes of the data, against direct computation."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
from worker_calls import called

import dnn
from dnn.run.training import borrowed_trainer
from lab import figures
from lab.analysis.space import (
    EXAMPLES,
    LINES,
    POINTS,
    chosen_layer,
    chosen_units,
    grid_lines,
    hidden_space,
    linear_fit,
)
from lab.figures import unpack
from lab.view import View

CONFIG = dnn.Config(dataset="xor", hidden=(6, 3, 2), activation="tanh", samples=300)


def trained(config=CONFIG, steps=400):
    return dnn.advance(dnn.start(config), steps)[0]


def spaces(run, layer, units=None):
    with borrowed_trainer(run) as trainer:
        return hidden_space(trainer, layer, units)


def by_hand(run, X, layer):
    A = X
    for W, b in run.weights[:layer]:
        A = np.tanh(W @ A + b)
    return A


def test_two_units_are_what_the_network_computes():
    run = trained()
    space = spaces(run, 3)
    assert space.labels == ("Unit 1", "Unit 2")
    assert space.share == pytest.approx(1.0)
    np.testing.assert_allclose(space.train, by_hand(run, run.data.X_train, 3), atol=1e-12)
    np.testing.assert_allclose(space.test, by_hand(run, run.data.X_test, 3), atol=1e-12)
    lines = grid_lines(run.data.plane)
    assert lines.shape == (2 * LINES, 2, POINTS)
    for seen, flat in zip(space.lines, lines, strict=True):
        np.testing.assert_allclose(seen, by_hand(run, run.data.plane.inputs(flat), 3), atol=1e-12)
    chosen = spaces(run, 1, (5, 2))
    np.testing.assert_allclose(chosen.train, by_hand(run, run.data.X_train, 1)[[4, 1]], atol=1e-12)


def test_components_are_those_of_a_singular_value_decomposition():
    run = trained()
    space = spaces(run, 1)
    A = by_hand(run, run.data.X_train, 1)
    C = A - A.mean(axis=1, keepdims=True)
    U, s, _ = np.linalg.svd(C, full_matrices=False)
    np.testing.assert_allclose(np.abs(space.train), np.abs(U[:, :2].T @ C), atol=1e-9)
    assert space.share == pytest.approx(np.sum(s[:2] ** 2) / np.sum(s**2))
    means = [space.train[0, run.data.Y_train[0] == k].mean() for k in (0, 1)]
    assert means[1] > means[0]


def test_on_the_cut_the_output_is_undecided():
    run = trained()
    space = spaces(run, 3)
    normal, offset = space.cut
    ends = -offset * normal / (normal @ normal)
    (W, b) = run.weights[-1]
    for t in (-1.0, 0.0, 2.0):
        a = ends + t * np.array([-normal[1], normal[0]])
        assert (W @ a[:, None] + b)[0, 0] == pytest.approx(0.0, abs=1e-9)
    assert spaces(run, 2).cut is None


def test_what_the_plane_does_not_show_is_held_at_the_mean():
    run = trained(replace(CONFIG, hidden=(6, 3)))
    A = by_hand(run, run.data.X_train, 2)
    (W, b), mean = run.weights[-1], A.mean(axis=1)
    for units in (None, (3, 1)):
        space = spaces(run, 2, units)
        normal, offset = space.cut
        middle = np.zeros(2) if units is None else mean[[2, 0]]
        assert normal @ middle + offset == pytest.approx(float(W[0] @ mean + b[0, 0]))


def test_the_classes_become_separable():
    # No straight cut tells xor's quadrants apart at the input; the trained layers make one do.
    space = spaces(trained(steps=1500), 3)
    assert space.given < 0.75
    assert space.linear > 0.97


def test_a_linear_fit_against_its_closed_form():
    rng = np.random.default_rng(0)
    A, y = rng.normal(size=(2, 500)), rng.normal(size=(1, 500))
    rows = np.vstack([A, np.ones(500)])
    left = y - (y @ rows.T) @ np.linalg.inv(rows @ rows.T) @ rows
    assert linear_fit(A, y, "real") == pytest.approx(
        1 - np.sum(left**2) / np.sum((y - y.mean()) ** 2)
    )
    assert linear_fit(A, (A[:1] > 0.2).astype(float), "binary") > 0.95
    assert np.isnan(linear_fit(A * np.inf, y, "real"))


@pytest.mark.parametrize("dataset", ["reg_plane", "reg_gauss", "breast_cancer"])
def test_every_kind_of_target_and_a_layer_of_one_unit(dataset):
    config = replace(CONFIG, dataset=dataset, hidden=(4, 1), loss=None)
    space = spaces(dnn.start(config), 2)
    assert space.labels == ("Unit 1", "")
    assert not space.train[1].any()
    assert space.train.shape[1] <= EXAMPLES
    assert np.isfinite(space.linear)


def test_layers_and_units_that_are_not_there():
    run = dnn.start(CONFIG)
    with pytest.raises(ValueError, match="layer 4 is not there; there are 3 hidden layers"):
        spaces(run, 4)
    with pytest.raises(ValueError, match="layer 2 has units 1 to 3"):
        spaces(run, 2, (1, 4))


def test_what_a_view_names_stays_where_the_network_is_smaller():
    assert [chosen_layer(text, 3) for text in ("", "last", "1", "3", "7")] == [None, 3, 1, 3, 3]
    assert chosen_layer("last", 0) is None
    assert chosen_units("components", 5) is None
    assert chosen_units("5-3", 5) == (5, 3)
    assert chosen_units("5-3", 4) is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_figure_is_one_that_plotly_takes_and_holds_the_cut(theme):
    run = trained()
    space, data = spaces(run, 3), run.data
    points = figures.point_traces(
        space.train, data.Y_train, space.test, data.Y_test, "binary", True, theme
    )
    figure = figures.space_figure(space.lines, points, space.labels, space.cut, theme)
    go.Figure(figure)
    (cut,) = [t for t in figure["data"] if t["name"] == "p = 0.5"]
    normal, offset = space.cut
    np.testing.assert_allclose(normal[0] * cut["x"] + normal[1] * cut["y"] + offset, 0, atol=1e-9)
    low, high = figure["layout"]["xaxis"]["range"]
    assert high >= np.abs(space.lines).max()
    assert low == -high
    broken = figures.space_figure(
        space.lines * np.nan, points, space.labels, (normal * 0, 1.0), theme
    )
    go.Figure(broken)
    assert {t["name"] for t in broken["data"]} == {p["name"] for p in points}


def test_the_sentence():
    said = figures.space_sentence(2, 4, 0.9, 0.981, 0.5, real=False)
    assert said == (
        "One straight cut through all 4 units gets 98.1% of the examples right, through the inputs "
        "50.0%. The picture shows 90.0% of the variance."
    )
    assert "R² = 0.9" in figures.space_sentence(1, 2, 1.0, 0.9, 0.1, real=True)
    assert "not finite" in figures.space_sentence(1, 2, 1.0, float("nan"), 0.1, real=True)


def panels(config=CONFIG, **view):
    run = dnn.start(config)
    return unpack(called(run, view=View(**view)).frame.data)["panels"]


def controls(panel):
    return {
        c["key"]: [c["value"], *(key for key, _ in c.get("options", []))] for c in panel["controls"]
    }


def test_the_page_shows_a_layers_space_in_the_boundarys_place():
    shown = panels()
    assert "space" not in shown
    assert controls(shown["boundary"])["space_layer"] == ["", "", "1", "2", "last"]
    shown = panels(space_layer="1", space_units="2-5", show_test=False)
    assert "boundary" not in shown
    found = controls(shown["space"])
    assert found["space_layer"][0] == "1"
    assert found["space_units"][:2] == ["2-5", "components"]
    assert shown["space"]["figure"]["layout"]["xaxis"]["title"]["text"] == "Unit 2"
    names = {t["name"] for t in shown["space"]["figure"]["data"]}
    assert names == {"grid", "class 0, train", "class 1, train"}
    last = panels(space_layer="9")["space"]
    assert controls(last)["space_layer"][0] == "last"
    assert "space_units" not in controls(last)
    assert "both units" in last["subtitle"]


def test_where_there_is_no_hidden_layer_or_it_is_hidden_the_boundary_stays():
    for shown in (
        panels(replace(CONFIG, hidden=()), space_layer="last"),
        panels(space_layer="last", hide=("space",)),
    ):
        assert "space_layer" not in controls(shown["boundary"])
    assert not {"space", "boundary"} & set(panels(space_layer="last", hide=("boundary", "space")))
