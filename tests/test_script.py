"""A run as a standalone script: run as it is, it prints the costs that the engine finds."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import dnn
from dnn.files import script as module
from dnn.files.script import script
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import SCHEDULES

STEPS, EVERY = 36, 9
BASE = dnn.Config(dataset="circle", hidden=(5, 4), learning_rate=0.02, batch_size=32, samples=200)


def printed(text):
    """Return the lines that the script prints, as numbers."""
    done = subprocess.run([sys.executable, "-"], input=text, capture_output=True, text=True)
    assert not done.stderr
    return [[float(part) for part in line.split()] for line in done.stdout.splitlines()]


def agree(config, changes=(), atol=1e-9, weights=None):
    run = dnn.start(config, weights=weights)
    for step, fields in changes:
        run, _ = dnn.advance(run, step - run.step)
        run = dnn.change(run, **fields)
    run, _ = dnn.advance(run, STEPS - run.step)
    text = script(run, EVERY)
    assert len(text.splitlines()) < 120
    assert "dnn" not in text.replace(config.dataset, "")
    data, rows = run.data, printed(text)
    assert [row[0] for row in rows] == list(range(0, STEPS + 1, EVERY))
    for step, train, test in rows:
        then = dnn.replay(run, int(step))
        assert train == pytest.approx(dnn.cost(then, data.X_train, data.Y_train), abs=atol)
        assert test == pytest.approx(dnn.cost(then, data.X_test, data.Y_test), abs=atol)
    assert rows[0][1] != rows[-1][1]
    return text


# Everything that a script can hold, a few at a time, so that each appears.
@pytest.mark.parametrize(
    "fields",
    [
        {"activation": ("tanh", "relu"), "optimizer": "sgd", "batch_size": None},
        {"activation": ("sigmoid", "elu"), "optimizer": "momentum", "initializer": "lecun"},
        {"activation": ("leaky_relu", "softplus"), "optimizer": "nesterov", "clip_norm": 0.3},
        {"activation": ("selu", "silu"), "optimizer": "rmsprop", "initializer": "orthogonal"},
        {"activation": ("gelu", "erf"), "optimizer": "adam", "schedule": "warmup", "l2": 0.01},
        {"activation": "linear", "optimizer": "adamw", "l2": 0.1, "l1": 0.01, "clip_value": 0.1},
        {"dropout": 0.3, "schedule": "step", "schedule_steps": 10, "initializer": "he"},
        {"batch_norm": True, "schedule": "exponential", "schedule_steps": 20},
        {"hidden": (5, 5), "residual": True, "branch_scale": 0.5, "initializer": "he_uniform"},
        {"dataset": "reg_plane", "learning_rate": 0.005},
        {"loss": "softmax", "initializer": "normal"},
        {"dataset": "breast_cancer", "hidden": (), "initializer": "glorot_uniform"},
        {"initializer": "uniform", "batch_size": 7},
    ],
)  # fmt: skip
def test_the_script_prints_the_engines_costs(fields):
    agree(replace(BASE, **fields))


EVERYTHING = replace(
    BASE, hidden=(5, 5, 5), activation=("relu", "tanh", "selu"), optimizer="adamw", dropout=0.3,
    batch_norm=True, residual=True, branch_scale=0.5, l2=0.01, l1=0.001, clip_norm=0.5,
    clip_value=0.3, schedule="cosine", loss="softmax", initializer="mean_field", sigma_b=0.1,
)  # fmt: skip


def test_with_everything_on_and_changed_on_the_way():
    changes = [(10, {"learning_rate": 0.01, "batch_size": 10}), (20, {"schedule": "step"})]
    agree(EVERYTHING, [*changes, (30, {"dropout": 0.1, "l2": 0.0})])


def test_a_run_in_float32_agrees_to_rounding():
    agree(replace(BASE, dtype="float32"), atol=1e-5)


def test_starting_weights_of_ones_own_travel_along():
    weights = [(np.full((1, 2), 0.3), np.zeros((1, 1))), (np.ones((1, 1)), np.full((1, 1), -0.2))]
    text = agree(replace(BASE, hidden=(1,)), weights=weights)
    assert "rng.standard_normal" not in text


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_every_activation_is_written(key):
    agree(replace(BASE, activation=key))


@pytest.mark.parametrize("key", LOSSES)
def test_every_loss_is_written(key):
    sets = {"binary": "circle", "classes": "iris", "real": "reg_plane"}
    agree(replace(BASE, loss=key, dataset=sets[LOSSES[key].targets[0]], learning_rate=0.005))


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimiser_is_written(key):
    agree(replace(BASE, optimizer=key, l2=0.05))


@pytest.mark.parametrize("key", SCHEDULES)
def test_every_schedule_is_written(key):
    agree(replace(BASE, schedule=key, schedule_steps=15))


@pytest.mark.parametrize("key", INITIALIZERS)
def test_every_initialiser_is_drawn_and_not_carried_along(key):
    """Zeros stay equal: they move, but nothing else than the biases of the output."""
    assert "rng.normal" in agree(replace(BASE, initializer=key, sigma_b=0.2)) or not (
        INITIALIZERS[key].uses_sigma_b
    )
    text = script(dnn.start(replace(BASE, initializer=key)))
    assert INITIALIZERS[key].plain.splitlines()[0].strip() in text


def test_what_cannot_be_written_is_refused(monkeypatch):
    run = dnn.start(BASE)
    with pytest.raises(ValueError, match="without its data"):
        script(replace(run, data=None))
    monkeypatch.setattr(module, "MOST", 1000)
    with pytest.raises(ValueError, match="save the parameters as NPZ"):
        script(run)


def test_a_title_cannot_leave_its_string():
    text = script(dnn.start(BASE), title='"""\nimport os\n\\')
    compile(text, "script", "exec")
    assert "\nimport os" not in text
