"""Schedules: factors by hand, and that training follows them however it is cut."""

import numpy as np
import pytest
from problems import flat, problem, start_random
from worker_calls import called

import dnn
from dnn.config import Config
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import SCHEDULES

#: T, decay, and the factor at chosen steps t.
BY_HAND = {
    "constant": (10, 0.5, {0: 1, 1: 1, 10: 1, 10_000: 1}),
    "step": (10, 0.5, {0: 1, 9: 1, 10: 0.5, 19: 0.5, 20: 0.25, 35: 0.125}),
    "exponential": (10, 0.25, {0: 1, 5: 0.5, 10: 0.25, 15: 0.125, 20: 0.0625}),
    "cosine": (12, 0.5, {0: 1, 4: 0.75, 6: 0.5, 8: 0.25, 12: 0, 13: 0, 10_000: 0}),
    "warmup": (4, 0.5, {0: 0.25, 1: 0.5, 2: 0.75, 3: 1, 4: 1, 10_000: 1}),
}
DATA = problem("softmax")


def factors(key, t, T, decay):
    return SCHEDULES[key].factor(np.asarray(t, float), T, decay)


def start(**fields):
    return start_random(Config(hidden=(4,), batch_size=5, learning_rate=0.3, **fields), DATA)


def scheduled(key, optimizer="sgd", **fields):
    T, decay, _ = BY_HAND[key]
    return start(
        optimizer=optimizer, schedule=key, schedule_steps=T, schedule_decay=decay, **fields
    )


def test_every_schedule_is_done_by_hand():
    assert set(BY_HAND) == set(SCHEDULES)


@pytest.mark.parametrize("key", SCHEDULES)
def test_factors_at_chosen_steps(key):
    T, decay, expected = BY_HAND[key]
    got = factors(key, list(expected), T, decay)
    np.testing.assert_allclose(got, list(expected.values()), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("key", SCHEDULES)
@pytest.mark.parametrize("T", [1, 7, 1000])
def test_factors_lie_between_0_and_1_and_turn_one_way(key, T):
    got = factors(key, np.arange(3 * T), T, 0.5)
    assert (got >= 0).all()
    assert (got <= 1).all()
    steps = np.diff(got)
    assert (steps >= 0).all() or (steps <= 0).all()


@pytest.mark.parametrize("key", SCHEDULES)
def test_what_a_schedule_uses_is_what_it_reads(key):
    t = np.arange(40)
    base = factors(key, t, 10, 0.5)
    changing = {
        name
        for name, other in (
            ("schedule_steps", factors(key, t, 11, 0.5)),
            ("schedule_decay", factors(key, t, 10, 0.4)),
        )
        if (other != base).any()
    }
    assert changing == set(SCHEDULES[key].uses)
    for name in ("schedule_steps", "schedule_decay"):
        applies = dnn.config.FIELDS[name].applies(Config(schedule=key))
        assert applies == (name in changing)


@pytest.mark.parametrize("key", SCHEDULES)
def test_a_step_of_sgd_is_the_scheduled_rate_times_the_gradient(key):
    """The full batch, so that the gradient can be asked for; each step from a run of its own."""
    T, decay, _ = BY_HAND[key]
    run = dnn.change(scheduled(key), batch_size=12)
    for t in range(14):
        after, _ = dnn.advance(run, 1)
        expected = flat(dnn.gradients(run, DATA.X_train, DATA.Y_train))
        rate = 0.3 * factors(key, t, T, decay)
        moved = flat(run.weights) - flat(after.weights)
        np.testing.assert_allclose(moved, rate * expected, rtol=1e-9, atol=1e-14)
        run = after
    assert (moved == 0).all() == (rate == 0), "a rate of 0 stops the run"


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("key", SCHEDULES)
def test_a_schedule_is_a_learning_rate_moved_at_every_step(key, optimizer):
    """Of every optimiser, weight decay beside the update included."""
    T, decay, _ = BY_HAND[key]
    run, _ = dnn.advance(scheduled(key, optimizer, l2=0.2), 11)
    by_hand = start(optimizer=optimizer, l2=0.2)
    for t in range(11):
        rate = float(0.3 * factors(key, t, T, decay))
        by_hand = dnn.change(by_hand, learning_rate=max(rate, 1e-6))
        by_hand, _ = dnn.advance(by_hand, 1)
    np.testing.assert_allclose(run.parameters, by_hand.parameters, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("key", SCHEDULES)
def test_slices_and_spans_do_not_matter(key, optimizer, monkeypatch):
    whole, _ = dnn.advance(scheduled(key, optimizer, l2=0.1), 30)
    monkeypatch.setattr("dnn.engine.trainer.STEPS_A_SPAN", 4)
    spans, _ = dnn.advance(scheduled(key, optimizer, l2=0.1), 30)
    cut = scheduled(key, optimizer, l2=0.1)
    for steps in (1, 7, 2, 9, 11):
        cut, _ = dnn.advance(cut, steps)
    for run in (spans, cut):
        assert run.parameters.tobytes() == whole.parameters.tobytes()
        assert run.state.tobytes() == whole.state.tobytes()


def test_a_live_change_of_schedule_is_remembered():
    run, _ = dnn.advance(scheduled("warmup"), 6)
    run = dnn.change(run, schedule="step", schedule_steps=3, schedule_decay=0.1)
    assert [c.field for c in run.changes] == ["schedule", "schedule_steps", "schedule_decay"]
    run, _ = dnn.advance(run, 5)
    assert dnn.replay(run, 11).parameters.tobytes() == run.parameters.tobytes()
    assert dnn.replay(run, 6).parameters.tobytes() != run.parameters.tobytes()
    never, _ = dnn.advance(scheduled("warmup"), 11)
    assert never.parameters.tobytes() != run.parameters.tobytes()


def test_a_changed_schedule_counts_steps_from_the_start_of_the_run():
    run, _ = dnn.advance(start(optimizer="sgd"), 8)
    run = dnn.change(run, schedule="step", schedule_steps=4, schedule_decay=0.5, batch_size=12)
    after, _ = dnn.advance(run, 1)
    gradient = flat(dnn.gradients(run, DATA.X_train, DATA.Y_train))
    moved = flat(run.weights) - flat(after.weights)
    np.testing.assert_allclose(moved, 0.3 * 0.5**2 * gradient, rtol=1e-9, atol=1e-14)


def test_the_page_says_which_rate_is_in_force_and_when_it_has_ended():
    import dnn
    from lab.figures import unpack

    def shown(steps, **fields):
        run = dnn.start(dnn.Config(learning_rate=0.02, **fields))
        message = unpack(called(run, steps=steps, every=10, playing=True).frame.data)
        return {m["key"]: m["value"] for m in message["metrics"]}, message["status"]["text"]

    metrics, text = shown(10)
    assert "rate" not in metrics
    metrics, text = shown(10, schedule="cosine", schedule_steps=20)
    assert metrics["rate"] == "0.0100"
    assert text.startswith("Training")
    metrics, text = shown(20, schedule="cosine", schedule_steps=20)
    assert metrics["rate"] == "0"
    assert text == "The schedule has ended: learning rate 0"
