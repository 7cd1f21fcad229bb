"""Mean-field theory: closed forms, published values, and wide networks drawn and run by hand."""

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import plain
from scipy.special import erf, expit

from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from lab import theory
from lab.theory import phases
from lab.theory.gaussian import CLOSED_FORMS, by_quadrature, pair_moments, table

Q = np.logspace(-8, 4, 25)
#: g and g' of the simulations, independent of dnn.activations.
BY_HAND = {
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "sigmoid": (expit, lambda z: expit(z) * expit(-z)),
    "linear": (lambda z: z, np.ones_like),
}


def variance_map(key, q, sigma_w, sigma_b):
    """Return V(q), the variance one layer on."""
    return sigma_w**2 * theory.moments(key, q).square + sigma_b**2


def settled(key, sigma_w, sigma_b):
    """Return q* and chi_1, of the broadcast shape."""
    w, b = np.broadcast_arrays(np.square(sigma_w, dtype=float), np.square(sigma_b, dtype=float))
    log_q = phases._settled(key, w.ravel(), b.ravel())
    chi = phases._chi(key, w.ravel(), log_q)
    return np.exp(log_q).reshape(w.shape)[()], chi.reshape(w.shape)[()]


def fixed_point(key, sigma_w, sigma_b):
    return settled(key, sigma_w, sigma_b)[0]


def chi_1(key, sigma_w, sigma_b):
    return settled(key, sigma_w, sigma_b)[1]


def activated(key, u):
    """Return g(u)."""
    Z = np.array(u, float)
    A = np.empty_like(Z)
    for function, operands in ACTIVATIONS[key].forward(Z, A):
        function(*operands)
    return A


# Averages over a normal preactivation


@pytest.mark.parametrize("key", CLOSED_FORMS)
def test_closed_forms_equal_the_quadrature(key):
    for closed, summed in zip(theory.moments(key, Q), by_quadrature(key, Q), strict=True):
        # The mean of an odd function is 0 but for rounding.
        np.testing.assert_allclose(summed, closed, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("key", ACTIVATIONS)
@pytest.mark.parametrize("q", [0.2, 5.0])
def test_moments_against_drawn_values(key, q):
    u = np.sqrt(q) * np.random.default_rng(1).normal(size=100_000)
    g = activated(key, u)
    slope = (activated(key, u + 1e-5) - activated(key, u - 1e-5)) / 2e-5
    for part, sample in zip(theory.moments(key, q), (g, g**2, slope**2), strict=True):
        error = sample.std() / np.sqrt(u.size)
        assert abs(part - sample.mean()) < 4 * error + 1e-9


def test_moments_of_narrow_slopes_at_large_variances():
    """On a grid in u, not z: the bell is flat where tanh' lives."""
    u = np.linspace(-40, 40, 16_001)
    step = u[1] - u[0]
    for q in (30.0, 1e3, 1e4):
        bell = np.exp(-(u**2) / (2 * q)) / np.sqrt(2 * np.pi * q)
        expected = (bell / np.cosh(u) ** 4).sum() * step
        assert theory.moments("tanh", q).slope == pytest.approx(expected, rel=1e-9)


def test_moments_at_small_variances():
    q = np.array([1e-8, 1e-6, 1e-4])
    found = theory.moments("tanh", q)
    np.testing.assert_allclose(found.square, q - 2 * q**2 + 17 / 3 * q**3, rtol=1e-10)
    np.testing.assert_allclose(found.slope, 1 - 2 * q + 7 * q**2, rtol=1e-10)


def test_sigmoid_is_a_tanh_stretched_and_lifted():
    tanh, sigmoid = theory.moments("tanh", Q / 4), theory.moments("sigmoid", Q)
    np.testing.assert_allclose(sigmoid.mean, 0.5, rtol=1e-11)
    np.testing.assert_allclose(sigmoid.square, 0.25 + tanh.square / 4, rtol=1e-11)
    np.testing.assert_allclose(sigmoid.slope, tanh.slope / 16, rtol=1e-9)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_moments_take_any_shape_and_the_limit_0(key):
    q = np.array([[0.0, 0.5, 2.0], [1e-12, 10.0, 1e4]])
    found = theory.moments(key, q)
    for part, single in zip(found, theory.moments(key, 10.0), strict=True):
        assert part.shape == (2, 3)
        assert np.isfinite(part).all()
        assert single == pytest.approx(part[1, 1], rel=1e-13, abs=1e-13)
    assert found.slope[0, 0] == pytest.approx(found.slope[1, 0], rel=1e-4)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_the_table_equals_the_moments(key):
    log_q = np.random.default_rng(2).uniform(np.log(1e-12), np.log(1e10), 200)
    found = theory.moments(key, np.exp(log_q))
    np.testing.assert_allclose(table(key).square_at(log_q), found.square, rtol=1e-9)
    np.testing.assert_allclose(table(key).slope_at(log_q), found.slope, rtol=1e-9)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_the_variance_map_rises(key):
    """What fixed_point relies on; flat only where it stands on g(0)^2."""
    square = table(key).square
    steps = np.diff(square)
    assert (steps > -1e-14 * square[1:]).all()
    assert (steps[table(key).q[1:] > 1e-6] > 0).all()


# Fixed points


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_fixed_point_is_where_iteration_ends(key):
    sigma_w, sigma_b = np.meshgrid([0.0, 0.5, 0.9, 1.3, 1.7, 2.5], [0.0, 0.3, 1.0])
    found = fixed_point(key, sigma_w, sigma_b)
    q = np.ones_like(found)
    for _ in range(100):
        before, q = q, np.minimum(variance_map(key, q, sigma_w, sigma_b), 1e12)
    ended = np.abs(q - before) <= 1e-12 * q
    finite = np.isfinite(found) & (found > 0)
    assert (ended | (q < 1e-6)).sum() >= 9
    sure = ended & (q < 1e12)
    np.testing.assert_allclose(found[sure], q[sure], rtol=1e-10, atol=1e-300)
    after = variance_map(key, found[finite], sigma_w[finite], sigma_b[finite])
    np.testing.assert_allclose(after, found[finite], rtol=1e-10)
    assert (q[found == 0] < 0.05).all()
    assert (q[np.isinf(found)] > 10.0).all()


def test_relu_has_its_fixed_point_in_closed_form():
    assert fixed_point("relu", 1.0, 0.3) == pytest.approx(0.09 / (1 - 0.5), rel=1e-11)
    assert fixed_point("relu", 1.5, 0.0) == np.inf
    assert fixed_point("relu", 1.4, 0.0) == 0.0
    assert fixed_point("relu", math.sqrt(2), 0.0) == 1.0
    assert fixed_point("relu", math.sqrt(2), 0.1) == np.inf


def test_selu_keeps_variance_1():
    """Klambauer et al. 2017: mean 0 and variance 1; the slope of its square is 1.07 there."""
    at = theory.depth_scales("selu", 1.0, 0.0)
    assert at.q == pytest.approx(1.0, rel=1e-9)
    assert at.chi == pytest.approx(1.0716, abs=1e-4)
    assert abs(theory.moments("selu", 1.0).mean) < 1e-9


def test_chi_1_where_q_fades_or_grows():
    assert chi_1("tanh", 0.7, 0.0) == pytest.approx(0.49, rel=1e-9)
    assert chi_1("sigmoid", 0.0, 0.0) == 0.0
    np.testing.assert_allclose(chi_1("relu", np.array([1.0, 3.0]), 0.2), [0.5, 4.5])


# Criticality


@pytest.mark.parametrize(
    ("key", "sigma_b", "sw2", "tolerance"),
    [
        ("relu", 0.0, 2.0, 1e-12),
        ("relu", 0.7, 2.0, 1e-12),
        ("linear", 0.0, 1.0, 1e-12),
        ("tanh", 0.0, 1.0, 1e-12),
        ("tanh", math.sqrt(0.05), 1.76, 5e-3),
        ("erf", 0.0, math.pi / 4, 1e-12),
        ("leaky_relu", 0.2, 2 / (1 + 0.01**2), 1e-12),
    ],
)
def test_critical_points(key, sigma_b, sw2, tolerance):
    """He et al. 2015, eq. 10; Poole et al. 2016; Schoenholz et al. 2017 (tanh at 0.05)."""
    assert theory.critical_sigma_w(key, sigma_b) ** 2 == pytest.approx(sw2, abs=tolerance)


@pytest.mark.parametrize("key", ACTIVATIONS)
@pytest.mark.parametrize("sigma_b", [0.05, 0.6, 1.5])
def test_chi_passes_1_at_the_critical_sigma_w(key, sigma_b):
    critical = theory.critical_sigma_w(key, sigma_b)
    if critical is None:
        Z = np.linspace(-4, 0, 200)
        A = plain(ACTIVATIONS[key].plain, Z=Z)
        assert plain(ACTIVATIONS[key].plain_slope, Z=Z, A=A).min() < 0, "only where g falls first"
        assert sigma_b < 1.0
        return
    chi = chi_1(key, critical * np.array([0.98, 0.999, 1.0, 1.001, 1.02]), sigma_b)
    assert chi[2] == pytest.approx(1.0, abs=1e-6)
    assert (np.diff(chi) > 0).all()


@pytest.mark.parametrize("key", ["gelu", "silu"])
def test_no_criticality_where_the_fixed_point_jumps(key):
    assert theory.critical_sigma_w(key, 0.0) is None
    chi = chi_1(key, np.linspace(0.1, 3.0, 400), 0.0)
    assert chi[0] < 0.01
    assert chi[-1] > 4.0
    assert np.abs(chi - 1.0).min() > 0.1


def test_phase_diagram_holds_the_single_values():
    sigma_w, sigma_b = np.linspace(0.1, 3.0, 7), np.array([0.0, 0.2, 1.0])
    phases = theory.phase_diagram("tanh", sigma_w, sigma_b)
    assert phases.chi.shape == phases.q.shape == (3, 7)
    for i, b in enumerate(sigma_b):
        assert phases.critical[i] == pytest.approx(theory.critical_sigma_w("tanh", b), rel=1e-12)
        for j, w in enumerate(sigma_w):
            q = fixed_point("tanh", w, b)
            assert phases.q[i, j] == pytest.approx(q, rel=1e-11)
            expected = w**2 * theory.moments("tanh", q).slope
            assert phases.chi[i, j] == pytest.approx(expected, rel=1e-9)
    with pytest.raises(ValueError, match="read-only"):
        phases.chi[0, 0] = 1.0


@pytest.mark.parametrize("key", ["tanh", "erf", "relu", "softplus"])
def test_the_critical_line_parts_order_from_chaos(key):
    phases = theory.phase_diagram(key, np.linspace(0.2, 4.0, 33), np.linspace(0.0, 1.5, 9))
    assert (np.diff(phases.chi, axis=1) > 0).all()
    assert (np.diff(phases.critical) > -1e-9).all()
    right = phases.sigma_w[None, :] > phases.critical[:, None]
    np.testing.assert_array_equal(phases.chi > 1.0, right)
    assert 0.2 < right.mean() < 0.9


def test_phase_diagram_says_nan_where_nothing_is_critical():
    phases = theory.phase_diagram("silu", [1.0], [0.0, 1.0])
    np.testing.assert_array_equal(np.isnan(phases.critical), [True, False])


# Correlations


@pytest.mark.parametrize("q", [0.01, 1.0, 300.0, 1e7])
@pytest.mark.parametrize("c", [-0.95, -0.3, 0.0, 0.4, 0.9, 0.9999, 1.0])
def test_pair_moments_of_relu_and_erf(q, c):
    """The arc-cosine kernels (Cho & Saul 2009) and the arcsine kernel (Williams 1997)."""
    angle = math.acos(c)
    together, slopes = pair_moments("relu", q, c)
    kernel = (math.sin(angle) + (math.pi - angle) * c) / (2 * math.pi)
    assert together == pytest.approx(q * kernel, rel=1e-9)
    assert slopes == pytest.approx((math.pi - angle) / (2 * math.pi), rel=1e-6)
    together, slopes = pair_moments("erf", q, c)
    ratio = 2 * q * c / (1 + 2 * q)
    expected = 4 / math.pi / (1 + 2 * q) / math.sqrt(1 - ratio**2)
    assert together == pytest.approx(2 / math.pi * math.asin(ratio), rel=1e-9, abs=1e-12)
    assert slopes == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_pair_moments_against_drawn_values(key):
    q, c = 3.0, 0.6
    z, y = np.random.default_rng(3).normal(size=(2, 200_000))
    u, v = np.sqrt(q) * z, np.sqrt(q) * (c * z + math.sqrt(1 - c * c) * y)
    product = activated(key, u) * activated(key, v)
    error = product.std() / np.sqrt(z.size)
    assert abs(pair_moments(key, q, c)[0] - product.mean()) < 4 * error


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_correlation_map_at_1_and_its_slope(key):
    q = 1.7
    w, b = math.sqrt(0.8 * q / theory.moments(key, q).square), math.sqrt(0.2 * q)  # V(q) = q
    assert theory.correlation_map(key, 1.0, q, w, b) == pytest.approx(1.0, rel=1e-8)
    for c in (0.0, 0.5):
        step = theory.correlation_map(key, c + 1e-4, q, w, b)
        step -= theory.correlation_map(key, c - 1e-4, q, w, b)
        slope = w**2 * pair_moments(key, q, c)[1]
        assert slope == pytest.approx(step / 2e-4, rel=1e-6)


@pytest.mark.parametrize(("sigma_w", "sigma_b"), [(1.4, 0.1), (2.0, 0.5), (4.0, 0.2)])
def test_settled_correlation_against_the_arcsine_map(sigma_w, sigma_b):
    at = theory.depth_scales("erf", sigma_w, sigma_b)
    w, b, q = sigma_w**2, sigma_b**2, 1.0
    for _ in range(500):
        q = w * 2 / math.pi * math.asin(2 * q / (1 + 2 * q)) + b
    c = 0.5
    for _ in range(5000):
        c = (w * 2 / math.pi * math.asin(2 * q * c / (1 + 2 * q)) + b) / q
    slope = w * 4 / math.pi / (1 + 2 * q) / math.sqrt(1 - (2 * q * c / (1 + 2 * q)) ** 2)
    assert at.q == pytest.approx(q, rel=1e-9)
    assert at.c == pytest.approx(c, rel=1e-8)
    assert at.chi_c == pytest.approx(slope, rel=1e-8)
    assert at.xi_c == pytest.approx(-1 / math.log(slope), rel=1e-7)


@pytest.mark.parametrize(
    ("key", "sigma_w", "sigma_b"), [("tanh", 1.5, 0.3), ("tanh", 0.8, 0.2), ("sigmoid", 3.0, 0.5)]
)
def test_depth_scales_are_the_rates_of_decay(key, sigma_w, sigma_b):
    at = theory.depth_scales(key, sigma_w, sigma_b)
    c, q = at.c - 1e-3, at.q * 1.001
    distances_c, distances_q = [], []
    for _ in range(3):
        distances_c.append(abs(c - at.c))
        distances_q.append(abs(q - at.q))
        c = theory.correlation_map(key, c, at.q, sigma_w, sigma_b)
        q = variance_map(key, q, sigma_w, sigma_b)
    assert distances_c[1] / distances_c[0] == pytest.approx(math.exp(-1 / at.xi_c), rel=2e-3)


def test_depth_scales_in_closed_form_and_at_criticality():
    ordered = theory.depth_scales("relu", 1.0, 0.3)
    assert (ordered.c, ordered.chi) == (1.0, pytest.approx(0.5))
    assert ordered.xi_c == pytest.approx(1 / math.log(2), rel=1e-9)
    for key, sigma_w in (("relu", math.sqrt(2)), ("tanh", 1.0), ("linear", 1.0)):
        at = theory.depth_scales(key, sigma_w, 0.0)
        assert at.xi_c == math.inf
    assert theory.depth_scales("tanh", 2.0, 0.0).c == 0.0
    assert theory.depth_scales("tanh", 0.0, 1.0).xi_c == 0.0


def test_the_correlation_length_peaks_at_criticality():
    critical = theory.critical_sigma_w("tanh", 0.2)
    near, far = (
        [theory.depth_scales("tanh", critical * x, 0.2).xi_c for x in pair]
        for pair in ((0.99, 1.01), (0.9, 1.1))
    )
    assert min(near) > 5 * max(far) > 10


# One network, layer by layer, against networks drawn and run


#: Without normalisation an average over many draws tells most; with it, wide layers.
MANY = {"sizes": (200, 200, 280, 280, 280, 280), "m": 20, "draws": 10}
WIDE = {"sizes": (600, 600, 840, 840, 840, 840), "m": 100, "draws": 1}
SW2, SB2 = (1.2, 2.0, 1.5, 1.0, 1.8), (0.1, 0.05, 0.2, 0.1, 0.3)


@lru_cache
def drawn(seed, sizes, m):
    """Return the inputs, the last deltas and [(W, b), ...], all of variance 1."""
    rng = np.random.default_rng(seed)
    pairs = [(rng.normal(size=(n, k)), rng.normal(size=(n, 1))) for k, n in pairwise(sizes)]
    return rng.normal(size=(sizes[0], m)), rng.normal(size=(sizes[-1], m)), pairs


def simulate(network, key, x2, stretch, batch_norm, shortcuts, scale):
    """Return (4, L): mean squares of z, a, delta and the gradient as `signal` defines them.

    network: what `drawn` returns; shortcuts: the 0-based hidden layers that are residual.
    """
    g, slope = BY_HAND[key]
    X, last, pairs = network
    W = [w * math.sqrt(v * stretch / w.shape[1]) for (w, _), v in zip(pairs, SW2, strict=True)]
    A, Z, spread = [X * math.sqrt(x2)], [], []
    for l, (w, (_, b), v) in enumerate(zip(W, pairs, SB2, strict=True)):
        U = w @ A[-1] + b * math.sqrt(v)
        spread.append(1.0)
        if batch_norm and l < 4:
            spread[-1] = np.sqrt(U.var(axis=1, keepdims=True) + 1e-5)
            U = (U - U.mean(axis=1, keepdims=True)) / spread[-1]
        Z.append(U)
        A.append(A[-1] + scale * g(U) if l in shortcuts else g(U) if l < 4 else U)
    deltas, error = [last], None
    for l in (3, 2, 1, 0):
        error = W[l + 1].T @ deltas[0] + (error if l + 1 in shortcuts else 0.0)
        delta = error * slope(Z[l]) * (scale if l in shortcuts else 1.0)
        if batch_norm:
            delta = delta - delta.mean(axis=1, keepdims=True)
            delta = (delta - Z[l] * (delta * Z[l]).mean(axis=1, keepdims=True)) / spread[l]
        deltas.insert(0, delta)
    each = [((D**2).mean(axis=0), (a**2).mean(axis=0)) for D, a in zip(deltas, A, strict=False)]
    return np.array(
        [
            [(z**2).mean() for z in Z],
            [(a**2).mean() for a in A[1:]],
            [d.mean() / (last**2).mean() for d, _ in each],
            [(d * a).mean() / (last**2).mean() for d, a in each],
        ]
    )


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("key", BY_HAND)
def test_signal_against_a_wide_network(key, batch_norm, residual):
    """The input and the output are as wide as their neighbours, but not joined to them."""
    stretch = 5.0 if key == "sigmoid" else 1.0
    shortcuts = (2, 3) if residual else ()
    way = WIDE if batch_norm else MANY
    networks = [drawn(seed, way["sizes"], way["m"]) for seed in range(way["draws"])]
    squares = [simulate(one, key, 0.7, stretch, batch_norm, shortcuts, 0.6) for one in networks]
    measured = np.sqrt(np.mean(squares, axis=0))
    sw2 = np.multiply(SW2, stretch)
    found = theory.signal(way["sizes"], [key] * 4, sw2, SB2, 0.7, batch_norm, residual, 0.6)
    predicted = [np.sqrt(found.q), found.activation_rms, found.delta_rms, found.gradient_rms]
    np.testing.assert_allclose(measured, predicted, rtol=0.05)
    n = np.array(way["sizes"][1:])
    factor = (found.delta_rms[:-1] / found.delta_rms[1:]) ** 2 * n[:-1] / n[1:]
    np.testing.assert_allclose(found.chi[:-1], factor, rtol=1e-10)
    assert np.isnan(found.chi[-1])


#: Width 2,000, 8 hidden layers and an output, 3 draws; sigma_w^2 and sigma_b^2 by activation.
WIDTH, LAYERS, DRAWS = 2000, 9, 3
DEEP = {
    "relu": (2.0, 0.0), "linear": (1.0, 0.0), "erf": (1.2, 0.1), "tanh": (1.76, 0.05),
    "sigmoid": (9.0, 0.3),
}  # fmt: skip


def stated(layers):
    """Return the band of log rms: three standard errors of a product of so many layers' factors.

    A layer of n units draws a factor of the mean square with a relative variance of at most 5 / n:
    E[g^4] / E[g^2]^2 - 1 is 5 for ReLU, 2 for linear units and less for those that saturate. The
    logarithm of a root has half the spread.
    """
    return 3 * np.sqrt(5 * np.asarray(layers) / (WIDTH * DRAWS)) / 2


def deep_run(key, W, b, X, last):
    """Return (3, LAYERS): mean squares of a (last: z), delta, and each example's gradient."""
    sw2, sb2 = DEEP[key]
    g, slope = {**BY_HAND, "erf": (erf, lambda z: 2 / math.sqrt(math.pi) * np.exp(-(z**2)))}[key]
    A, Z, deltas, scale = [X], [], [last], math.sqrt(sw2 / WIDTH)
    for w, c in zip(W, b, strict=True):
        Z.append(scale * (w @ A[-1]) + math.sqrt(sb2) * c)
        A.append(g(Z[-1]) if len(Z) < LAYERS else Z[-1])
    for l in range(LAYERS - 2, -1, -1):
        deltas.insert(0, scale * (W[l + 1].T @ deltas[0]) * slope(Z[l]))
    squares = [(D**2).mean(axis=0) for D in deltas]
    gradient = [(d * (a**2).mean(axis=0)).mean() for d, a in zip(squares, A, strict=False)]
    return [[(a**2).mean() for a in A[1:]], [d.mean() for d in squares], gradient]


@pytest.fixture(scope="module")
def wide():
    """Return (3, LAYERS) root mean squares over the draws, by activation."""
    found = {key: [] for key in DEEP}
    for seed in range(DRAWS):
        rng = np.random.default_rng([seed, 2000])
        W = [rng.standard_normal((WIDTH, WIDTH), np.float32) for _ in range(LAYERS)]
        b = rng.standard_normal((LAYERS, WIDTH, 1), np.float32)
        X, last = rng.standard_normal((2, WIDTH, 16), np.float32)
        for key in DEEP:
            found[key].append(deep_run(key, W, b, X, last))
    return {key: np.sqrt(np.mean(runs, axis=0, dtype=float)) for key, runs in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("key", DEEP)
def test_signal_against_deep_networks_of_width_2000(wide, key):
    line = theory.signal((WIDTH,) * (LAYERS + 1), [key] * (LAYERS - 1), *DEEP[key], 1.0)
    activation, delta, gradient = wide[key]
    forwards = np.arange(1, LAYERS + 1)
    backwards = LAYERS - forwards
    assert (np.abs(np.log(activation / line.activation_rms)) < stated(forwards)).all()
    # One more layer, for the output's deltas are drawn as well.
    assert (np.abs(np.log(delta / line.delta_rms)) < stated(backwards + 1)).all()
    assert (np.abs(np.log(gradient / line.gradient_rms)) < stated(LAYERS)).all()


def test_he_stays_flat_and_glorot_halves():
    sizes, keys = (64,) * 31, ["relu"] * 29
    flat = theory.signal(sizes, keys, theory.weight_variance("he", sizes, 1.0), 0.0, 1.0)
    np.testing.assert_allclose(flat.chi[:-1], 1.0, rtol=1e-12)
    np.testing.assert_allclose(flat.activation_rms[:-1], 1.0, rtol=1e-12)
    np.testing.assert_allclose(flat.gradient_rms, 1.0, rtol=1e-12)
    half = theory.signal(sizes, keys, theory.weight_variance("glorot", sizes, 1.0), 0.0, 1.0)
    np.testing.assert_allclose(half.chi[:-1], 0.5, rtol=1e-12)
    np.testing.assert_allclose(half.q[1:] / half.q[:-1], 0.5, rtol=1e-12)
    # Glorot & Bengio 2010, eq. 14: the gradients of the weights are equal all the same.
    np.testing.assert_allclose(half.gradient_rms, 2**-14.5, rtol=1e-12)


def test_batch_norm_makes_relu_gradients_explode():
    """Yang et al. 2019: by pi / (pi - 1) per layer, at any scale of the weights."""
    for sw2 in (0.5, 2.0):
        found = theory.signal((50,) * 8, ["relu"] * 6, sw2, 0.3, 1.0, batch_norm=True, epsilon=0.0)
        np.testing.assert_allclose(found.chi[1:-1], math.pi / (math.pi - 1), rtol=1e-12)
        assert found.chi[0] == pytest.approx(0.5, rel=1e-12)
        np.testing.assert_allclose(found.q[:-1], 1.0, rtol=1e-12)


def test_batch_norm_sees_the_variance_of_the_inputs_only():
    common = {"sizes": (9, 9, 9), "keys": ["tanh"], "sw2": 1.0, "sb2": 0.0, "batch_norm": True}
    shifted = theory.signal(**common, x2=5.0, x_variance=0.5)
    centred = theory.signal(**common, x2=0.5)
    np.testing.assert_allclose(shifted.delta_rms, centred.delta_rms, rtol=1e-14)
    assert shifted.gradient_rms[0] == pytest.approx(centred.gradient_rms[0] * math.sqrt(10))


def test_residual_linear_layers_add_their_branch():
    found = theory.signal((8,) * 7, ["linear"] * 5, 1.5, 0.0, 1.0, False, True, 0.5)
    np.testing.assert_allclose(
        found.activation_rms[:-1] ** 2, 1.5 * (1 + 0.25 * 1.5) ** np.arange(5), rtol=1e-12
    )
    # e^2 grows by the same 1 + s^2 sw^2; the first hidden layer has no scale.
    error = 1.5 * (1 + 0.25 * 1.5) ** np.arange(4, -1, -1)
    scale = np.array([1.0, 0.25, 0.25, 0.25, 0.25])
    np.testing.assert_allclose(found.delta_rms[:-1] ** 2, scale * error, rtol=1e-12)


def test_a_branch_of_scale_0_learns_nothing_and_hides_nothing():
    found = theory.signal((8,) * 5, ["relu"] * 3, 2.0, 0.0, 1.0, False, True, 0.0)
    np.testing.assert_allclose(found.activation_rms[:-1], 1.0, rtol=1e-12)
    np.testing.assert_array_equal(found.gradient_rms[1:3], 0.0)
    assert found.gradient_rms[0] == pytest.approx(1.0)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("key", ["tanh", "relu", "sigmoid"])
def test_several_inputs_make_the_lines_of_each(key, batch_norm):
    x2 = np.array([0.01, 0.7, 30.0])
    args = (8, 8, 8, 4, 1), [key] * 3, 1.7, 0.2
    more = {"batch_norm": batch_norm, "residual": True, "branch_scale": 0.4}
    together = theory.signal(*args, x2, **more)
    for i, value in enumerate(x2):
        alone = theory.signal(*args, float(value), **more)
        for name in ("q", "activation_rms", "chi", "delta_rms", "gradient_rms"):
            column = getattr(together, name)[:, i]
            np.testing.assert_allclose(column, getattr(alone, name), rtol=1e-12)


def test_signal_without_hidden_layers_and_with_weights_of_zero():
    alone = theory.signal((4, 1), [], 2.0, 0.5, 3.0)
    assert alone.q == pytest.approx([6.5])
    assert alone.gradient_rms == pytest.approx([math.sqrt(3)])
    for batch_norm in (False, True):
        zero = theory.signal((4, 4, 4, 1), ["tanh", "tanh"], 0.0, 0.0, 1.0, batch_norm)
        np.testing.assert_array_equal(zero.delta_rms, [0.0, 0.0, 1.0])
        np.testing.assert_array_equal(zero.q, 0.0)


def test_a_signal_beyond_all_bounds_is_inf_not_an_error():
    for key in ACTIVATIONS:
        found = theory.signal((9,) * 102, [key] * 100, 1e8, 0.0, 1.0)
        assert not np.isnan(found.q).any()
        assert (found.q[1:] >= found.q[:1] * 0.1).all()


@settings(max_examples=40, deadline=None)
@given(
    key=st.sampled_from(list(ACTIVATIONS)),
    sw2=st.floats(0.05, 9.0),
    sb2=st.floats(0.0, 1.0),
    more=st.floats(1.01, 3.0),
)
def test_more_weight_means_more_signal(key, sw2, sb2, more):
    sizes, keys = (10, 20, 20, 5), [key, key]
    less, greater = (theory.signal(sizes, keys, v, sb2, 1.0) for v in (sw2, sw2 * more))
    assert (greater.q > less.q).all()
    assert (greater.activation_rms > less.activation_rms).all()
    np.testing.assert_allclose(
        less.gradient_rms[1:], less.delta_rms[1:] * less.activation_rms[:-1], rtol=1e-12
    )


@settings(max_examples=30, deadline=None)
@given(
    sw2=st.floats(0.0, 14.0), sb2=st.floats(0.0, 4.0), x2=st.floats(0.0, 50.0), n=st.integers(1, 99)
)
def test_sigmoid_gradients_fade_towards_the_input(sw2, sb2, x2, n):
    """Its squared slope is at most 1/16."""
    found = theory.signal((n,) * 8, ["sigmoid"] * 6, sw2, sb2, x2)
    assert (found.chi[:-1] <= sw2 / 16 * (1 + 1e-9)).all()
    assert (np.diff(found.delta_rms) >= 0).all()


@pytest.mark.parametrize("key", [k for k, i in INITIALIZERS.items() if hasattr(i, "variance")])
def test_weight_variance_of_drawn_weights(key):
    sizes, rng = (300, 200, 250), np.random.default_rng(4)
    drawn = [k * INITIALIZERS[key].draw(rng, n, k, 0.3).var() for k, n in pairwise(sizes)]
    np.testing.assert_allclose(theory.weight_variance(key, sizes, 0.3), drawn, rtol=0.04)
    mixed = theory.weight_variance([key, "he"], sizes, 0.3)
    assert mixed[1] == pytest.approx(2.0)
    assert mixed[0] == pytest.approx(drawn[0], rel=0.04)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: theory.depth_scales("tanh", -1.0, 0.0), "sigma_w"),
        (lambda: theory.depth_scales("tanh", 1.0, np.nan), "sigma_b"),
        (lambda: theory.critical_sigma_w("tanh", -0.1), "sigma_b"),
        (lambda: theory.moments("step", 1.0), "activation"),
        (lambda: theory.signal((3, 3, 1), [], 1.0, 0.0, 1.0), "keys"),
        (lambda: theory.signal((3, 3, 1), ["tanh"], [1.0], 0.0, 1.0), "sw2"),
        (lambda: theory.signal((3, 3, 1), ["tanh"], 1.0, -0.1, 1.0), "sb2"),
        (lambda: theory.signal((3, 3, 1), ["tanh"], 1.0, 0.0, -1.0), "x2"),
    ],
)
def test_what_does_not_fit_is_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()
