"""Figures of a data set before training: what they draw, and what is said."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest

from lab.figures.inputs import (
    balance_figure,
    effect_sentence,
    scaling_figure,
    scaling_sentence,
    values_figure,
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_are_the_examples_of_each_class(theme):
    figure = balance_figure(["a", "<b>"], np.array([7, 1]), np.array([2, 0]), theme)
    go.Figure(figure)
    train, test = figure["data"]
    assert train["x"].tolist() == [7, 1]
    assert test["x"].tolist() == [2, 0]
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert texts == ["7 + 2 · 90.0%", "1 + 0 · 10.0%"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["a", "&lt;b&gt;"]


def test_histograms_hold_every_example_in_both_columns():
    rng = np.random.default_rng(3)
    before = np.stack([rng.normal(size=200), 1000 * rng.random(200), np.ones(200)])
    after = before.copy()
    after[:2] = (before[:2] - before[:2].mean(1, keepdims=True)) / before[:2].std(1, keepdims=True)
    labels = np.arange(200) % 2
    figure = scaling_figure(["x", "<i>y</i>", "z"], before, after, labels, "light", "standardised")
    go.Figure(figure)
    assert len(figure["data"]) == 3 * 2 * 2
    for trace in figure["data"]:
        counts = trace["y"][1:-1:2]
        assert counts.sum() == pytest.approx(1), "shares of a class's examples"
    ranges = [figure["layout"][f"xaxis{k}"]["range"] for k in (2, 4, 6)]
    assert ranges[0] == ranges[1] == ranges[2], "scaled inputs share an axis"
    assert any("&lt;i&gt;y&lt;/i&gt;" in n["text"] for n in figure["layout"]["annotations"])


def test_a_number_to_predict_is_spread_over_both_parts():
    figure = values_figure(np.arange(30.0), np.arange(10.0), "price", "dark")
    go.Figure(figure)
    assert [trace["y"][1:-1:2].sum() for trace in figure["data"]] == [30, 10]


def test_the_sentence_says_the_measured_spreads():
    before = np.array([[0.0, 2.0], [0.0, 2000.0]])
    after = np.array([[-1.0, 1.0], [-1.0, 1.0]])
    assert scaling_sentence(before, after) == (
        "Standard deviations over the training part: before from 1.00 to 1,000, 1,000× apart; "
        "after 1.00 for all."
    )
    assert scaling_sentence(before[:1], after[:1]).endswith("before 1.00; after 1.00.")
    assert scaling_sentence(np.ones((2, 3)), np.ones((2, 3))) == (
        "Every input is the same in all training examples."
    )


def test_what_scaling_does_is_said_with_a_divergence_too():
    scaled = SimpleNamespace(apart=3.0, steps=200, cost=0.1, score=0.95)
    ended = SimpleNamespace(apart=2000.0, steps=200, cost=np.nan, score=np.nan)
    assert effect_sentence(scaled, ended, False, True) == (
        "At the start the gradients of different inputs' weights in layer 1 are up to 2,000× apart "
        "without scaling, 3.0× with it. After 200 steps from the same weights, the training "
        "accuracy is 95.0% with scaling; without it, the run has diverged."
    )
    assert "R² is 0.950" in effect_sentence(scaled, scaled, True, False)
