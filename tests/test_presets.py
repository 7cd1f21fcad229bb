"""Starting points: each starts, and does what it says."""

from dataclasses import replace
from math import log

import numpy as np
import pytest

import dnn
from dnn.config import DEFAULT, from_query, to_query
from lab.teaching.presets import PRESETS


def trained(key, steps, every=50):
    run = dnn.start(PRESETS[key].config)
    return dnn.advance(run, steps, dnn.Watch(every))


def at_start(config):
    """Return a Record of the starting weights: a step too small to move them."""
    still = dnn.start(replace(config, optimizer="sgd", learning_rate=1e-6))
    return dnn.advance(still, 1, dnn.Watch(1))[1][0]


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_starts_and_fits_a_link(key):
    preset = PRESETS[key]
    run, _ = dnn.advance(dnn.start(preset.config), 1)
    assert run.step == 1
    assert from_query(to_query(preset.config)) == preset.config
    assert preset.help.endswith((".", "?"))


def test_the_first_is_the_first_visit():
    assert next(iter(PRESETS.values())).config == replace(DEFAULT, dtype="float32")
    assert DEFAULT.initializer_key == "glorot"
    assert DEFAULT.hidden == (8, 8, 6, 4)
    assert (DEFAULT.dataset, DEFAULT.optimizer, DEFAULT.batch_size) == ("spiral", "adam", 32)


@pytest.mark.parametrize(("key", "steps"), [("spiral", 4000), ("circle", 300), ("xor", 400)])
def test_classes_are_told_apart(key, steps):
    _, records = trained(key, steps)
    assert max(r.train_score for r in records) >= 0.99


@pytest.mark.parametrize("key", ["circle", "xor"])
def test_solved_means_a_low_cost_as_well(key):
    # Within half a second of full speed, which makes more than 10,000 steps.
    _, records = trained(key, 3000)
    assert any(r.train_score >= 0.99 and r.train_cost <= 0.05 for r in records)


def test_gradients_vanish():
    config = PRESETS["vanishing"].config
    assert config.optimizer == "sgd", "Adam would hide it"
    delta = at_start(config).delta_rms
    assert delta[0] < 1e-5 * delta[-1]
    assert (np.diff(delta) > 0).all(), "it shrinks in every layer"
    _, records = trained("vanishing", 500, every=1)
    costs = [r.train_cost for r in records]
    assert min(costs) > 0.99 * log(2), "no progress"
    assert costs[-1] < 1.02 * log(2)
    assert np.median(np.abs(np.array(costs) / log(2) - 1)) < 0.01


def test_gradients_explode():
    config = PRESETS["exploding"].config
    assert config.optimizer == "sgd"
    delta = at_start(config).delta_rms
    assert delta[0] > 10 * delta[-1]
    for seed in range(5):
        run, _ = dnn.advance(dnn.start(replace(config, seed=seed)), 100)
        assert run.diverged is not None


def test_breast_cancer_is_diagnosed():
    run, records = trained("breast_cancer", 1500)
    assert records[-1].test_score >= 0.94
    assert run.data.m_test > 100
