"""Glorot & Bengio 2010: what the starting weights and the sigmoid do to deep networks."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt
from typing import Any

import numpy as np

from dnn.config import DEFAULT, Config
from lab.analysis.jacobians import layer_jacobian, singular_values
from lab.analysis.signal import Probe
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import SEEDS, clusters, last_cost, random_inputs, trained, values
from lab.text.numbers import number

PAPER = "Glorot & Bengio 2010, Understanding the difficulty of training deep networks"

# --- tanh, 5 x 1000 ------------------------------------------------------------------------------

#: Root mean square of an MNIST pixel (mean 0.131, standard deviation 0.308).
PIXEL = 0.335
WIDTH, DEPTH = 1000, 5
WEIGHTS: dict[str, dict[str, Any]] = {
    "standard": {"initializer": "mean_field", "sigma_w": sqrt(1 / 3)},
    "normalised": {"initializer": "glorot_uniform"},
}
#: Mean singular values in the paper, and how near a run must come.
VALUES, NEAR = {"standard": 0.5, "normalised": 0.8}, 0.05


def _tanh(kind: str) -> Config:
    return Config(
        hidden=(WIDTH,) * DEPTH, activation="tanh", optimizer="sgd", batch_size=10, **WEIGHTS[kind]
    )


def collect_tanh(found: Findings) -> None:
    """Find activations, errors, gradients and Jacobians of both, at step 0."""
    data = random_inputs(784, 32, PIXEL)
    for kind in WEIGHTS:
        found.next(f"Drawing the {kind} network.")
        probe = Probe(_tanh(kind), data)
        signal = probe.signal(0)
        for l in range(DEPTH):
            mean = float("nan")
            if l < DEPTH - 1:
                found.next(f"Singular values between layers {l + 1} and {l + 2}, {kind}.")
                mean = singular_values(layer_jacobian(probe.net, l + 2)).mean()
            kept = signal.activation[l], signal.delta[l], signal.gradient[l]
            found.row(kind, l + 1, *kept, mean)
    for column, name in ((3, "error"), (4, "weight gradient")):
        for kind in WEIGHTS:
            found.curve(f"{name}, {kind}", range(1, DEPTH + 1), values(found.rows, column, kind))


def _falls(rows: Rows, kind: str) -> tuple[float, float, float]:
    """Return delta and weight gradient of the first over the last layer, mean singular value."""
    delta, gradient, singular = (values(rows, k, kind) for k in (3, 4, 5))
    return delta[0] / delta[-1], gradient[0] / gradient[-1], float(np.nanmean(singular))


def judge_tanh(rows: Rows) -> Judgement:
    """Judge whether singular values, errors and weight gradients do as in the paper."""
    (d0, g0, s0), (d1, _, s1) = (_falls(rows, kind) for kind in WEIGHTS)
    near = abs(s0 - VALUES["standard"]) <= NEAR and abs(s1 - VALUES["normalised"]) <= NEAR
    met = near and d0 < 0.2 and d1 > 0.5 and 0.5 < g0 < 2
    measured = (
        f"From layer {DEPTH} back to layer 1 the error keeps {number(d0, 2)} of its size with "
        f"standard weights and {number(d1, 2)} with normalised ones; the standard weight gradients "
        f"keep {number(g0, 2)} and hide it. Mean singular values: {number(s1, 2)} normalised, "
        f"{number(s0, 2)} standard."
    )
    why = (
        f"Criterion: mean singular values within {NEAR} of 0.5 ({number(s0)}) and 0.8 "
        f"({number(s1)}); errors that keep under 0.2 ({number(d0, 2)}) with standard and over 0.5 "
        f"({number(d1, 2)}) with normalised weights; standard weight gradients that keep between "
        f"0.5 and 2 ({number(g0, 2)})."
    )
    return met, measured, why


# --- sigmoid networks of growing depth -----------------------------------------------------------

STEPS, UNITS, CLASSES, EXAMPLES = 2000, 100, 10, 1000
CHANCE = log(CLASSES)


def _sigmoid(depth: int, seed: int) -> Config:
    return Config(
        hidden=(UNITS,) * depth,
        activation="sigmoid",
        initializer="mean_field",
        sigma_w=sqrt(1 / 3),
        optimizer="sgd",
        learning_rate=0.5,
        batch_size=10,
        dtype="float32",
        seed=seed,
    )


def collect_sigmoid(found: Findings) -> None:
    """Find what sigmoid networks of one to five hidden layers learn in the same time."""
    data = clusters(64, EXAMPLES, CLASSES)
    for depth in range(1, 6):
        for seed in SEEDS:
            sentence = f"Training {depth} hidden sigmoid layers, seed {seed}."
            run, records = trained(_sigmoid(depth, seed), STEPS, 100, found, sentence, 4, data)
            last = [float(r.activation_rms[-2]) for r in records]
            found.row(depth, seed, last_cost(run, records), last[-1])
            if seed == SEEDS[0]:
                found.curve(f"{depth} hidden", [r.step for r in records], last)


def costs_by_depth(rows: Rows) -> tuple[float, float]:
    """Return the highest cost of 1 and 2 hidden layers, and the lowest of 4 and 5."""
    return (
        max(values(rows, 2, 1) + values(rows, 2, 2)),
        min(values(rows, 2, 4) + values(rows, 2, 5)),
    )


def judge_sigmoid(rows: Rows) -> Judgement:
    """Judge whether the deep networks saturate and stay, and the shallow ones learn."""
    (shallow, deep), three = costs_by_depth(rows), values(rows, 2, 3)
    saturated = max(values(rows, 3, 4) + values(rows, 3, 5))
    met = shallow < 0.1 * CHANCE and deep > 0.95 * CHANCE and saturated < 0.1
    measured = (
        f"After {STEPS:,} steps the cost is at most {number(shallow, 2)} with 1 or 2 hidden "
        f"layers, {number(min(three), 2)} to {number(max(three), 2)} with 3, and still "
        f"{number(deep)} or more with 4 and 5 (guessing: {number(CHANCE)}), whose last hidden "
        f"layer has gone from 0.5 to {number(saturated, 2)} or less."
    )
    why = (
        f"Criterion, on all {len(SEEDS)} seeds: 1 and 2 hidden layers under a tenth of guessing's "
        f"cost ({number(shallow, 2)} < {number(0.1 * CHANCE, 2)}); 4 and 5 over 95% of it "
        f"({number(deep)} > {number(0.95 * CHANCE)}) with a last hidden activation under 0.1 "
        f"({number(saturated, 2)})."
    )
    return met, measured, why


EXPERIMENTS = [
    Experiment(
        key="glorot_tanh",
        order=10,
        label="Standard against normalised weights",
        formula="tanh, 784-5x1000-10, Var W = 1/(3 fan_in) against 2/(fan_in + fan_out), 32 normal "
        f"inputs of rms {PIXEL:.3f}, step 0, singular values at the first of them, 1 seed",
        help="With the old standard weights the error fades on its way back while the weight "
        "gradients look level; random inputs with the size of MNIST's pixels stand in for the "
        "paper's Shapeset, which is not here, and normal weights of the same variance for U.",
        source=f"{PAPER}, sections 4.2.1 and 4.2.2, equations 14 and 17, figures 6 to 8",
        paper="With standard weights, U(-1/sqrt n, 1/sqrt n), activations shrink forwards and the "
        "back-propagated gradients shrink backwards, but the weight gradients are level. The mean "
        "singular value of a layer's Jacobian is about 0.8 with normalised weights and 0.5 with "
        "standard ones.",
        config=_tanh("standard"),
        collect=collect_tanh,
        stages=2 * DEPTH,
        columns=(
            "weights", "layer", "activation rms", "error (delta) rms", "weight gradient rms",
            "mean singular value to the next layer",
        ),
        judge=judge_tanh,
        x_label="layer",
        y_label="root mean square",
    ),
    Experiment(
        key="glorot_sigmoid",
        order=20,
        label="Sigmoid networks of growing depth",
        formula=f"sigmoid, 64-1..5x{UNITS}-10, Var W = 1/(3 fan_in), gradient descent 0.5, "
        f"mini-batches of 10, {STEPS} steps, {EXAMPLES} examples, N(0, 1) around {CLASSES} N(0, 1) "
        "centres, float32, 3 seeds",
        help="From four hidden layers on, the last of them is driven to 0 before the others have "
        "learnt anything, and training stalls; ten drawn clusters stand in for the paper's "
        "Shapeset.",
        source=f"{PAPER}, section 3.1, figure 2",
        paper="With four hidden layers the last one saturates at 0 at once, and leaves it only "
        "about epoch 100; with five layers it was never seen to leave it.",
        config=replace(_sigmoid(5, 0), dataset="circle", dtype=DEFAULT.dtype),
        collect=collect_sigmoid,
        stages=4 * len(SEEDS) * 5,
        columns=(
            "hidden layers", "seed", "cost at the end", "activation rms of the last hidden layer",
        ),
        judge=judge_sigmoid,
        x_label="step",
        y_label="activation rms of the last hidden layer",
        log_y=False,
    ),
]  # fmt: skip
