"""Klambauer et al. 2017: SELU pulls mean and variance to 0 and 1 from layer to layer."""

from __future__ import annotations

from math import sqrt

import numpy as np

from dnn.config import Config
from dnn.engine.layout import Array
from lab.analysis.signal import Probe
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import SEEDS, random_inputs, values
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


def collect(found: Findings) -> None:
    """Find mean and variance of activations that start from three variances."""
    for key, name in NAMES.items():
        for start in STARTS:
            found.next(f"{name}: inputs of variance {start:g}.")
            probe = Probe(_config(key), random_inputs(WIDTH, 32, sqrt(start)))
            moments = np.array([_moments(probe, seed) for seed in SEEDS])
            mean, variance = moments[:, :, -LAST:].mean(axis=(0, 2))
            found.row(name, start, moments[:, 1, 0].mean(), mean, variance)
            layers = range(1, DEPTH + 1)
            found.curve(f"{name}, from {start:g}", layers, moments[:, 1].mean(axis=0))


def judge(rows: Rows) -> Judgement:
    """Judge whether SELU ends in the paper's domain from every start, and ReLU does not."""
    selu, relu = (values(rows, 4, name) for name in NAMES.values())
    furthest = max(abs(v) for v in values(rows, 3, NAMES["selu"]))
    apart, (low, high) = max(relu) / min(relu), VARIANCES
    met = furthest <= MEANS and low <= min(selu) and max(selu) <= high and apart > 10
    starts = ", ".join(f"{start:g}" for start in STARTS)
    ends = [", ".join(number(v, 2) for v in part) for part in (selu, relu)]
    measured = (
        f"From input variances {starts} SELU's last layers have variances {ends[0]}; ReLU's, "
        f"which nothing pulls back, {ends[1]}."
    )
    why = (
        f"Criterion: from every start a mean within {MEANS} of 0 (furthest {number(furthest, 2)}) "
        f"and a variance from {low} to {high} ({number(min(selu), 2)} to "
        f"{number(max(selu), 2)}), the domain of theorem 1; ReLU's ends still over 10 times "
        f"apart ({number(apart, 2)})."
    )
    return met, measured, why


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
        collect=collect,
        stages=len(NAMES) * len(STARTS),
        columns=(
            "network", "variance of the inputs", "variance in the first layer",
            f"mean, last {LAST} layers", f"variance, last {LAST} layers",
        ),
        judge=judge,
        x_label="layer",
        y_label="variance of activations",
    ),
]  # fmt: skip
