"""float32 against float64: the same run to what 24 bits can carry, whatever is switched on."""

import numpy as np
import pytest
from problems import distance, problem, start_random

import dnn
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.losses import LOSSES
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import SCHEDULES

#: Relative, norm-wise, after 20 steps; a float32 carries 6e-8, and rounding grows on the way.
TOLERANCE = 2e-4
OPTIONS = {
    "plain": {},
    "batch_norm": {"batch_norm": True},
    "residual": {"residual": True, "branch_scale": 0.5},
    "dropout": {"dropout": 0.3},
    "penalties": {"l1": 0.01, "l2": 0.1},
    "clipped": {"clip_norm": 0.1, "clip_value": 0.03},
    "all": {
        "batch_norm": True, "residual": True, "branch_scale": 0.5, "dropout": 0.3, "l1": 0.01,
        "l2": 0.1, "clip_norm": 0.1, "clip_value": 0.03, "schedule": "cosine",
    },
}  # fmt: skip


def both(loss="softmax", **fields):
    """Return the runs of either precision after 20 steps, from the same parameters."""
    data = problem(loss)
    # A large epsilon: where a gradient is rounding error, Adam's step would be its sign.
    settings = {"hidden": (4, 4), "batch_size": 5, "epsilon": 1e-2, **fields}
    runs = [start_random(dnn.Config(dtype=d, **settings), data) for d in ("float64", "float32")]
    return [dnn.advance(run, 20)[0] for run in runs]


def check(exact, rough):
    for name in ("parameters", "state", "running"):
        a, b = getattr(exact, name), getattr(rough, name)
        assert (a.dtype, b.dtype) == (np.float64, np.float32)
        assert a.size == 0 or distance(a.ravel(), b.ravel()) < TOLERANCE
    assert exact.parameters.tobytes() != exact.initial.tobytes()
    A, B = (dnn.predict(run, run.data.X_test) for run in (exact, rough))
    assert B.dtype == np.float32
    np.testing.assert_allclose(B, A, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_and_option(optimizer, option):
    check(*both(optimizer=optimizer, **OPTIONS[option]))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_and_loss(activation, loss):
    check(*both(loss, activation=activation, optimizer="sgd", batch_norm=True))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule(schedule):
    check(*both(schedule=schedule, schedule_steps=9))
