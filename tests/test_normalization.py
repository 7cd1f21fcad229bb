"""Batch normalisation against its formulas, and what it is good for."""

import pickle
from itertools import pairwise

import numpy as np
import pytest
from problems import forward, normalised, problem, start_random

import dnn
from dnn.engine.batches import Batches
from dnn.engine.layout import Layout
from dnn.parts.normalization import EPSILON, KEEP, BatchNorm
from dnn.parts.optimizers import OPTIMIZERS
from dnn.run.inference import AS_TRAINING, Question

DATA = problem("softmax")
SIZES = (3, 4, 3, 3)


def config(**fields):
    return dnn.Config(**{"hidden": (4, 3), "batch_norm": True, "optimizer": "sgd", **fields})


def norms(run, flat_=None):
    return run.layout.views(run.parameters if flat_ is None else flat_, "norm")


def make(calls):
    for function, operands in calls:
        function(*operands)


def layer(batch, m=9):
    rng = np.random.default_rng(3)
    U, V, running = 2 + 3 * rng.normal(size=(4, m)), rng.normal(size=(4, 2)), np.ones((2, 4))
    running[0], running[1] = rng.normal(size=4), rng.uniform(1, 3, 4)
    return BatchNorm(U, np.empty_like(U), V, np.zeros_like(V), running, batch), U.copy(), V


def test_the_constants_are_the_usual_ones():
    assert (EPSILON, KEEP) == (1e-5, 0.9)


@pytest.mark.parametrize("batch", [True, False])
def test_one_layer_by_the_formula(batch):
    norm, U, V = layer(batch)
    running = norm.running[0].ravel().copy(), norm.running[1].ravel().copy()
    make(norm.forward())
    moments = (U.mean(axis=1), U.var(axis=1)) if batch else running
    np.testing.assert_allclose(norm.Z, normalised(U, V, moments), rtol=1e-13, atol=1e-13)
    if batch:
        xhat = (norm.Z - V[:, 1:]) / V[:, :1]
        np.testing.assert_allclose(xhat.mean(axis=1), 0, atol=1e-14)
        np.testing.assert_allclose(xhat.var(axis=1), 1, rtol=1e-4)
    for kept, now in zip(running, norm.running, strict=True):
        assert (kept == now.ravel()).all(), "without update the running moments stay"


def test_the_running_variance_is_without_bias():
    norm, U, _ = layer(batch=True)
    before = [part.ravel().copy() for part in norm.running]
    make(norm.forward(update=True))
    expected = (U.mean(axis=1), U.var(axis=1, ddof=1))
    for new, old, part in zip(expected, before, norm.running, strict=True):
        np.testing.assert_allclose(part.ravel(), 0.9 * old + 0.1 * new, rtol=1e-13)


def test_a_new_run_starts_with_gamma_1_beta_0_and_the_moments_of_its_first_examples():
    for run in (
        dnn.start(config()),
        dnn.start(config(), DATA, [(W, b) for W, b in dnn.start(config(), DATA).weights]),
    ):
        assert [V.tolist() for V in norms(run)] == [[[1.0, 0.0]] * 4, [[1.0, 0.0]] * 3]
        W, b = run.weights[0]
        U = W @ run.data.X_train[:, :256] + b
        np.testing.assert_allclose(run.running[0, :4], U.mean(axis=1), atol=1e-12)
        np.testing.assert_allclose(run.running[1, :4], U.var(axis=1, ddof=1), rtol=1e-10)
    assert dnn.start(dnn.Config()).running.size == 0


def test_layout_puts_gamma_and_beta_behind_their_layer():
    layout = Layout.of((3, 2, 1), batch_norm=True)
    assert [b.name for b in layout.blocks] == ["layer 1", "norm 1", "layer 2"]
    assert layout.size == 2 * 4 + 2 * 2 + 3
    assert layout.running_size == 2
    (V,) = layout.views(np.arange(15.0), "norm")
    assert V.tolist() == [[8, 9], [10, 11]]
    assert layout.weight_mask().tolist() == [1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0]
    assert all(a.stop == b.start for a, b in pairwise(layout.blocks))


def test_running_moments_after_some_steps_by_hand():
    """Over two epochs of batches of 5, 5 and 2, from the parameters that each step sees."""
    run = start_random(config(batch_size=5, learning_rate=0.3), DATA)
    batches = Batches(DATA.X_train, DATA.Y_train, 5, run.config.seed, np.dtype(float))
    expected = run.running.copy()
    for t in range(6):
        epoch, position = divmod(t, 3)
        [(X, _, _)] = batches.of(epoch, position, position + 1)
        X = X[:-1]
        _, inputs = forward(run, X, training=True)
        U = np.concatenate(
            [W @ A + b for (W, b), A in zip(run.weights[:2], inputs[:2], strict=True)]
        )
        expected = 0.9 * expected + 0.1 * np.array([U.mean(axis=1), U.var(axis=1, ddof=1)])
        run, _ = dnn.advance(run, 1)
        np.testing.assert_allclose(run.running, expected, rtol=1e-11, atol=1e-13)


def test_answers_are_by_the_running_moments_and_one_example_at_a_time():
    run, _ = dnn.advance(start_random(config(), DATA), 20)
    A = dnn.predict(run, DATA.X_train)
    for i in range(12):
        np.testing.assert_allclose(dnn.predict(run, DATA.X_train[:, [i]]), A[:, [i]], rtol=1e-12)
    seen = Question(run, DATA.X_train, None, AS_TRAINING).run().prediction
    assert np.abs(seen - A).max() > 1e-3, "training sees the batch"


def test_asking_and_watching_leave_the_running_moments_alone():
    run, records = dnn.advance(start_random(config(batch_size=5), DATA), 20, dnn.Watch(1))
    assert (
        run.running.tobytes()
        == dnn.advance(start_random(config(batch_size=5), DATA), 20)[0].running.tobytes()
    )
    before = run.running.copy()
    for training in (False, True):
        dnn.cost(run, DATA.X_train, DATA.Y_train, training)
        dnn.gradients(run, DATA.X_train, DATA.Y_train, training)
    assert (run.running == before).all()
    question = Question(run, DATA.X_train, DATA.Y_train, AS_TRAINING)
    question.run()
    assert (question.running == before).all(), "a question's own, too"
    expected = dnn.cost(run, DATA.X_train, DATA.Y_train)
    assert records[-1].train_cost == pytest.approx(expected, rel=1e-12), "as it is evaluated"


def test_a_batch_of_one_is_refused_and_one_left_over_goes_by_the_running_moments():
    with pytest.raises(ValueError, match=r"^batch_size: 1 is not allowed with batch normalisation"):
        config(batch_size=1)
    # 12 = 11 + 1: every second step is a batch of one, whose variance is 0.
    run, _ = dnn.advance(start_random(config(batch_size=11), DATA), 1)
    after, _ = dnn.advance(run, 1)
    assert (after.running == run.running).all()
    assert (after.parameters != run.parameters).any()


def test_the_running_moments_begin_with_those_of_the_first_examples():
    settings = config(hidden=(16,) * 20, initializer="mean_field", sigma_w=2.0, dataset="spiral")
    run = dnn.start(settings)
    X, Y = run.data.X_train, run.data.Y_train
    as_trained = dnn.cost(run, X, Y, training=True)
    assert dnn.cost(run, X, Y) == pytest.approx(as_trained, rel=0.02)
    assert same_moments(dnn.replay(dnn.advance(run, 5)[0], 0), run)


def same_moments(a, b):
    return (a.running == b.running).all()


@pytest.mark.parametrize("batch_size", [11, 5])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_short_batches_stay_finite(batch_size, dtype):
    settings = config(batch_size=batch_size, optimizer="adam", dtype=dtype)
    run, _ = dnn.advance(start_random(settings, DATA), 60)
    assert run.diverged is None
    for array in (run.parameters, run.running, dnn.predict(run, DATA.X_test)):
        assert np.isfinite(array).all()


def test_a_unit_that_never_changes_stays_finite():
    data = dnn.Dataset(np.ones((2, 8)), np.arange(8)[None] % 2)
    run, _ = dnn.advance(start_random(config(batch_size=4), data), 50)
    assert run.diverged is None
    assert np.isfinite(run.parameters).all()


@pytest.mark.parametrize("penalty", [{"l2": 0.5}, {"l1": 0.5}])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_gamma_and_beta_are_not_decayed(optimizer, penalty):
    without, with_ = (
        dnn.advance(start_random(config(optimizer=optimizer, **fields), DATA), 1)[0]
        for fields in ({}, penalty)
    )
    for V, V_ in zip(norms(without), norms(with_), strict=True):
        np.testing.assert_allclose(V_, V, rtol=1e-13, atol=1e-15)
    for (W, b), (W_, b_) in zip(without.weights, with_.weights, strict=True):
        assert (W != W_).any()
        np.testing.assert_allclose(b_, b, rtol=1e-13, atol=1e-15)


def test_gamma_and_beta_follow_their_gradient():
    run = start_random(config(batch_size=None, learning_rate=0.1), DATA)
    question = Question(run, DATA.X_train, DATA.Y_train, AS_TRAINING)
    question.run()
    after, _ = dnn.advance(run, 1)
    moved = (run.parameters - after.parameters) / 0.1
    np.testing.assert_allclose(moved, question.g, rtol=1e-9, atol=1e-13)
    scales = norms(run, question.g)
    assert len(scales) == len(norms(run)) > 0
    assert all(np.abs(V).min() > 0 for V in scales)


def scaled(run, factor):
    return dnn.start(run.config, DATA, [(factor * W, factor * b) for W, b in run.weights[:2]]
                     + run.weights[2:])  # fmt: skip


def test_the_scale_of_a_normalised_layer_does_not_matter(monkeypatch):
    """Ioffe & Szegedy 2015, section 3.3: BN(a W u) = BN(W u), and the gradient shrinks by a."""
    monkeypatch.setattr("dnn.parts.normalization.EPSILON", 0.0)
    run = dnn.start(config(activation="tanh"), DATA)
    large = scaled(run, 7.0)
    X, Y = DATA.X_train, DATA.Y_train
    assert dnn.cost(large, X, Y, True) == pytest.approx(dnn.cost(run, X, Y, True), rel=1e-12)
    for l, ((dW, db), (dW_, db_)) in enumerate(
        zip(dnn.gradients(run, X, Y, True), dnn.gradients(large, X, Y, True), strict=True)
    ):
        np.testing.assert_allclose(dW_, dW / 7 if l < 2 else dW, rtol=1e-9, atol=1e-13)
        if l < 2:
            np.testing.assert_allclose([db, db_], 0, atol=1e-14, err_msg="the mean is taken off")
            assert abs((dW * run.weights[l][0]).sum(axis=1)).max() < 1e-13, "dW is across W"


def test_replay_and_pickling_keep_the_running_moments():
    run, _ = dnn.advance(start_random(config(batch_size=5), DATA), 15)
    copy = dnn.attach(pickle.loads(pickle.dumps(run)), DATA)
    assert copy.running.tobytes() == run.running.tobytes()
    assert not copy.running.flags.writeable
    assert not run.running.flags.writeable
    fresh, _ = dnn.advance(dnn.start(config(batch_size=5), DATA), 15)
    assert dnn.replay(fresh, 15).running.tobytes() == fresh.running.tobytes()
    assert dnn.replay(fresh, 15).running.tobytes() != dnn.replay(fresh, 14).running.tobytes()


def test_a_deep_normalised_network_keeps_its_signal():
    """With weights far too small a plain network's output has all but died out."""
    spread = []
    for on in (False, True):
        settings = config(
            hidden=(10,) * 20, batch_norm=on, initializer="normal", sigma_w=0.05, batch_size=None
        )
        run = dnn.start(settings, DATA)
        net = Question(run, DATA.X_train, None, AS_TRAINING).run()
        spread.append(net.preactivation(20).std())
    assert spread[0] < 1e-9
    assert 0.5 < spread[1] < 1.1
