"""Twins: each of the two trains as it would alone, both are shown on the same axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from charts import check
from worker_calls import called

import dnn
from dnn.config import Config
from lab.figures.frame import unpack
from lab.live.session.loop import dataset
from lab.live.twins import setting_from_text, setting_text, twin
from lab.view import View

SMALL = Config(
    dataset="circle", hidden=(6,) * 3, initializer="glorot", optimizer="sgd", learning_rate=0.1
)
TWINS = View(page="twins")
OTHERS = {
    "initializer": "he", "activation": "relu", "hidden": (6,), "batch_norm": True,
    "residual": True, "clip_norm": 0.1, "optimizer": "adam", "learning_rate": 0.01,
}  # fmt: skip


def trained(config: Config, setting: dict, steps: int = 20, view: View = TWINS):
    data = dataset(config)
    run = dnn.start(config, data)
    return called(
        run, view=view, steps=steps, budget=60, data=data, twin=twin(config, setting, data)
    )


@pytest.mark.parametrize("name", OTHERS)
def test_both_train_as_they_would_alone(name):
    outcome = trained(SMALL, {name: OTHERS[name]})
    data = dataset(SMALL)
    alone = [SMALL, replace(SMALL, **{name: OTHERS[name]})]
    for config, run in zip(alone, (outcome.run, outcome.twin.run), strict=True):
        expected, _ = dnn.advance(dnn.start(config, data), 20)
        assert run.step == 20
        assert np.array_equal(run.parameters, expected.parameters)
    message = unpack(outcome.frame.data)
    for part in ("cost", "signal", "boundary"):
        a, b = (check(message["panels"][f"{side}_{part}"]["figure"])["layout"] for side in "ab")
        for axis in ("xaxis", "yaxis"):
            if part != "signal" or name != "hidden" or axis == "yaxis":
                assert a[axis]["range"] == b[axis]["range"], (part, axis)


def test_rows_say_what_they_are_of():
    panels = unpack(trained(SMALL, {"initializer": "he"}).frame.data)["panels"]
    assert panels["a_cost"]["title"] == "A · Glorot (Xavier) · Cost"
    assert panels["b_cost"]["title"] == "B · He · Cost"
    panels = unpack(trained(SMALL, {"batch_norm": True}).frame.data)["panels"]
    assert panels["a_cost"]["title"].startswith("A · without batch")
    assert panels["b_cost"]["title"].startswith("B · with batch")


def test_one_that_is_out_of_range_is_not_said_of_the_other():
    huge = Config(
        dataset="circle", hidden=(16,) * 100, activation="linear", initializer="normal",
        sigma_w=10.0, optimizer="sgd",
    )  # fmt: skip
    panels = unpack(trained(huge, {"initializer": "lecun"}, steps=0).frame.data)["panels"]
    assert "left the range" in panels["a_signal"]["subtitle"]
    assert "left the range" not in panels["b_signal"]["subtitle"]
    assert not check(panels["a_signal"]["figure"])["data"][0]["x"].size
    assert check(panels["b_signal"]["figure"])["data"][-1]["x"].size


def test_a_dead_one_is_said_in_words():
    thin = replace(SMALL, hidden=(2,) * 40, activation="relu")
    message = unpack(trained(thin, {"initializer": "lecun"}, steps=0).frame.data)
    assert "exactly 0" in message["panels"]["a_signal"]["subtitle"]
    assert message["verdict"]["facts"][0]["value"].endswith("no error arrives")


@pytest.mark.parametrize("name", OTHERS)
def test_a_setting_survives_a_link(name):
    assert setting_from_text(setting_text({name: OTHERS[name]})) == {name: OTHERS[name]}


@pytest.mark.parametrize("text", ["", "he", "seed:3", "initializer", "optimizer:adma"])
def test_a_bad_setting_is_one_sentence(text):
    with pytest.raises(ValueError, match="is not allowed"):
        setting_from_text(text)


def test_what_is_said_of_the_start_says_so_and_stands_beside_the_present():
    message = unpack(trained(SMALL, {"initializer": "he"}, steps=20).frame.data)
    fact = message["verdict"]["facts"][0]
    assert fact["label"] == "A: error a layer, step 0"
    assert fact["note"].startswith("now ×")
    assert "accuracy" in fact["note"]
    message = unpack(trained(SMALL, {"initializer": "he"}, steps=0).frame.data)
    fact = message["verdict"]["facts"][0]
    assert fact["label"] == "A: error a layer"
    assert "now" not in fact["note"]


@pytest.mark.parametrize("first", [True, False])
def test_only_the_first_network_offers_a_fix_when_it_diverges(first):
    """A fix would be of A: the second network's banner has no button, and none can be pressed."""
    calm, wild = 0.1, 100.0
    config = replace(SMALL, activation="relu", l2=0.1, learning_rate=wild if first else calm)
    outcome = trained(config, {"learning_rate": calm if first else wild}, steps=300)
    panels = unpack(outcome.frame.data)["panels"]
    keys = [
        button["key"] for button in panels["a_cost" if first else "b_cost"]["banner"]["buttons"]
    ]
    assert keys == list(outcome.fixes) == (["divergence"] if first else [])
