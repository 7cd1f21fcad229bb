"""Klambauer et al. 2017: SELU pulls mean and variance to 0 and 1 from layer to layer."""

from __future__ import annotations

from math import sqrt

import numpy as np

from dnn.config import Config
from dnn.engine.layout import Array
from lab.analysis.signal import Probe
from lab.experiments.experiment import (
    Experiment,
    Outcome,
    Progress,
    Row,
    Rows,
    Stages,
    concluded,
    curve,
)
from lab.experiments.runs import SEEDS, numbers, picked, random_inputs
from lab.text.numbers import number

WIDTH, DEPTH, LAST = 400, 24, 8
STARTS = (0.1, 1.0, 10.0)
NAMES = {"selu": "SELU, LeCun", "relu": "ReLU, He"}
#: The domain that theorem 1 says is mapped into itself.
MEANS, VARIANCES = 0.1, (0.8, 1.5)


def _config(key: str) -> Config:
    return Config(hidden=(WIDTH,) * DEPTH, activation=key, optimizer="sgd")


def _moments(probe: Probe, seed: int) -> Array:
    """Return the mean and variance of each hidden layer over units and examples, (2, DEPTH)."""
    net = probe.run(seed)
    layers = [net.activation(l).astype(np.float64) for l in range(1, DEPTH + 1)]
    return np.array([[A.mean() for A in layers], [A.var() for A in layers]])


def run_selu(progress: Progress) -> Outcome:
    """Return mean and variance of activations that start from three variances."""
    stages, series = Stages(progress, len(NAMES) * len(STARTS)), []
    rows: list[Row] = []
    for key, name in NAMES.items():
        for start in STARTS:
            stages.next(f"{name}: inputs of variance {start:g}.")
            probe = Probe(_config(key), random_inputs(WIDTH, 32, sqrt(start)))
            found = np.array([_moments(probe, seed) for seed in SEEDS])
            mean, variance = found[:, :, -LAST:].mean(axis=(0, 2))
            rows.append((name, start, found[:, 1, 0].mean(), mean, variance))
            series.append(
                curve(f"{name}, from {start:g}", range(1, DEPTH + 1), found[:, 1].mean(axis=0))
            )
    columns = (
        "network", "variance of the inputs", "variance in the first layer",
        f"mean, last {LAST} layers", f"variance, last {LAST} layers",
    )  # fmt: skip
    return concluded(
        selu_criterion, columns, rows, _measured, series, "layer", "variance of activations", True
    )


def _measured(rows: Rows) -> str:
    parts = [
        ", ".join(number(v, 2) for v in numbers(picked(rows, 0, n), 4)) for n in NAMES.values()
    ]
    starts = ", ".join(f"{start:g}" for start in STARTS)
    return (
        f"From input variances {starts} SELU's last layers have variances {parts[0]}; ReLU's, "
        f"which nothing pulls back, {parts[1]}."
    )


def selu_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether SELU ends in the paper's domain from every start, and ReLU does not."""
    selu, relu = (picked(rows, 0, name) for name in NAMES.values())
    means, variances = [abs(v) for v in numbers(selu, 3)], numbers(selu, 4)
    apart = max(numbers(relu, 4)) / min(numbers(relu, 4))
    low, high = VARIANCES
    met = max(means) <= MEANS and low <= min(variances) and max(variances) <= high and apart > 10
    return met, (
        f"Asked: from every start a mean within {MEANS} of 0 (furthest {number(max(means), 2)}) "
        f"and a variance from {low} to {high} ({number(min(variances), 2)} to "
        f"{number(max(variances), 2)}), the domain of theorem 1; ReLU's ends still over 10 times "
        f"apart ({number(apart, 2)})."
    )


EXPERIMENTS = [
    Experiment(
        key="selu",
        order=110,
        label="SELU's fixed point",
        formula=f"SELU with N(0, 1 / fan_in) and ReLU with He, {WIDTH}-{DEPTH}x{WIDTH}-10, 32 "
        "normal inputs of variance 0.1, 1 and 10, step 0, 3 seeds",
        help="Whatever the size of the inputs, SELU brings activations to mean 0 and variance 1; "
        "ReLU with He's weights passes on whatever size it is given.",
        source="Klambauer et al. 2017, Self-normalizing neural networks, theorems 1 to 3",
        paper="With weights of mean 0 and variance 1 / fan_in, mean 0 and variance 1 are a stable "
        "fixed point: means from -0.1 to 0.1 with variances from 0.8 to 1.5 stay there and are "
        "drawn to it; higher variances fall and lower ones rise.",
        config=_config("selu"),
        run=run_selu,
        criterion=selu_criterion,
    ),
]
