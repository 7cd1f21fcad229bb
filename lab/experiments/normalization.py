"""Batch normalisation: it trains deep sigmoid networks, and with ReLU its gradients explode."""

from __future__ import annotations

from math import pi, sqrt

from dnn.config import Config
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
from lab.experiments.runs import (
    LN2,
    SEEDS,
    factor,
    last_cost,
    mean,
    median,
    numbers,
    picked,
    random_inputs,
    trained,
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


def run_sigmoid(progress: Progress) -> Outcome:
    """Return the costs of ten sigmoid layers with and without batch normalisation."""
    stages, series = Stages(progress, 2 * len(SEEDS) * 5), []
    rows: list[Row] = []
    for on, name in NAMES.items():
        for seed in SEEDS:
            sentence = f"Training ten sigmoid layers {name} batch normalisation, seed {seed}."
            run, records = trained(_sigmoid(on, seed), STEPS, 50, stages, sentence, 5)
            costs = [r.train_cost for r in records]
            end = last_cost(run, records, 6)
            rows.append((name, seed, min(costs), end, records[-1].train_score))
            if seed == SEEDS[0]:
                series.append(curve(name, [r.step for r in records], costs))
    columns = (
        "batch normalisation", "seed", "lowest cost", "mean cost of the last 300 steps",
        "accuracy at the end",
    )  # fmt: skip
    return concluded(
        sigmoid_criterion, columns, rows, _sigmoid_measured, series, "step", "cost J (nats)", True
    )


def _ends(rows: Rows) -> tuple[float, float]:
    """Return the lowest cost without, and the median last cost with batch normalisation."""
    return min(numbers(picked(rows, 0, "without"), 2)), median(numbers(picked(rows, 0, "with"), 3))


def _sigmoid_measured(rows: Rows) -> str:
    without, on = _ends(rows)
    accuracy = median(numbers(picked(rows, 0, "with"), 4))
    return (
        f"After {STEPS:,} steps the cost is {number(on, 2)} with batch normalisation (accuracy "
        f"{100 * accuracy:.0f}%, medians of {len(SEEDS)} seeds); without, it never fell below "
        f"{number(without)} on any, guessing being {number(LN2)}."
    )


def sigmoid_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether the networks learn with batch normalisation and only with it."""
    without, on = _ends(rows)
    return without > 0.98 * LN2 and on < 0.5 * LN2, (
        f"Asked: without, on none of {len(SEEDS)} seeds ever below 98% of ln 2 "
        f"({number(without)} > {number(0.98 * LN2)}); with, a median under half "
        f"of it ({number(on, 2)} < {number(0.5 * LN2)})."
    )


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


def run_explosion(progress: Progress) -> Outcome:
    """Return the factor a layer of the error at step 0, with and without batch normalisation."""
    data = random_inputs(WIDTH, EXAMPLES)
    stages, series = Stages(progress, 2 * len(SEEDS)), []
    rows: list[Row] = []
    for on, name in NAMES.items():
        probe = Probe(_relu(on), data)
        for seed in SEEDS:
            stages.next(f"Drawing {DEPTH} ReLU layers {name} batch normalisation, seed {seed}.")
            delta = probe.signal(seed).delta[INNER]
            rate = factor(delta[0], delta[-1], len(delta) - 1)
            rows.append((name, seed, rate, RATE if on else 1.0, delta[0] / delta[-1]))
            if seed == SEEDS[0]:
                series.append(curve(name, range(2, DEPTH + 1), delta / delta[-1]))
    columns = (
        "batch normalisation", "seed", "factor a layer", "predicted",
        f"error of layer 2 over layer {DEPTH}",
    )  # fmt: skip
    return concluded(
        explosion_criterion,
        columns,
        rows,
        _explosion_measured,
        series,
        "layer",
        "error rms over the last hidden layer's",
        True,
    )


def _explosion_measured(rows: Rows) -> str:
    on, off = picked(rows, 0, "with"), picked(rows, 0, "without")
    return (
        f"With batch normalisation each layer multiplies the error by "
        f"{number(mean(numbers(on, 2)))} on its way back, "
        f"{times(mean(numbers(on, 4)))} over {DEPTH - 2} layers; without, by "
        f"{number(mean(numbers(off, 2)))}."
    )


def explosion_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether the factors are sqrt(pi / (pi - 1)) with, and about 1 without."""
    on, off = picked(rows, 0, "with"), picked(rows, 0, "without")
    worst = max(abs(v / RATE - 1) for v in numbers(on, 2))
    plain = float(mean(numbers(off, 2)))
    return worst <= NEAR and abs(plain - 1) <= NEAR, (
        f"Asked: on every seed a factor within {100 * NEAR:.0f}% of sqrt(pi / (pi - 1)) = "
        f"{number(RATE, 4)} (furthest {100 * worst:.1f}%), and without batch normalisation a mean "
        f"factor within {100 * NEAR:.0f}% of 1 ({number(plain)})."
    )


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
        run=run_sigmoid,
        criterion=sigmoid_criterion,
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
        run=run_explosion,
        criterion=explosion_criterion,
    ),
]
