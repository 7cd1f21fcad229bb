"""The verdict on networks whose signal is known: the kind, the words, the fix."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

import dnn
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from dnn.run.measure import Signal
from lab import theory
from lab.analysis.diagnosis.verdict import TOTAL, find_fix, judge
from lab.analysis.signal import Probe
from lab.teaching.presets import PRESETS
from lab.text.numbers import number

DEEP = (64,) * 30
#: Weight scales that make 30 layers of each activation vanish and explode, where they do.
VANISHING = {
    "tanh": 0.8, "erf": 0.5, "relu": 1.0, "leaky_relu": 1.0, "sigmoid": 1.0, "linear": 0.8,
    "selu": 0.5, "softplus": 0.8,
}  # fmt: skip
EXPLODING = {
    "tanh": 3.0, "erf": 2.0, "relu": 2.0, "leaky_relu": 2.0, "linear": 1.5, "selu": 2.0,
    "softplus": 2.0,
}  # fmt: skip


def deep(**fields):
    return dnn.Config(**{"dataset": "circle", "hidden": DEEP, "optimizer": "sgd", **fields})


def scaled(activation, sigma_w, **fields):
    return deep(activation=activation, initializer="mean_field", sigma_w=sigma_w, **fields)


def signal_of(config):
    """Return the signal of a Config as it starts; the optimiser is no matter."""
    return _signal_of(replace(config, optimizer="sgd"))


@lru_cache(maxsize=512)
def _signal_of(config):
    return Probe(config, dnn.load(config)).signal(config.seed)


def verdict_of(config):
    """Return the verdict as the page has it: a fix is measured before it is offered."""
    return judge(config, signal_of(config), signal_of)


def levels(delta, activation=None, gradient=None):
    """Return a Signal of hidden layers and an output of 1."""
    n = len(delta)
    parts = (activation or [1.0] * n, delta, gradient or [1.0] * n)
    return Signal(*(np.array([*part, 1.0], float) for part in parts))


def judged(*args, **fields):
    signal = levels(*args)
    config = deep(hidden=(64,) * (len(signal.delta) - 1), **fields)
    return judge(config, signal)


def flat(signal):
    """Return whether the weights' gradients are of one size; layer 1's has inputs of its own."""
    gradients = signal.gradient[1:-1]
    return gradients.max() / gradients.min() < TOTAL


# What it is called


@pytest.mark.parametrize("seed", range(3))
def test_deep_relu_with_glorots_scale_is_not_healthy(seed):
    """Error and signal fade by sqrt(1/2) a layer each way, the weights' gradients do not."""
    config = deep(activation="relu", initializer="glorot", seed=seed)
    signal = signal_of(config)
    verdict = judge(config, signal)
    assert verdict.kind == "vanishing"
    assert verdict.factor == pytest.approx(np.sqrt(0.5), rel=0.06)
    assert flat(signal)
    assert "hide it" in verdict.text


@pytest.mark.parametrize("seed", range(3))
def test_relu_with_twice_the_scale_explodes_with_flat_weight_gradients(seed):
    config = scaled("relu", 2.0, seed=seed)
    signal = signal_of(config)
    verdict = judge(config, signal)
    assert verdict.kind == "exploding"
    assert verdict.factor == pytest.approx(np.sqrt(2), rel=0.06)
    assert verdict.total > 1e3
    assert flat(signal)
    assert "hide it" in verdict.text


def test_sigmoid_vanishes():
    verdict = verdict_of(deep(activation="sigmoid"))
    assert verdict.kind == "vanishing"
    assert verdict.factor < 0.25
    assert verdict.total == pytest.approx(verdict.factor**29, rel=1e-9)
    assert "hide" not in verdict.text


def healthy_set():
    for seed in range(5):
        yield f"He {seed}", deep(activation="relu", seed=seed)
        yield f"critical tanh {seed}", scaled("tanh", 1.0, seed=seed)
        critical = theory.critical_sigma_w("tanh", 0.2236)
        yield f"tanh 1.76 {seed}", scaled("tanh", critical, sigma_b=0.2236, seed=seed)
        linear = deep(activation="linear", initializer="orthogonal", seed=seed)
        yield f"orthogonal {seed}", linear
        shallow = {"hidden": (64,) * 10, "seed": seed}
        yield f"SELU 10 {seed}", deep(activation="selu", **shallow)
    for key in ("spiral", "circle", "xor", "breast_cancer"):
        yield f"preset {key}", PRESETS[key].config
    yield "2 sigmoid layers", deep(hidden=(8, 8), activation="sigmoid")
    yield "3 relu layers", deep(hidden=(16, 16, 16), activation="relu")


HEALTHY = dict(healthy_set())


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_network_raises_no_alarm(name):
    verdict = verdict_of(HEALTHY[name])
    assert verdict.kind == "healthy"
    assert verdict.fix is None


def test_deep_selu_raises_no_alarm():
    kinds = [verdict_of(deep(activation="selu", seed=seed)).kind for seed in range(5)]
    assert kinds == ["healthy"] * 5


def test_residual_tanh_with_calm_branches_raises_no_alarm():
    kinds = [
        verdict_of(deep(residual=True, branch_scale=0.18, seed=seed)).kind for seed in range(5)
    ]
    assert kinds == ["healthy"] * 5


def test_a_tiny_branch_scale_does_not_explode():
    """0.05: every branch adds 0.25 % of square a layer."""
    assert verdict_of(deep(residual=True, branch_scale=0.05)).kind == "healthy"


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("hidden", [(16,) * 10, (16, 8, 16, 16, 16)])
def test_branches_of_scale_0_neither_explode_nor_learn(hidden, batch_norm):
    """Only the layers before them get a gradient; what passes them by keeps its size."""
    config = deep(
        hidden=hidden, activation="relu", residual=True, branch_scale=0.0, batch_norm=batch_norm
    )
    verdict, signal = verdict_of(config), signal_of(config)
    first = hidden.index(16, 2) if hidden[1] == 8 else 0
    sizes = np.sqrt(hidden)
    assert verdict.kind == "bypassed"
    assert verdict.title == "The branches are switched off: their weights learn nothing"
    assert verdict.total == pytest.approx(
        signal.delta[0] * sizes[0] / (signal.delta[first] * sizes[first])
    )
    assert verdict.fix.fields.keys() == {"branch_scale"}
    assert fixed(config).kind == "healthy"


def test_a_tapering_he_network_raises_no_alarm():
    """The norm of a layer's error stays; over more units it is smaller in each."""
    hidden = (1024, 512, 256, 128, 64, 32, 16, 8)
    config = deep(hidden=hidden, activation="relu", samples=100)
    signal = signal_of(config)
    norms = signal.delta[:8] * np.sqrt(hidden)
    assert norms.max() / norms.min() < 5
    assert judge(config, signal).kind == "healthy"


@pytest.mark.parametrize(
    ("delta", "activation", "kind"),
    [
        ([1e-3, 1e-2, 1.0], None, "vanishing"),
        ([1e3, 1e2, 1.0], None, "exploding"),
        ([1.0, 1.0, 1.0], [1.0, 0.1, 0.01], "fading"),
        ([1.0, 1.0, 1.0], [1.0, 10.0, 100.0], "growing"),
        ([0.11, 0.3, 1.0], [1.0, 3.0, 9.0], "healthy"),
        ([9.0, 3.0, 1.0], [1.0, 0.5, 0.11], "healthy"),
        # What lies between is no matter, nor are the gradients of weights.
        ([1.0, 1e-9, 1.0], [1.0, 1e9, 1.0], "healthy"),
    ],
)
def test_kinds_by_levels(delta, activation, kind):
    for gradient in (None, [1e-8, 1.0, 1.0], [1e8, 1.0, 1.0]):
        verdict = judged(delta, activation, gradient)
        assert verdict.kind == kind
        assert verdict.total == pytest.approx(delta[0] / delta[-1])
        assert verdict.factor == pytest.approx(np.sqrt(delta[0] / delta[-1]))


def test_the_output_layer_is_another_matter():
    """Its width differs: that alone is a jump."""
    signal = levels([1.0, 1.0, 1.0])
    signal.delta[-1] = signal.activation[-1] = 1e9
    assert judge(deep(hidden=(64,) * 3), signal).kind == "healthy"


@pytest.mark.parametrize("hidden", [(), (8,)])
def test_too_shallow(hidden):
    verdict = verdict_of(deep(hidden=hidden))
    assert verdict.kind == "shallow"
    assert verdict.fix is None


def test_two_layers_are_judged():
    assert judged([0.01, 1.0]).kind == "vanishing"
    assert judged([0.01, 1.0]).factor == pytest.approx(0.01)


def test_zeros_have_vanished():
    for config in (deep(initializer="zeros"), deep(initializer="zeros", activation="relu")):
        verdict = verdict_of(config)
        assert verdict.kind == "vanishing"
        assert verdict.factor == verdict.total == 0
        assert "nan" not in verdict.text
        assert fixed(config).kind == "healthy"
    assert judged([0.0, 0.0, 1.0]).kind == "vanishing"
    assert judged([1.0, 1.0, 0.0]).kind == "exploding"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("where", ["delta", "activation"])
def test_what_is_no_number_is_broken(where, bad):
    parts = {"delta": [1.0, 1.0, 1.0], "activation": [1.0, 1.0, 1.0], where: [1.0, bad, 1.0]}
    verdict = judged(parts["delta"], parts["activation"], initializer="normal", sigma_w=9.0)
    assert verdict.kind == "broken"
    assert verdict.fix.fields == {"initializer": "mean_field", "sigma_w": 1.0, "sigma_b": 0.0}
    assert "not finite" in verdict.text


# What it says


def constructed():
    for optimizer in ("sgd", "momentum", "adam", "adamw", "rmsprop"):
        for activation, sigma_w in VANISHING.items():
            yield scaled(activation, sigma_w, optimizer=optimizer)
        for activation, sigma_w in EXPLODING.items():
            yield scaled(activation, sigma_w, optimizer=optimizer)


def test_words_never_speak_of_slower_learning_and_say_what_hides_it():
    for config in constructed():
        signal = signal_of(config)
        verdict = judge(config, signal)
        said = f"{verdict.title} {verdict.text}".lower()
        assert verdict.kind in ("vanishing", "exploding")
        assert "slower" not in said
        assert "faster" not in said
        assert "nan" not in said
        hides = "divides by the gradient's running size, so the steps do not show it" in said
        assert hides == (config.optimizer in ("adam", "adamw", "rmsprop"))
        gradients, error = _ratio(signal.gradient), _ratio(signal.delta)
        level = 1 / TOTAL < gradients < TOTAL
        level = level and abs(np.log(gradients)) < abs(np.log(error)) / 2
        assert ("gradients hide it" in said) == level
        assert ("smaller" if verdict.kind == "vanishing" else "larger") in said


def _ratio(values):
    return values[0] / values[-2]


def test_the_sentence_gives_the_numbers_of_the_signal():
    verdict = judged([1e-4, 1e-2, 1.0], None, [1e-4, 1e-2, 1.0])
    assert verdict.title == "Gradients vanish: each layer multiplies the error by 0.0100"
    assert "At layer 1 the error is 10,000× smaller than at layer 3." in verdict.text
    assert "The weights of layer 1 get gradients 10,000× smaller than layer 3's." in verdict.text
    assert "Under gradient descent the first layer's steps are smaller by about as much" in (
        verdict.text
    )
    verdict = judged([100.0, 10.0, 1.0], [1.0, 10.0, 100.0])
    assert "At layer 1 the error is 100× larger than at layer 3." in verdict.text
    assert "activations change ×100 on their way forward" in verdict.text


def test_clipping_is_named_where_it_is_on():
    grows = [100.0, 10.0, 1.0]
    assert "Clipping" not in judged(grows).text
    assert "Clipping keeps the steps short" in judged(grows, clip_norm=1.0).text
    assert "Clipping keeps the steps short" in judged(grows, clip_value=1.0).text
    assert "Clipping" not in judged(grows[::-1], clip_norm=1.0).text


@pytest.mark.parametrize(
    ("gradients", "words"),
    [
        ([1.0, 1.1, 0.9], "they are about equal in all layers"),
        ([1.0, 5.0, 1.0], "they differ by only 5.0× between layers"),
    ],
)
def test_gradients_are_called_equal_only_where_all_of_them_are(gradients, words):
    text = judged([1e-2, 1e-1, 1.0], [1.0, 10.0, 100.0], gradients).text
    assert words in text
    assert text.endswith(
        "a step is the learning rate times at most about 1.00 a weight in every layer."
    )


def test_gradients_that_grow_as_the_error_does_hide_nothing():
    """Activations that stay the same make up for nothing, be the factor below 20."""
    text = judged([25.0, 5.0, 1.0], [1.0, 1.0, 1.0], [17.0, 4.0, 1.0]).text
    assert "hide" not in text
    assert "The weights of layer 1 get gradients 17.0× larger than layer 3's." in text
    assert "steps are larger by about as much" in text
    text = judged([25.0, 5.0, 1.0], [1.0, 5.0, 25.0], [2.0, 1.0, 1.0]).text
    assert "The weights' gradients hide it" in text


def steps_of(config):
    """Return the rms of a first step over the learning rate, per hidden layer."""
    run = dnn.start(config)
    after, _ = dnn.advance(run, 1)
    pairs = zip(after.weights[:-1], run.weights[:-1], strict=True)
    return np.array([np.sqrt(np.mean((W - V) ** 2)) for (W, _), (V, _) in pairs]) / (
        config.learning_rate
    )


def test_what_is_said_of_the_steps_is_what_they_do():
    """ReLU with sigma_w^2 = 4 explodes with steps that are alike; examples cancel in a batch."""
    config = scaled("relu", 2.0, learning_rate=1e-6)
    text, steps = verdict_of(config).text, steps_of(config)
    size = float(np.median(signal_of(config).gradient[:30]))
    assert f"a step is the learning rate times at most about {number(size)} a weight" in text
    assert steps.max() < 1.2 * size
    assert steps.max() / steps.min() < 5
    assert "grow" not in text

    config = PRESETS["lab"].config
    text, steps = verdict_of(config).text, steps_of(config)
    assert "steps are smaller by about as much" in text
    ratio = _ratio(signal_of(config).gradient) / (steps[0] / steps[-1])
    assert 1 / 20 < ratio < 20


# How it is fixed


def test_he_and_its_critical_scale_do_not_fix_each_other():
    he = deep(hidden=(64,) * 100, activation="relu", initializer="he")
    critical = replace(he, initializer="mean_field", sigma_w=2**0.5)
    for config in (he, critical):
        found = find_fix(config, "fading")
        assert found is None or not {"he", "mean_field"} & {found.fields.get("initializer")}
    assert find_fix(replace(he, initializer="glorot"), "vanishing").fields == {"initializer": "he"}


def grid():
    for activation in ACTIVATIONS:
        for initializer in INITIALIZERS:
            # Narrow, narrow and deep, and few layers: where one draw strays from theory.
            for depth, width, seed in ((10, 16, 0), (10, 16, 1), (50, 32, 0), (4, 8, 2)):
                yield deep(
                    hidden=(width,) * depth, activation=activation, initializer=initializer,
                    seed=seed,
                )  # fmt: skip


def test_whatever_fix_is_offered_does_fix():
    """So that no two networks fix each other: a healthy one is offered nothing."""
    offered = 0
    for config in grid():
        verdict = verdict_of(config)
        if not verdict.fix:
            continue
        offered += 1
        after = verdict_of(replace(config, **verdict.fix.fields))
        assert after.kind == "healthy", (config, verdict.fix.label)
        assert after.fix is None
    assert offered > 200


def test_a_fix_that_this_draw_does_not_follow_is_not_offered():
    """Theory has SELU with LeCun's weights flow; 50 layers of 32 units do not."""
    narrow = deep(hidden=(32,) * 50, activation="selu", initializer="he")
    assert find_fix(narrow, "exploding").fields == {"initializer": "lecun"}
    other = replace(narrow, initializer="lecun")
    assert verdict_of(other).kind != "healthy"
    assert verdict_of(narrow).fix.fields != {"initializer": "lecun"}


def test_by_theory_alone_nothing_is_offered_where_it_already_flows():
    config = deep(hidden=(32,) * 50, activation="selu", initializer="lecun")
    assert find_fix(config, "exploding") is None
    assert find_fix(config, "exploding", lambda other: None) is None


def test_where_theory_flows_and_the_draw_does_not_the_sentence_says_so():
    said = "Theory has it flow in wide layers; this draw of layers of 32 units strays from it."
    config = deep(hidden=(32,) * 50, activation="selu", initializer="lecun")
    assert said in verdict_of(config).text
    assert "strays" not in verdict_of(replace(config, initializer="he")).text
    assert "strays" not in verdict_of(deep(activation="relu")).text


def fixed(config):
    """Return the verdict on the network with the fix that its own verdict offers."""
    verdict = verdict_of(config)
    assert verdict.fix
    after = replace(config, **verdict.fix.fields)
    assert after != config
    return verdict_of(after)


@pytest.mark.parametrize(
    ("config", "button", "fields"),
    [
        (
            deep(activation="relu", initializer="glorot"),
            "Start with He weights",
            {"initializer": "he"},
        ),
        (
            scaled("tanh", 0.8),
            "Set the weight scale to the critical 1",
            {"initializer": "mean_field", "sigma_w": 1.0, "sigma_b": 0.0},
        ),
        (
            deep(activation="sigmoid"),
            "Use tanh with Glorot weights",
            {"activation": "tanh", "initializer": "glorot"},
        ),
        (
            deep(activation="linear", initializer="he"),
            "Start with Orthogonal weights",
            {"initializer": "orthogonal"},
        ),
    ],
    ids=["relu", "tanh", "sigmoid", "linear"],
)
def test_the_fix_fits_the_activation(config, button, fields):
    """He for ReLU, the critical scale for tanh, another activation for sigmoid."""
    verdict = verdict_of(config)
    assert verdict.kind in ("vanishing", "exploding")
    assert (verdict.fix.label, verdict.fix.fields) == (button, fields)
    assert fixed(config).kind == "healthy"


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("activation", [k for k in VANISHING if k not in ("softplus", "selu")])
def test_vanishing_is_fixed(activation, seed):
    config = scaled(activation, VANISHING[activation], seed=seed)
    assert verdict_of(config).kind == "vanishing"
    assert fixed(config).kind == "healthy"


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("activation", [k for k in EXPLODING if k != "softplus"])
def test_exploding_is_fixed(activation, seed):
    config = scaled(activation, EXPLODING[activation], seed=seed)
    assert verdict_of(config).kind == "exploding"
    assert fixed(config).kind == "healthy"


def test_selu_vanishing_is_fixed():
    assert fixed(scaled("selu", VANISHING["selu"])).kind == "healthy"


def test_softplus_vanishing_is_fixed():
    assert fixed(scaled("softplus", VANISHING["softplus"])).kind == "healthy"


def test_softplus_exploding_is_fixed():
    assert fixed(scaled("softplus", EXPLODING["softplus"])).kind == "healthy"


def test_elu_exploding_is_fixed():
    verdict = verdict_of(scaled("elu", 1.5, hidden=(64,) * 60))
    assert verdict.kind == "exploding"
    assert fixed(scaled("elu", 1.5, hidden=(64,) * 60)).kind == "healthy"


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_exploding_under_batch_normalisation_is_fixed(activation):
    config = deep(activation=activation, batch_norm=True)
    assert verdict_of(config).kind == "exploding"
    assert fixed(config).kind == "healthy"


def test_exploding_residual_branches_are_scaled():
    verdict = verdict_of(deep(residual=True))
    assert verdict.kind == "exploding"
    assert verdict.fix.fields == {"branch_scale": 0.18}
    assert fixed(deep(residual=True)).kind == "healthy"


def test_a_residual_switch_without_residual_layers_changes_no_fix():
    config = deep(
        hidden=(64, 63) * 15, residual=True, activation="relu", initializer="mean_field",
        sigma_w=2.0,
    )  # fmt: skip
    assert not any(config.residual_layers())
    assert fixed(config).kind == "healthy"


def test_a_fix_changes_something():
    config = scaled(("tanh", "relu") * 15, 3.0, batch_norm=True)
    assert verdict_of(config).kind == "exploding"
    assert fixed(config).kind == "healthy"


def test_a_fix_for_batches_of_one_is_not_batch_normalisation():
    config = scaled(("tanh", "relu") * 15, 3.0, batch_size=1)
    assert fixed(config).kind == "healthy"


def test_the_critical_point_is_the_biases_own():
    verdict = verdict_of(PRESETS["lab"].config)
    assert verdict.fix.label == "Set the weight scale to the critical 1.396"
    assert verdict.fix.fields == {"initializer": "mean_field", "sigma_w": 1.396, "sigma_b": 0.3}
    assert fixed(PRESETS["lab"].config).kind == "healthy"


def test_a_dead_network_is_said_to_be_dead():
    config = dnn.Config(hidden=(8,) * 3, activation="relu")
    dead = judge(config, Signal(np.array([1, 0, 0, 0.5]), np.array([0, 0, 0, 0.5]), np.zeros(4)))
    assert dead.kind == "vanishing"
    assert dead.title == "The network is dead: every unit of layer 2 gives exactly 0"
    assert (
        dead.text
        == "No error comes back to layers 1 to 3: the gradient of their weights is exactly 0."
    )
    alive = judge(
        config, Signal(np.array([1, 1, 1, 0.5]), np.array([0, 0.1, 0.2, 0.5]), np.ones(4))
    )
    assert alive.title == "Gradients vanish altogether: the error at layer 1 is exactly 0"
    assert "layer 1:" in alive.text
