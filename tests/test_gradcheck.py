"""The check of back-propagation that a page shows: it agrees, and it sees what is broken."""

import math
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from problems import problem, start_random

import dnn
from dnn.engine.network import Pass
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.losses import LOSSES
from dnn.parts.normalization import BatchNorm
from dnn.run.inference import Question
from lab.live.executors import InlineExecutor
from lab.live.session.loop import Loop
from lab.panels.gradient_norms import _check_badge
from lab.teaching.presets import PRESETS
from lab.view import View

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
#: What a parameter that agrees is known to: no other step is tried then.
WELL = 3e-7
#: Networks in which differences at one fixed step fail.
DEEP = {
    "batch_norm": {"hidden": (32,) * 40, "batch_norm": True},
    "exploding": {"hidden": (16,) * 40, "initializer": "normal", "sigma_w": 0.5},
    "chaotic": {"hidden": (32,) * 40, "initializer": "mean_field", "sigma_w": 3.0},
}
HOPELESS = {
    "sigma_10": {"hidden": (32,) * 40, "initializer": "mean_field", "sigma_w": 10.0},
    "relu": {"hidden": (8,) * 100, "activation": "relu", "batch_norm": True},
    "sigmoid": {"hidden": (8,) * 40, "activation": "sigmoid"},
}


def planar(**fields):
    """Return the start of a network on the page's circle."""
    config = dnn.Config(**{"dataset": "circle", "optimizer": "sgd", **fields})
    return dnn.start(config, dnn.load(config))


def scaled(monkeypatch, factors):
    """Have the gradients of these layers come out wrong by these factors."""
    sound = Question.run

    def run(self):
        net = sound(self)
        for block in self.net.layout.blocks:
            self.g[block.start : block.stop] *= factors.get(block.layer, 1.0)
        return net

    monkeypatch.setattr(Question, "run", run)


def badge(check):
    return _check_badge(SimpleNamespace(measured=SimpleNamespace(check=check)))


def start(loss="softmax", **fields):
    return start_random(dnn.Config(**{"hidden": (4, 4, 3), **fields}), problem(loss))


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_it_agrees(activation, loss, option):
    check = dnn.gradcheck(start(loss, activation=activation, **OPTIONS[option]))
    assert check.verdict == "agrees"
    assert check.difference < WELL
    assert check.judged == check.layers == 4
    assert check.checked >= 50
    assert check.at_kinks <= 2 * ACTIVATIONS[activation].has_kink


@pytest.mark.parametrize("option", ["batch_norm", "all"])
def test_it_agrees_after_training(option):
    run, _ = dnn.advance(start(batch_size=5, **OPTIONS[option]), 50)
    check = dnn.gradcheck(run)
    assert check.verdict == "agrees"
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
    assert dnn.gradcheck(start(activation="gelu")).difference < WELL, "the others are sound"


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
    assert dnn.gradcheck(start()).difference < WELL


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
    # One unit, one example at x = 1, and z = w + b = 0: moving w or b crosses 0.
    data = dnn.Dataset([[1.0]], [[3.0]], target="real")
    config = dnn.Config(hidden=(1,), activation=activation)
    run = dnn.start(config, data, [([[1.0]], [[-1.0]]), ([[2.0]], [[0.1]])])
    check = dnn.gradcheck(run)
    kink = ACTIVATIONS[activation].has_kink
    assert check.verdict == "agrees"
    assert check.at_kinks == 2 * kink
    assert check.rough == ((1,) if kink else ())


def test_a_kink_close_by_is_kept_away_from_by_a_smaller_step():
    data = dnn.Dataset([[1.0]], [[3.0]], target="real")
    config = dnn.Config(hidden=(1,), activation="relu")
    run = dnn.start(config, data, [([[1.0]], [[4e-6 - 1.0]]), ([[2.0]], [[0.1]])])
    check = dnn.gradcheck(run)
    assert (check.verdict, check.checked, check.at_kinks) == ("agrees", 4, 0)


@pytest.mark.parametrize("option", ["plain", "all"])
def test_a_float32_run_is_checked_in_float64(option):
    run = start(dtype="float32", **OPTIONS[option])
    assert dnn.gradcheck(run).difference < WELL


def test_how_many_parameters_are_moved(monkeypatch):
    run = start()
    assert run.layout.size == 16 + 20 + 15 + 12
    assert dnn.gradcheck(run).checked == 60
    assert dnn.gradcheck(run, parameters=7).checked == 7
    assert dnn.gradcheck(run, parameters=1000).checked == 63
    monkeypatch.setattr(sys.modules["dnn.run.gradcheck"], "WORK", 0)
    assert dnn.gradcheck(run).checked == 4
    few = dnn.gradcheck(run, parameters=2)
    assert (few.checked, few.unseen, few.judged) == (2, (2, 3), 2)
    assert str(few).endswith("; layers 2-3 not looked at")


def test_examples_can_be_given():
    run = start()
    X, Y = run.data.X_test, run.data.Y_test
    assert dnn.gradcheck(run, X, Y).difference < WELL
    assert dnn.gradcheck(run, X, Y) != dnn.gradcheck(run)
    with pytest.raises(ValueError, match="X has shape"):
        dnn.gradcheck(run, X[:2], Y)


def test_a_network_that_learns_nothing_shows_nothing():
    """Both gradients are 0, but so would those of a back-propagation be that stops half-way."""
    data = dnn.Dataset([[1.0, -1.0]], [[0.5, -0.5]], target="real")
    check = dnn.gradcheck(dnn.start(dnn.Config(hidden=(2,), initializer="zeros"), data))
    assert (check.verdict, check.small, check.checked) == ("undecided", (1, 2), 0)
    assert math.isnan(check.difference)


# --- deep networks -------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["plain", "batch_norm", "residual", "dropout"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_sound_network_is_never_red(activation, option):
    run = planar(hidden=(8,) * 6, activation=activation, batch_size=32, **OPTIONS[option])
    for checked in (run, dnn.advance(run, 50)[0]):
        assert dnn.gradcheck(checked).verdict == "agrees"


@pytest.mark.parametrize("net", DEEP)
def test_it_agrees_in_deep_networks(net):
    check = dnn.gradcheck(planar(**DEEP[net]))
    assert (check.verdict, check.judged) == ("agrees", 41)
    assert check.difference < 1e-6


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("net", HOPELESS)
def test_where_differences_fail_it_does_not_blame_back_propagation(net, seed):
    run = planar(seed=seed, **HOPELESS[net])
    for checked in (run, dnn.advance(run, 1)[0]):
        check = dnn.gradcheck(checked)
        assert check.verdict != "differs"
        assert check.judged < check.layers
        assert ("✓" in badge(check)["text"]) == (check.verdict == "agrees")
        assert f"of {check.layers} layers" in str(check) or check.verdict == "agrees"


@pytest.mark.parametrize("factor", [3.0, -5.0, 1.01, 0.0])
@pytest.mark.parametrize("layer", [1, 2, 6, 11])
def test_one_wrong_layer_is_seen_beside_larger_gradients(layer, factor, monkeypatch):
    scaled(monkeypatch, {layer: factor})
    check = dnn.gradcheck(planar(hidden=(8,) * 10, activation="sigmoid"))
    assert (check.verdict, check.worst) == ("differs", f"layer {layer}")
    assert badge(check)["kind"] == "diverged"
    assert badge(check)["text"].endswith(f"(layer {layer})")


def test_two_wrong_layers_of_the_preset(monkeypatch):
    scaled(monkeypatch, {1: 3.0, 2: -5.0})
    config = PRESETS["vanishing"].config
    check = dnn.gradcheck(dnn.start(config, dnn.load(config)))
    assert (check.verdict, check.worst) == ("differs", "layer 2")


def test_a_wrong_layer_that_vanishes_is_not_waved_through(monkeypatch):
    run = planar(**HOPELESS["sigmoid"])
    sound = dnn.gradcheck(run)
    assert sound.verdict == "undecided"
    assert set(range(1, 25)) <= set(sound.small)
    several = dict.fromkeys(range(1, 31), -100.0)
    for factors, verdict in ((several, "differs"), ({33: 3.0}, "differs"), ({5: 0.0}, "undecided")):
        with monkeypatch.context() as patch:
            scaled(patch, factors)
            assert dnn.gradcheck(run).verdict == verdict


@pytest.mark.parametrize("net", DEEP)
def test_a_wrong_layer_of_a_deep_network_is_seen(net, monkeypatch):
    scaled(monkeypatch, {20: 3.0})
    check = dnn.gradcheck(planar(**DEEP[net]))
    assert check.verdict == "differs"
    assert check.worst.startswith("layer 20")


def test_nan_is_never_green(monkeypatch):
    scaled(monkeypatch, {2: np.nan})
    check = dnn.gradcheck(start())
    assert (check.verdict, check.worst) == ("differs", "layer 2")
    assert badge(check)["text"] == "backprop ≠ NaN (layer 2)"
    assert str(check) == "back-propagation gives NaN in layer 2"


# --- words ---------------------------------------------------------------------------------------

AGREEING = dnn.Check(
    verdict="agrees", difference=3.2e-10, worst="layer 4", checked=60, size=41_313, at_kinks=0,
    step=1200, layers=5,
)  # fmt: skip


def test_it_says_that_it_agrees():
    assert str(AGREEING) == (
        "back-propagation agrees with finite differences to 3e-10 on 60 of 41,313 parameters "
        "(worst: layer 4)"
    )
    text = f"At step 1,200, {AGREEING}."
    assert badge(AGREEING) == {"text": "backprop ✓ 3e-10", "kind": "ok", "help": text}
    assert badge(None) is None


def test_it_names_what_it_could_not_judge():
    check = replace(AGREEING, small=(1, 2, 4), layers=41, rough=(7,), at_kinks=2)
    assert str(check).endswith(
        "; the gradients of layers 1-2, 4 are too small for finite differences; in layer 7 finite "
        "differences do not settle; 2 more parameters lay at a kink"
    )
    assert badge(check)["text"] == "backprop ✓ 3e-10 (37 of 41 layers)"
    one = str(replace(AGREEING, small=(1,), at_kinks=1))
    assert "; the gradient of layer 1 is too small" in one
    assert one.endswith("; 1 more parameter lay at a kink")


def test_it_says_that_it_differs():
    check = replace(AGREEING, verdict="differs", difference=0.03)
    assert str(check) == (
        "back-propagation differs from finite differences by 3e-02 in layer 4 "
        "(on 60 of 41,313 parameters)"
    )
    assert badge(check)["text"] == "backprop ≠ 3e-02 (layer 4)"
    assert badge(check)["kind"] == "diverged"


def test_it_says_that_it_cannot_tell():
    check = replace(AGREEING, verdict="undecided", small=(1, 2, 3))
    assert str(check) == (
        "finite differences cannot tell whether back-propagation is right: they judge 2 of 5 "
        "layers; the gradients of layers 1-3 are too small for finite differences"
    )
    assert (badge(check)["text"], badge(check)["kind"]) == ("backprop: can't tell", "")


def settle(loop):
    for _ in range(20):
        loop.tick()
        if loop.settled:
            return
    raise AssertionError("the loop does not come to rest")


def test_a_paused_run_is_checked_again_when_dropout_changes():
    loop = Loop(InlineExecutor(), dnn.Config(), View(), playing=False)
    settle(loop)
    assert (loop.measurements.known.check.step, loop.measurements.known.check.dropout) == (0, 0.0)
    loop.configure(replace(loop.state.config, dropout=0.5))
    settle(loop)
    assert (loop.measurements.known.check.step, loop.measurements.known.check.dropout) == (0, 0.5)
    kept = loop.measurements.known.check
    loop.configure(replace(loop.state.config, learning_rate=0.5))
    settle(loop)
    assert loop.measurements.known.check is kept
