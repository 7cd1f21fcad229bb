"""Inputs made of a point."""

import math

import numpy as np
import pytest

from dnn.data.features import FEATURES, expand

BY_HAND = {
    "x1": lambda a, b: a,
    "x2": lambda a, b: b,
    "x1sq": lambda a, b: a * a,
    "x2sq": lambda a, b: b * b,
    "x1x2": lambda a, b: a * b,
    "sinx1": lambda a, b: math.sin(a),
    "sinx2": lambda a, b: math.sin(b),
}
POINTS = [(0.0, 0.0), (1.5, -2.0), (-6.0, 6.0), (3.25, 0.5)]


def test_the_seven_of_playground():
    assert list(FEATURES) == list(BY_HAND)
    assert [entry.label for entry in FEATURES.values()] == (
        ["x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂"]
    )


@pytest.mark.parametrize("key", FEATURES)
def test_value(key):
    value = FEATURES[key].compute(np.array(POINTS).T)
    np.testing.assert_allclose(value, [BY_HAND[key](a, b) for a, b in POINTS], rtol=1e-15)


@pytest.mark.parametrize("key", FEATURES)
def test_result_is_a_new_array(key):
    P = np.array(POINTS).T
    assert not np.shares_memory(FEATURES[key].compute(P), P)


def test_expand_stacks_in_the_order_asked_for():
    E = expand(("x2", "x1x2", "x1"), np.array(POINTS).T)
    assert E.shape == (3, 4)
    np.testing.assert_array_equal(E[:, 1], [-2.0, -3.0, 1.5])


def test_unknown_key():
    with pytest.raises(ValueError, match="feature: 'x3' is not known"):
        expand(("x1", "x3"), np.zeros((2, 1)))
