"""Dropout: what masks are, where they act, and that they depend on seed and step alone."""

import numpy as np
import pytest
from problems import flat, masks_of, problem, start_random

import dnn
from dnn.parts.dropout import ELEMENTS_A_BLOCK, Masks
from dnn.run.inference import AS_TRAINING, Question

DATA = problem("softmax")


def masks(size=500, share=0.3, seed=0, dtype=np.float64):
    return Masks(size, share, seed, np.dtype(dtype))


def config(**fields):
    return dnn.Config(**{"hidden": (6, 5), "dropout": 0.4, "optimizer": "sgd", **fields})


def same(a, b):
    return a.parameters.tobytes() == b.parameters.tobytes() and a.step == b.step


# --- the masks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_share_is_dropped_and_the_mean_is_1(share, dtype):
    made = masks(share=share, dtype=dtype)
    M = np.array([made.of(step) for step in range(400)])
    assert M.dtype == dtype
    np.testing.assert_allclose(np.unique(M), [0, 1 / (1 - share)], rtol=1e-6)
    error = (share * (1 - share) / M.size) ** 0.5
    assert abs((M == 0).mean() - share) < 5 * error
    assert abs(M.mean() - 1) < 5 * error / (1 - share)
    # Over the steps of one unit, and over the units of one step, too.
    for axis in (0, 1):
        spread = (share * (1 - share) / M.shape[axis]) ** 0.5
        assert np.abs((M == 0).mean(axis=axis) - share).max() < 6 * spread


def test_units_and_steps_are_independent():
    made = masks(size=200, share=0.5)
    M = np.array([made.of(step) for step in range(600)]) - 1.0
    for axis in (M, M.T):
        neighbours = (axis[:-1] * axis[1:]).mean()
        assert abs(neighbours) < 5 / M.size**0.5


def test_masks_are_a_function_of_seed_and_step():
    # 131 steps are drawn at once: the steps asked for lie in three blocks.
    steps = [0, 1, 130, 131, 132, 262, 300]
    assert masks().steps == ELEMENTS_A_BLOCK // 500 == 131
    forwards, backwards = masks(), masks()
    first = {t: forwards.of(t).copy() for t in steps}
    again = {t: backwards.of(t).copy() for t in reversed(steps)}
    other = {t: masks(seed=1).of(t).copy() for t in steps}
    for t in steps:
        assert (first[t] == again[t]).all()
        assert (first[t] != other[t]).any()
        assert all((first[t] != first[u]).any() for u in steps if u != t)


def test_masks_between_steps_are_those_of_each():
    made, one = masks(), masks()
    for t, part in enumerate(made.between(128, [77] * 6), 128):
        assert (part == one.of(t)[:77]).all()
        assert part.shape == (77,)


def test_a_mask_larger_than_a_block_is_drawn_alone():
    made = masks(size=ELEMENTS_A_BLOCK + 1)
    assert made.steps == 1
    assert (made.of(0) != made.of(1)).any()
    assert made.nbytes == made.of(0).nbytes


# --- where they act ------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{}, {"residual": True, "hidden": (5, 5)}, {"batch_norm": True}])
def test_answers_are_without_dropout(fields):
    run, bare = (start_random(config(dropout=p, **fields), DATA) for p in (0.5, 0.0))
    X, Y = DATA.X_train, DATA.Y_train
    assert (dnn.predict(run, X) == dnn.predict(bare, X)).all()
    assert dnn.cost(run, X, Y) == dnn.cost(bare, X, Y)
    np.testing.assert_allclose(flat(dnn.gradients(run, X, Y)), flat(dnn.gradients(bare, X, Y)))
    assert dnn.cost(run, X, Y, training=True) != dnn.cost(run, X, Y)


def test_records_are_without_dropout():
    run, records = dnn.advance(start_random(config(), DATA), 5, dnn.Watch(5))
    expected = dnn.cost(run, DATA.X_train, DATA.Y_train)
    assert records[-1].train_cost == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("fields", [{}, {"residual": True, "hidden": (5, 5)}, {"batch_norm": True}])
def test_a_step_follows_the_gradient_under_its_mask(fields):
    run = start_random(config(batch_size=None, learning_rate=0.2, **fields), DATA)
    seen = []
    for _ in range(4):
        expected = flat(dnn.gradients(run, DATA.X_train, DATA.Y_train, training=True))
        after, _ = dnn.advance(run, 1)
        moved = (flat(run.weights) - flat(after.weights)) / 0.2
        np.testing.assert_allclose(moved, expected, rtol=1e-8, atol=1e-13)
        seen.append(masks_of(run, DATA.m_train)[0])
        run = after
    assert (seen[0] != seen[1]).any(), "drawn anew at each step"
    assert (seen[0][:, 0] != seen[0][:, 1]).any(), "and for each example"


def test_a_linear_network_is_right_on_average():
    """The scale 1 / (1 - p) makes the mean over masks what is evaluated."""
    run = start_random(config(activation="linear", loss="squared_error", hidden=(6,)), DATA)
    question = Question(run, DATA.X_train, None, AS_TRAINING)
    rows, made = question.step[0], masks(question.net.total, 0.4)
    outputs = []
    for step in range(3000):
        question.step = (rows, made.of(step))
        outputs.append(question.run().prediction.copy())
    outputs = np.array(outputs)
    error = outputs.std(axis=0) / len(outputs) ** 0.5
    assert (np.abs(outputs.mean(axis=0) - dnn.predict(run, DATA.X_train)) < 5 * error).all()


def test_a_dropped_unit_learns_nothing():
    """One example: the weights into and out of a unit that is left out stay as they are."""
    run = start_random(config(batch_size=1, learning_rate=0.2), DATA)
    after, _ = dnn.advance(run, 1)
    dropped = masks_of(run, 1)[0].ravel() == 0
    assert 0 < dropped.sum() < 6
    (W, b), (W_, b_) = run.weights[0], after.weights[0]
    assert ((W == W_).all(axis=1) == dropped).all()
    assert ((b == b_).ravel() == dropped).all()
    assert ((run.weights[1][0] == after.weights[1][0]).all(axis=0) == dropped).all()


def test_a_short_last_batch_has_a_mask_of_its_own_length():
    # 12 = 5 + 5 + 2: the short program takes the first elements of the step's mask.
    run = start_random(config(batch_size=5), DATA)
    run, _ = dnn.advance(run, 30)
    assert np.isfinite(run.parameters).all()
    cut = start_random(config(batch_size=5), DATA)
    for _ in range(30):
        cut, _ = dnn.advance(cut, 1)
    assert same(run, cut)


# --- runs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{}, {"residual": True, "hidden": (5, 5)}, {"batch_norm": True}])
def test_slices_and_replays_see_the_same_masks(fields, monkeypatch):
    monkeypatch.setattr("dnn.parts.dropout.ELEMENTS_A_BLOCK", 400)
    settings = config(batch_size=5, optimizer="adam", **fields)
    whole, _ = dnn.advance(dnn.start(settings, DATA), 31)
    run = dnn.start(settings, DATA)
    for steps in (1, 9, 2, 19):
        run, _ = dnn.advance(run, steps, dnn.Watch(3))
    assert same(run, whole)
    assert same(dnn.replay(run, 31), whole)
    assert not same(dnn.advance(dnn.start(config(seed=1, **fields), DATA), 31)[0], whole)


def test_dropout_changes_live():
    run, _ = dnn.advance(dnn.start(config(dropout=0.0), DATA), 8)
    on, _ = dnn.advance(dnn.change(run, dropout=0.5), 8)
    off, _ = dnn.advance(dnn.change(on, dropout=0.0), 8)
    assert not same(on, dnn.advance(run, 8)[0])
    assert [(c.step, c.value) for c in off.changes] == [(8, 0.5), (16, 0.0)]
    for r in (on, off):
        assert same(dnn.replay(r, r.step), r)


def test_without_hidden_layers_there_is_nothing_to_drop():
    a, b = (dnn.advance(start_random(config(hidden=(), dropout=p), DATA), 9)[0] for p in (0.0, 0.5))
    assert same(a, b)
