"""Residual layers: what they compute, where they are, and what leaves the network as it was."""

import numpy as np
import pytest
from problems import activated, distance, flat, problem, random_weights, start_random

import dnn
from dnn.config import FIELDS
from dnn.parts.activations import ACTIVATIONS

DATA = problem("softmax")
X, Y = DATA.X_train, DATA.Y_train


def config(hidden=(4, 4), **fields):
    return dnn.Config(
        **{"hidden": hidden, "residual": True, "optimizer": "sgd", "batch_size": 5, **fields}
    )


def start(hidden=(4, 4), **fields):
    return start_random(config(hidden, **fields), DATA)


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.0, 2.0])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_two_layers_written_out(activation, scale):
    run = start(activation=activation, branch_scale=scale, loss="squared_error")
    (W1, b1), (W2, b2), (W3, b3) = run.weights
    A1 = activated(activation, W1 @ X + b1)
    A2 = A1 + scale * activated(activation, W2 @ A1 + b2)
    np.testing.assert_allclose(dnn.predict(run, X), W3 @ A2 + b3, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("hidden", "where"),
    [
        ((), ()),
        ((4,), (False,)),
        ((4, 4), (False, True)),
        ((3, 3, 3), (False, True, True)),
        ((5, 4, 4, 3, 4), (False, False, True, False, False)),
    ],
)
def test_a_layer_adds_where_the_one_before_is_as_wide(hidden, where):
    assert config(hidden).residual_layers() == where
    assert config(hidden, residual=False).residual_layers() == (False,) * len(hidden)
    assert config(hidden, residual=False).residual_layers(True) == where
    assert FIELDS["residual"].applies(config(hidden)) == any(where)
    assert FIELDS["branch_scale"].applies(config(hidden)) == any(where)


@pytest.mark.parametrize("hidden", [(3,), (3, 4), (5, 4, 3), ()])
def test_without_equal_layers_nothing_is_added(hidden):
    """The first layer never adds, though the three inputs of the data are as many as its units."""
    a, b = (start(hidden, residual=on, branch_scale=0.5) for on in (True, False))
    assert (dnn.predict(a, X) == dnn.predict(b, X)).all()
    a, b = (dnn.advance(run, 7)[0] for run in (a, b))
    assert a.parameters.tobytes() == b.parameters.tobytes()


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_a_branch_scale_of_0_takes_the_layers_out(activation):
    deep = start((4, 4, 4), activation=activation, branch_scale=0.0)
    first, *inner, last = deep.weights
    short = dnn.start(config((4,), activation=activation), DATA, [first, last])
    np.testing.assert_allclose(dnn.predict(deep, X), dnn.predict(short, X), rtol=1e-13)
    gradients = dnn.gradients(deep, X, Y)
    expected = dnn.gradients(short, X, Y)
    assert distance(flat([gradients[0], gradients[-1]]), flat(expected)) < 1e-13
    assert not flat(gradients[1:-1]).any()
    deep, short = (dnn.advance(run, 20)[0] for run in (deep, short))
    ends = [deep.weights[0], deep.weights[-1]]
    np.testing.assert_allclose(flat(ends), flat(short.weights), rtol=1e-11, atol=1e-13)
    assert (flat(deep.weights[1:-1]) == flat(inner)).all(), "what is taken out learns nothing"


def test_a_linear_residual_layer_is_a_plain_one_with_the_identity_added():
    """A + s (W A + b) = (I + s W) A + s b; by the chain rule dW = s dW'."""
    s = 0.3
    run = start((4, 4, 4), activation="linear", branch_scale=s)
    first, *inner, last = run.weights
    plain = [(np.eye(4) + s * W, s * b) for W, b in inner]
    other = dnn.start(
        config((4, 4, 4), activation="linear", residual=False), DATA, [first, *plain, last]
    )
    np.testing.assert_allclose(dnn.predict(run, X), dnn.predict(other, X), rtol=1e-12)
    got, expected = dnn.gradients(run, X, Y), dnn.gradients(other, X, Y)
    scales = (1.0, s, s, 1.0)
    for (dW, db), (dW_, db_), factor in zip(got, expected, scales, strict=True):
        np.testing.assert_allclose(dW, factor * dW_, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(db, factor * db_, rtol=1e-11, atol=1e-14)


def test_the_branch_scale_matters_only_with_residual_layers():
    a, b = (start(residual=False, branch_scale=s) for s in (1.0, 0.1))
    assert (dnn.predict(a, X) == dnn.predict(b, X)).all()
    a, b = (start(branch_scale=s) for s in (1.0, 0.1))
    assert (dnn.predict(a, X) != dnn.predict(b, X)).any()


def test_the_gradient_has_a_way_past_forty_saturated_layers():
    """He et al. 2016: a plain network of this depth passes nothing on."""
    weights = random_weights((3, *(4,) * 40, 3))
    sizes = []
    for on in (False, True):
        settings = config((4,) * 40, residual=on, activation="sigmoid", branch_scale=0.1)
        run = dnn.start(settings, DATA, weights)
        first, *_, last = dnn.gradients(run, X, Y)
        sizes.append(np.linalg.norm(first[0]) / np.linalg.norm(last[0]))
    assert sizes[0] < 1e-15
    assert sizes[1] > 1e-3


@pytest.mark.parametrize("fields", [{}, {"dropout": 0.3}, {"batch_norm": True}])
def test_slices_and_replay(fields):
    whole, _ = dnn.advance(dnn.start(config((4, 4, 4), branch_scale=0.5, **fields), DATA), 20)
    run = dnn.start(config((4, 4, 4), branch_scale=0.5, **fields), DATA)
    for steps in (3, 1, 16):
        run, _ = dnn.advance(run, steps)
    assert run.parameters.tobytes() == whole.parameters.tobytes()
    assert dnn.replay(run, 20).parameters.tobytes() == whole.parameters.tobytes()
