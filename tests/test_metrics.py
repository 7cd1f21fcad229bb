"""The numbers of the page Results against hand computation and scikit-learn's own."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as peer

from dnn.engine.trainer import score
from lab.analysis import metrics
from lab.panels.pictures import measured, reduced, worst_first

TRUE = np.array([0, 0, 0, 0, 1, 1, 1, 1])
P = np.array([0.1, 0.4, 0.35, 0.8, 0.9, 0.6, 0.3, 0.7])


def test_a_threshold_by_hand():
    found = metrics.binary(TRUE, P, 0.5)
    assert (found.tn, found.fp, found.fn, found.tp) == (3, 1, 1, 3)
    assert (found.precision, found.recall, found.false_alarms, found.f1) == (0.75, 0.75, 0.25, 0.75)
    high = metrics.binary(TRUE, P, 0.85)
    assert (high.tn, high.fp, high.fn, high.tp) == (4, 0, 3, 1)
    assert (high.precision, high.recall) == (1.0, 0.25)
    assert high.f1 == pytest.approx(0.4)


def test_what_has_nothing_to_divide_by_is_nan():
    none = metrics.binary(TRUE, P, 1.0)
    assert (none.tp, none.fp) == (0, 0)
    assert np.isnan(none.precision)
    assert none.recall == 0
    assert metrics.roc(np.ones(3), P[:3]) is None
    assert metrics.precision_recall(np.zeros(3), P[:3]) is None


def test_the_area_is_the_share_of_pairs_in_order():
    pairs = [(a > b) + 0.5 * (a == b) for a in P[TRUE == 1] for b in P[TRUE == 0]]
    curve = metrics.roc(TRUE, P)
    assert curve is not None
    assert curve.area == pytest.approx(np.mean(pairs))
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_average_precision_by_hand():
    # In the order of p: 1 (0.9), 0 (0.8), 1 (0.7), 1 (0.6), 0, 0, 1 (0.3), 0.
    by_hand = (1 / 1 + 2 / 3 + 3 / 4 + 4 / 7) / 4
    curve = metrics.precision_recall(TRUE, P)
    assert curve is not None
    assert curve.area == pytest.approx(by_hand)
    assert (curve.x[0], curve.x[-1]) == (0, 1)


def test_shares_at_many_thresholds_are_those_of_each():
    thresholds = np.array([0.0, 0.3, 0.35, 0.5, 0.9, 1.0])
    found = np.array(metrics.shares(TRUE, P, thresholds)).T
    one_by_one = [metrics.binary(TRUE, P, t) for t in thresholds]
    np.testing.assert_array_equal(
        found, [(b.false_alarms, b.recall, b.precision) for b in one_by_one]
    )


@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.5, 0.75])
def test_a_threshold_lies_on_both_curves_and_agrees_with_scikit_learn(threshold):
    rng = np.random.default_rng(1)
    true = rng.integers(0, 2, 300)
    p = np.clip(0.3 * true + rng.uniform(0, 0.7, 300), 0, 1)
    found, said = metrics.binary(true, p, threshold), (p > threshold).astype(int)
    assert found.f1 == pytest.approx(peer.f1_score(true, said))
    assert found.precision == pytest.approx(peer.precision_score(true, said))
    x, y, _ = peer.roc_curve(true, p, drop_intermediate=False)
    assert np.hypot(x - found.false_alarms, y - found.recall).min() < 1e-12
    curve = metrics.precision_recall(true, p)
    assert curve is not None
    assert np.hypot(curve.x - found.recall, curve.y - found.precision).min() < 1e-12


def test_calibration_by_hand():
    mean, share, counts = metrics.calibration(
        np.array([0, 1, 1, 1]), np.array([0.1, 0.2, 0.9, 1]), 2
    )
    np.testing.assert_allclose(mean, [0.15, 0.95])
    np.testing.assert_allclose(share, [0.5, 1.0])
    assert counts.tolist() == [2, 2]


def test_classes_by_hand():
    true, said = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 0])
    counts = metrics.confusion(true, said, 4)
    assert counts.tolist() == [[1, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    precision, recall, _ = metrics.by_class(true, said, 4)
    np.testing.assert_allclose(precision, [0.5, 2 / 3, np.nan, np.nan])
    np.testing.assert_allclose(recall, [0.5, 1, 0, np.nan])
    assert metrics.confused(counts) == [(0, 1, 1), (2, 0, 1)]
    assert metrics.confused(np.diag([3, 4])) == []


def test_errors_by_hand():
    Y, A = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 2.0, 6.0]])
    found = metrics.errors(Y, A)
    assert found.rmse == pytest.approx(np.sqrt(3))
    assert found.mae == pytest.approx(1)
    assert found.r2 == pytest.approx(1 - 9 / 2)
    two = metrics.errors(np.vstack([Y, 10 * Y]), np.vstack([A, 10 * Y]))
    assert two.r2 == pytest.approx(((1 - 9 / 2) + 1) / 2)
    assert np.isnan(metrics.errors(Y[:, :1], A[:, :1]).r2)


def test_the_worst_mistakes_come_first():
    A = np.array([[0.9, 0.2, 0.6, 0.4], [0.1, 0.8, 0.4, 0.6]])
    labels = np.array([1, 1, 1, 0])
    order = worst_first(A, labels, A.argmax(axis=0))
    # Wrong are 0 (0.1 for what it is), 2 and 3 (0.4); then 1, which is right.
    assert order[0] == 0
    assert set(order[1:3]) == {2, 3}
    assert order[3] == 1


def test_pictures_are_averaged_over_squares():
    pictures = np.arange(16.0)[None].repeat(2, axis=0)
    same, shape = reduced(pictures, (4, 4, 1), 32)
    assert shape == (4, 4, 1)
    np.testing.assert_array_equal(same, pictures)
    small, shape = reduced(pictures, (4, 4, 1), 8)
    assert shape == (2, 2, 1)
    np.testing.assert_allclose(small[0], [2.5, 4.5, 10.5, 12.5])


def test_pixels_are_shown_as_they_were_measured(digits):
    X = digits.X_test[:, :5]
    raw = X * digits.units.scale + digits.units.shift
    np.testing.assert_allclose(measured(digits, X), raw * 255 / 16, atol=0.5 + 1e-9)


@pytest.fixture(scope="module")
def digits():
    import dnn

    return dnn.load(dnn.Config(dataset="digits"))


def test_several_outputs_count_alike_whatever_their_units():
    rng = np.random.default_rng(3)
    Y = np.vstack([rng.normal(size=40), 1000 * rng.normal(size=40), np.full(40, 2.0)])
    A = Y + np.array([[0.1], [900.0], [1.0]]) * rng.normal(size=Y.shape)
    each = [
        1 - ((y - a) ** 2).sum() / ((y - y.mean()) ** 2).sum()
        for y, a in zip(Y[:2], A[:2], strict=True)
    ]
    assert metrics.errors(Y, A).r2 == pytest.approx(np.mean(each), rel=1e-12)
    assert score(A, Y, "real") == pytest.approx(np.mean(each), rel=1e-12)
    scaled = np.array([[7.0], [0.01], [1.0]])
    assert score(scaled * A, scaled * Y, "real") == pytest.approx(np.mean(each), rel=1e-12)
    assert np.isnan(score(A[2:], Y[2:], "real"))
    assert np.isnan(metrics.errors(Y[2:], A[2:]).r2)
