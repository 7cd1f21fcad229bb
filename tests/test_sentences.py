"""Sentences of charts describe: the newest numbers and their trends, by histories made by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from dnn.run.history import History, Record
from lab.text.sentences import RECORDS, cost_sentence, trend

NOISE = np.random.default_rng(1).normal(size=100)
JUDGING = ("overfit", "healthy", "vanish", "explod", "worse", "not falling", "wrong", "too large")


def history(train, test=None) -> History:
    """Return the records of these costs, every tenth step."""
    test = np.full(len(train), math.nan) if test is None else test
    one = np.ones(1)
    return History().extend([
        Record(10 * i, i, float(a), float(b), 1.0, 1.0, one, one, one, one)
        for i, (a, b) in enumerate(zip(train, test, strict=True))
    ])  # fmt: skip


def test_a_slow_fall_is_a_fall_whatever_the_test_cost_does():
    train, test = np.linspace(0.70, 0.636, 40), np.full(40, 0.699)
    said = cost_sentence(history(train, test), guessing=math.log(2))
    assert said == "Train 0.636 (falling), test 0.699 (flat) over 40 records."
    noisy = cost_sentence(history(train + 0.002 * NOISE[:40], test + 0.002 * NOISE[40:80]))
    assert "falling), test" in noisy
    assert noisy.count("(flat)") == 1


def test_a_flat_cost_near_guessing_is_described_as_such():
    flat = np.full(60, math.log(2))
    assert cost_sentence(history(flat, flat + 0.001), guessing=math.log(2)) == (
        "Train 0.693 (flat), test 0.694 (flat) over 40 records; guessing costs 0.693."
    )
    assert "guessing" not in cost_sentence(history(flat / 2, flat), guessing=math.log(2))
    assert cost_sentence(history(2 * flat), guessing=math.log(2)) == (
        "Train 1.39 (flat) over 40 records; guessing costs 0.693."
    )


def test_a_rising_test_cost_is_no_verdict():
    falling, rising = np.linspace(1, 0.1, 60), np.linspace(0.3, 0.9, 60)
    said = cost_sentence(history(falling, rising))
    assert said == "Train 0.100 (falling), test 0.900 (rising) over 40 records."
    both = cost_sentence(history(rising / 3, rising))
    assert both == "Train 0.300 (rising), test 0.900 (rising) over 40 records."


def test_the_trend_is_that_of_the_newest_records():
    train = np.concatenate([np.linspace(1, 0.2, 60), np.full(RECORDS, 0.2)])
    assert "0.200 (flat)" in cost_sentence(history(train))
    assert "over 12 records" in cost_sentence(history(train[:12]))


def test_before_ten_records_it_is_too_early():
    assert cost_sentence(History()) == "No steps yet."
    assert cost_sentence(history([0.7], [0.72]), guessing=0.69) == (
        "Train 0.700, test 0.720; guessing costs 0.690; too early for a trend."
    )
    early = cost_sentence(history(np.linspace(1, 0.5, 9)))
    assert early == "Train 0.500; too early for a trend."


def test_costs_that_are_no_numbers():
    broken = history(np.append(np.ones(20), math.inf), np.ones(21))
    assert cost_sentence(broken) == "The train cost is not finite."
    where = SimpleNamespace(step=1200, quantity="delta", layer=3)
    assert cost_sentence(broken, where) == (
        "Passed the 10¹² limit at step 1,200 (delta in layer 3)."
    )


@pytest.mark.parametrize(
    ("costs", "word"),
    [
        (np.linspace(1, 0.9, 30), "falling"),
        (np.linspace(0.9, 1, 30), "rising"),
        (1 + 1e-5 * np.arange(30), "flat"),
        (1 + 0.001 * NOISE[:30], "flat"),
        (1 + 0.2 * NOISE[:30], "no trend"),
        (1 + 0.05 * NOISE[:30] - 0.02 * np.arange(30), "falling"),
        (np.zeros(30), "flat"),
        (np.array([1.0, math.nan]), "no trend"),
        (np.array([math.nan, 3, 2, 1, math.inf]), "falling"),
    ],
)
def test_a_trend_is_a_slope_beyond_its_noise(costs, word):
    steps = 10.0 * np.arange(len(costs))
    assert trend(steps, costs) == word


def test_noise_alone_has_seldom_a_trend():
    rng = np.random.default_rng(2)
    found = [trend(np.arange(40.0), 1 + 0.1 * rng.normal(size=40)) for _ in range(500)]
    assert found.count("no trend") > 490


def test_no_sentence_judges():
    rng = np.random.default_rng(3)
    for _ in range(50):
        size = rng.integers(1, 60)
        train, test = np.exp(np.cumsum(0.3 * rng.normal(size=(2, size)), axis=1))
        said = cost_sentence(history(train, test), guessing=0.7).lower()
        assert not any(word in said for word in JUDGING)
