"""What is recorded of the layers at a moment, against direct computation."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

import dnn
from dnn.parts.activations import ACTIVATIONS
from dnn.run.training import borrowed_trainer
from lab.analysis.distributions import PERCENTILES, RANKS
from lab.analysis.moments import (
    CAPACITY,
    LINES,
    QUANTITIES,
    SHAPES,
    Moment,
    Moments,
    Thinned,
    dead_share,
    look,
    saturated_share,
)

SMALL = dnn.Config(dataset="circle", samples=200, hidden=(6, 4), batch_size=20)


def looked_at(run):
    with borrowed_trainer(run) as trainer:
        return look(trainer, run)


def advanced(config, steps=40):
    return dnn.advance(dnn.start(config), steps)[0]


def forward(run):
    """Return the activations of a plain tanh network with a sigmoid output, layer by layer."""
    A, found = run.data.X_train[:, :256], []
    for l, (W, b) in enumerate(run.weights):
        Z = W @ A + b
        A = np.tanh(Z) if l < len(run.weights) - 1 else 1 / (1 + np.exp(-Z))
        found.append(A)
    return found


def backward(run, A):
    """Return one example's dJ/dz of every layer, (n_l, m), and dJ/dW of the mean cost."""
    X, Y = run.data.X_train[:, :256], run.data.Y_train[:, :256]
    deltas = [A[-1] - Y]
    for l in range(len(A) - 2, -1, -1):
        deltas.insert(0, (run.weights[l + 1][0].T @ deltas[0]) * (1 - A[l] ** 2))
    inputs = [X, *A[:-1]]
    return deltas, [d @ a.T / X.shape[1] for d, a in zip(deltas, inputs, strict=True)]


def test_the_percentiles_are_those_of_the_values_computed_by_hand():
    run = advanced(SMALL)
    moment = looked_at(run)
    A = forward(run)
    deltas, gradients = backward(run, A)
    expected = {
        "weight": [W for W, _ in run.weights],
        "bias": [b for _, b in run.weights],
        "gradient": gradients,
        "activation": A,
        "delta": deltas,
    }
    for i, quantity in enumerate(QUANTITIES):
        for l, values in enumerate(expected[quantity]):
            by_hand = np.percentile(values, PERCENTILES)
            found = moment.percentiles[i, l]
            np.testing.assert_allclose(found, by_hand, rtol=1e-5, atol=1e-7, err_msg=quantity)
            assert moment.counts[i, l] == values.size
            middle = (moment.ranks[i, l][RANKS // 2 - 1] + moment.ranks[i, l][RANKS // 2]) / 2
            assert by_hand[2] - 1e-6 <= middle <= by_hand[4] + 1e-6


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_the_update_is_the_one_that_the_run_makes_next(optimizer):
    run = advanced(replace(SMALL, optimizer=optimizer, l2=0.01, clip_norm=0.5))
    moment = looked_at(run)
    later = dnn.advance(run, 1)[0]
    for l, ((W, _), (V, _)) in enumerate(zip(run.weights, later.weights, strict=True)):
        assert moment.update_ratio[l] == pytest.approx(np.linalg.norm(V - W) / np.linalg.norm(W))
        assert moment.weight_norm[l] == pytest.approx(np.linalg.norm(W))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_looking_never_alters_the_run(optimizer):
    config = replace(SMALL, optimizer=optimizer, dropout=0.2, batch_norm=True)
    plain = advanced(config, 30)
    run = dnn.start(config)
    for _ in range(10):
        with borrowed_trainer(run) as trainer:
            look(trainer, run)
        run = dnn.advance(run, 3)[0]
    for name in ("parameters", "state", "running"):
        assert getattr(run, name).tobytes() == getattr(plain, name).tobytes()


def test_the_trainer_is_left_as_it_was():
    run = advanced(replace(SMALL, optimizer="adam", batch_norm=True))
    with borrowed_trainer(run) as trainer:
        look(trainer, run)
        assert trainer.p.tobytes() == run.parameters.tobytes()
        assert trainer.state.tobytes() == run.state.tobytes()
        assert trainer.running.tobytes() == run.running.tobytes()


def test_weights_of_zero_have_no_ratio():
    moment = looked_at(dnn.start(replace(SMALL, initializer="zeros")))
    assert np.isnan(moment.update_ratio).all()
    assert (moment.weight_norm == 0).all()


@pytest.mark.parametrize("key", ["tanh", "sigmoid", "erf"])
def test_saturated_is_what_lies_in_the_outer_three_per_cent(key):
    low, high = ACTIVATIONS[key].bounds
    width = high - low
    A = low + width * np.array([[0.01, 0.02, 0.5, 0.98], [0.5, 0.984, 0.9, 1.0]])
    # Beyond 0.97 of the half width from the middle: the outer 1.5 % of the whole, at either end.
    assert saturated_share(ACTIVATIONS[key], A) == 2 / 8
    assert np.isnan(dead_share(ACTIVATIONS[key], A))


def test_saturation_of_tanh_is_0_97_itself():
    A = np.array([[0.969, 0.971, -0.9701, -0.5]])
    assert saturated_share(ACTIVATIONS["tanh"], A) == 0.5
    assert np.isnan(saturated_share(ACTIVATIONS["relu"], A))


def test_a_saturated_layer_is_found_and_its_neighbours_are_not():
    run = dnn.start(SMALL)
    weights = [(W.copy(), b.copy()) for W, b in run.weights]
    weights[1][0][:], weights[1][1][:] = 0, [[9], [-9], [9], [0]]  # three of four units
    moment = looked_at(dnn.start(SMALL, run.data, weights))
    assert moment.saturated[1] == 0.75
    assert moment.saturated[0] < 0.2
    assert np.isnan(moment.saturated[2]), "an output at its bounds is what training is for"


def test_dead_units_are_counted():
    config = replace(SMALL, activation=("relu", "tanh"))
    run = dnn.start(config)
    weights = [(W.copy(), b.copy()) for W, b in run.weights]
    weights[0][0][:2], weights[0][1][:2] = 0, -1  # two units of six
    weights[0][1][2:] = 50
    moment = looked_at(dnn.start(config, run.data, weights))
    assert moment.dead[0] == pytest.approx(2 / 6)
    assert np.isnan(moment.dead[1:]).all()
    assert np.isnan(moment.saturated[0])


def test_a_layer_of_leaky_units_does_not_die():
    assert [key for key, entry in ACTIVATIONS.items() if entry.dies] == ["relu"]


def row(step, layers=3):
    values = {name: np.full(layers, float(step)) for name in LINES}
    sketches = [np.zeros((5, layers, n), "f4") for n in (len(PERCENTILES), RANKS)]
    return Moment(step, **values, percentiles=sketches[0], ranks=sketches[1],
                  counts=np.ones((5, layers), int))  # fmt: skip


def test_moments_are_bounded_thinned_evenly_and_end_at_the_newest():
    moments = Moments()
    for i in range(2000):
        moments = moments.extend(row(7 * i + 3))
        assert len(moments.lines) <= CAPACITY
        assert len(moments.shapes) <= SHAPES
    steps = moments.shapes["step"]
    assert steps[0] == 3
    assert steps[-1] == 7 * 1999 + 3
    gaps = np.diff(steps[:-1])
    assert gaps.max() <= gaps.min() + 7, "one in each stretch of equal length"
    assert len(moments.lines) > CAPACITY / 2
    assert (moments.lines["weight_norm"][:, 0] == moments.lines["step"]).all()


def test_a_moment_taken_again_or_earlier_replaces_what_came_after():
    moments = Moments()
    for step in (0, 10, 20, 30, 20):
        moments = moments.extend(row(step))
    assert moments.lines["step"].tolist() == [0, 10, 20]


def test_one_quantity_alone_is_a_fifth_and_goes_on_alike():
    run = advanced(SMALL)
    first, second = looked_at(run), looked_at(dnn.advance(run, 5)[0])
    whole = Moments().extend(first)
    part = whole.of("activation").extend(second)
    both = whole.extend(second).of("activation")
    for name in ("percentiles", "ranks", "counts"):
        np.testing.assert_array_equal(part.shapes[name], both.shapes[name])
    assert part.shapes["ranks"].shape[1] == 1


def test_they_pickle_small():
    moments = Moments()
    for i in range(1000):
        moments = moments.extend(row(i, layers=5))
    assert len(pickle.dumps(moments)) < 700_000
    assert len(pickle.dumps(moments.of("weight"))) < 250_000


def test_thinned_keeps_the_first_row_of_each_stretch():
    kept = Thinned(3)
    for step in range(9):
        kept = kept.with_row({"step": step})
    assert kept.stride == 4
    assert kept["step"].tolist() == [0, 4, 8]
