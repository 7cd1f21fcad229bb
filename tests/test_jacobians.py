"""Jacobians of layers and of whole networks, against central differences."""

import numpy as np
import pytest

import dnn
from dnn.engine.network import PROBING
from dnn.run.inference import Question
from lab.analysis import jacobians
from lab.analysis.signal import Probe
from lab.experiments.runs import random_inputs


def passed(**fields):
    """Return the pass of a small network after it has run, its question, and the inputs."""
    data = random_inputs(5, 7, classes=3)
    config = dnn.Config(**{"hidden": (6, 6, 4), "initializer": "he", **fields})
    question = Question(dnn.start(config, data), data.X_train, data.Y_train, PROBING)
    return question.run(), data.X_train


def hidden_at(X, last, example, **fields):
    """Return a[last] of one example among X, a[0] being x and the last one the logits."""
    data = random_inputs(5, 7, classes=3)
    config = dnn.Config(**{"hidden": (6, 6, 4), "initializer": "he", **fields})
    net = Question(dnn.start(config, data), X, None).run()
    A = net.logits if last == len(net.W) else net.activation(last)
    return A[:, example].copy()


@pytest.mark.parametrize(
    "fields",
    [
        {"activation": "tanh"},
        {"activation": "relu"},
        {"activation": "gelu"},
        {"activation": ("tanh", "silu", "selu")},
        {"activation": "tanh", "residual": True, "branch_scale": 0.7},
    ],
    ids=str,
)
@pytest.mark.parametrize("last", [1, 2, 3, 4])
def test_end_to_end_against_central_differences(fields, last):
    net, X = passed(**fields)
    example, h = 3, 1e-6
    J = jacobians.end_to_end_jacobian(net, example, 0, last)
    for i in range(len(X)):
        step = np.zeros_like(X)
        step[i, example] = h
        up, down = (hidden_at(X + s * step, last, example, **fields) for s in (1, -1))
        np.testing.assert_allclose(J[:, i], (up - down) / (2 * h), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "fields", [{"activation": "tanh"}, {"activation": "tanh", "residual": True}], ids=str
)
def test_deltas_go_back_by_the_jacobians(fields):
    """Back-propagation is the transposed product: an independent path through the same numbers."""
    net, _ = passed(**fields)
    error = net.deltas[-1][:, 2]
    for layer in (4, 3, 2):
        error = jacobians.layer_jacobian(net, layer, 2).T @ error
        delta = jacobians.slopes(net, layer - 1, 2) * error
        np.testing.assert_allclose(delta, net.deltas[layer - 2][:, 2], rtol=1e-12)


def test_glorots_jacobian_lies_between_activations():
    """Glorot & Bengio 2010, eq. 17: d z^{i+1} / d z^i, with z^{i+1} = f(s^i) the activations."""
    net, _ = passed(activation="tanh")
    for layer in (2, 3):
        expected = np.diag(1 - net.activation(layer)[:, 4] ** 2) @ net.W[layer - 1][:, :-1]
        np.testing.assert_allclose(jacobians.layer_jacobian(net, layer, 4), expected)


def test_a_normalised_layer_holds_its_moments():
    net, _ = passed(activation="tanh", batch_norm=True)
    W, norm = net.W[1][:, :-1], net.norms[1]
    scale = (norm.gamma / np.sqrt(norm.var + 1e-5))[:, 0]
    expected = np.diag((1 - net.activation(2)[:, 1] ** 2) * scale) @ W
    np.testing.assert_allclose(jacobians.layer_jacobian(net, 2, 1), expected, rtol=1e-12)


def layer_values(net):
    """Return the singular values of each layer's Jacobian."""
    layers = range(1, len(net.W) + 1)
    return [jacobians.singular_values(jacobians.layer_jacobian(net, l)) for l in layers]


def test_singular_values_come_sorted_and_for_every_layer():
    net, _ = passed(activation="relu")
    values = layer_values(net)
    assert [len(s) for s in values] == [5, 6, 4, 3]
    assert all((np.diff(s) <= 0).all() and s.dtype == np.float64 for s in values)
    J = jacobians.layer_jacobian(net, 2)
    assert np.sum(values[1] ** 2) == pytest.approx(np.sum(J**2))
    end_to_end = jacobians.end_to_end_jacobian(net, first=1, last=2)
    np.testing.assert_array_equal(jacobians.singular_values(end_to_end), values[1])


def test_a_jacobian_out_of_range_is_nan():
    net, _ = passed(activation="relu")
    net.W[1][:] = np.inf
    assert np.isnan(layer_values(net)[1]).all()
    assert np.isnan(jacobians.singular_values(jacobians.end_to_end_jacobian(net))).all()


def test_wide_networks_too():
    probe = Probe(dnn.Config(hidden=(800, 800), activation="tanh"), random_inputs(20, 8))
    net = probe.run(0)
    assert net.dtype == np.float32
    s = jacobians.singular_values(jacobians.layer_jacobian(net, 2))
    assert s.dtype == np.float64
    assert 1.0 < s[0] < 2.0


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda net: jacobians.layer_jacobian(net, 0), "layer: 0"),
        (lambda net: jacobians.layer_jacobian(net, 1, 7), "example: 7"),
        (lambda net: jacobians.slopes(net, 4), "output layer"),
        (lambda net: jacobians.end_to_end_jacobian(net, first=3, last=3), "first: 3"),
        (lambda net: jacobians.end_to_end_jacobian(net, last=5), "layer: 5"),
    ],
)
def test_what_is_not_there_is_named(call, match):
    net, _ = passed(activation="tanh")
    with pytest.raises(ValueError, match=match):
        call(net)
