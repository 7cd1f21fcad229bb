"""Initialisers: empirical moments of a 400 x 300 draw against the formulas."""

import numpy as np
import pytest

from dnn.initializers import INITIALIZERS

FAN_OUT, FAN_IN, SIGMA = 400, 300, 0.7

#: Variance and, for uniform distributions, the bound; fan_in and fan_out are told apart.
EXPECTED = {
    "glorot": (2 / 700, None),
    "glorot_uniform": (2 / 700, (6 / 700) ** 0.5),
    "he": (2 / 300, None),
    "he_uniform": (2 / 300, (6 / 300) ** 0.5),
    "normal": (SIGMA**2, None),
    "uniform": (SIGMA**2 / 3, SIGMA),
    "zeros": (0.0, 0.0),
}


def draw(key: str, seed: int = 0, sigma_w: float = SIGMA) -> np.ndarray:
    return INITIALIZERS[key].draw(np.random.default_rng(seed), FAN_OUT, FAN_IN, sigma_w)


def test_every_initializer_has_an_expectation_here():
    assert set(EXPECTED) == set(INITIALIZERS)


@pytest.mark.parametrize("key", INITIALIZERS)
def test_mean_and_variance_within_five_standard_errors(key):
    W = draw(key)
    variance, bound = EXPECTED[key]
    assert W.shape == (FAN_OUT, FAN_IN)
    assert W.dtype == np.float64
    # Var of a sample variance: (kurtosis - 1) sigma^4 / n, with kurtosis 3 or 9/5.
    kurtosis = 3.0 if bound is None else 1.8
    assert abs(W.mean()) <= 5 * (variance / W.size) ** 0.5
    assert abs(W.var() - variance) <= 5 * variance * ((kurtosis - 1) / W.size) ** 0.5


@pytest.mark.parametrize("key", [key for key, (_, bound) in EXPECTED.items() if bound])
def test_uniform_bounds_are_kept_and_reached(key):
    bound = EXPECTED[key][1]
    W = draw(key)
    assert np.abs(W).max() <= bound
    assert W.max() > 0.999 * bound
    assert W.min() < -0.999 * bound


@pytest.mark.parametrize("key", ["glorot", "he", "normal"])
def test_normal_tails(key):
    """2.28 % of a normal distribution lies above two standard deviations."""
    W = draw(key)
    share = (EXPECTED[key][0] ** 0.5 * 2 < W).mean()
    assert abs(share - 0.02275) < 5 * (0.02275 / W.size) ** 0.5


@pytest.mark.parametrize("key", INITIALIZERS)
def test_the_seed_decides(key):
    np.testing.assert_array_equal(draw(key, 3), draw(key, 3))
    if key != "zeros":
        assert not np.array_equal(draw(key, 3), draw(key, 4))


@pytest.mark.parametrize("key", INITIALIZERS)
def test_uses_sigma_w_is_true_to_the_draw(key):
    changed = not np.array_equal(draw(key, sigma_w=0.5), draw(key, sigma_w=1.5))
    assert changed == INITIALIZERS[key].uses_sigma_w
