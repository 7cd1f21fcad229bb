"""TensorFlow Playground's starting weights, whose errors fall where nobody sees them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from dnn.config import Config
from dnn.data.datasets import load
from dnn.engine.layout import Array
from dnn.run.history import Record
from dnn.run.training import Watch, advance, start
from lab import theory
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import factor, rms, values
from lab.text.numbers import number, times

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
    config = replace(_config(seed), learning_rate=1e-6)
    return advance(start(config, load(config), _drawn(seed)), 1, Watch(1))[1][0]


def _predicted() -> Array:
    """Return theory's error of each hidden layer over the last one's, with sigma_b the bias."""
    sizes = (2, *(UNITS,) * DEPTH, 1)
    sw2 = theory.weight_variance("uniform", sizes, 0.5)
    x2 = float(np.mean(load(_config(0)).X_train ** 2))
    delta = theory.signal(sizes, ("tanh",) * DEPTH, sw2, BIAS**2, x2).delta_rms[:DEPTH]
    return delta / delta[-1]


def collect(found: Findings) -> None:
    """Find activations, errors and weight gradients of Playground's largest network, step 0."""
    records = []
    for seed in range(DRAWS):
        if seed % 10 == 0:
            found.next(f"Drawing networks {seed + 1} to {seed + 10} of {DRAWS}.")
        records.append(_at_start(seed))
    deltas = [r.delta_rms[:DEPTH] for r in records]
    signal = {
        "activation": rms(r.activation_rms[:DEPTH] for r in records),
        "error (delta)": rms(deltas),
        "weight gradient": rms(r.gradient_rms[:DEPTH] for r in records),
    }
    median, layers = np.median([d / d[-1] for d in deltas], axis=0), range(1, DEPTH + 1)
    for cells in zip(layers, *signal.values(), median, _predicted(), strict=True):
        found.row(*cells)
    for name, part in signal.items():
        found.curve(name, layers, part)


def judge(rows: Rows) -> Judgement:
    """Judge whether errors fall layer by layer, where weight gradients stay level."""
    delta, gradient = values(rows, 2), values(rows, 3)
    mean, level = delta[0] / delta[-1], max(gradient) / min(gradient)
    median, line = float(rows[0][4]), float(rows[0][5])
    met = delta == sorted(delta) and mean < 1 / 3 and level < 3 and 0.5 < mean / line < 2
    measured = (
        f"Over {DRAWS} networks the first of {DEPTH} hidden layers gets {number(mean, 2)} of the "
        f"last one's error (median network {number(median, 2)}, wide ones in theory "
        f"{number(line, 2)}), a factor {number(factor(mean, 1.0, DEPTH - 1), 2)} a layer, while "
        f"the weight gradients differ by {times(level)} at most."
    )
    why = (
        f"Criterion: errors that fall at every layer, to under a third from the last to the first "
        f"({number(mean, 2)}), within 2\u00d7 of theory ({number(line, 2)}), and weight gradients "
        f"within 3\u00d7 of each other ({times(level)})."
    )
    return met, measured, why


EXPERIMENTS = [
    Experiment(
        key="playground",
        order=130,
        label="TensorFlow Playground's weights",
        formula=f"tanh, 2-{DEPTH}x{UNITS}-1, circle, W uniform in -0.5..0.5, b = 0.1, inputs "
        f"unscaled, step 0, {DRAWS} networks",
        help="In the largest network that Playground offers, the error loses three quarters on its "
        "way to the first layer; weights and unit outputs, which it draws, don't show it. The "
        "output here is logistic, there it is tanh.",
        source="TensorFlow Playground, nn.ts (Node, Link)",
        paper="No figure is published: every weight is drawn uniformly from -0.5 to 0.5 and every "
        "bias is 0.1, whatever the activation and the number of layers.",
        config=_config(0),
        collect=collect,
        stages=DRAWS // 10,
        columns=(
            "layer", "activation rms", "error (delta) rms", "weight gradient rms",
            f"error over layer {DEPTH}'s, median network", "and in theory",
        ),
        judge=judge,
        x_label="layer",
        y_label="root mean square",
    ),
]  # fmt: skip
