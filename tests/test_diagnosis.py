"""The diagnosis: each case is trained until it shows, and healthy runs raise no alarm."""

from dataclasses import replace

import numpy as np
import pytest
from problems import problem

import dnn
from dnn.config import LIVE_FIELDS
from dnn.run.history import History
from dnn.run.training import borrowed_trainer, parameter_place
from lab.analysis.diagnosis import RULES, diagnose, observe
from lab.analysis.diagnosis.probes import verdict
from lab.analysis.signal import signal_at
from lab.live.worker import start_record
from lab.teaching.presets import PRESETS

CIRCLE = dnn.Config(dataset="circle", hidden=(8, 6), samples=200)
SGD = replace(CIRCLE, optimizer="sgd", learning_rate=0.1)


def watched(config, steps, every=5, run=None, history=None):
    """Return a run so many steps on, and its history, as the page keeps it."""
    if run is None:
        run = dnn.start(config)
        history = History().extend(start_record(run))
    run, records = dnn.advance(run, steps - run.step, dnn.Watch(every))
    return run, history.extend(records)


def keys(run, history):
    return [finding.key for finding in diagnose(run, history)]


def one(run, history, key):
    """Return the finding of a key, whose words are whole sentences and whose fields are allowed."""
    found = {finding.key: finding for finding in diagnose(run, history)}
    assert key in found, f"found {sorted(found)} only"
    finding = found[key]
    assert finding.severity in ("error", "warning")
    assert finding.sentence.endswith(".")
    assert finding.evidence.endswith(".")
    assert any(c.isdigit() for c in finding.evidence)
    assert not any(word in finding.sentence + finding.evidence for word in ("nan", "inf ", "NaN"))
    fields = finding.fix.fields
    assert replace(run.config, **fields) != run.config
    assert finding.fix.live <= all(name in LIVE_FIELDS for name in fields)
    return finding


def taken(run, finding, steps):
    """Return run and history of a new network that takes the suggestion."""
    assert not finding.fix.live
    return watched(replace(run.config, **finding.fix.fields), steps)


# What is observed.


def observed(run):
    with borrowed_trainer(run) as trainer:
        return observe(trainer, run)


@pytest.mark.parametrize("key", ["tanh", "sigmoid", "erf"])
def test_saturated_shares_are_counted_by_hand(key):
    config = replace(CIRCLE, activation=key, initializer="normal", sigma_w=2.0)
    run = dnn.start(config)
    A, low, high = run.data.X_train[:, :256], {"sigmoid": 0.0}.get(key, -1.0), 1.0
    seen = observed(run)
    for l, (W, b) in enumerate(run.weights[:-1]):
        Z = W @ A + b
        A = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "erf": _erf}[key](Z)
        scaled = 2 * (A - low) / (high - low) - 1
        assert seen.saturated[l] == np.mean(np.abs(scaled) > 0.97)
        assert 0 < seen.saturated[l] < 1
    assert np.isnan(observed(dnn.start(replace(CIRCLE, activation="relu"))).saturated).all()


def _erf(z):
    from scipy.special import erf

    return erf(z)


def test_dead_units_are_those_that_give_nothing():
    run = dnn.start(replace(CIRCLE, activation="relu"))
    for unit in (1, 4):
        run = dnn.edit(run, 2, unit, None, -1e3)
    assert observed(run).dead.tolist() == [0, 2]
    leaky = dnn.start(replace(CIRCLE, activation="leaky_relu"))
    assert observed(dnn.edit(leaky, 2, 1, None, -1e3)).dead.tolist() == [0, 0]


def test_equal_units_have_the_same_weights_in_and_out():
    run = dnn.start(CIRCLE)
    assert observed(run).equal.tolist() == [0, 0]
    W, U = run.weights[0][0], run.weights[1][0]
    for name, value in [
        *((f"w1.5.{i}", W[2, i]) for i in range(2)),
        *((f"w2.{k}.5", U[k, 2]) for k in range(6)),
    ]:
        assert observed(run).equal[0] == 0, "not before the last of them is equal"
        run = dnn.edit(run, *parameter_place(name), value)
    assert observed(run).equal.tolist() == [2, 0]


@pytest.mark.parametrize("options", [{}, {"batch_norm": True}, {"dropout": 0.2}], ids=str)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_update_is_that_of_the_next_steps_and_leaves_no_trace(optimizer, options):
    config = replace(CIRCLE, optimizer=optimizer, **options)
    run, _ = dnn.advance(dnn.start(config), 7)
    squares, at = np.zeros(3), run
    for _ in range(4):
        after, _ = dnn.advance(at, 1)
        pairs = zip(after.weights, at.weights, strict=True)
        squares += [np.sum((a[0] - b[0]) ** 2) for a, b in pairs]
        at = after
    norms = [np.linalg.norm(W) for W, _ in run.weights]
    with borrowed_trainer(run) as trainer:
        seen = observe(trainer, run)
        for kept, held in (
            (run.parameters, trainer.p), (run.state, trainer.state), (run.running, trainer.running),
        ):  # fmt: skip
            assert np.array_equal(kept, held)
    np.testing.assert_allclose(seen.update, np.sqrt(squares / 4) / norms, rtol=1e-9)
    assert np.array_equal(dnn.advance(run, 4)[0].parameters, at.parameters)


# The cases.


def test_vanishing_and_that_its_suggestion_learns():
    config = replace(PRESETS["vanishing"].config, samples=200)
    run, history = watched(config, 0)
    finding = one(run, history, "vanishing")
    assert finding.layers == (1,)
    assert finding.severity == "error"
    assert "Gradients vanish" in finding.sentence
    run, history = watched(config, 300, run=run, history=history)
    finding = one(run, history, "vanishing")
    delta = history.last("delta_rms")
    assert f"{delta[0] / delta[9]:.1e}".startswith(_mantissa(finding.evidence, "at layer 1 is "))
    assert "vanishing" not in keys(*taken(run, finding, 0))
    # This rate is high for ten layers that learn: the cost jumps, and where it is at one step is a
    # matter of rounding. How far it falls is not.
    _, after = taken(run, finding, 300)
    assert after["train_cost"].min() < 0.8 * history["train_cost"].min()


def _mantissa(text, before):
    """Return the figures of the first number behind some words."""
    return text.split(before)[1].split("×")[0]


def test_under_adam_small_gradients_are_no_small_steps():
    run, history = watched(
        replace(PRESETS["vanishing"].config, optimizer="adam", learning_rate=0.01), 0
    )
    finding = one(run, history, "vanishing")
    assert finding.severity == "warning"
    assert "the steps do not show it" in finding.evidence
    run, history = watched(run.config, 20, run=run, history=history)
    evidence = one(run, history, "vanishing").evidence
    seen = observed(run)
    assert "Under Adam a step changes layer 1's weights by " in evidence
    assert seen.update[0] > 1e-3, "as the evidence says, for all that the gradients are tiny"


def test_exploding_and_that_its_suggestion_learns():
    run, history = watched(replace(PRESETS["exploding"].config, learning_rate=1e-6), 0)
    finding = one(run, history, "exploding")
    assert finding.layers == (1,)
    assert "Gradients explode" in finding.sentence
    assert finding.fix.fields == {"initializer": "he"}
    run, history = watched(None, 20, run=run, history=history)
    assert "exploding" in keys(run, history)
    other, after = taken(replace(run, config=PRESETS["exploding"].config), finding, 500)
    assert "exploding" not in keys(other, after)
    assert after.last("train_cost") < 0.5


@pytest.mark.parametrize("steps", [0, 20, 400])
def test_saturation_by_too_large_weights(steps):
    config = replace(SGD, hidden=(16, 16), initializer="normal", sigma_w=10.0, learning_rate=0.01)
    run, history = watched(config, steps)
    finding = one(run, history, "saturation")
    assert set(finding.layers) == {1, 2}
    share = observed(run).saturated.max()
    assert f"{100 * share:.1f}% of layer {finding.layers[0]}'s" in finding.evidence
    assert finding.fix.fields == {"initializer": None}
    assert keys(*taken(run, finding, steps)) == []


@pytest.mark.parametrize(("key", "words"), [("tanh", "6%"), ("sigmoid", "6%"), ("erf", "10%")])
def test_the_slope_at_saturation_is_the_activations_own(key, words):
    config = replace(SGD, activation=key, initializer="normal", sigma_w=10.0)
    evidence = one(*watched(config, 0), "saturation").evidence
    assert f"is under {words} of its largest" in evidence
    # In closed form: 1 - 0.97^2 of tanh, and 4 a (1 - a) of sigmoid at a = 0.985.
    assert 1 - 0.97**2 == pytest.approx(4 * 0.985 * 0.015) == pytest.approx(0.0591)


def test_a_layer_of_which_half_is_saturated_raises_no_alarm():
    shares = []
    for sigma in np.linspace(0.5, 2.5, 9):
        config = replace(SGD, hidden=(16, 16), initializer="normal", sigma_w=float(sigma))
        run, history = watched(config, 0)
        shares.append(observed(run).saturated.max())
        assert ("saturation" in keys(run, history)) == (shares[-1] > 2 / 3)
    assert max(share for share in shares if share < 2 / 3) > 0.5, "or nothing was tested"
    assert max(shares) > 2 / 3


def test_saturation_by_inputs_that_are_not_scaled():
    config = replace(SGD, dataset="breast_cancer", scaling="none")
    run, history = watched(config, 100)
    finding = one(run, history, "saturation")
    assert finding.layers == (1,)
    assert finding.fix.fields == {"scaling": "standard"}
    other, after = taken(run, finding, 100)
    assert keys(other, after) == []
    assert after.last("train_cost") < 0.5 * history.last("train_cost")


def test_saturation_by_steps_that_are_too_large():
    run, history = watched(dnn.Config(hidden=(8, 8), learning_rate=1.0, samples=200), 100)
    finding = one(run, history, "saturation")
    assert finding.fix.fields == {"learning_rate": 0.1}
    assert not finding.fix.live, "smaller steps alone do not bring the units back"


def test_dead_units_by_steps_that_are_too_large():
    run, history = watched(replace(SGD, activation="relu", learning_rate=30.0), 50)
    finding = one(run, history, "dead")
    assert finding.severity == "error"
    assert finding.layers[0] == 2
    assert "6 of the 6 units of layer 2 give 0 on each of 100 examples" in finding.evidence
    assert finding.fix.fields == {"learning_rate": 3.0}
    other, after = taken(replace(run, config=replace(run.config, learning_rate=3.0)), finding, 50)
    assert "dead" not in keys(other, after) or other.config.learning_rate == 3.0


def test_dead_units_from_the_start():
    run = dnn.start(replace(SGD, activation="relu"))
    for unit in range(7):
        run = dnn.edit(run, 1, unit, None, -100.0)
    history = History().extend(start_record(run))
    run, history = watched(None, 100, run=run, history=history)
    finding = one(run, history, "dead")
    assert finding.layers == (1,)
    assert finding.severity == "warning"
    assert "7 of the 8 units of layer 1" in finding.evidence
    assert finding.fix.fields == {"activation": "leaky_relu"}


@pytest.mark.parametrize("steps", [0, 50, 300])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_symmetric_weights(activation, steps):
    config = replace(CIRCLE, activation=activation, initializer="zeros")
    run, history = watched(config, steps)
    finding = one(run, history, "symmetric")
    assert keys(run, history) == ["symmetric"], "all else follows from it"
    assert set(finding.layers) == {1, 2}
    assert "8 of the 8 units of layer 1" in finding.evidence
    assert finding.fix.fields == {"initializer": None}
    other, after = taken(run, finding, steps)
    assert keys(other, after) == []


def test_dropout_tells_equal_units_apart():
    zeros = replace(CIRCLE, activation="sigmoid", initializer="zeros", dropout=0.5)
    run, history = watched(zeros, 0)
    assert "symmetric" not in keys(run, history), "they are equal, but will not stay so"
    run, history = watched(None, 300, run=run, history=history)
    assert "symmetric" not in keys(run, history)


@pytest.mark.parametrize(
    ("config", "moment"),
    [
        (dnn.Config(activation="elu", hidden=(8, 8), learning_rate=0.3), 200),
        (dnn.Config(activation="leaky_relu", hidden=(8, 8), learning_rate=0.3), 200),
        (dnn.Config(dataset="gauss", noise=0.5, hidden=(), learning_rate=10.0), 200),
    ],
    ids=["elu", "leaky", "linear"],
)
def test_too_high_a_rate(config, moment):
    run, history = watched(config, moment)
    finding = one(run, history, "rate_high")
    layer = finding.layers[0]
    seen = observed(run)
    assert seen.update[layer - 1] == seen.update.max() > 0.02
    tenth = config.learning_rate / 10
    assert finding.fix.fields == {"learning_rate": pytest.approx(tenth)}
    assert finding.fix.live
    run = dnn.change(run, **finding.fix.fields)
    assert keys(run, history) == [], "what was before a change counts no more"
    run, after = watched(None, moment + 400, run=run, history=history)
    assert "rate_high" not in keys(run, after)
    medians = [np.median(h["train_cost"][-20:]) for h in (history, after)]
    assert medians[1] < medians[0]


@pytest.mark.parametrize(
    "config",
    [
        replace(CIRCLE, learning_rate=1e-6),
        replace(SGD, learning_rate=1e-4),
        replace(SGD, dataset="reg_plane", learning_rate=1e-5),
    ],
    ids=["adam", "sgd", "regression"],
)
def test_too_low_a_rate(config):
    run, history = watched(config, 60)
    assert keys(run, history) == [], "too early to say"
    run, history = watched(None, 300, run=run, history=history)
    finding = one(run, history, "rate_low")
    assert observed(run).update.max() < 1e-4
    assert finding.fix.live
    run = dnn.change(run, **finding.fix.fields)
    run, after = watched(None, 800, run=run, history=history)
    assert "rate_low" not in keys(run, after)
    fell = history["train_cost"][0] - history.last("train_cost")
    assert history.last("train_cost") - after.last("train_cost") > 10 * fell


def test_a_schedule_that_ends_too_early():
    config = dnn.Config(schedule="cosine", schedule_steps=50, samples=200)
    run, history = watched(config, 200)
    finding = one(run, history, "rate_low")
    assert "schedule" in finding.sentence
    assert finding.fix.fields == {"schedule": "constant"}
    run = dnn.change(run, schedule="constant")
    assert keys(*watched(None, 400, run=run, history=history)) == []


def test_overfitting_and_that_its_suggestion_holds_it_up():
    config = dnn.Config(dataset="circle", noise=0.5, samples=40, hidden=(32, 32))
    run, history = watched(config, 300)
    finding = one(run, history, "overfitting")
    assert finding.fix.fields == {"l2": 0.01}
    assert finding.fix.live
    best = history["test_cost"].min()
    assert history.last("test_cost") > 1.2 * best
    with_penalty, after = watched(
        None, 1500, run=dnn.change(run, **finding.fix.fields), history=history
    )
    _, without = watched(None, 1500, run=run, history=history)
    assert "overfitting" not in keys(with_penalty, after)
    assert after.last("test_cost") < 0.7 * without.last("test_cost")


@pytest.mark.parametrize(
    ("config", "fields"),
    [
        (replace(CIRCLE, hidden=(), samples=500), {"hidden": (8,)}),
        (replace(CIRCLE, activation="linear", samples=500), {"activation": "tanh"}),
        (
            replace(SGD, dataset="xor", activation="sigmoid", hidden=(8, 8), batch_size=None),
            {"optimizer": "adam", "learning_rate": 0.01},
        ),
    ],
    ids=["no hidden layer", "linear layers", "gradient descent"],
)
def test_a_plateau_at_guessing(config, fields):
    run, history = watched(config, 2000)
    finding = one(run, history, "plateau")
    assert keys(run, history) == ["plateau"]
    assert "always giving the same answer costs 0.6" in finding.evidence
    assert finding.fix.fields == fields
    other, after = taken(run, finding, 2000)
    assert "plateau" not in keys(other, after)
    assert after.last("train_cost") < 0.5


def test_a_plateau_above_what_the_run_had_reached():
    run, history = watched(replace(CIRCLE, batch_size=None), 1000)
    assert keys(run, history) == []
    reached = history.last("train_cost")
    run, history = watched(None, 3000, run=dnn.change(run, l2=0.08), history=history)
    finding = one(run, history, "plateau")
    assert history.last("train_cost") > 1.5 * reached
    assert "this run has been at " in finding.evidence
    assert finding.fix.fields == {"l1": 0.0, "l2": 0.0}


def test_a_penalty_that_holds_all_weights_at_nothing():
    run, history = watched(replace(CIRCLE, l2=1.0), 600)
    finding = diagnose(run, history)[0]
    assert finding.fix.fields == {"l1": 0.0, "l2": 0.0}
    assert not finding.fix.live
    other, after = taken(run, finding, 600)
    assert keys(other, after) == []
    assert after.last("train_cost") < 0.1


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ({"l2": 0.1}, {"l2": 0.3}),
        ({"l2": 10.0}, {"dropout": 0.5}),
        ({"l2": 10.0, "dropout": 0.5}, {"learning_rate": 0.001}),
    ],
    ids=str,
)
def test_the_suggestion_against_overfitting_is_always_a_change(options, fields):
    run = dnn.start(replace(CIRCLE, **options))
    (record,) = start_record(run)
    made = [
        replace(record, step=i, train_cost=0.5 - i / 100, test_cost=0.5 + i / 100)
        for i in range(40)
    ]
    history = History().extend(made)
    assert one(run, history, "overfitting").fix.fields == fields


def test_nothing_to_tell_apart_and_nothing_to_fix():
    X = np.arange(12.0).reshape(2, 6)
    data = dnn.Dataset(X, np.zeros((1, 6)), X, np.zeros((1, 6)), target="real")
    run = dnn.start(dnn.Config(hidden=(), initializer="zeros", batch_size=None), data)
    history = History().extend(start_record(run))
    run, history = watched(None, 2000, run=run, history=history)
    assert history.last("train_cost") == 0
    assert keys(run, history) == []


def test_a_narrow_network_is_fixed_as_the_lab_fixes_it():
    """Theory, of wide layers, has it flow: only measuring tells what fixes this draw."""
    # So small a rate that 60 steps leave it as it was drawn: what larger ones make of 40 layers is
    # a matter of rounding.
    config = replace(
        SGD, hidden=(16,) * 40, activation="relu", initializer="he", seed=3, samples=500,
        learning_rate=1e-6,
    )  # fmt: skip
    for steps in (0, 60):
        run, history = watched(config, steps)
        finding = one(run, history, "vanishing")
        assert finding.fix == verdict(run.origin, run.data, signal_at(history, 0)).fix
        assert finding.fix.fields["activation"] == "tanh"
    after = watched(replace(config, **finding.fix.fields), 0)
    assert keys(*after) == []


def test_branches_of_scale_zero_are_passed_by():
    config = replace(CIRCLE, hidden=(8, 8, 8), residual=True, branch_scale=0.0)
    assert keys(*watched(config, 0)) == []
    assert keys(*watched(config, 100)) == []


def test_divergence_and_nothing_else():
    run, history = watched(replace(SGD, dataset="reg_plane", learning_rate=3.0), 200, every=1)
    assert run.diverged is not None
    finding = one(run, history, "divergence")
    assert keys(run, history) == ["divergence"]
    assert finding.layers == (run.diverged.layer,)
    assert f"Step {run.diverged.step}:" in finding.sentence
    other, after = taken(run, finding, 200)
    assert keys(other, after) == []
    assert after.last("train_cost") < 0.1


# Healthy runs.

HEALTHY = {
    "circle": CIRCLE,
    "xor sgd": replace(SGD, dataset="xor", hidden=(8, 6), batch_size=10),
    "gauss linear": dnn.Config(dataset="gauss", hidden=()),
    "moons relu": dnn.Config(dataset="moons", activation="relu", hidden=(16, 8)),
    "moons gelu": dnn.Config(dataset="moons", activation="gelu", hidden=(8, 8)),
    "spiral": dnn.Config(hidden=(8, 8, 6, 4), dtype="float32", seed=4),
    "spiral wide": dnn.Config(hidden=(32, 32), activation="relu", learning_rate=0.003),
    "plane": dnn.Config(dataset="reg_plane", hidden=(8, 6)),
    "plane momentum": dnn.Config(
        dataset="reg_plane", hidden=(8,), optimizer="momentum", learning_rate=0.03, batch_size=None
    ),
    "bump silu": dnn.Config(dataset="reg_gauss", activation="silu", hidden=(12, 8)),
    "noisy plane": dnn.Config(dataset="reg_plane", noise=0.3, hidden=(8,), learning_rate=0.003),
    "noisy gauss": dnn.Config(dataset="gauss", noise=0.4, hidden=(4,), learning_rate=0.003),
    "sigmoid": replace(CIRCLE, activation="sigmoid", learning_rate=0.03),
    "erf nesterov": replace(CIRCLE, activation="erf", optimizer="nesterov", learning_rate=0.03),
    "selu rmsprop": replace(CIRCLE, activation="selu", optimizer="rmsprop", learning_rate=0.003),
    "softplus adamw": replace(CIRCLE, activation="softplus", optimizer="adamw", l2=0.01),
    "deep he": replace(CIRCLE, activation="relu", hidden=(16,) * 10, learning_rate=0.001),
    "deep tanh": replace(CIRCLE, hidden=(16,) * 8, learning_rate=0.003),
    "normalised": replace(CIRCLE, activation="relu", hidden=(8,) * 6, batch_norm=True),
    "residual": replace(CIRCLE, activation="tanh", hidden=(8,) * 6, residual=True),
    "dropout": replace(CIRCLE, activation="relu", hidden=(32, 32), dropout=0.3),
    "cosine": replace(CIRCLE, schedule="cosine", schedule_steps=1500),
    "warm-up": replace(CIRCLE, schedule="warmup", schedule_steps=200),
    "clipped": replace(SGD, clip_norm=0.3),
    "mixed": replace(CIRCLE, activation=("tanh", "relu")),
}
MOMENTS = (0, 1, 20, 100, 400, 1500)


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_raises_no_alarm(name):
    run = history = None
    for moment in MOMENTS:
        run, history = watched(HEALTHY[name], moment, run=run, history=history)
        found = [f"{f.key} at {moment}: {f.evidence}" for f in diagnose(run, history)]
        assert found == []
    assert history.last("train_cost") < 0.9 * history["train_cost"][0], "and it learns"


@pytest.mark.parametrize("loss", ["logistic", "softmax", "squared_error"])
def test_data_of_ones_own(loss):
    data = problem(loss, m=40)
    run = dnn.start(dnn.Config(loss=loss, hidden=(8,), batch_size=None), data)
    history = History().extend(start_record(run))
    assert keys(run, history) == []


#: What is found in each starting point at 0, 100 and 500 steps, of the slow one at 0, 5 and 10.
EXPECTED = {
    "vanishing": ["vanishing"] * 3,
    "lab": ["vanishing"] * 3,
    "twins": ["vanishing"] * 3,
    "exploding": ["exploding", "divergence", "divergence"],
}


@pytest.mark.parametrize("name", PRESETS)
def test_the_starting_points(name):
    run = history = None
    moments = (0, 100, 500) if name != "lab" else (0, 5, 10)
    for moment, expected in zip(moments, EXPECTED.get(name, [None] * 3), strict=True):
        run, history = watched(PRESETS[name].config, moment, run=run, history=history)
        assert keys(run, history) == ([expected] if expected else [])


# The rules as a whole.


def test_every_rule_has_a_docstring_with_its_source_and_a_key_of_its_own():
    assert len({rule.key for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.find.__doc__
        assert "Source:" in rule.find.__doc__ or "advise" in rule.find.__doc__
        assert set(rule.unless) <= {other.key for other in RULES[: RULES.index(rule)]}


def test_without_records_nothing_is_said_of_the_cost():
    assert keys(dnn.start(CIRCLE), History()) == []


def test_a_run_that_a_link_opened_in_the_middle():
    run, _ = dnn.advance(dnn.start(replace(PRESETS["vanishing"].config, samples=200)), 200)
    history = History().extend(start_record(run))
    assert "vanishing" in keys(run, history)
    run, _ = dnn.advance(dnn.start(CIRCLE), 200)
    assert keys(run, History().extend(start_record(run))) == []
