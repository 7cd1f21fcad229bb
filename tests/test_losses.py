"""Losses: costs against naive formulas, deltas against central differences of the cost."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, softmax

from dnn.data.dataset import TARGETS
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.losses import LOSSES

OUTPUTS, M = {"binary": 1, "classes": 4, "real": 3}, 25


def naive_logistic(Z, Y):
    A = expit(Z)
    return -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum(axis=0)


def naive_softmax(Z, Y):
    return -np.log((softmax(Z, axis=0) * Y).sum(axis=0))


def naive_squared_error(Z, Y):
    return np.array([0.5 * np.linalg.norm(z - y) ** 2 for z, y in zip(Z.T, Y.T, strict=True)])


#: Each example's loss, and what links logits to predictions.
REFERENCE = {
    "logistic": (naive_logistic, expit),
    "softmax": (naive_softmax, lambda Z: softmax(Z, axis=0)),
    "squared_error": (naive_squared_error, lambda Z: Z),
}
#: With these links the derivative by the logits is a - y.
CANONICAL = ("logistic", "softmax", "squared_error")


@pytest.fixture(params=LOSSES)
def loss(request):
    return LOSSES[request.param]


def examples(loss, scale=3.0):
    """Return logits and targets (n_L, M) that suit the loss."""
    rng = np.random.default_rng(7)
    kind = loss.targets[0]
    n = OUTPUTS[kind]
    Z = scale * rng.normal(size=(n, M))
    Y = {
        "binary": lambda: rng.integers(0, 2, (1, M)).astype(float),
        "classes": lambda: np.eye(n)[:, rng.integers(0, n, M)],
        "real": lambda: rng.normal(size=(n, M)),
    }[kind]()
    return Z, Y


def run(calls):
    for function, operands in calls:
        function(*operands)


def delta(loss, Z, Y):
    D = np.full_like(Z, np.nan)
    run(loss.delta(Z, loss.encode(Y).astype(Z.dtype), D))
    return D * loss.delta_factor


def test_every_loss_has_a_naive_formula_here():
    assert set(REFERENCE) == set(LOSSES)


def test_cost_of_each_example(loss):
    Z, Y = examples(loss)
    cost = loss.cost(Z, Y)
    assert cost.shape == (M,)
    np.testing.assert_allclose(cost, REFERENCE[loss.key][0](Z, Y), rtol=1e-10)


def test_cost_of_float32_logits_is_summed_in_float64(loss):
    Z, Y = examples(loss)
    assert loss.cost(Z.astype(np.float32), Y.astype(np.float32)).dtype == np.float64


def test_delta_against_central_differences(loss):
    Z, Y = examples(loss)
    h, numeric = 1e-5, np.empty_like(Z)
    for k in range(len(Z)):
        step = np.zeros_like(Z)
        step[k] = h
        numeric[k] = (loss.cost(Z + step, Y) - loss.cost(Z - step, Y)) / (2 * h)
    np.testing.assert_allclose(delta(loss, Z, Y), numeric, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("key", CANONICAL)
def test_delta_is_prediction_minus_target(key):
    loss = LOSSES[key]
    Z, Y = examples(loss)
    before = Z.copy()
    np.testing.assert_allclose(delta(loss, Z, Y), REFERENCE[key][1](Z) - Y, atol=1e-14)
    np.testing.assert_array_equal(Z, before)


def test_link(loss):
    Z, _ = examples(loss)
    A = np.full_like(Z, np.nan)
    run(loss.link(Z, A))
    np.testing.assert_allclose(A, REFERENCE[loss.key][1](Z), rtol=1e-12, atol=1e-15)
    if loss.targets[0] == "classes":
        np.testing.assert_allclose(A.sum(axis=0), 1, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_finite_at_extreme_logits(loss, dtype):
    _, Y = examples(loss)
    Z = np.where(np.random.default_rng(1).random(Y.shape) < 0.5, -1e3, 1e3).astype(dtype)
    A = np.empty_like(Z)
    run(loss.link(Z, A))
    for value in (loss.cost(Z, Y), delta(loss, Z, Y), A):
        assert np.isfinite(value).all()


def test_a_sure_and_wrong_answer_costs_its_logit():
    cost = LOSSES["logistic"].cost(np.array([[1e3, -1e3, 1e3, -1e3]]), np.array([[0, 1, 1, 0.0]]))
    np.testing.assert_array_equal(cost, [1e3, 1e3, 0, 0])


def test_guessing_costs_ln_of_the_number_of_classes():
    assert LOSSES["logistic"].cost(np.zeros((1, 1)), np.ones((1, 1)))[0] == pytest.approx(np.log(2))
    Z, Y = np.zeros((5, 1)), np.eye(5)[:, :1]
    assert LOSSES["softmax"].cost(Z, Y)[0] == pytest.approx(np.log(5))


def test_no_constant_answer_costs_less_than_the_guess(loss):
    _, Y = examples(loss)

    def cost(z):
        return loss.cost(np.repeat(z[:, None], M, axis=1), Y).mean()

    found = minimize(cost, np.zeros(len(Y)), tol=1e-12, options={"gtol": 1e-9})
    assert loss.guess(Y) == pytest.approx(found.fun, rel=1e-6)


def test_softmax_does_not_see_a_common_shift():
    Z, Y = examples(LOSSES["softmax"])
    cost = LOSSES["softmax"].cost
    np.testing.assert_allclose(cost(Z + 500, Y), cost(Z, Y), rtol=1e-9, atol=1e-12)


def test_each_target_has_a_loss_and_outputs_are_told_apart(loss):
    assert {entry.targets[0] for entry in LOSSES.values()} == set(OUTPUTS) == set(TARGETS)
    assert set(loss.targets) <= set(OUTPUTS)
    assert loss.output == "softmax" or loss.output in ACTIVATIONS
