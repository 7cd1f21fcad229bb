"""Penalties, clipping and their order, against steps computed by hand."""

from itertools import permutations

import numpy as np
import pytest
from problems import flat, problem, start_random

import dnn
from dnn.config import Config
from dnn.engine.layout import Layout
from dnn.engine.trainer import Trainer
from dnn.engine.update import UPDATE_BLOCK, Update, coefficients
from dnn.parts.optimizers import OPTIMIZERS

#: Two weights and a bias.
TINY = Layout.of((2, 1))
RATE = 0.5


def config(optimizer="sgd", **fields):
    return Config(optimizer=optimizer, learning_rate=RATE, **fields)


def updated(settings, p, gradient, layout=TINY, steps=1):
    """Return p after so many updates by this gradient, with the run's learning rate."""
    p = np.array(p, settings.dtype)
    work = np.zeros((2, p.size), p.dtype)
    state = np.zeros((OPTIMIZERS[settings.optimizer].slots, p.size), p.dtype)
    update = Update(settings, layout, p, work, state)
    numbers = coefficients(settings, np.arange(1.0, steps + 1), np.full(steps, RATE))
    for t in range(steps):
        work[0] = gradient
        for c, values in zip(update.coefficients, numbers, strict=True):
            c[()] = values[t]
        with np.errstate(all="ignore"):
            for function, operands in update.calls:
                function(*operands)
    return p


def step(p, gradient, **fields):
    """Return the gradient that one step of sgd followed."""
    return (np.array(p) - updated(config(**fields), p, gradient)) / RATE


def test_l1_pulls_every_weight_by_the_same_amount_and_no_bias():
    # By hand: g + 0.25 sign(W); a weight of 0 and the bias are let alone.
    assert step([2.0, -0.5, 3.0], [1.0, 1.0, 1.0], l1=0.25).tolist() == [1.25, 0.75, 1.0]
    assert step([0.0, -8.0, -3.0], [1.0, 0.0, 0.0], l1=0.25).tolist() == [1.0, -0.25, 0.0]


def test_l2_pulls_weights_by_their_size_and_no_bias():
    assert step([2.0, -0.5, 3.0], [1.0, 1.0, 1.0], l2=0.5).tolist() == [2.0, 0.75, 1.0]


def test_both_penalties_add_up():
    assert step([2.0, -0.5, 3.0], [0.0, 0.0, 0.0], l1=0.25, l2=0.5).tolist() == [1.25, -0.5, 0.0]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (2.5, [1.5, 0.0, -2.0]),  # |g| = 5 is halved
        (5.0, [3.0, 0.0, -4.0]),
        (7.0, [3.0, 0.0, -4.0]),
        (0.0, [3.0, 0.0, -4.0]),  # off
    ],
)
def test_the_norm_is_clipped_where_it_is_longer(limit, expected):
    got = step([1.0, 1.0, 1.0], [3.0, 0.0, -4.0], clip_norm=limit)
    np.testing.assert_allclose(got, expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1.0, [1.0, 0.5, -1.0]),
        (3.5, [3.0, 0.5, -3.5]),
        (4.0, [3.0, 0.5, -4.0]),
        (0.0, [3.0, 0.5, -4.0]),  # off
    ],
)
def test_values_are_clipped_one_by_one(limit, expected):
    assert step([1.0, 1.0, 1.0], [3.0, 0.5, -4.0], clip_value=limit).tolist() == expected


def test_a_gradient_of_zero_is_not_divided_by_its_length():
    assert step([1.0, 1.0, 1.0], [0.0, 0.0, 0.0], clip_norm=1.0).tolist() == [0, 0, 0]


def test_penalty_then_value_then_norm_then_optimiser():
    p, g, mask = np.array([2.0, -1.0, 0.5]), np.array([0.5, -3.0, 0.2]), np.array([1, 1, 0])
    fields = {"l1": 0.25, "l2": 0.5, "clip_value": 1.0, "clip_norm": 1.2}
    parts = {
        "penalty": lambda g: g + mask * (0.5 * p + 0.25 * np.sign(p)),
        "value": lambda g: np.clip(g, -1.0, 1.0),
        "norm": lambda g: g * min(1.0, 1.2 / np.linalg.norm(g)),
    }
    outcomes = {}
    for order in permutations(parts):
        outcomes[order] = g
        for name in order:
            outcomes[order] = parts[name](outcomes[order])
    right = outcomes.pop(("penalty", "value", "norm"))
    np.testing.assert_allclose(step(p, g, **fields), right, rtol=1e-14)
    assert all(np.abs(other - right).max() > 0.01 for other in outcomes.values())
    # Momentum sums what is left: v = h, then 0.9 h + h, and p moves by 2.9 h in two steps. With
    # no penalty h is the same at both.
    settings = config("momentum", clip_value=1.0, clip_norm=1.2, momentum=0.9)
    h = parts["norm"](parts["value"](g))
    np.testing.assert_allclose(updated(settings, p, g, steps=2), p - RATE * 2.9 * h, rtol=1e-14)


def test_adamw_clips_the_gradient_but_not_the_decay():
    # The first step of Adam is rate * sign(g) where eps is small, whatever it was clipped to.
    fields = {"l2": 0.1, "clip_value": 1e-3, "clip_norm": 1e-3, "epsilon": 1e-12}
    got = updated(config("adamw", **fields), [4.0, -4.0, 4.0], [7.0, 7.0, 7.0])
    np.testing.assert_allclose(got, [4 - 0.5 - 0.2, -4 - 0.5 + 0.2, 4 - 0.5], rtol=1e-6)


def test_adamw_takes_l1_into_the_gradient():
    """Only l2 is decoupled: at g = 0 the sign of the weight is all the gradient there is."""
    got = updated(config("adamw", l1=0.1, l2=0.1, epsilon=1e-12), [4.0, -4.0, 4.0], [0.0] * 3)
    np.testing.assert_allclose(got, [4 - 0.5 - 0.2, -4 + 0.5 + 0.2, 4.0], rtol=1e-6)


EVERYTHING = {"l1": 0.03, "l2": 0.2, "clip_value": 1.5, "clip_norm": 20.0}


def test_clipping_looks_at_all_blocks_of_a_large_vector():
    layout = Layout.of((99, 100, 2))
    assert layout.size > UPDATE_BLOCK
    p, g = np.random.default_rng(0).normal(size=(2, layout.size))
    h = np.clip(g + layout.weight_mask() * (0.2 * p + 0.03 * np.sign(p)), -1.5, 1.5)
    assert np.linalg.norm(h) > 20
    h *= 20 / np.linalg.norm(h)
    got = updated(config(**EVERYTHING), p, g, layout)
    np.testing.assert_allclose(got, p - RATE * h, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_blocks_do_not_matter(key, monkeypatch):
    layout = Layout.of((7, 6, 5, 2), batch_norm=True)
    p, g = np.random.default_rng(0).normal(size=(2, layout.size))
    settings = config(key, **{**EVERYTHING, "clip_norm": 2.0})
    whole = updated(settings, p, g, layout, steps=3)
    monkeypatch.setattr("dnn.engine.update.UPDATE_BLOCK", 11)
    assert updated(settings, p, g, layout, steps=3).tobytes() == whole.tobytes()


@pytest.mark.parametrize("fields", [{"clip_norm": 0.01}, {"clip_norm": 1e3}, {"clip_value": 0.02}])
@pytest.mark.parametrize("batch_size", [None, 5])
def test_a_run_clips_the_gradient_of_its_batch(fields, batch_size):
    data = problem("softmax")
    settings = config(hidden=(4,), batch_size=batch_size, l1=0.01, l2=0.1, **fields)
    run = start_random(settings, data)
    batches = Trainer(settings, data).batches
    for _, rows, _ in batches.of(0, 0, batches.per_epoch):
        chosen = [int(np.flatnonzero((row[:-1] == data.X_train.T).all(axis=1))[0]) for row in rows]
        g = flat(dnn.gradients(run, data.X_train[:, chosen], data.Y_train[:, chosen]))
        if "clip_value" in fields:
            g = np.clip(g, -0.02, 0.02)
        else:
            g = g * min(1.0, fields["clip_norm"] / np.linalg.norm(g))
        after, _ = dnn.advance(run, 1)
        moved = (flat(run.weights) - flat(after.weights)) / RATE
        np.testing.assert_allclose(moved, g, rtol=1e-8, atol=1e-13)
        run = after


def test_the_penalty_is_what_the_gradient_is_of():
    data = problem("softmax")
    for optimizer, l2 in (("sgd", 0.3), ("adamw", 0.0)):
        run = start_random(config(optimizer, hidden=(4,), l1=0.2, l2=0.3), data)
        W = np.concatenate([W.ravel() for W, _ in run.weights])
        expected = 0.2 * np.abs(W).sum() + l2 / 2 * (W**2).sum()
        assert dnn.penalty(run) == pytest.approx(expected, rel=1e-13)
        bare = start_random(config(optimizer, hidden=(4,)), data)
        more = flat(dnn.gradients(run, data.X_train, data.Y_train)) - flat(
            dnn.gradients(bare, data.X_train, data.Y_train)
        )
        pull = flat([(0.2 * np.sign(W) + l2 * W, 0 * b) for W, b in run.weights])
        np.testing.assert_allclose(more, pull, atol=1e-13)


def test_l1_makes_weights_small_that_the_data_do_not_need():
    data = problem("squared_error", n_inputs=3, m=40)
    sizes = []
    for l1 in (0.0, 0.5):
        settings = Config(hidden=(), l1=l1, optimizer="sgd", batch_size=None, learning_rate=0.01)
        run, _ = dnn.advance(start_random(settings, data), 2000)
        sizes.append(np.abs(run.weights[0][0]))
    assert (sizes[1] <= 0.01).all()
    assert (sizes[0] > 0.01).any()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_gradient_whose_square_overflows_is_clipped_all_the_same(dtype):
    fields = {"initializer": "mean_field", "sigma_w": 10.0, "batch_size": None, "dtype": dtype}
    settings = dnn.Config(
        hidden=(50,) * 60, optimizer="sgd", learning_rate=0.5, clip_norm=1.0, **fields
    )
    run = dnn.start(settings)
    after, _ = dnn.advance(run, 1)
    moved = after.parameters.astype(float) - run.parameters.astype(float)
    assert np.linalg.norm(moved) == pytest.approx(0.5, rel=1e-3)


def test_a_gradient_of_zeros_is_not_clipped():
    settings = dnn.Config(
        hidden=(4,), initializer="zeros", optimizer="sgd", clip_norm=1.0, batch_size=None
    )
    data = dnn.Dataset([[1.0, -1.0]], [[0.0, 0.0]], target="real")
    run, _ = dnn.advance(dnn.start(settings, data), 3)
    assert run.diverged is None
    assert not run.parameters.any()
