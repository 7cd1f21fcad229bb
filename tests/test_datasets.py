"""Data sets: the definitions, the split, scaling, and every error of Dataset."""

import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnn.config import Config
from dnn.data.datasets import DATASETS, SCALINGS, Dataset, data_fields, load
from dnn.data.features import expand

TABLES = [key for key, entry in DATASETS.items() if not entry.synthetic]
PLANAR = [key for key, entry in DATASETS.items() if entry.planar]


def generate(key, samples=500, noise=0.0, seed=0):
    return DATASETS[key].generate(np.random.default_rng(seed), samples, noise)


# The definitions


@pytest.mark.parametrize("key", PLANAR)
@pytest.mark.parametrize("samples", [20, 21, 500])
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_shapes_and_targets(key, samples, noise):
    P, Y = generate(key, samples, noise)
    assert P.shape == (2, samples)
    assert Y.shape == (1, samples)
    if DATASETS[key].target == "binary":
        assert set(np.unique(Y)) == {0.0, 1.0}
    else:
        assert np.abs(Y).max() <= 1.2 + 1.2 * noise


@pytest.mark.parametrize("key", PLANAR)
def test_domain(key):
    P, _ = generate(key, 2000)
    # The clusters are normal: no end, but nothing lies five deviations from their centres.
    edge = 2 + 5 * np.sqrt(0.5) if key == "gauss" else 6
    assert np.abs(P).max() < edge
    assert np.abs(P).max(axis=1).min() > 2


@pytest.mark.parametrize("key", ["circle", "gauss", "spiral", "moons"])
def test_classes_are_balanced_without_noise(key):
    for samples in (500, 501):
        assert generate(key, samples)[1].sum() == (samples + 1) // 2


def test_circle_is_a_disc_in_a_ring():
    P, Y = generate("circle")
    r = np.hypot(*P)
    np.testing.assert_array_equal(Y[0], r < 2.5)
    assert ((r < 2.5) | ((r >= 3.5) & (r <= 5))).all()
    assert r.max() > 4.9


def test_circle_noise_moves_the_label_not_the_point():
    P, Y = generate("circle", 2000, 0.5)
    r = np.hypot(*P)
    assert ((r < 2.5) | ((r >= 3.5) & (r <= 5))).all()
    wrong = (Y[0] != (r < 2.5)).mean()
    assert 0.05 < wrong < 0.5
    # Displaced by at most 0.1 * 5 per coordinate, the ring from 3.5 cannot reach 2.5.
    P, Y = generate("circle", 2000, 0.1)
    assert not Y[0, np.hypot(*P) >= 3.5].any()


def test_xor_is_the_sign_of_the_product_with_a_gap():
    P, Y = generate("xor")
    np.testing.assert_array_equal(Y[0], P[0] * P[1] >= 0)
    assert np.abs(P).min() >= 0.3
    assert np.abs(P).max() <= 5.3
    P, Y = generate("xor", 2000, 0.1)
    far = np.abs(P).min(axis=0) > 0.5
    np.testing.assert_array_equal(Y[0, far], (P[0] * P[1] >= 0)[far])
    assert (Y[0] != (P[0] * P[1] >= 0)).any()


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.25, 2.25), (0.5, 4.0)])
def test_gauss_centres_and_variance(noise, variance):
    P, Y = generate("gauss", 20_000, noise)
    for label, centre in ((1, 2), (0, -2)):
        cluster = P[:, Y[0] == label]
        m = cluster.shape[1]
        np.testing.assert_allclose(cluster.mean(axis=1), centre, atol=5 * (variance / m) ** 0.5)
        np.testing.assert_allclose(cluster.var(axis=1), variance, rtol=5 * (2 / m) ** 0.5)


def test_spiral_arms():
    P, Y = generate("spiral", 200)
    up, down = P[:, Y[0] == 1], P[:, Y[0] == 0]
    np.testing.assert_allclose(up, -down, atol=1e-12)
    np.testing.assert_array_equal(up[:, 0], 0)
    np.testing.assert_allclose(np.hypot(*up), np.arange(100) / 100 * 5, atol=1e-12)
    # The arm turns 1.75 times, clockwise from the vertical: half way it has turned 0.875 times.
    turn = 1.75 * np.pi
    np.testing.assert_allclose(up[:, 50], [2.5 * np.sin(turn), 2.5 * np.cos(turn)], atol=1e-12)
    noisy = generate("spiral", 200, 0.3)[0]
    assert 0.25 < np.abs(noisy - P).max() <= 0.3


def test_moons_are_half_circles():
    P, Y = generate("moons")
    unit = P * 0.3 + [[0.5], [0.25]]
    upper, lower = unit[:, Y[0] == 1], unit[:, Y[0] == 0]
    np.testing.assert_allclose(np.hypot(*upper), 1)
    np.testing.assert_allclose(np.hypot(lower[0] - 1, lower[1] - 0.5), 1)
    assert upper[1].min() >= 0
    assert lower[1].max() <= 0.5


def test_reg_plane():
    P, Y = generate("reg_plane", 1200)
    np.testing.assert_allclose(Y[0], (P[0] + P[1]) / 10)
    assert DATASETS["reg_plane"].samples == DATASETS["reg_gauss"].samples == 1200
    noisy = generate("reg_plane", 1200, 0.5)[1]
    assert 0.3 < np.abs(noisy - Y).max() <= 0.6


def test_reg_gauss():
    P, Y = generate("reg_gauss", 1200)
    hills = {(-4, 2.5): 1, (0, 2.5): -1, (4, 2.5): 1, (-4, -2.5): -1, (0, -2.5): 1, (4, -2.5): -1}
    for p, y in zip(P.T, Y[0], strict=True):
        bumps = [s * max(0, 1 - np.hypot(*(p - c)) / 2) for c, s in hills.items()]
        assert y == pytest.approx(max(bumps, key=abs))
    assert (Y == 0).mean() > 0.2
    assert Y.min() < -0.9
    assert Y.max() > 0.9


def test_breast_cancer_matches_scikit_learn():
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer()
    entry = DATASETS["breast_cancer"]
    assert entry.feature_names == tuple(table.feature_names)
    assert entry.class_names == tuple(table.target_names)
    data = load(Config(dataset="breast_cancer", scaling="none"))
    assert data.n_inputs == 30
    assert data.m_train + data.m_test == entry.samples == 569
    both = np.hstack([data.X_train, data.X_test])
    np.testing.assert_array_equal(np.sort(both[0]), np.sort(table.data[:, 0]))
    assert data.Y_train.sum() + data.Y_test.sum() == 357


@pytest.mark.parametrize("key", TABLES)
def test_a_table_is_as_scikit_learn_has_it(key):
    from sklearn import datasets

    raw = {"scaled": False} if key == "diabetes" else {}
    table = getattr(datasets, f"load_{key}")(**raw)
    entry, data = DATASETS[key], load(Config(dataset=key, scaling="none"))
    assert [name.replace("_", " ") for name in entry.feature_names] == [
        str(name).replace("_", " ") for name in table.feature_names
    ]
    if key != "wine":  # whose classes are called class_0 and so on there
        names = [str(name) for name in table.get("target_names", ())]
        assert list(entry.class_names) == names
    X = np.hstack([data.X_train, data.X_test]).T
    rows = {tuple(row): y for row, y in zip(table.data, table.target, strict=True)}
    assert len(X) == entry.samples == len(table.data)
    Y = np.hstack([data.Y_train, data.Y_test])
    if key == "diabetes":
        raw = np.array([rows[tuple(x)] for x in X])
        middle, spread = raw[: data.m_train].mean(), raw[: data.m_train].std()
        np.testing.assert_allclose(Y[0], (raw - middle) / spread)
    else:
        labels = Y.argmax(axis=0) if len(Y) > 1 else Y[0]
        assert all(rows[tuple(x)] == y for x, y in zip(X, labels, strict=True))


#: The hidden layers, the epochs, and the least test accuracy, or R squared, that they lead to; the
#: loss that is chosen when none is asked for, and the outputs.
REACHED = {
    "breast_cancer": ((16,), 20, 0.96, "logistic", 1),
    "iris": ((16,), 40, 0.95, "softmax", 3),
    "wine": ((16,), 20, 0.97, "softmax", 3),
    "digits": ((16,), 20, 0.95, "softmax", 10),
    "diabetes": ((), 20, 0.42, "squared_error", 1),
}


@pytest.mark.parametrize("key", TABLES)
def test_a_table_is_learned(key):
    from dnn import Watch, advance, start
    from dnn.engine.trainer import loss_key

    hidden, epochs, least, loss, outputs = REACHED[key]
    config = Config(
        dataset=key, hidden=hidden, activation="relu", train_share=0.7, l2=0.003, seed=1
    )
    data = load(config)
    assert (loss_key(config, data), data.n_outputs) == (loss, outputs)
    steps = epochs * -(-data.m_train // 32)
    _, records = advance(start(config, data), steps, Watch(steps))
    assert records[-1].test_score >= least


# Loading


@pytest.mark.parametrize("key", DATASETS)
def test_same_seed_same_data(key):
    config = Config(dataset=key, noise=0.1, seed=5)
    assert load(config).key == load(config).key
    assert load(config).key != load(replace(config, seed=6)).key


@pytest.mark.parametrize("key", DATASETS)
def test_entry_tells_the_size_of_the_network(key):
    config = Config(dataset=key, features=("x1", "x1x2", "sinx2"))
    entry, data = DATASETS[key], load(config)
    assert data.n_inputs == entry.n_inputs(config.features) == len(data.feature_names)
    assert data.n_outputs == entry.n_outputs
    assert data.target == entry.target


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(PLANAR),
    st.integers(20, 60),
    st.floats(0.1, 0.9),
    st.integers(0, 2**31 - 1),
    st.floats(0, 0.5),
)
def test_both_parts_are_usable(key, samples, share, seed, noise):
    data = load(Config(dataset=key, samples=samples, train_share=share, seed=seed, noise=noise))
    assert data.m_train == min(max(round(share * samples), 1), samples - 1)
    assert data.m_train + data.m_test == samples
    assert data.m_test > 0
    if data.target == "binary":
        assert set(np.unique(data.Y_train)) == {0.0, 1.0}


def test_the_split_shuffles_and_loses_nothing():
    data = load(Config(train_share=0.7, samples=300))
    P, Y = generate("spiral", 300)
    points = np.hstack([data.points_train, data.points_test])
    labels = np.hstack([data.Y_train, data.Y_test])
    assert data.m_train == 210
    assert not np.array_equal(points, P)
    assert sorted(map(tuple, np.vstack([points, labels]).T)) == sorted(
        map(tuple, np.vstack([P, Y]).T)
    )


@pytest.mark.parametrize("key", SCALINGS)
def test_scaling_is_fitted_on_the_training_part_only(key):
    raw = load(Config(scaling="none", dataset="breast_cancer"))
    data = load(Config(scaling=key, dataset="breast_cancer"))
    if key == "standard":
        np.testing.assert_allclose(data.X_train.mean(axis=1), 0, atol=1e-12)
        np.testing.assert_allclose(data.X_train.var(axis=1), 1)
        assert np.abs(data.X_test.mean(axis=1)).max() > 1e-3
        expected = (raw.X_test.T - raw.X_train.mean(axis=1)) / raw.X_train.std(axis=1)
    elif key == "minmax":
        np.testing.assert_allclose(data.X_train.min(axis=1), -1)
        np.testing.assert_allclose(data.X_train.max(axis=1), 1)
        low, high = raw.X_train.min(axis=1), raw.X_train.max(axis=1)
        expected = 2 * (raw.X_test.T - low) / (high - low) - 1
    elif key == "by_255":
        expected = raw.X_test.T / 255
    else:
        expected = raw.X_test.T
    np.testing.assert_allclose(data.X_test, expected.T, atol=1e-12)


@pytest.mark.parametrize("key", SCALINGS)
def test_constant_columns_are_only_shifted(key):
    X = np.array([[0.1] * 7, [1, 2, 3, 4, 5, 6, 7.0]])
    shift, scale = SCALINGS[key].fit(X)
    assert shift.shape == scale.shape == (2, 1)
    assert scale[0, 0] == (255 if key == "by_255" else 1)


def test_data_fields_are_those_that_matter():
    config = Config()
    assert hash(data_fields(config)) == hash(data_fields(replace(config, learning_rate=1.0)))
    for change in (
        {"dataset": "xor"},
        {"samples": 400},
        {"noise": 0.1},
        {"train_share": 0.6},
        {"features": ("x1",)},
        {"scaling": "none"},
        {"seed": 1},
    ):
        assert data_fields(replace(config, **change)) != data_fields(config)
    table = Config(dataset="breast_cancer")
    assert data_fields(replace(table, noise=0.3, samples=99)) == data_fields(table)


# The plane


@pytest.mark.parametrize("key", PLANAR)
@pytest.mark.parametrize("scaling", SCALINGS)
def test_built_in_plane_is_the_raw_plane(key, scaling):
    config = Config(dataset=key, scaling=scaling, features=("x1", "x1sq", "x2", "sinx2"))
    data = load(config)
    plane = data.plane
    assert (plane.x_range, plane.y_range, plane.kind) == ((-6, 6), (-6, 6), "inputs")
    np.testing.assert_allclose(plane.inputs(data.points_test), data.X_test, atol=1e-12)
    np.testing.assert_allclose(plane.project(data.X_train), data.points_train, atol=1e-12)
    if scaling == "none":
        np.testing.assert_allclose(expand(config.features, data.points_train), data.X_train)


def test_features_that_do_not_fix_the_point():
    data = load(Config(features=("x1sq", "x2")))
    assert data.points_train.shape == (2, data.m_train)
    with pytest.raises(ValueError, match="x1 and x2 must be among them"):
        data.plane.project(data.X_train)


def check_components(data, share):
    plane = data.plane
    assert plane.kind == "components"
    others = data.n_inputs - 2
    directions = "direction is" if others == 1 else f"{others} directions are"
    assert f"({share:.0%} of".replace("%", " %") in plane.note
    assert f"the other {directions} held at their mean" in plane.note or others == 1
    U = np.random.default_rng(0).uniform(*plane.x_range, (2, 50))
    np.testing.assert_allclose(plane.project(plane.inputs(U)), U, atol=1e-9)
    middle = plane.inputs(np.zeros((2, 1)))
    np.testing.assert_allclose(middle[:, 0], data.X_train.mean(axis=1), atol=1e-9)
    reach = max(np.abs(data.points_train).max(), np.abs(data.points_test).max(initial=0))
    assert plane.x_range == plane.y_range == pytest.approx((-1.1 * reach, 1.1 * reach))


def test_breast_cancer_plane():
    from sklearn.decomposition import PCA

    data = load(Config(dataset="breast_cancer"))
    pca = PCA(2, svd_solver="full").fit(data.X_train.T)
    check_components(data, pca.explained_variance_ratio_.sum())
    assert "the other 28 directions" in data.plane.note
    expected = pca.transform(data.X_train.T).T
    np.testing.assert_allclose(np.abs(data.points_train), np.abs(expected), atol=1e-9)
    assert data.plane.x_label == "1st principal component"


@pytest.mark.parametrize(("n", "m"), [(3, 50), (40, 8), (200, 2)])
def test_plane_of_tall_and_wide_tables(n, m):
    rng = np.random.default_rng(n)
    X = rng.normal(3, 2, (n, m))
    s = np.linalg.svd(X - X.mean(axis=1, keepdims=True), compute_uv=False) ** 2
    check_components(Dataset(X, rng.normal(size=m)), s[:2].sum() / s.sum())


@pytest.mark.parametrize("X", [np.ones((4, 1)), np.ones((4, 9)), np.ones((1, 3)), np.ones((2, 3))])
def test_plane_of_data_without_spread(X):
    plane = Dataset(X, np.linspace(0.1, 0.9, X.shape[1])).plane
    assert plane.x_range[1] - plane.x_range[0] == plane.y_range[1] - plane.y_range[0] > 0
    np.testing.assert_allclose(plane.inputs(plane.project(X)), X)


def test_plane_of_two_inputs_is_the_inputs():
    X = np.array([[0.0, 10.0, 4.0], [1.0, 2.0, 3.0]])
    data = Dataset(X, [0, 1, 1], X + 0, [0, 1, 1], feature_names=["age", "dose"])
    plane = data.plane
    assert (plane.x_label, plane.y_label, plane.kind) == ("age", "dose", "inputs")
    np.testing.assert_array_equal(plane.inputs(X), X)
    np.testing.assert_allclose(data.points_train, X)
    assert plane.x_range == pytest.approx((-0.5, 10.5))
    assert plane.y_range == pytest.approx((-3.5, 7.5))


def test_plane_of_one_input_ignores_the_vertical_axis():
    data = Dataset([[1.0, 2.0, 3.0]], [0.5, 1.5, 2.5])
    np.testing.assert_array_equal(data.plane.inputs([[1, 1], [0, 5]]), [[1, 1]])
    np.testing.assert_allclose(data.points_train, [[1, 2, 3], [0, 0, 0]])
    assert data.plane.note


# Dataset: what it keeps


def test_arrays_are_private_and_read_only():
    X, Y = np.zeros((2, 4), order="F"), np.array([0, 1, 0, 1])
    data = Dataset(X, Y)
    X[:] = 9
    assert data.X_train.max() == 0
    for array in (data.X_train, data.Y_train, data.X_test, data.Y_test):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert not array.flags.writeable
    assert (data.X_test.shape, data.Y_test.shape) == ((2, 0), (1, 0))
    with pytest.raises(FrozenInstanceError):
        data.name = "other"


def test_pickling_keeps_key_plane_and_protection():
    data = load(Config(dataset="moons"))
    key = data.key
    for copy in (
        pickle.loads(pickle.dumps(data)),
        pickle.loads(pickle.dumps(load(Config(dataset="moons")))),
    ):
        assert copy.key == key
        assert not copy.X_train.flags.writeable
        assert not copy.points_test.flags.writeable
        assert copy.plane.x_label == data.plane.x_label
        assert not copy.plane.axes.flags.writeable


def test_key_follows_content():
    X, Y = np.arange(8.0).reshape(2, 4), [0, 1, 0, 1]
    key = Dataset(X, Y).key
    assert Dataset(X.copy(), np.array([Y])).key == key
    assert len(key) == 64
    for other in (
        Dataset(X + 1e-12, Y),
        Dataset(X, [0, 1, 1, 1]),
        Dataset(X, Y, X, Y),
        Dataset(X, Y, name="mine"),
        Dataset(X, Y, target="real"),
        Dataset(X, Y, class_names=["no", "yes"]),
        Dataset(X, Y, plane=load(Config()).plane),
    ):
        assert other.key != key


ONE_HOT = np.eye(3)[:, [0, 1, 2, 1]]


@pytest.mark.parametrize(
    ("Y", "fields", "target", "stored"),
    [
        ([0, 1, 1, 0], {}, "binary", [[0, 1, 1, 0]]),
        ([[False, True, True, False]], {}, "binary", [[0, 1, 1, 0]]),
        ([[1, 0, 0, 1], [0, 1, 1, 0]], {}, "binary", [[0, 1, 1, 0]]),
        ([0, 1, 1, 0], {"target": "classes"}, "classes", [[1, 0, 0, 1], [0, 1, 1, 0]]),
        ([[0, 1, 2, 1]], {}, "classes", ONE_HOT),
        (ONE_HOT, {}, "classes", ONE_HOT),
        ([0, 1, 1, 0], {"class_names": "abc"}, "classes", np.eye(3)[:, [0, 1, 1, 0]]),
        ([0, 1, 5, 7], {"target": "real"}, "real", [[0, 1, 5, 7]]),
        ([0.5, 1, 2, 3], {}, "real", [[0.5, 1, 2, 3]]),
        (np.full((2, 4), 0.3), {}, "real", np.full((2, 4), 0.3)),
        (np.array([0, 1, 1, 0], object), {}, "binary", [[0, 1, 1, 0]]),
    ],
)
def test_targets_are_understood(Y, fields, target, stored):
    data = Dataset(np.zeros((2, 4)), Y, **fields)
    assert data.target == target
    np.testing.assert_array_equal(data.Y_train, stored)
    assert data.n_outputs == len(stored)
    if target == "real":
        assert data.class_names == ()


X34 = np.arange(12.0).reshape(3, 4)
Y4 = [0, 1, 0, 1]
GAP = np.where(np.arange(12).reshape(3, 4) == 6, np.nan, 1.0)


@pytest.mark.parametrize(
    ("arguments", "fields", "message"),
    [
        ((np.zeros((100, 2)), [0, 1] * 50), {}, r"X_train has shape \(100, 2\) but Y_train has 100 "
         "columns: examples are columns, pass X_train.T"),
        ((X34.T, np.array([Y4]).T), {}, "pass X_train.T and Y_train.T"),
        ((X34, np.array([Y4]).T), {}, "pass Y_train.T"),
        ((X34, [0, 1]), {}, "Y_train has 2 columns: each column of X_train needs one target"),
        ((X34[0], Y4), {}, r"X_train has shape \(4,\) but needs two axes.*reshape\(1, -1\)"),
        ((X34, np.zeros((1, 2, 2))), {}, r"Y_train has shape \(1, 2, 2\)"),
        ((X34, np.zeros((0, 4))), {}, "Y_train is empty"),
        (([["a", "b"], ["c", "d"]], [0, 1]), {}, "X_train holds <U1 values; it needs real numbers"),
        ((X34 * 1j, Y4), {}, "X_train holds complex128"),
        ((X34, ["a", "b", "a", "b"]), {}, "Y_train holds <U1"),
        (([[1, 2], [3]], Y4), {}, "X_train cannot be read as a table"),
        ((np.array([[1, "a"]], object), [0, 1]), {}, "X_train cannot be read as a table"),
        ((GAP, Y4), {}, r"X_train holds 1 value\(s\) that are not finite.*index \(1, 2\)"),
        ((X34, [0, 1, np.inf, -np.inf]), {}, r"Y_train holds 2 value.*index \(2,\)"),
        ((np.zeros((3, 0)), np.zeros((1, 0))), {}, "X_train is empty"),
        ((np.zeros((0, 4)), Y4), {}, "X_train is empty"),
        ((X34, [-1, 1, -1, 1]), {}, "Y_train holds -1: class labels .* target='real'"),
        ((X34, [0, 1, 0.5, 1]), {"target": "classes"}, "Y_train holds 0.5: class labels"),
        ((X34, [0, 1, 3, 1]), {}, "no example of class 2 of 0..3"),
        ((X34, [1, 2, 1, 2]), {}, "no example of class 0 of 0..2"),
        ((X34, [1990, 2000, 1, 2]), {}, "whole numbers up to 2000 in 4 examples"),
        ((X34, [0, 1, 2, 2]), {"target": "binary"}, "3 classes but target='binary' needs two"),
        ((X34, [0, 1, 2, 2]), {"class_names": "ab"}, "label 2 but class_names has 2: 0..1"),
        ((X34, [1, 1, 1, 1]), {}, "Y_train holds only one class"),
        ((X34, [0, 0, 0, 0]), {}, "Y_train holds only one class"),
        ((X34, [[1, 1, 0, 0], [1, 0, 1, 0]]), {}, "is not one-hot"),
        ((X34, Y4, X34[:2], Y4), {}, "X_test has 2 rows but X_train has 3"),
        ((X34, Y4, X34), {}, "X_test was given without Y_test"),
        ((X34, Y4, None, Y4), {}, "Y_test was given without X_test"),
        ((X34, Y4, X34, [0, 1, 2, 1]), {}, "Y_test holds the label 2, which the training part"),
        ((X34, Y4, X34, [0, 1, -1, 1]), {}, "Y_test holds -1"),
        ((X34, Y4, X34, ONE_HOT), {}, "Y_test holds the label 2"),
        ((X34, Y4, X34.T, Y4), {}, "X_test has shape .* pass X_test.T"),
        ((X34, X34 / 7, X34, X34[:2] / 7), {}, "Y_test has 2 rows but Y_train has 3"),
        ((X34, Y4), {"target": "guess"}, "target: 'guess' is not known"),
        ((X34, Y4), {"feature_names": ["a"]}, "feature_names has 1 names but 3 are needed"),
        ((X34, Y4), {"class_names": ["a"]}, "Y_train holds the label 1 but class_names has 1"),
        ((X34, Y4), {"points_train": X34}, r"points_train has shape \(3, 4\) but needs \(2, 4\)"),
    ],
)  # fmt: skip
def test_errors_name_the_array_and_how_to_fix_it(arguments, fields, message):
    with pytest.raises(ValueError, match=message):
        Dataset(*arguments, **fields)
