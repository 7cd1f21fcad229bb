"""The signal of untrained networks against the run's own record, NumPy, simulation and hand."""

import numpy as np
import pytest
from problems import problem, start_random

import dnn
from dnn.parts.activations import ACTIVATIONS
from dnn.run.measure import PROBE, measure
from dnn.run.training import borrowed_trainer
from lab.analysis.signal import (
    FEW_EXAMPLES,
    LARGE,
    Band,
    Probe,
    backward_factors,
    band,
    examples,
    predicted,
)

NAMES = ("activation", "delta", "gradient")
SHAPES = {
    "plain": {},
    "batch norm": {"batch_norm": True},
    "residual": {"residual": True, "branch_scale": 0.4},
    "both": {"batch_norm": True, "residual": True},
}


def loaded(**fields):
    """Return a Config on the circle, and its data."""
    config = dnn.Config(**{"dataset": "circle", "hidden": (8,) * 4, **fields})
    return config, dnn.load(config)


def record_at_0(config, data):
    """Return what the run's own diagnostics say of the network that dnn.start draws."""
    with borrowed_trainer(dnn.start(config, data)) as trainer:
        return measure(trainer, 0, 0)


def same_as_record(config, data):
    found, record = Probe(config, data).signal(config.seed), record_at_0(config, data)
    for name in NAMES:
        np.testing.assert_allclose(
            getattr(found, name), getattr(record, f"{name}_rms"), rtol=1e-10, err_msg=name
        )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_probe_is_the_network_that_a_run_starts_with(activation, shape):
    same_as_record(*loaded(activation=activation, seed=3, **SHAPES[shape]))


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden": ()},
        {"hidden": (5,), "initializer": "mean_field", "sigma_w": 1.5, "sigma_b": 0.7},
        {"hidden": (9, 3), "activation": ("relu", "tanh"), "initializer": "orthogonal"},
        {"dataset": "reg_plane", "samples": 1200},
        {"dataset": "breast_cancer", "hidden": (16, 8), "activation": "relu"},
        {"loss": "softmax"},
        {"samples": 20},
    ],
)
def test_a_probe_of_any_shape_and_data(fields):
    same_as_record(*loaded(**fields))


def test_a_probe_runs_for_one_seed_after_another():
    """Nothing of one draw is left in the next, biases and batch normalisation included."""
    config, data = loaded(initializer="mean_field", sigma_w=1.2, sigma_b=0.5, batch_norm=True)
    probe = Probe(config, data)
    first = probe.signal(0)
    other = probe.signal(1)
    again = probe.signal(0)
    for name in NAMES:
        assert (getattr(first, name) == getattr(again, name)).all()
    # Each unit's activations are normalised, its errors are not.
    assert not np.allclose(first.delta, other.delta, rtol=1e-3)


def test_few_examples_and_single_precision_for_large_networks_only():
    config, data = loaded(hidden=(600,) * 3, samples=1000)
    probe = Probe(config, data)
    assert probe.p.size > LARGE
    assert (probe.dtype, probe.m) == (np.float32, FEW_EXAMPLES)
    small = Probe(*loaded(samples=1000))
    assert small.p.size <= LARGE
    assert (small.dtype, small.m) == (np.float64, PROBE)
    assert examples(*loaded(samples=20)) == 10


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_large_network_agrees_with_theory(activation):
    config, data = loaded(hidden=(600,) * 3, activation=activation)
    drawn = band(Probe(config, data), range(12))
    last = float(np.sqrt(np.mean(drawn.delta[:, -1] ** 2)))
    line = predicted(config, data, last)
    for name in NAMES:
        low, high = drawn.limits(name)
        # The output's activation is of a single unit and its link, which theory leaves out.
        hidden = slice(0, 3 if name == "activation" else 4)
        theory = getattr(line, name)[hidden]
        assert (theory > 0.97 * low[hidden]).all(), name
        assert (theory < 1.03 * high[hidden]).all(), name


def test_limits_are_percentiles_over_the_draws():
    rng = np.random.default_rng(0)
    made = Band(*(rng.lognormal(size=(37, 5)) for _ in NAMES))
    assert made.draws == 37
    for name in NAMES:
        values = np.sort(getattr(made, name), axis=0)
        for limit, share in zip(made.limits(name), (0.05, 0.95), strict=True):
            at = share * 36
            below, part = int(at), at - int(at)
            expected = values[below] + part * (values[below + 1] - values[below])
            np.testing.assert_allclose(limit, expected)


def test_a_band_grown_part_by_part_is_the_band_drawn_at_once():
    config, data = loaded(initializer="mean_field", sigma_w=1.5, sigma_b=0.3)
    probe = Probe(config, data)
    whole = band(probe, range(5, 12))
    grown = None
    for part in (range(5, 6), range(6, 10), range(10, 12)):
        grown = band(probe, part, grown)
    assert grown.draws == whole.draws == 7
    for name in NAMES:
        assert (getattr(grown, name) == getattr(whole, name)).all()
        assert len(np.unique(getattr(whole, name)[:, 0])) == 7
        own = getattr(Probe(config, data).signal(7), name)
        assert (getattr(whole, name)[2] == own).all()


@pytest.mark.parametrize("dataset", ["circle", "20 inputs"])
@pytest.mark.parametrize(
    "fields",
    [
        {"activation": "tanh", "initializer": "mean_field", "sigma_w": 1.3, "sigma_b": 0.2},
        {"activation": "relu"},
        {"activation": "sigmoid", "initializer": "mean_field", "sigma_w": 3.0, "sigma_b": 0.5},
        {"activation": "erf"},
        {"activation": "tanh", "residual": True, "branch_scale": 0.5},
        {"activation": "relu", "residual": True, "branch_scale": 0.3},
    ],
    ids=lambda f: f["activation"] + " residual" * ("residual" in f),
)
def test_theory_is_the_mean_over_draws(fields, dataset):
    config = dnn.Config(dataset="circle", hidden=(128,) * 5, **fields)
    data = dnn.load(config) if dataset == "circle" else problem("logistic", 20, m=200)
    drawn = band(Probe(config, data), range(40))

    def mean(name):
        return np.sqrt(np.mean(getattr(drawn, name) ** 2, axis=0))

    line = predicted(config, data, mean("delta")[-1])
    np.testing.assert_allclose(line.activation[:5], mean("activation")[:5], rtol=0.15)
    np.testing.assert_allclose(line.delta, mean("delta"), rtol=0.15)
    np.testing.assert_allclose(line.gradient, mean("gradient"), rtol=0.15)


def test_theory_is_averaged_over_the_lengths_of_the_inputs():
    """One input ten times as long as the rest: tanh of the mean length would be wrong."""
    X = np.full((4, 80), 0.3)
    X[:, 70:] = 30.0
    data = dnn.Dataset(X, np.arange(80)[None] % 2)
    config = dnn.Config(hidden=(256,) * 2, initializer="mean_field", sigma_w=1.0)
    drawn = band(Probe(config, data), range(10))
    mean = np.sqrt(np.mean(drawn.activation**2, axis=0))[:2]
    line = predicted(config, data, 1.0).activation[:2]
    np.testing.assert_allclose(line, mean, rtol=0.1)
    np.testing.assert_allclose(predicted(config, data, 3.0).delta[-1], 3.0)


def probed(run):
    """Return the pass over the run's probe examples with its present parameters."""
    with borrowed_trainer(run) as trainer:
        measure(trainer, run.step, 0)
        return trainer.evaluations["probe"].run()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("example", [0, 7])
def test_backward_factors_multiply_to_the_ratio_of_deltas(shape, example):
    config = dnn.Config(hidden=(6, 6, 6, 4), activation="tanh", **SHAPES[shape])
    data = problem("logistic", m=20)
    net = probed(start_random(config, data))
    by_weights, by_slope = backward_factors(net, example)
    size = [np.sqrt(np.mean(D[:, example] ** 2)) for D in net.deltas]
    assert by_weights.shape == by_slope.shape == (4,)
    for l in range(4):
        assert by_weights[l] * by_slope[l] == pytest.approx(size[l] / size[l + 1], rel=1e-10)
    W = net.W[4][:, :-1]
    alone = np.sqrt(np.mean((W.T @ net.deltas[4][:, example]) ** 2)) / size[4]
    assert by_weights[3] == pytest.approx(alone, rel=1e-10)
    assert not np.allclose(by_weights, backward_factors(net, 3)[0])


def test_backward_factors_past_a_residual_branch():
    """What comes past the branch is added to W^T delta before it is measured."""
    run = start_random(dnn.Config(hidden=(5, 5), residual=True), problem("logistic"))
    net = probed(run)
    delta3, delta2 = net.deltas[2][:, 0], net.deltas[1][:, 0]
    (_, _), (W2, _), (W3, _) = run.weights
    past = W3.T @ delta3
    error = W2.T @ delta2 + past
    by_weights, _ = backward_factors(net)
    rms = np.sqrt(np.mean(error**2)) / np.sqrt(np.mean(delta2**2))
    assert by_weights[0] == pytest.approx(rms, rel=1e-10)


def test_backward_factors_of_a_network_by_hand():
    """x = (1, 2), two tanh units, logistic loss, all on paper; the second example is a stranger."""
    data = dnn.Dataset([[1.0, -3.0], [2.0, 0.5]], [[1, 0]])
    W1, b1 = np.array([[0.5, -0.25], [0.1, 0.2]]), np.array([[0.1], [0.0]])
    W2, b2 = np.array([[2.0, -1.0]]), np.array([[0.3]])
    run = dnn.start(dnn.Config(hidden=(2,), batch_size=None), data, [(W1, b1), (W2, b2)])
    a = np.tanh([0.1, 0.5])  # 0.5 - 0.5 + 0.1 and 0.1 + 0.4
    by_weights, by_slope = backward_factors(probed(run))
    # |W2| = sqrt(5) over two units, whatever delta is.
    assert by_weights == pytest.approx([np.sqrt(5 / 2)], rel=1e-12)
    s1, s2 = 1 - a**2
    slope = np.sqrt((4 * s1**2 + s2**2) / 2) / np.sqrt(5 / 2)
    assert by_slope == pytest.approx([slope], rel=1e-12)


def test_backward_factors_of_nothing_are_0():
    config, data = loaded(initializer="zeros")
    by_weights, by_slope = backward_factors(Probe(config, data).run(0))
    assert (by_weights == 0).all()
    assert (by_slope == 0).all()
    assert [len(f) for f in backward_factors(Probe(*loaded(hidden=())).run(0))] == [0, 0]
