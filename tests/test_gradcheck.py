"""The check of back-propagation that a page shows: it agrees, and it sees what is broken."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from problems import problem, start_random

import dnn
from dnn.activations import ACTIVATIONS
from dnn.losses import LOSSES
from dnn.network import Pass
from dnn.normalization import BatchNorm

OPTIONS = {
    "plain": {},
    "penalties": {"l1": 0.3, "l2": 0.7},
    "clipped": {"clip_norm": 0.01, "clip_value": 0.001},
    "batch_norm": {"batch_norm": True},
    "residual": {"residual": True, "branch_scale": 0.5},
    "dropout": {"dropout": 0.3},
    "all": {
        "l1": 0.3, "l2": 0.7, "batch_norm": True, "residual": True, "branch_scale": 0.5,
        "dropout": 0.3, "clip_norm": 0.01,
    },
}  # fmt: skip


def start(loss="softmax", **fields):
    return start_random(dnn.Config(**{"hidden": (4, 4, 3), **fields}), problem(loss))


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_it_agrees(activation, loss, option):
    check = dnn.gradcheck(start(loss, activation=activation, **OPTIONS[option]))
    assert check.difference < 1e-8
    assert check.checked >= 50
    assert check.at_kinks <= 2 * ACTIVATIONS[activation].has_kink


@pytest.mark.parametrize("option", ["batch_norm", "all"])
def test_it_agrees_after_training(option):
    # Penalties would make normalised weights so small that differences of 1e-5 are coarse.
    fields = {**OPTIONS[option], "l1": 0.0, "l2": 0.0}
    run, _ = dnn.advance(start(batch_size=5, **fields), 50)
    check = dnn.gradcheck(run)
    assert check.difference < 1e-8
    assert check.step == 50


def test_it_leaves_the_run_alone():
    run = start(**OPTIONS["all"])
    before = run.parameters.tobytes(), run.running.tobytes()
    assert dnn.gradcheck(run) == dnn.gradcheck(run)
    assert (run.parameters.tobytes(), run.running.tobytes()) == before


def broken(activation, factor):
    """Return the activation with a derivative that is wrong by this factor."""

    def derivative(Z, A, D):
        return [*activation.derivative(Z, A, D), (np.multiply, (D, np.asarray(factor), D))]

    return replace(activation, derivative=derivative)


@pytest.mark.parametrize("factor", [1.01, 0.0, np.nan])
def test_it_sees_a_wrong_derivative(factor, monkeypatch):
    monkeypatch.setitem(ACTIVATIONS._entries, "tanh", broken(ACTIVATIONS["tanh"], factor))
    assert not dnn.gradcheck(start(activation="tanh")).difference < 1e-3
    assert dnn.gradcheck(start(activation="gelu")).difference < 1e-8, "the others are sound"


def test_it_sees_a_normalisation_that_forgets_the_moments(monkeypatch):
    """Mean and variance taken for constants: a classic mistake."""
    sound = BatchNorm.backward

    def backward(self, delta):
        self.batch, kept = False, self.batch
        calls = sound(self, delta)
        self.batch = kept
        return calls

    monkeypatch.setattr(BatchNorm, "backward", backward)
    assert dnn.gradcheck(start(batch_norm=True)).difference > 1e-2
    assert dnn.gradcheck(start()).difference < 1e-8


def test_it_sees_a_sum_that_is_not_passed_on(monkeypatch):
    """A residual layer whose gradient does not go past the branch."""
    sound = Pass.backward

    def backward(self, scaled=True):
        self.residual, kept = (False,) * len(self.residual), self.residual
        calls = sound(self, scaled)
        self.residual = kept
        return calls

    monkeypatch.setattr(Pass, "backward", backward)
    assert dnn.gradcheck(start(residual=True)).difference > 1e-2


def test_it_sees_a_mask_that_is_not_passed_on(monkeypatch):
    sound = Pass._derivatives

    def derivatives(self):
        self._mask, kept = None, self._mask
        calls = sound(self)
        self._mask = kept
        return calls

    monkeypatch.setattr(Pass, "_derivatives", derivatives)
    assert dnn.gradcheck(start(dropout=0.5)).difference > 1e-2


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_kinks_are_counted_and_left_out(activation):
    # One unit, one example at x = 1, and z = w + b = 4e-6: moving w or b by 1e-5 crosses 0.
    data = dnn.Dataset([[1.0]], [[3.0]], target="real")
    config = dnn.Config(hidden=(1,), activation=activation)
    run = dnn.start(config, data, [([[1.0]], [[4e-6 - 1.0]]), ([[2.0]], [[0.1]])])
    check = dnn.gradcheck(run)
    # The slope of ELU has a kink at 0: one side's difference is off by the step.
    assert check.difference < (1e-5 if activation == "elu" else 1e-8)
    expected = (2, 2) if ACTIVATIONS[activation].has_kink else (4, 0)
    assert (check.checked, check.at_kinks) == expected


@pytest.mark.parametrize("option", ["plain", "all"])
def test_a_float32_run_is_checked_in_float64(option):
    run = start(dtype="float32", **OPTIONS[option])
    assert dnn.gradcheck(run).difference < 1e-8


def test_how_many_parameters_are_moved(monkeypatch):
    run = start()
    assert run.layout.size == 16 + 20 + 15 + 12
    assert dnn.gradcheck(run).checked == 60
    assert dnn.gradcheck(run, parameters=7).checked == 7
    assert dnn.gradcheck(run, parameters=1000).checked == 63
    monkeypatch.setattr(sys.modules["dnn.gradcheck"], "WORK", 63 * 12 * 2 * 9)
    assert dnn.gradcheck(run).checked == 9
    monkeypatch.setattr(sys.modules["dnn.gradcheck"], "WORK", 0)
    assert dnn.gradcheck(run).checked == 4


def test_examples_can_be_given():
    run = start()
    X, Y = run.data.X_test, run.data.Y_test
    assert dnn.gradcheck(run, X, Y).difference < 1e-8
    assert dnn.gradcheck(run, X, Y) != dnn.gradcheck(run)
    with pytest.raises(ValueError, match="X has shape"):
        dnn.gradcheck(run, X[:2], Y)


def test_a_network_that_learns_nothing_agrees():
    """Both gradients are 0 where no signal comes through."""
    data = dnn.Dataset([[1.0, -1.0]], [[0.5, -0.5]], target="real")
    check = dnn.gradcheck(dnn.start(dnn.Config(hidden=(2,), initializer="zeros"), data))
    assert check.difference == 0.0


def test_it_says_so_in_a_sentence():
    text = str(dnn.Check(difference=3.2e-10, checked=1234, at_kinks=0, step=0))
    assert text == (
        "back-propagation agrees with finite differences to 3e-10 "
        "on 1,234 parameters of this network"
    )
