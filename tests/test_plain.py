"""The plain NumPy of every entry computes what the engine computes: they can't disagree.

The exported script is made of these lines, and a reader sees them on the pages Walk and Glossary.
"""

from dataclasses import fields

import numpy as np
import pytest
from plain import plain, ran

import dnn
from dnn.config import FIELDS
from dnn.parts import dropout
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES
from dnn.parts.normalization import PLAIN_BACKWARD, PLAIN_FORWARD, PLAIN_RUNNING, BatchNorm
from dnn.parts.optimizers import OPTIMIZERS, OptimizerSettings
from dnn.parts.schedules import SCHEDULES

RNG = np.random.default_rng(4)
TOLERANCE = {"rtol": 1e-12, "atol": 1e-13}


def make(calls):
    for function, operands in calls:
        function(*operands)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_activation(key):
    entry, Z = ACTIVATIONS[key], RNG.normal(0, 3, (5, 40))
    before, A, D = Z.copy(), np.empty_like(Z), np.empty_like(Z)
    make(entry.forward(Z, A))
    make(entry.derivative(Z, A, D))
    np.testing.assert_allclose(plain(entry.plain, Z=before), A, **TOLERANCE)
    np.testing.assert_allclose(plain(entry.plain_slope, Z=before, A=A), D, **TOLERANCE)


@pytest.mark.parametrize("key", LOSSES)
def test_loss(key):
    loss = LOSSES[key]
    n = {"binary": 1, "classes": 4, "real": 3}[loss.targets[0]]
    Z, labels = RNG.normal(0, 3, (n, 20)), RNG.integers(0, n, 20)
    Y = np.eye(n)[:, labels] if n > 3 else RNG.integers(0, 2, (n, 20)).astype(float)
    A, D = np.empty_like(Z), np.empty_like(Z)
    make(loss.link(Z, A))
    make(loss.delta(Z, loss.encode(Y), D))
    np.testing.assert_allclose(plain(loss.plain, Z=Z, Y=Y), loss.cost(Z, Y), **TOLERANCE)
    np.testing.assert_allclose(plain(loss.plain_link, Z=Z), A, **TOLERANCE)
    found = plain(loss.plain_delta, Z=Z, Y=Y)
    np.testing.assert_allclose(found, loss.delta_factor * D, **TOLERANCE)


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_optimizer(key):
    """Five steps of three parameters, with settings that are not the default ones."""
    optimizer, rate = OPTIMIZERS[key], 0.05
    names = [f.name for f in fields(OptimizerSettings) if FIELDS[f.name].kind != "choice"]
    settings = {name: 0.01 if name == "epsilon" else 0.9 - 0.1 * i for i, name in enumerate(names)}
    config = dnn.Config(optimizer=key, **settings)
    p, q = (np.array([0.5, -0.3, 1.0]) for _ in range(2))
    state = np.zeros((optimizer.slots, 3))
    memory = {name: np.zeros(3) for name in optimizer.memory}
    uses = {name: getattr(config, name) for name in optimizer.uses}
    for t in range(1, 6):
        g = RNG.normal(size=3)
        numbers = optimizer.coefficients(config, np.array([float(t)]), np.array([rate]))
        c = tuple(np.array(values[0]) for values in numbers)
        make(optimizer.calls(p, np.stack([g, np.zeros(3)]), state, c, config))
        ran(optimizer.plain, p=q, g=g, rate=rate, t=t, **memory, **uses)
        np.testing.assert_allclose(q, p, **TOLERANCE)


@pytest.mark.parametrize("key", SCHEDULES)
def test_schedule(key):
    schedule = SCHEDULES[key]
    for t in (0, 1, 9, 10, 11, 35):
        by_engine = schedule.factor(np.array([float(t)]), 10, 0.3)[0]
        assert plain(schedule.plain, t=t, T=10, decay=0.3) == pytest.approx(by_engine, rel=1e-14)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5)])
@pytest.mark.parametrize("key", INITIALIZERS)
def test_initializer(key, shape):
    """From the same random numbers the same weights."""
    entry = INITIALIZERS[key]
    W = entry.draw(np.random.default_rng(1), *shape, 0.7)
    names = {"fan_out": shape[0], "fan_in": shape[1], "sigma_w": 0.7}
    found = ran(entry.plain, rng=np.random.default_rng(1), **names)["W"]
    np.testing.assert_allclose(found, W, **TOLERANCE)


def test_batch_normalisation():
    U, V, running = RNG.normal(2, 3, (4, 9)), RNG.normal(size=(4, 2)), np.ones((2, 4))
    G, delta, Z = np.zeros_like(V), RNG.normal(size=(4, 9)), np.empty_like(U)
    names = {"U": U.copy(), "gamma": V[:, :1], "beta": V[:, 1:], "delta": delta.copy(), "m": 9}
    names |= {"mean": U.mean(1, keepdims=True), "var": U.var(1, keepdims=True)}
    names |= {"running_mean": np.ones((4, 1)), "running_var": np.ones((4, 1))}
    norm = BatchNorm(U, Z, V, G, running, batch=True)
    make(norm.forward(update=True))
    make(norm.backward(delta))
    names = ran("\n".join((PLAIN_RUNNING, PLAIN_FORWARD, PLAIN_BACKWARD)), **names)
    np.testing.assert_allclose(names["Z"], Z, **TOLERANCE)
    np.testing.assert_allclose(names["delta"], delta, **TOLERANCE)
    np.testing.assert_allclose(np.hstack([names["dgamma"], names["dbeta"]]), G, **TOLERANCE)
    moments = np.hstack([names["running_mean"], names["running_var"]])
    np.testing.assert_allclose(moments.T, running, **TOLERANCE)


def test_dropout():
    masks = dropout.Masks(50, 0.3, 7, np.dtype(float))
    rng = np.random.default_rng([7, dropout.DROPOUT_STREAM, 0])
    found = ran(dropout.PLAIN, rng=rng, steps=masks.steps, size=50, share=0.3)["masks"]
    for step in (0, 5):
        np.testing.assert_allclose(found[step], masks.of(step), **TOLERANCE)
