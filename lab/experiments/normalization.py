"""Batch normalisation: it trains deep sigmoid networks, and with ReLU its gradients explode."""

from __future__ import annotations

from math import pi, sqrt

from dnn.config import Config
from lab.analysis.signal import Probe
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import (
    LN2,
    SEEDS,
    factor,
    last_cost,
    mean,
    median,
    random_inputs,
    trained,
    values,
)
from lab.text.numbers import number, times

# --- deep sigmoid networks learn -----------------------------------------------------------------

STEPS = 1000
NAMES = {False: "without", True: "with"}


def _sigmoid(batch_norm: bool, seed: int = 0) -> Config:
    return Config(
        dataset="circle",
        hidden=(16,) * 10,
        activation="sigmoid",
        optimizer="sgd",
        learning_rate=0.1,
        batch_norm=batch_norm,
        seed=seed,
    )


def collect_sigmoid(found: Findings) -> None:
    """Find the costs of ten sigmoid layers with and without batch normalisation."""
    for on, name in NAMES.items():
        for seed in SEEDS:
            sentence = f"Training ten sigmoid layers {name} batch normalisation, seed {seed}."
            run, records = trained(_sigmoid(on, seed), STEPS, 50, found, sentence, 5)
            lowest = min(r.train_cost for r in records)
            found.row(name, seed, lowest, last_cost(run, records, 6), records[-1].train_score)
            if seed == SEEDS[0]:
                found.costs(name, records)


def judge_sigmoid(rows: Rows) -> Judgement:
    """Judge whether the networks learn with batch normalisation and only with it."""
    without = min(values(rows, 2, "without"))
    on, accuracy = (median(values(rows, k, "with")) for k in (3, 4))
    measured = (
        f"After {STEPS:,} steps the cost is {number(on, 2)} with batch normalisation (accuracy "
        f"{100 * accuracy:.0f}%, medians of {len(SEEDS)} seeds); without, it never fell below "
        f"{number(without)} on any, guessing being {number(LN2)}."
    )
    why = (
        f"Criterion: without, on none of {len(SEEDS)} seeds ever below 98% of ln 2 "
        f"({number(without)} > {number(0.98 * LN2)}); with, a median under half "
        f"of it ({number(on, 2)} < {number(0.5 * LN2)})."
    )
    return without > 0.98 * LN2 and on < 0.5 * LN2, measured, why


# --- with ReLU gradients grow at the start -------------------------------------------------------

WIDTH, DEPTH, EXAMPLES = 128, 28, 256
RATE = sqrt(pi / (pi - 1))
#: The first hidden layer is not counted: it divides by the spread of the inputs, not of a layer.
INNER = slice(1, DEPTH)
NEAR = 0.03


def _relu(batch_norm: bool) -> Config:
    return Config(
        hidden=(WIDTH,) * DEPTH, activation="relu", optimizer="sgd", batch_norm=batch_norm
    )


def collect_explosion(found: Findings) -> None:
    """Find the factor a layer of the error at step 0, with and without batch normalisation."""
    data = random_inputs(WIDTH, EXAMPLES)
    for on, name in NAMES.items():
        probe = Probe(_relu(on), data)
        for seed in SEEDS:
            found.next(f"Drawing {DEPTH} ReLU layers {name} batch normalisation, seed {seed}.")
            delta = probe.signal(seed).delta[INNER]
            rate = factor(delta[0], delta[-1], len(delta) - 1)
            found.row(name, seed, rate, RATE if on else 1.0, delta[0] / delta[-1])
            if seed == SEEDS[0]:
                found.curve(name, range(2, DEPTH + 1), delta / delta[-1])


def judge_explosion(rows: Rows) -> Judgement:
    """Judge whether the factors are sqrt(pi / (pi - 1)) with, and about 1 without."""
    rates, plain = values(rows, 2, "with"), mean(values(rows, 2, "without"))
    worst = max(abs(v / RATE - 1) for v in rates)
    measured = (
        f"With batch normalisation each layer multiplies the error by "
        f"{number(mean(rates))} on its way back, "
        f"{times(mean(values(rows, 4, 'with')))} over {DEPTH - 2} layers; without, by "
        f"{number(plain)}."
    )
    why = (
        f"Criterion: on every seed a factor within {100 * NEAR:.0f}% of sqrt(pi / (pi - 1)) = "
        f"{number(RATE, 4)} (furthest {100 * worst:.1f}%), and without batch normalisation a mean "
        f"factor within {100 * NEAR:.0f}% of 1 ({number(plain)})."
    )
    return worst <= NEAR and abs(plain - 1) <= NEAR, measured, why


EXPERIMENTS = [
    Experiment(
        key="batch_norm_sigmoid",
        order=80,
        label="Batch normalisation trains a deep sigmoid network",
        formula="sigmoid, 2-10x16-1, circle, Glorot, gradient descent 0.1, mini-batches of 32, "
        f"{STEPS} steps, 3 seeds",
        help="The same ten sigmoid layers, weights, data and steps, of which only the normalised "
        "ones learn.",
        source="Ioffe & Szegedy 2015, Batch normalization, section 4.2.2",
        paper="Inception with sigmoids reaches 69.8% on ImageNet with batch normalisation; without "
        "it, it never does better than chance.",
        config=_sigmoid(True),
        collect=collect_sigmoid,
        stages=2 * len(SEEDS) * 5,
        columns=(
            "batch normalisation", "seed", "lowest cost", "mean cost of the last 300 steps",
            "accuracy at the end",
        ),
        judge=judge_sigmoid,
    ),
    Experiment(
        key="batch_norm_explodes",
        order=90,
        label="Batch normalisation explodes at the start",
        formula=f"ReLU, {WIDTH}-{DEPTH}x{WIDTH}-10, He, {EXAMPLES} normal inputs as one batch, "
        "step 0, 3 seeds",
        help="With ReLU, batch normalisation makes errors grow by a factor 1.21 at every layer on "
        "their way back, whatever the scale of the weights.",
        source="Yang et al. 2019, A mean field theory of batch normalization",
        paper="For wide ReLU layers and large batches the squared gradient grows by "
        "pi / (pi - 1) = 1.467 a layer; no choice of weights prevents it, and very deep networks "
        "of the kind can't be trained.",
        config=_relu(True),
        collect=collect_explosion,
        stages=2 * len(SEEDS),
        columns=(
            "batch normalisation", "seed", "factor a layer", "predicted",
            f"error of layer 2 over layer {DEPTH}",
        ),
        judge=judge_explosion,
        x_label="layer",
        y_label="error rms over the last hidden layer's",
    ),
]  # fmt: skip
