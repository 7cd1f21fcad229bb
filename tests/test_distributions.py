"""Sketches, bins and axes of values, against sorted values counted directly and closed forms."""

import numpy as np
import pytest
from scipy.stats import norm

from lab.analysis.distributions import (
    BINS,
    PERCENTILES,
    RANKS,
    Scale,
    scale_of,
    shares,
    sketch,
    within,
)

RNG = np.random.default_rng(3)


def counted(values, scale, bins=BINS):
    """Return the share of values in each bin, each value looked at by itself."""
    edges = [scale.value(-1 + 2 * i / bins) for i in range(bins + 1)]
    edges[0], edges[-1] = -np.inf, np.inf
    return np.histogram(values, edges)[0] / values.size


def test_percentiles_are_those_of_numpy():
    values = RNG.standard_t(3, 4999)
    found, _ = sketch(values, 10**6)
    np.testing.assert_allclose(found, np.percentile(values, PERCENTILES), rtol=1e-6)


def test_percentiles_of_normal_weights_are_the_closed_form():
    values = RNG.normal(0.2, 0.5, 200_000)
    found, _ = sketch(values, 10**6)
    exact = 0.2 + 0.5 * norm.ppf(np.array(PERCENTILES[1:-1]) / 100)
    np.testing.assert_allclose(found[1:-1], exact, atol=0.01)


def test_ranks_stand_for_even_shares():
    values = RNG.normal(size=10_000)
    _, ranks = sketch(values, 10**6)
    below = np.searchsorted(np.sort(values), ranks.astype(float)) / values.size
    np.testing.assert_allclose(below, (np.arange(RANKS) + 0.5) / RANKS, atol=2e-4)


def test_few_values_each_stand_for_themselves():
    values = np.array([3.0, -1.0, 2.0, 2.0])
    _, ranks = sketch(values, 10**6)
    found, counts = np.unique(ranks, return_counts=True)
    assert found.tolist() == [-1, 2, 3]
    assert (counts / RANKS).tolist() == [0.25, 0.5, 0.25]


def test_of_many_values_some_are_sorted_but_the_ends_are_those_of_all():
    values = RNG.normal(size=100_000)
    values[[1, 3]] = -50, 70  # a sample of every hundredth misses these
    found, ranks = sketch(values, 1000)
    assert (found[0], found[-1]) == (-50, 70)
    assert np.abs(ranks).max() < 6
    np.testing.assert_allclose(found[1:-1], np.percentile(values, PERCENTILES[1:-1]), atol=0.15)


def test_what_is_not_finite_is_not_sketched():
    for bad in (np.nan, np.inf):
        found, ranks = sketch(np.array([1.0, bad]), 10)
        assert np.isnan(found).all()
        assert np.isnan(ranks).all()


@pytest.mark.parametrize(
    "scale", [Scale(4.0), Scale(10.0, 1e-3), Scale(1.0, 1e-8)], ids=["linear", "four", "eight"]
)
def test_shares_are_those_counted_value_by_value(scale):
    values = RNG.normal(size=20_000) * np.exp(RNG.normal(size=20_000)) / 10
    _, ranks = sketch(values, 10**6)
    found = shares(ranks, np.array(values.size), scale)
    direct = counted(values, scale)
    assert found.sum() == pytest.approx(1)
    # Between two ranks lies one share in RANKS: so far a cumulative share can be off at most.
    assert np.abs(np.cumsum(found) - np.cumsum(direct)).max() < 1.0 / RANKS
    assert np.abs(found - direct).max() < 1.5 / RANKS


def test_few_values_are_counted_exactly():
    values = RNG.normal(size=16)
    _, ranks = sketch(values, 10**6)
    scale = Scale(3.0)
    assert shares(ranks, np.array(16), scale).tolist() == counted(values, scale).tolist()


def test_an_atom_stays_in_its_bin():
    """Half the activations of a ReLU layer are exactly zero."""
    values = np.maximum(RNG.normal(size=8000), 0)
    _, ranks = sketch(values, 10**6)
    found = shares(ranks, np.array(values.size), Scale(4.0))
    assert found[: BINS // 2].sum() == 0
    assert found[BINS // 2] == pytest.approx(counted(values, Scale(4.0))[BINS // 2], abs=1 / RANKS)


def test_rows_are_counted_each_by_itself_and_those_of_nan_stay_nan():
    rows = [RNG.normal(size=500), RNG.normal(2, 0.1, size=9), np.array([1.0, np.nan])]
    ranks = np.array([sketch(row, 10**6)[1] for row in rows])[:, None]
    counts = np.array([[row.size] for row in rows])
    found = shares(ranks, counts, Scale(5.0))
    assert found.shape == (3, 1, BINS)
    assert np.isnan(found[2]).all()
    for i in (0, 1):
        alone = shares(ranks[i, 0], counts[i, 0], Scale(5.0))
        np.testing.assert_array_equal(found[i, 0], alone)


@pytest.mark.parametrize("scale", [Scale(2.0), Scale(100.0, 1e-4)], ids=["linear", "symlog"])
def test_place_and_value_undo_each_other(scale):
    for value in (-1.7, -1e-5, 0.0, 3e-5, 0.02, 1.999):
        assert scale.value(float(scale.place(np.array(value)))) == pytest.approx(value)
    assert scale.place(np.array([-scale.reach, 0, scale.reach])).tolist() == [-1, 0, 1]


def test_each_decade_of_a_symmetric_log_axis_has_the_same_room():
    scale = Scale(1000.0, 0.01)
    places = scale.place(np.array([0.01, 0.1, 1, 10, 100, 1000]))
    np.testing.assert_allclose(np.diff(places), 1 / 6)
    assert places[0] == pytest.approx(1 / 6)


def seven(low, half, high):
    return [low, low / 2, -half, 0, half, high / 2, high]


def test_the_axis_is_linear_unless_sizes_span_decades():
    alike = np.array([seven(-1, 0.3, 1.2), seven(-0.4, 0.1, 0.3)])
    assert scale_of(alike) == Scale(1.5)
    apart = np.array([seven(-1, 0.3, 1.2), seven(-4e-4, 1e-4, 3e-4)])
    found = scale_of(apart)
    assert found.threshold == pytest.approx(1e-5)
    assert found.reach == pytest.approx(10)
    assert scale_of(apart, "linear") == Scale(1.5)
    assert scale_of(alike, "symlog").threshold > 0


def test_the_axis_holds_all_values_and_eight_decades_at_most():
    found = scale_of(np.array([seven(-3e5, 1e5, 2e5), seven(-1e-20, 1e-21, 1e-20)]))
    assert found.reach >= 3e5
    assert found.decades == 8
    assert scale_of(np.zeros((2, 7))) == Scale(1.0)
    assert scale_of(np.full((1, 7), np.nan)) == Scale(1.0)


def test_the_share_below_resolution():
    values = np.concatenate([np.full(300, 1e-9), np.full(700, 0.5)])
    _, ranks = sketch(values, 10**6)
    assert within(ranks, 1e-6) == pytest.approx(0.3, abs=0.5 / RANKS)


def test_a_bell_is_drawn_smooth_though_few_values_are_kept():
    """Ranks alone, counted, would be off by as much as one in 128 a bin."""
    _, ranks = sketch(RNG.normal(size=200_000), 10**6)
    found = shares(ranks, np.array(200_000), Scale(3.0))
    edges = np.linspace(-3, 3, BINS + 1)
    edges[0], edges[-1] = -np.inf, np.inf
    off = np.abs(found - np.diff(norm.cdf(edges)))
    assert off[10:-10].max() < 0.002
    assert off.max() < 0.005, "in the tails ranks lie far apart"
