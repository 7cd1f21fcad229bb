"""Initialisers: empirical moments of a 400 x 300 draw against the formulas."""

import numpy as np
import pytest

import dnn
from dnn.parts.initializers import INITIALIZERS

FAN_OUT, FAN_IN, SIGMA = 400, 300, 0.7

#: Variance and, for uniform distributions, the bound; fan_in and fan_out are told apart.
EXPECTED = {
    "glorot": (2 / 700, None),
    "glorot_uniform": (2 / 700, (6 / 700) ** 0.5),
    "he": (2 / 300, None),
    "he_uniform": (2 / 300, (6 / 300) ** 0.5),
    "lecun": (1 / 300, None),
    "orthogonal": (1 / 400, None),
    "mean_field": (SIGMA**2 / 300, None),
    "normal": (SIGMA**2, None),
    "uniform": (SIGMA**2 / 3, SIGMA),
    "zeros": (0.0, 0.0),
}


def draw(
    key: str, seed: int = 0, sigma_w: float = SIGMA, shape: tuple[int, int] = (FAN_OUT, FAN_IN)
) -> np.ndarray:
    return INITIALIZERS[key].draw(np.random.default_rng(seed), *shape, sigma_w)


def small(key: str, seed: int = 0, sigma_w: float = SIGMA) -> np.ndarray:
    return draw(key, seed, sigma_w, (20, 30))


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


@pytest.mark.parametrize("key", ["glorot", "he", "lecun", "mean_field", "normal"])
def test_normal_tails(key):
    """2.28 % of a normal distribution lies above two standard deviations."""
    W = draw(key)
    share = (EXPECTED[key][0] ** 0.5 * 2 < W).mean()
    assert abs(share - 0.02275) < 5 * (0.02275 / W.size) ** 0.5


@pytest.mark.parametrize("key", INITIALIZERS)
def test_the_seed_decides(key):
    np.testing.assert_array_equal(small(key, 3), small(key, 3))
    if key != "zeros":
        assert not np.array_equal(small(key, 3), small(key, 4))


@pytest.mark.parametrize("key", INITIALIZERS)
def test_uses_sigma_w_is_true_to_the_draw(key):
    changed = not np.array_equal(small(key, sigma_w=0.5), small(key, sigma_w=1.5))
    assert changed == INITIALIZERS[key].uses_sigma_w


@pytest.mark.parametrize("key", INITIALIZERS)
@pytest.mark.parametrize("shape", [(40, 30), (30, 40), (1, 50), (50, 1), (64, 64)])
def test_variance_is_that_of_the_draw(key, shape):
    """Over 60 draws of each shape, because fan_in and fan_out are not the same."""
    initializer, rng = INITIALIZERS[key], np.random.default_rng(1)
    squares = [(initializer.draw(rng, *shape, SIGMA) ** 2).mean() for _ in range(60)]
    variance = initializer.variance(*shape, SIGMA)
    error = 5 * np.std(squares) / len(squares) ** 0.5
    assert abs(np.mean(squares) - variance) <= error + 1e-12


@pytest.mark.parametrize("shape", [(7, 7), (9, 4), (4, 9), (1, 5), (5, 1)])
def test_orthogonal_rows_or_columns_are_orthonormal(shape):
    W = INITIALIZERS["orthogonal"].draw(np.random.default_rng(0), *shape, SIGMA)
    assert W.shape == shape
    product = W @ W.T if shape[0] <= shape[1] else W.T @ W
    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-14)


def test_orthogonal_matrices_are_uniformly_distributed():
    """Haar measure on O(3): the mean of trace^k is 0, 1 and 3 for k = 1, 2, 4.

    Source: Diaconis & Shahshahani 1994, theorem 4.
    The Q of a QR as LAPACK leaves it has a trace whose mean is far from 0.
    """
    rng, n = np.random.default_rng(0), 4000
    Q = np.array([INITIALIZERS["orthogonal"].draw(rng, 3, 3, SIGMA) for _ in range(n)])
    trace = np.trace(Q, axis1=1, axis2=2)
    for values, mean in ((trace, 0), (trace**2, 1), (trace**4, 3), (np.linalg.det(Q), 0)):
        assert abs(values.mean() - mean) < 5 * values.std() / n**0.5
    # Every entry has mean 0 and variance 1 / 3, the diagonal as the rest.
    assert np.abs(Q.mean(axis=0)).max() < 5 / (3 * n) ** 0.5
    np.testing.assert_allclose((Q**2).mean(axis=0), 1 / 3, atol=5 * (Q**2).std() / n**0.5)


def test_mean_field_draws_weights_and_biases():
    config = dnn.Config(hidden=(300, 400), initializer="mean_field", sigma_w=1.5, sigma_b=0.3)
    run = dnn.start(config)
    W, _ = run.weights[1]
    assert W.var() == pytest.approx(1.5**2 / 300, rel=5 * (2 / W.size) ** 0.5)
    biases = np.concatenate([b.ravel() for _, b in run.weights])
    assert abs(biases.mean()) < 5 * 0.3 / biases.size**0.5
    assert biases.var() == pytest.approx(0.3**2, rel=5 * (2 / biases.size) ** 0.5)
    assert len(set(biases.tolist())) == biases.size


@pytest.mark.parametrize("key", [k for k, entry in INITIALIZERS.items() if not entry.uses_sigma_b])
def test_other_biases_start_at_zero(key):
    run = dnn.start(dnn.Config(hidden=(6, 5), initializer=key, sigma_b=2.0))
    assert not any(b.any() for _, b in run.weights)


def test_mean_field_without_a_bias_scale_starts_biases_at_zero():
    run = dnn.start(dnn.Config(hidden=(6, 5), initializer="mean_field", sigma_b=0.0))
    assert not any(b.any() for _, b in run.weights)
