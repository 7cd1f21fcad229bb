"""TensorFlow Playground's starting weights, whose errors fall where nobody sees them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from dnn.config import Config
from dnn.datasets import load
from dnn.experiments.experiment import Experiment, Outcome, Progress, Rows, Stages, concluded, curve
from dnn.experiments.runs import factor, numbers, picked, rms
from dnn.figures.words import number
from dnn.history import Record
from dnn.layout import Array
from dnn.training import Watch, advance, start

UNITS, DEPTH, DRAWS = 8, 6, 60
#: Its biases start at 0.1, its weights at Math.random() - 0.5.
BIAS = 0.1


def _config(seed: int) -> Config:
    return Config(
        dataset="circle",
        hidden=(UNITS,) * DEPTH,
        activation="tanh",
        initializer="uniform",
        sigma_w=0.5,
        scaling="none",
        optimizer="sgd",
        learning_rate=0.03,
        batch_size=10,
        seed=seed,
    )


def _drawn(seed: int) -> list[tuple[Array, Array]]:
    """Return the weights of a network as nn.ts draws them, (W, b) per layer."""
    rng = np.random.default_rng([seed, 9])
    sizes = (2, *(UNITS,) * DEPTH, 1)
    return [(rng.random((n, k)) - 0.5, np.full((n, 1), BIAS)) for k, n in pairwise(sizes)]


def _at_start(seed: int) -> Record:
    """Return a record of the network after a step too small to move it."""
    config = _config(seed)
    run = start(config, load(config), _drawn(seed))
    still = replace(run.config, learning_rate=1e-6)
    return advance(replace(run, config=still), 1, Watch(1))[1][0]


def run_playground(progress: Progress) -> Outcome:
    """Return activations, errors and weight gradients of Playground's largest network, step 0."""
    stages, records = Stages(progress, DRAWS // 10), []
    for seed in range(DRAWS):
        if seed % 10 == 0:
            stages.next(f"Drawing networks {seed + 1} to {seed + 10} of {DRAWS}.")
        records.append(_at_start(seed))
    fields = ("activation_rms", "delta_rms", "gradient_rms")
    found = {name: [getattr(r, name)[:DEPTH] for r in records] for name in fields}
    median = np.median([d / d[-1] for d in found["delta_rms"]], axis=0)
    signal = [rms(found[name]) for name in fields]
    rows = [(l + 1, *(part[l] for part in signal), median[l]) for l in range(DEPTH)]
    names = ("activation", "error (delta)", "weight gradient")
    series = [
        curve(name, range(1, DEPTH + 1), part) for name, part in zip(names, signal, strict=True)
    ]
    columns = (
        "layer", "activation rms", "error (delta) rms", "weight gradient rms",
        f"error over layer {DEPTH}'s, median network",
    )  # fmt: skip
    return concluded(
        playground_criterion, columns, rows, _measured, series, "layer", "root mean square", True
    )


def _parts(rows: Rows) -> tuple[float, float, float, float]:
    return 0.0, 0.0, 0.0, 0.0


def _measured(rows: Rows) -> str:
    return ""


def playground_criterion(rows: Rows) -> tuple[bool, str]:
    return False, ""
