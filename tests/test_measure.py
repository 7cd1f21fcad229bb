"""Records of a run against brute force: one example at a time, one layer at a time."""

from dataclasses import replace

import numpy as np
import pytest
from problems import activated, distance, flat, forward, problem, start_random
from scipy.special import expit, softmax
from sklearn.metrics import r2_score

import dnn
from dnn.engine.trainer import score
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.losses import LOSSES
from dnn.run.measure import PROBE

LINKS = {"sigmoid": expit, "softmax": lambda Z: softmax(Z, axis=0), "linear": lambda Z: Z}


def measured(run):
    """Return a Record of the run's present weights: a step too small to move them."""
    config = replace(run.config, optimizer="sgd", learning_rate=1e-6, l2=0.0)
    still = dnn.start(config, run.data, run.weights)
    return dnn.advance(still, 1, dnn.Watch(1))[1][0]


def rms(values):
    return np.sqrt(np.mean(np.square(values)))


@pytest.mark.parametrize("m", [12, PROBE + 40])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_record_is_what_brute_force_finds(activation, loss, m):
    data = problem(loss, m=m)
    config = dnn.Config(hidden=(4, 3), activation=activation, loss=loss, batch_size=None)
    run = start_random(config, data)
    record = measured(run)
    probe = min(m, PROBE)
    X, Y = data.X_train[:, :probe], data.Y_train[:, :probe]
    own = [dnn.gradients(run, X[:, [i]], Y[:, [i]]) for i in range(probe)]
    mean = dnn.gradients(run, X, Y)
    Zs, inputs = forward(run, X)
    outputs = [*inputs[1:], LINKS[LOSSES[loss].output](Zs[-1])]
    for l in range(3):
        assert record.gradient_rms[l] == pytest.approx(rms([g[l][0] for g in own]), rel=1e-4)
        # The bias's gradient of a single example is its delta.
        assert record.delta_rms[l] == pytest.approx(rms([g[l][1] for g in own]), rel=1e-4)
        assert record.activation_rms[l] == pytest.approx(rms(outputs[l]), rel=1e-4)
        assert record.gradient_norm[l] == pytest.approx(np.linalg.norm(mean[l][0]), rel=1e-4)
    assert record.train_cost == pytest.approx(dnn.cost(run, data.X_train, data.Y_train), rel=1e-4)
    assert record.test_cost == pytest.approx(dnn.cost(run, data.X_test, data.Y_test), rel=1e-4)
    assert (record.step, record.epoch) == (1, 1)


def test_norm_of_the_mean_gradient_leaves_the_penalty_out():
    data = problem("softmax")
    run = start_random(dnn.Config(hidden=(4,), l2=5.0, batch_size=None), data)
    bare = start_random(dnn.Config(hidden=(4,), batch_size=None), data)
    slow = {"optimizer": "sgd", "learning_rate": 1e-6}
    a = dnn.start(replace(run.config, **slow), data, run.weights)
    b = dnn.start(replace(bare.config, **slow), data, run.weights)
    norms = [dnn.advance(r, 1, dnn.Watch(1))[1][0].gradient_norm for r in (a, b)]
    np.testing.assert_allclose(*norms, rtol=1e-3)


def test_measuring_alters_nothing():
    config = dnn.Config(dtype="float32")
    a, _ = dnn.advance(dnn.start(config), 50)
    b, records = dnn.advance(dnn.start(config), 50, dnn.Watch(1))
    assert a.parameters.tobytes() == b.parameters.tobytes()
    assert len(records) == 50


def test_scores_of_a_network_that_knows_nothing():
    # Zero weights: every class has the same probability, ln K nats; a mean predictor has R^2 0.
    for loss, nats in (("logistic", np.log(2)), ("softmax", np.log(3))):
        data = problem(loss)
        config = dnn.Config(hidden=(), initializer="zeros", batch_size=None)
        record = measured(dnn.start(config, data))
        assert record.train_cost == pytest.approx(nats, rel=1e-4)
    Y = np.array([[1.0, 2.0, 6.0]])
    assert score(np.full((1, 3), 3.0), Y, "real") == 0
    assert score(Y, Y, "real") == 1
    assert score(np.array([[1.0, 2.0, 3.0]]), Y, "real") == pytest.approx(1 - 9 / 14)


def test_accuracy_counts_right_answers():
    A = np.array([[0.2, 0.5, 0.51, 0.9]])
    assert score(A, np.array([[0, 0, 1, 0]]), "binary") == 0.75
    A = np.array([[0.1, 0.6], [0.2, 0.3], [0.7, 0.1]])
    assert score(A, np.array([[0, 0], [0, 1], [1, 0]]), "classes") == 0.5


@pytest.mark.parametrize("loss", LOSSES)
def test_scores_of_a_record(loss):
    data = problem(loss, m=20, m_test=9)
    run = start_random(dnn.Config(hidden=(4,), loss=loss), data)
    record = measured(run)
    for X, Y, found in (
        (data.X_train, data.Y_train, record.train_score),
        (data.X_test, data.Y_test, record.test_score),
    ):
        A = dnn.predict(run, X)
        if data.target == "real":
            expected = r2_score(Y.T, A.T)
        elif data.target == "classes":
            expected = np.mean([a.argmax() == y.argmax() for a, y in zip(A.T, Y.T, strict=True)])
        else:
            expected = np.mean((A > 0.5) == Y)
        assert found == pytest.approx(expected, rel=1e-4)


def test_two_classes_score_the_same_under_softmax():
    data = problem("logistic")
    a, b = (
        measured(start_random(dnn.Config(hidden=(4,), loss=loss), data))
        for loss in ("logistic", "softmax")
    )
    assert 0 <= b.train_score <= 1
    run = start_random(dnn.Config(hidden=(4,), loss="softmax"), data)
    answers = dnn.predict(run, data.X_train).argmax(axis=0)
    assert b.train_score == np.mean(answers == data.Y_train[0])
    assert a.train_cost != b.train_cost


def test_without_test_examples_there_is_no_test_score():
    data = problem("logistic", m_test=0)
    record = measured(dnn.start(dnn.Config(), data))
    assert np.isnan(record.test_cost)
    assert np.isnan(record.test_score)
    assert np.isfinite(record.train_cost)
    constant = dnn.Dataset([[1.0, 2.0]], [[3.0, 3.0]], target="real")
    assert np.isnan(measured(dnn.start(dnn.Config(hidden=()), constant)).train_score)


def test_the_forward_pass_of_these_tests_is_the_networks():
    data = problem("squared_error")
    run = start_random(dnn.Config(hidden=(4, 3), activation=("tanh", "relu")), data)
    Zs, inputs = forward(run, data.X_train)
    assert distance(Zs[-1], dnn.predict(run, data.X_train)) < 1e-14
    assert (inputs[1] == np.tanh(Zs[0])).all()
    assert (activated("relu", Zs[1]) == np.maximum(Zs[1], 0)).all()
    assert flat(run.weights).size == run.layout.size
