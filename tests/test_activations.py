"""Activations: values against closed forms, derivatives against central differences."""

import math

import numpy as np
import pytest
from scipy.special import expit

from dnn.activations import ACTIVATIONS, constant
from dnn.initializers import INITIALIZERS

CLOSED_FORMS = {
    "tanh": lambda z: 2 * expit(2 * z) - 1,
    "relu": lambda z: np.where(z > 0, z, 0),
    "sigmoid": expit,
    "linear": lambda z: z,
}


def points(has_kink: bool, dtype=np.float64) -> np.ndarray:
    """Return logits (7, 40) on a grid over -8..8 that stays 0.05 away from a kink at 0."""
    Z = np.linspace(-8, 8, 280).reshape(7, 40)
    if has_kink:
        Z = Z[:, np.abs(Z).min(axis=0) > 0.05]
    return np.ascontiguousarray(Z, dtype)


def run(calls):
    for function, operands in calls:
        function(*operands)


def forward(activation, Z, alias=False):
    Z = Z.copy()
    A = Z if alias else np.full_like(Z, np.nan)
    run(activation.forward(Z, A))
    return Z, A


@pytest.fixture(params=ACTIVATIONS)
def activation(request):
    return ACTIVATIONS[request.param]


def test_every_activation_has_a_closed_form_here():
    assert set(CLOSED_FORMS) == set(ACTIVATIONS)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-14), (np.float32, 1e-6)])
def test_value(activation, dtype, tolerance):
    Z = points(False, dtype)
    before = Z.copy()
    kept, A = forward(activation, Z)
    expected = CLOSED_FORMS[activation.key](Z.astype(np.float64))
    np.testing.assert_allclose(A, expected, rtol=tolerance, atol=tolerance)
    np.testing.assert_array_equal(kept, before)
    assert A.dtype == dtype


def test_derivative_against_central_differences(activation):
    Z = points(activation.has_kink)
    h = 1e-5
    numeric = (forward(activation, Z + h)[1] - forward(activation, Z - h)[1]) / (2 * h)
    kept, A = forward(activation, Z)
    D = np.full_like(Z, np.nan)
    run(activation.derivative(kept, A, D))
    np.testing.assert_allclose(D, numeric, rtol=1e-7, atol=1e-9)


def test_derivative_leaves_its_inputs_alone(activation):
    Z, A = forward(activation, points(False))
    before = A.copy()
    run(activation.derivative(Z, A, np.empty_like(Z)))
    np.testing.assert_array_equal(A, before)


@pytest.mark.parametrize("key", [key for key, g in ACTIVATIONS.items() if not g.needs_z])
def test_in_place(key):
    activation = ACTIVATIONS[key]
    Z = points(False)
    kept, A = forward(activation, Z)
    same, A_alias = forward(activation, Z, alias=True)
    np.testing.assert_array_equal(A_alias, A)
    D, D_alias = np.empty_like(Z), np.empty_like(Z)
    run(activation.derivative(kept, A, D))
    run(activation.derivative(same, A_alias, D_alias))
    np.testing.assert_array_equal(D_alias, D)


def test_kink_is_declared(activation):
    """The slopes at both sides of 0 differ exactly where has_kink says so."""
    h = 1e-7
    left, middle, right = forward(activation, np.array([[-h, 0.0, h]]))[1][0]
    assert (abs((right - middle) - (middle - left)) > h / 100) == activation.has_kink


def test_extreme_logits_stay_finite(activation):
    Z = np.array([[-1e3, -50.0, 0.0, 50.0, 1e3]])
    kept, A = forward(activation, Z)
    D = np.empty_like(Z)
    run(activation.derivative(kept, A, D))
    assert np.isfinite(A).all()
    assert np.isfinite(D).all()


def test_suggested_initializer_exists(activation):
    assert activation.initializer in INITIALIZERS


def test_relu_has_slope_zero_at_zero():
    Z, A = forward(ACTIVATIONS["relu"], np.zeros((1, 1)))
    D = np.ones_like(Z)
    run(ACTIVATIONS["relu"].derivative(Z, A, D))
    assert D[0, 0] == 0


def test_sigmoid_slope_is_at_most_a_quarter():
    Z, A = forward(ACTIVATIONS["sigmoid"], np.linspace(-4, 4, 81)[None])
    D = np.empty_like(Z)
    run(ACTIVATIONS["sigmoid"].derivative(Z, A, D))
    assert math.isclose(D.max(), 0.25)


def test_constant_has_no_axes_and_the_dtype_of_its_model():
    value = constant(0.5, np.zeros(3, np.float32))
    assert value.shape == ()
    assert value.dtype == np.float32
