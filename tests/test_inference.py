"""What a run answers: predictions, costs and gradients of given examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import forward, problem, start_random
from test_losses import REFERENCE

import dnn
from dnn.parts.losses import LOSSES


@pytest.mark.parametrize("loss", LOSSES)
def test_predictions_and_costs_by_the_book(loss):
    data = problem(loss)
    run = start_random(dnn.Config(hidden=(5, 4), loss=loss), data)
    naive_cost, link = REFERENCE[loss]
    Zs, _ = forward(run, data.X_test)
    A = dnn.predict(run, data.X_test)
    assert A.shape == data.Y_test.shape
    np.testing.assert_allclose(A, link(Zs[-1]), rtol=1e-13)
    expected = naive_cost(Zs[-1], data.Y_test).mean()
    assert dnn.cost(run, data.X_test, data.Y_test) == pytest.approx(expected, rel=1e-12)


def test_probabilities_of_classes_add_up():
    run = start_random(dnn.Config(hidden=(5,)), problem("softmax"))
    A = dnn.predict(run, 100 * problem("softmax").X_train)
    assert (A >= 0).all()
    np.testing.assert_allclose(A.sum(axis=0), 1, rtol=1e-13)


def test_penalty_is_half_of_l2_times_the_squared_weights():
    data = problem("softmax")
    run = start_random(dnn.Config(hidden=(4,), l2=0.3), data)
    expected = 0.15 * sum((W**2).sum() for W, _ in run.weights)
    assert dnn.penalty(run) == pytest.approx(expected, rel=1e-14)
    assert dnn.penalty(start_random(dnn.Config(hidden=(4,)), data)) == 0
    bare = start_random(dnn.Config(hidden=(4,)), data)
    assert dnn.cost(run, data.X_train, data.Y_train) == dnn.cost(
        bare, data.X_train, data.Y_train
    ), "the cost is without it"


def test_gradients_are_shaped_like_the_weights():
    data = problem("softmax")
    run = start_random(dnn.Config(hidden=(5, 4)), data)
    for (W, b), (dW, db) in zip(
        run.weights, dnn.gradients(run, data.X_train, data.Y_train), strict=True
    ):
        assert (dW.shape, db.shape) == (W.shape, b.shape)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_examples_does_not_matter(order):
    data = problem("softmax")
    run = start_random(dnn.Config(hidden=(4,)), data)
    X, Y = data.X_train, data.Y_train
    np.testing.assert_allclose(dnn.predict(run, X[:, order]), dnn.predict(run, X)[:, order])
    assert dnn.cost(run, X[:, order], Y[:, order]) == pytest.approx(dnn.cost(run, X, Y), rel=1e-12)


def test_costs_are_finite_at_huge_logits():
    data = problem("logistic")
    for loss in (key for key, entry in LOSSES.items() if "binary" in entry.targets):
        run = start_random(dnn.Config(hidden=(), loss=loss), data)
        assert np.isfinite(dnn.cost(run, 1e3 * data.X_train, data.Y_train))
        assert np.isfinite(dnn.predict(run, 1e6 * data.X_train)).all()


def test_float32_stays_float32():
    data = problem("softmax")
    run = start_random(dnn.Config(hidden=(4,), dtype="float32"), data)
    assert dnn.predict(run, data.X_train).dtype == np.float32
    exact = start_random(dnn.Config(hidden=(4,)), data)
    np.testing.assert_allclose(
        dnn.predict(run, data.X_train), dnn.predict(exact, data.X_train), atol=1e-6
    )


def test_asking_does_not_alter_the_run():
    data = problem("softmax")
    run = start_random(dnn.Config(hidden=(4,)), data)
    before, A = run.parameters.copy(), dnn.predict(run, data.X_train)
    dnn.gradients(run, data.X_train, data.Y_train)
    dnn.predict(run, data.X_test)
    assert (run.parameters == before).all()
    assert (dnn.predict(run, data.X_train) == A).all()


def test_no_examples_have_no_predictions():
    run = start_random(dnn.Config(hidden=(4,)), problem("softmax"))
    assert dnn.predict(run, np.empty((3, 0))).shape == (3, 0)
    with pytest.raises(ValueError, match=r"^X is empty"):
        dnn.cost(run, np.empty((3, 0)), np.empty((3, 0)))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((5, 3)), r"X has shape \(5, 3\); it must be \(3, m\), one column an example"),
        (np.zeros(3), r"X has shape \(3,\); it must be \(3, m\)"),
    ],
)
def test_inputs_of_another_shape_are_refused(X, message):
    run = start_random(dnn.Config(hidden=(4,)), problem("softmax"))
    with pytest.raises(ValueError, match=message):
        dnn.predict(run, X)


def test_targets_of_another_shape_are_refused():
    data = problem("softmax")
    run = start_random(dnn.Config(hidden=(4,)), data)
    for Y in (data.Y_train[:, :5], data.Y_train.T, data.Y_train[0]):
        with pytest.raises(ValueError, match=r"Y has shape .*; for this X and network it is"):
            dnn.cost(run, data.X_train, Y)
        with pytest.raises(ValueError, match="Y has shape"):
            dnn.gradients(run, data.X_train, Y)
