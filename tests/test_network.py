"""The network: gradients against central differences, starting weights, the fused loop."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from problems import distance, flat, forward, problem, random_weights, start_random

import dnn
from dnn.engine.fused import Body, OutOfRange, Slot, X, fuse
from dnn.engine.layout import Layout, initial_parameters
from dnn.engine.network import EVALUATION, Architecture, Mode, Pass, with_ones
from dnn.engine.trainer import Trainer
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES
from dnn.run.inference import AS_TRAINING, Question

STEP = 1e-5
DEPTHS = {0: (), 1: (4,), 3: (4, 3, 3)}
#: What may be switched on beside the network itself, and whether examples are seen as in training.
OPTIONS = {
    "plain": ({}, False),
    "l1": ({"l1": 0.3}, False),
    "l2": ({"l2": 0.7}, False),
    "batch_norm": ({"batch_norm": True}, True),
    "batch_norm evaluated": ({"batch_norm": True}, False),
    "residual": ({"residual": True, "branch_scale": 0.5}, False),
    "dropout": ({"dropout": 0.3}, True),
    "all": (
        {"l1": 0.3, "l2": 0.7, "batch_norm": True, "dropout": 0.3}
        | {"residual": True, "branch_scale": 0.5},
        True,
    ),
}


def smooth_run(config, data, training):
    """Return a Run none of whose preactivations, and with l1 no weight, is near a kink."""
    kinked = [ACTIVATIONS[key].has_kink for key in config.activations]
    for seed in range(100):
        run = start_random(config, data, seed)
        Zs, _ = forward(run, data.X_train, training)
        near = [np.abs(Z).min() < 100 * STEP for Z, k in zip(Zs, kinked, strict=False) if k]
        near += [config.l1 > 0 and np.abs(W).min() < 100 * STEP for W, _ in run.weights]
        if not any(near):
            return run
    raise AssertionError("no such weights")


def central_differences(run, question):
    """Return the gradient of cost + penalty by every parameter, flat, measured."""
    moved = replace(run, parameters=question.p)
    out = np.zeros(question.p.size)
    for i in range(out.size):
        kept, sides = question.p[i], []
        for sign in (1, -1):
            question.p[i] = kept + sign * STEP
            sides.append(question.cost() + dnn.penalty(moved))
        question.p[i] = kept
        out[i] = (sides[0] - sides[1]) / (2 * STEP)
    return out


def check_gradient(config, data, training=False):
    run = smooth_run(config, data, training)
    X, Y = data.X_train, data.Y_train
    question = Question(run, X, Y, AS_TRAINING if training else EVALUATION)
    assert dnn.cost(run, X, Y, training) == question.cost()
    measured = central_differences(run, question)
    dense = flat(run.layout.weights(measured))
    assert distance(flat(dnn.gradients(run, X, Y, training)), dense) < 1e-7
    if config.batch_norm and config.hidden:
        question.run()
        norms = [
            np.concatenate([V.ravel() for V in run.layout.views(g, "norm")])
            for g in (question.g, measured)
        ]
        assert distance(*norms) < 1e-7


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_are_central_differences(activation, loss, depth):
    check_gradient(
        dnn.Config(hidden=DEPTHS[depth], activation=activation, loss=loss, l2=0.7), problem(loss)
    )


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_under_every_option(activation, loss, option):
    fields, training = OPTIONS[option]
    config = dnn.Config(hidden=(4, 4, 3), activation=activation, loss=loss, **fields)
    check_gradient(config, problem(loss), training)


@pytest.mark.parametrize("pair", list(product(ACTIVATIONS, repeat=2)), ids="-".join)
def test_gradients_of_mixed_activations(pair):
    fields, training = OPTIONS["all"]
    config = dnn.Config(
        hidden=(3, 3, 2), activation=(*pair, pair[0]), loss="squared_error", **fields
    )
    check_gradient(config, problem("squared_error"), training)


@pytest.mark.parametrize("hidden", [(3, 3, 3, 3), (3, 3, 2, 2), (2, 3, 3)])
def test_gradients_of_several_residual_layers_in_a_row(hidden):
    for scale in (1.0, 0.5, 0.0):
        check_gradient(
            dnn.Config(hidden=hidden, residual=True, branch_scale=scale), problem("softmax")
        )


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("option", [name for name in OPTIONS if name not in ("l1", "l2")])
def test_outputs_by_the_book(option, training):
    config = dnn.Config(hidden=(4, 4, 3), activation="gelu", **OPTIONS[option][0])
    data = problem("squared_error")
    run = start_random(config, data)
    Zs, inputs = forward(run, data.X_train, training)
    net = Question(run, data.X_train, data.Y_train, AS_TRAINING if training else EVALUATION).run()
    np.testing.assert_allclose(net.prediction, Zs[-1], rtol=1e-12, atol=1e-13)
    for l in (1, 2, 3):
        np.testing.assert_allclose(net.activation(l), inputs[l], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(net.preactivation(l), Zs[l - 1], rtol=1e-12, atol=1e-13)


def test_gradient_of_two_classes_under_every_loss():
    for loss in (key for key, entry in LOSSES.items() if "binary" in entry.targets):
        check_gradient(dnn.Config(hidden=(4,), loss=loss), problem("logistic"))


@pytest.mark.parametrize("batch_size", [None, 1, 5])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_training_step_follows_the_gradient_of_its_batch(
    activation, loss, batch_size, monkeypatch
):
    monkeypatch.setattr("dnn.engine.batches.EXAMPLES_A_BLOCK", 64)
    data = problem(loss)
    config = dnn.Config(
        hidden=(5, 4),
        activation=activation,
        loss=loss,
        l2=0.3,
        optimizer="sgd",
        learning_rate=0.03,
        batch_size=batch_size,
    )
    trainer = Trainer(config, data)
    run = start_random(config, data)
    # 5 does not divide the 12 examples: the third batch is one of two.
    for _, rows, _ in trainer.batches.of(0, 0, min(3, trainer.batches.per_epoch)):
        chosen = [int(np.flatnonzero((row[:-1] == data.X_train.T).all(axis=1))[0]) for row in rows]
        expected = dnn.gradients(run, data.X_train[:, chosen], data.Y_train[:, chosen])
        after, _ = dnn.advance(run, 1)
        step = [
            ((W - W_) / 0.03, (b - b_) / 0.03)
            for (W, b), (W_, b_) in zip(run.weights, after.weights, strict=True)
        ]
        assert distance(flat(step), flat(expected)) < 1e-11
        run = after


@pytest.mark.parametrize("key", INITIALIZERS)
def test_initial_parameters(key):
    layout = Layout.of((60, 50, 40, 2))
    flat_ = initial_parameters(layout, [key] * len(layout.blocks), 0.3, seed=5)
    assert flat_.dtype == np.float64
    rng = np.random.default_rng(0)
    for W, b in layout.weights(flat_):
        assert not b.any()
        expected = INITIALIZERS[key].draw(rng, *W.shape, 0.3).std()
        assert W.std() == pytest.approx(expected, rel=0.2 if W.size < 1000 else 0.08)
    assert (flat_ == initial_parameters(layout, [key] * len(layout.blocks), 0.3, seed=5)).all()
    if key != "zeros":
        assert (flat_ != initial_parameters(layout, [key] * len(layout.blocks), 0.3, seed=6))[
            layout.weight_mask() > 0
        ].all()


def test_sigma_w_reaches_the_weights():
    config = dnn.Config(hidden=(200, 200), initializer="normal", sigma_w=0.25)
    W = dnn.start(config).weights[1][0]
    assert W.std() == pytest.approx(0.25, rel=0.02)


def test_given_weights_are_used_as_they_are():
    data = problem("softmax")
    weights = random_weights((3, 4, 3))
    run = dnn.start(dnn.Config(hidden=(4,)), data, weights)
    for (W, b), (W_, b_) in zip(run.weights, weights, strict=True):
        assert (W == W_).all()
        assert (b == b_).all()
    rows = dnn.start(dnn.Config(hidden=(4,)), data, [(W, b.ravel()) for W, b in weights])
    assert (rows.parameters == run.parameters).all()
    weights[0][0][:] = 0
    assert run.weights[0][0].any(), "the run has a copy"


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((3, 4), "weights: 1 layers given; the network has 2"),
        ((3, 5, 3), r"weights: layer 1 has W \(5, 3\) and b \(5, 1\); it must be W \(4, 3\)"),
        ((3, 4, 1), r"weights: layer 2 has W \(1, 4\)"),
        ((4, 4, 3), r"weights: layer 1 has W \(4, 4\)"),
    ],
)
def test_weights_of_another_shape_are_refused(sizes, message):
    with pytest.raises(ValueError, match=message):
        dnn.start(dnn.Config(hidden=(4,)), problem("softmax"), random_weights(sizes))


def test_layout_puts_the_bias_behind_the_weights():
    layout = Layout.of((3, 2, 1))
    assert layout.size == 2 * 4 + 3
    flat_ = np.arange(11.0)
    (W1, b1), (W2, b2) = layout.weights(flat_)
    assert W1.tolist() == [[0, 1, 2], [4, 5, 6]]
    assert b1.ravel().tolist() == [3, 7]
    assert W2.tolist() == [[8, 9]]
    assert b2.tolist() == [[10]]
    assert layout.weight_mask().tolist() == [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0]
    W1[:] = -1
    assert flat_[0] == -1, "views, not copies"
    assert [b.name for b in layout.blocks] == ["layer 1", "layer 2"]


def test_a_pass_without_mean_keeps_each_examples_own_deltas():
    data = problem("softmax")
    run = start_random(dnn.Config(hidden=(4, 3)), data)
    p = run.parameters.copy()
    architecture = Architecture(run.layout, run.config.activations, "softmax")
    net = Pass(architecture, p, p.copy(), 12, Mode(mean=False))
    rows = with_ones(data.X_train, p.dtype)
    fuse(net.forward() + net.backward())([(rows.T, rows, data.Y_train)])
    for i in range(12):
        own = dnn.gradients(run, data.X_train[:, [i]], data.Y_train[:, [i]])
        for (_, db), delta in zip(own, net.deltas, strict=True):
            np.testing.assert_allclose(delta[:, [i]], db, atol=1e-14)


def test_fused_calls_run_once_a_step_with_its_operands():
    total, last, c = np.zeros(2), np.zeros(2), np.zeros(())
    run = fuse(Body([(np.add, (total, X, total)), (np.multiply, (X, c, last))], coefficients=(c,)))
    run(((np.full(2, float(k)), None, None), 10.0 * k) for k in range(4))
    assert total.tolist() == [6, 6]
    assert last.tolist() == [90, 90]
    fuse([])([(None, None, None)])


@pytest.mark.parametrize("bad", [1e7, -1e7, np.inf, np.nan])
def test_a_guarded_loop_ends_behind_the_step_that_left_the_range(bad):
    z, count = np.zeros(3), np.zeros(())
    one = np.ones(())
    run = fuse(Body([(np.copyto, (z, X)), (np.add, (count, one, count))], guard=(z, 1e12)))
    values = [0.0, 1e5, bad, 0.0]
    with pytest.raises(OutOfRange):
        run((v, None, None) for v in values)
    assert count == 3
    assert Slot("X") == X
