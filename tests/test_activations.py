"""Activations: values against closed forms, derivatives against central differences."""

import math

import numpy as np
import pytest
from plain import plain
from scipy.special import erfc, expit, ndtr

from dnn.parts.activations import ACTIVATIONS, constant
from dnn.parts.initializers import INITIALIZERS

#: Klambauer et al. 2017, eq. 14.
TAIL = erfc(0.5**0.5) * math.exp(0.5)
SELU_ALPHA = math.sqrt(2 / math.pi) / (1 - TAIL)
SELU_SCALE = (1 - TAIL) * math.sqrt(
    2
    * math.pi
    / (2 * erfc(2**0.5) * math.exp(2) + math.pi * TAIL**2 + math.pi + 2 - 2 * (2 + math.pi) * TAIL)
)
#: g by other means than the entry's: the one value of reference that an activation needs.
REFERENCE = {
    "tanh": lambda z: 2 * expit(2 * z) - 1,
    "relu": lambda z: np.where(z > 0, z, 0),
    "sigmoid": expit,
    "linear": lambda z: z,
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1),
    "selu": lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * (np.exp(np.minimum(z, 0)) - 1)),
    "gelu": lambda z: z * ndtr(z),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "softplus": lambda z: np.log1p(np.exp(z)),
    "erf": lambda z: 2 * ndtr(2**0.5 * z) - 1,
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


def plain_slope(activation, Z):
    """Return g' of Z by the entry's plain expressions, in float64."""
    Z = Z.astype(np.float64)
    A = plain(activation.plain, Z=Z)
    return plain(activation.plain_slope, Z=Z, A=A)


@pytest.fixture(params=ACTIVATIONS)
def activation(request):
    return ACTIVATIONS[request.param]


def test_every_activation_has_a_closed_form_here():
    assert set(REFERENCE) == set(ACTIVATIONS)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-14), (np.float32, 1e-6)])
def test_value(activation, dtype, tolerance):
    Z = points(False, dtype)
    before = Z.copy()
    kept, A = forward(activation, Z)
    expected = REFERENCE[activation.key](Z.astype(np.float64))
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


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 2e-6)])
def test_derivative(activation, dtype, tolerance):
    """By the plain expression, which central differences and test_plain hold to the value."""
    Z = points(activation.has_kink, dtype)
    kept, A = forward(activation, Z)
    D = np.full_like(Z, np.nan)
    run(activation.derivative(kept, A, D))
    np.testing.assert_allclose(D, plain_slope(activation, Z), rtol=tolerance, atol=tolerance)
    assert D.dtype == dtype


@pytest.mark.parametrize("size", [100, 3000, 70_000])
def test_values_and_derivatives_do_not_depend_on_the_size(activation, size):
    # Other calls are made for large arrays (COMPARE_FROM, FULL_CONSTANT).
    Z = np.linspace(-6, 6, size)[None]
    kept, A = forward(activation, Z)
    D = np.full_like(Z, np.nan)
    run(activation.derivative(kept, A, D))
    np.testing.assert_allclose(A, REFERENCE[activation.key](Z), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(D, plain_slope(activation, Z), rtol=1e-13, atol=1e-13)


def test_selu_keeps_mean_0_and_variance_1():
    """Klambauer et al. 2017, section 2: the fixed point of a standard normal input."""
    z = np.linspace(-12, 12, 400_001)[None]
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    _, A = forward(ACTIVATIONS["selu"], z)
    assert np.trapezoid(A * density, z).item() == pytest.approx(0, abs=1e-9)
    assert np.trapezoid(A**2 * density, z).item() == pytest.approx(1, abs=1e-9)


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
