"""Optimisers: two steps by plain arithmetic from the textbooks, and ten as PyTorch makes them."""

from dataclasses import fields, replace
from math import sqrt

import numpy as np
import pytest
from traces import SETTINGS, TRACES, WEIGHTS, X, Y

import dnn
from dnn.config import FIELDS
from dnn.engine.layout import Layout
from dnn.engine.update import UPDATE_BLOCK, Update, coefficients
from dnn.parts.optimizers import OPTIMIZERS, OptimizerSettings
from dnn.registry import Call

RATE, MU, RHO, B1, B2, EPS = 0.05, 0.8, 0.6, 0.7, 0.95, 1e-3


def sgd(theta, gradient):
    theta = theta - RATE * gradient(theta)
    return theta - RATE * gradient(theta)


def momentum(theta, gradient):
    v = gradient(theta)
    theta = theta - RATE * v
    v = MU * v + gradient(theta)
    return theta - RATE * v


def nesterov(theta, gradient):
    """As published: the gradient is taken at phi = theta + mu u, where velocity carries the point.

    The run keeps phi, the point looked ahead to, which starts at theta because u starts at 0.
    """
    u, phi = 0.0, theta
    for _ in range(2):
        u = MU * u - RATE * gradient(phi)
        theta = theta + u
        phi = theta + MU * u
    return phi


def rmsprop(theta, gradient):
    g = gradient(theta)
    v = (1 - RHO) * g * g
    theta = theta - RATE * g / (sqrt(v) + EPS)
    g = gradient(theta)
    v = RHO * v + (1 - RHO) * g * g
    return theta - RATE * g / (sqrt(v) + EPS)


def adam(theta, gradient):
    g = gradient(theta)
    m, v = (1 - B1) * g, (1 - B2) * g * g
    theta = theta - RATE * (m / (1 - B1)) / (sqrt(v / (1 - B2)) + EPS)
    g = gradient(theta)
    m, v = B1 * m + (1 - B1) * g, B2 * v + (1 - B2) * g * g
    return theta - RATE * (m / (1 - B1**2)) / (sqrt(v / (1 - B2**2)) + EPS)


def adamw(theta, gradient, decay=0.0):
    """Loshchilov & Hutter 2019, algorithm 2, line 12: gradient is without the penalty."""
    g = gradient(theta)
    m, v = (1 - B1) * g, (1 - B2) * g * g
    theta = theta - RATE * ((m / (1 - B1)) / (sqrt(v / (1 - B2)) + EPS) + decay * theta)
    g = gradient(theta)
    m, v = B1 * m + (1 - B1) * g, B2 * v + (1 - B2) * g * g
    return theta - RATE * ((m / (1 - B1**2)) / (sqrt(v / (1 - B2**2)) + EPS) + decay * theta)


#: Two steps by hand: the one reference that an optimiser needs; PyTorch's traces are beside it.
#: Kingma & Ba 2015, algorithm 1; Sutskever et al. 2013, eq. 1-4 with the rate outside.
TEXTBOOK = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}


def textbook(key, theta, gradient, l2=0.0):
    """Return theta after two steps on a cost with this gradient and the penalty l2 / 2 theta^2."""
    if OPTIMIZERS[key].decoupled:
        return TEXTBOOK[key](theta, gradient, l2)
    return TEXTBOOK[key](theta, lambda x: gradient(x) + l2 * x)


def test_every_optimizer_has_its_textbook():
    assert set(TEXTBOOK) == set(OPTIMIZERS)


def config(key, **fields):
    return dnn.Config(
        optimizer=key,
        learning_rate=RATE,
        momentum=MU,
        rho=RHO,
        beta1=B1,
        beta2=B2,
        epsilon=EPS,
        **fields,
    )


@pytest.mark.parametrize("l2", [0.0, 0.4])
@pytest.mark.parametrize("key", OPTIMIZERS)
def test_two_steps_of_one_weight_by_hand(key, l2):
    # One example, x = 3 and y = 1, and the bias kept out by a second example at -x and -y: the
    # gradient of (1/2)(w x - y)^2 + (l2 / 2) w^2 is x (w x - y) + l2 w, that of the bias is 0.
    data = dnn.Dataset([[3.0, -3.0]], [[1.0, -1.0]], target="real")
    run = dnn.start(config(key, hidden=(), batch_size=None, l2=l2), data, [([[0.5]], [[0.0]])])
    run, _ = dnn.advance(run, 2)
    expected = textbook(key, 0.5, lambda w: 3 * (3 * w - 1), l2)
    (W, b) = run.weights[0]
    assert W.item() == pytest.approx(expected, rel=1e-13)
    assert b.item() == 0


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_two_steps_of_one_bias_by_hand(key):
    data = dnn.Dataset([[1.0, -1.0]], [[2.0, 2.0]], target="real")
    run = dnn.start(config(key, hidden=(), batch_size=None, l2=0.4), data, [([[0.0]], [[0.5]])])
    run, _ = dnn.advance(run, 2)
    expected = TEXTBOOK[key](0.5, lambda b: b - 2)
    assert run.weights[0][1].item() == pytest.approx(expected, rel=1e-13), "biases are not decayed"


@pytest.mark.parametrize("l2", [0.0, 0.4])
@pytest.mark.parametrize("key", OPTIMIZERS)
def test_two_steps_of_more_parameters_than_a_block(key, l2):
    layout = Layout.of((99, 100, 2))
    assert layout.size > UPDATE_BLOCK
    rng = np.random.default_rng(0)
    p, slope = rng.normal(size=(2, layout.size))
    mask = layout.weight_mask()
    expected = [
        textbook(key, theta, lambda x, a=a: a * x, l2 * d)
        for theta, a, d in zip(p.tolist(), slope.tolist(), mask.tolist(), strict=True)
    ]
    settings = config(key, l2=l2)
    work = np.zeros((2, layout.size))
    state = np.zeros((OPTIMIZERS[key].slots, layout.size))
    update = Update(settings, layout, p, work, state)
    numbers = coefficients(settings, np.arange(1.0, 3.0), np.full(2, RATE))
    for t in range(2):
        work[0] = slope * p
        for c, values in zip(update.coefficients, numbers, strict=True):
            c[()] = values[t]
        make(update.calls)
    np.testing.assert_allclose(p, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("key", "l2"), TRACES)
def test_ten_steps_are_those_of_pytorch(key, l2):
    settings = dnn.Config(hidden=(), optimizer=key, l2=l2, batch_size=None, **SETTINGS)
    run = dnn.start(settings, dnn.Dataset(X, Y), WEIGHTS)
    for row in TRACES[key, l2]:
        run, _ = dnn.advance(run, 1)
        np.testing.assert_allclose(run.parameters, row, rtol=0, atol=1e-12)


def test_the_traces_differ():
    assert {key for key, _ in TRACES} <= set(OPTIMIZERS)
    assert all(len(rows) == 10 for rows in TRACES.values())
    ends = [rows[-1] for (_, l2), rows in TRACES.items() if l2 == 0.3]
    assert len(set(ends)) == len(ends), "with a penalty all differ, adam and adamw too"


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_what_an_optimizer_uses_is_what_it_reads(key):
    """Updates by twenty random gradients change with exactly the fields that `uses` names."""
    gradients = np.random.default_rng(0).normal(size=(20, 6))

    def after(**fields):
        settings, layout = replace(config(key), **fields), Layout.of((2, 2))
        p, work = np.ones(6), np.zeros((2, 6))
        update = Update(settings, layout, p, work, np.zeros((OPTIMIZERS[key].slots, 6)))
        for t, work[0] in enumerate(gradients, 1):
            numbers = coefficients(settings, np.array([float(t)]), np.array([RATE]))
            for c, values in zip(update.coefficients, numbers, strict=True):
                c[()] = values[0]
            make(update.calls)
        return p

    numbers = [f.name for f in fields(OptimizerSettings) if FIELDS[f.name].kind != "choice"]
    other = {name: 0.5 if name == "epsilon" else 0.1 for name in numbers}
    changing = {name for name, v in other.items() if (after(**{name: v}) != after()).any()}
    assert changing == set(OPTIMIZERS[key].uses)


def make(calls: list[Call]) -> None:
    for function, operands in calls:
        function(*operands)


def test_the_number_of_a_step_is_counted_over_slices():
    data = dnn.Dataset([[3.0, -3.0]], [[1.0, -1.0]], target="real")
    run = dnn.start(config("adam", hidden=(), batch_size=None), data, [([[0.5]], [[0.0]])])
    run, _ = dnn.advance(run, 1)
    run, _ = dnn.advance(run, 1)
    expected = adam(0.5, lambda w: 3 * (3 * w - 1))
    assert run.weights[0][0].item() == pytest.approx(expected, rel=1e-13)


def test_adam_takes_its_rate_whatever_the_size_of_the_gradient():
    # The first step of Adam is the learning rate times the sign of the gradient (section 2.1).
    for scale in (1e-4, 1.0, 1e4):
        data = dnn.Dataset([[scale, -scale]], [[scale, -scale]], target="real")
        settings = dnn.Config(hidden=(), optimizer="adam", epsilon=1e-12, batch_size=None)
        run, _ = dnn.advance(dnn.start(settings, data, [([[0.0]], [[0.0]])]), 1)
        assert run.weights[0][0].item() == pytest.approx(settings.learning_rate, rel=1e-3)


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_float32_follows_float64(key):
    a, b = (
        dnn.advance(dnn.start(dnn.Config(optimizer=key, dtype=dtype)), 20)[0]
        for dtype in ("float64", "float32")
    )
    assert b.parameters.dtype == np.float32
    assert b.state.dtype == np.float32
    np.testing.assert_allclose(b.parameters, a.parameters, atol=1e-3)
