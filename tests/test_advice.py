"""Advice on divergence: it names a cause, and its fix works."""

from dataclasses import replace

import pytest

import dnn
from lab.analysis.diagnosis.advice import advise, growth_at_start
from lab.teaching.presets import PRESETS

TOO_FAST = replace(
    PRESETS["circle"].config, activation="relu", optimizer="sgd", learning_rate=100.0, l2=0.1
)


def diverged(config, steps=2000):
    run, _ = dnn.advance(dnn.start(config), steps)
    assert run.diverged is not None
    return run


@pytest.mark.parametrize("seed", range(4))
def test_too_large_weights(seed):
    run = diverged(replace(PRESETS["exploding"].config, seed=seed))
    advice = advise(run)
    assert str(run.diverged.step) in advice.sentence
    assert "error" in advice.evidence
    assert advice.fix.fields == {"initializer": "he"}
    assert "He" in advice.fix.label
    fixed, records = dnn.advance(
        dnn.start(replace(run.config, **advice.fix.fields)), 500, dnn.Watch(500)
    )
    assert fixed.diverged is None
    assert fixed.step == 500
    assert records[0].train_cost < 1


def test_too_large_a_learning_rate():
    run = diverged(TOO_FAST)
    assert growth_at_start(run) < 1.3
    advice = advise(run)
    assert "100" in advice.evidence
    rate = advice.fix.fields["learning_rate"]
    assert rate in (10.0, 1.0, 0.1)
    assert advice.fix.label == f"Retry with learning rate {rate:g}"
    assert survives(run, rate)
    assert rate == 10.0 or not survives(run, 10 * rate), "no smaller than it has to be"


def survives(run, rate):
    again = dnn.start(replace(run.config, learning_rate=rate), run.data)
    return dnn.advance(again, 300)[0].diverged is None


@pytest.mark.parametrize(("dataset", "hidden"), [("reg_plane", ()), ("reg_gauss", (8, 8))])
def test_one_click_is_enough_where_a_tenth_is_not(dataset, hidden):
    config = replace(TOO_FAST, dataset=dataset, hidden=hidden, loss=None, activation="relu")
    rate = advise(diverged(config)).fix.fields["learning_rate"]
    assert rate <= 1
    assert dnn.advance(dnn.start(replace(config, learning_rate=rate)), 3000)[0].diverged is None


def test_a_rate_changed_on_the_way_is_the_one_that_is_named():
    run, _ = dnn.advance(dnn.start(replace(TOO_FAST, learning_rate=0.01)), 50)
    run, _ = dnn.advance(dnn.change(run, learning_rate=100.0), 2000)
    assert run.diverged.step > 50
    assert advise(run).fix.fields["learning_rate"] in (10.0, 1.0, 0.1)


def test_the_fix_is_a_valid_config():
    for config in (TOO_FAST, PRESETS["exploding"].config):
        run = diverged(config)
        fixed = replace(config, **advise(run).fix.fields)
        assert fixed != config


def test_growth_of_a_single_layer_is_one():
    run, _ = dnn.advance(dnn.start(dnn.Config(hidden=())), 1)
    assert growth_at_start(run) == 1.0


def test_a_run_that_goes_well_needs_none():
    with pytest.raises(ValueError, match=r"^run: it has not diverged"):
        advise(dnn.start(dnn.Config()))


@pytest.mark.parametrize("depth", [40, 60])
def test_a_deep_residual_network_is_fixed_by_its_branches(depth):
    settings = dnn.Config(
        dataset="circle", hidden=(32,) * depth, activation="relu", residual=True, optimizer="sgd"
    )
    advice = advise(diverged(settings, 50))
    assert advice.fix.fields == {"branch_scale": float(f"{1 / depth:.2g}")}
    fixed, _ = dnn.advance(dnn.start(replace(settings, **advice.fix.fields)), 200)
    assert fixed.diverged is None


def test_no_advice_repeats_the_present_learning_rate():
    settings = replace(TOO_FAST, learning_rate=1e-6)
    run = replace(dnn.start(settings), diverged=dnn.Divergence(1, 1, "weight", 1e13))
    fields = advise(run).fix.fields
    assert fields
    assert fields.get("learning_rate") != 1e-6
    assert replace(settings, **fields) != settings
