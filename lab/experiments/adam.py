"""Kingma & Ba 2015: Adam divides the size of a gradient out, and so hides that it vanishes."""

from __future__ import annotations

import numpy as np

from dnn.config import Config
from dnn.engine.layout import Array
from dnn.run.training import advance, start
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
from lab.experiments.runs import LN2, SEEDS, median, numbers, rms, trained
from lab.text.numbers import number

#: Update-to-weight ratios are means over so many first steps; costs are those after STEPS.
FIRST, STEPS = 20, 3000
RATES = {"sgd": 0.5, "adam": 0.003}
COST = "lowest cost"


def _config(optimizer: str, seed: int = 0) -> Config:
    return Config(
        dataset="circle",
        hidden=(8,) * 10,
        activation="sigmoid",
        optimizer=optimizer,
        learning_rate=RATES[optimizer],
        seed=seed,
    )


def _updates(config: Config) -> Array:
    """Return |step of W| / |W| of each layer, the mean over the first steps."""
    run, found = start(config), []
    for _ in range(FIRST):
        after, _ = advance(run, 1)
        pairs = zip(after.weights, run.weights, strict=True)
        found.append([np.linalg.norm(W - V) / np.linalg.norm(V) for (W, _), (V, _) in pairs])
        run = after
    return np.mean(found, axis=0)


def run_adam(progress: Progress) -> Outcome:
    """Return gradients and update-to-weight ratios layer by layer, and what training comes to."""
    stages = Stages(progress, len(SEEDS) * 2 * 6)
    gradients: list[Array] = []
    updates: dict[str, list[Array]] = {key: [] for key in RATES}
    costs: dict[str, list[float]] = {key: [] for key in RATES}
    for seed in SEEDS:
        for key in RATES:
            config = _config(key, seed)
            stages.next(f"Measuring the first updates, {key}, seed {seed}.")
            updates[key].append(_updates(config))
            _, records = trained(config, 1, 1)
            gradients.append(records[0].gradient_rms)
            sentence = f"Training ten sigmoid layers, {key}, seed {seed}."
            _, records = trained(config, STEPS, 50, stages, sentence, 5)
            costs[key].append(min(r.train_cost for r in records))
    gradient, ratios = rms(gradients), {key: np.median(v, axis=0) for key, v in updates.items()}
    layers = range(1, len(gradient) + 1)
    rows: list[Row] = [(l, gradient[l - 1], *(ratios[key][l - 1] for key in RATES)) for l in layers]
    rows += [
        (f"{COST}, seed {s}", np.nan, *(costs[key][i] for key in RATES))
        for i, s in enumerate(SEEDS)
    ]
    series = [
        curve("gradient descent: update / weight", layers, ratios["sgd"]),
        curve("Adam: update / weight", layers, ratios["adam"]),
        curve("gradient rms, both", layers, gradient),
    ]
    columns = (
        "layer",
        "gradient rms",
        "gradient descent: update / weight",
        "Adam: update / weight",
    )
    return concluded(
        adam_criterion, columns, rows, _measured, series, "layer", "size at the start", True
    )


def _parts(rows: Rows) -> tuple[float, float, float, float, float]:
    """Return gradient and updates, first over last hidden layer; lowest sgd, median Adam cost."""
    layers = [row for row in rows if not isinstance(row[0], str)]
    costs = [row for row in rows if isinstance(row[0], str)]
    first, last = layers[0], layers[-2]
    gradient, sgd, adam = (float(first[k]) / float(last[k]) for k in (1, 2, 3))
    return gradient, sgd, adam, min(numbers(costs, 2)), median(numbers(costs, 3))


def _measured(rows: Rows) -> str:
    gradient, sgd, adam, plain, best = _parts(rows)
    return (
        f"The first layer's gradient is {number(gradient, 2)} of the last hidden layer's. Gradient "
        f"descent changes its weights by {number(sgd, 2)} as large a share a step, Adam by "
        f"{number(adam, 2)}. In {STEPS:,} steps Adam's cost fell to {number(best, 2)} (median of "
        f"{len(SEEDS)} seeds); gradient descent's never fell below {number(plain)}, guessing being "
        f"{number(LN2)}."
    )


def adam_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether updates vanish with gradient descent and do not with Adam."""
    gradient, sgd, adam, plain, best = _parts(rows)
    met = gradient < 1e-3 and sgd < 1e-3 and adam > 0.1 and plain > 0.98 * LN2 and best < 0.95 * LN2
    return met, (
        f"Asked, first layer over last hidden layer: gradient under 0.001 ({number(gradient, 2)}), "
        f"updates under 0.001 with gradient descent ({number(sgd, 2)}) and over 0.1 with Adam "
        f"({number(adam, 2)}); costs never below 98% of ln 2 with the one ({number(plain)}), "
        f"on every seed, below 95% of it with the other ({number(best, 2)}, the median)."
    )


EXPERIMENTS = [
    Experiment(
        key="adam_hides",
        order=120,
        label="Adam hides vanishing gradients",
        formula="sigmoid, 2-10x8-1, circle, Glorot, gradient descent 0.5 against Adam 0.003, "
        f"mini-batches of 32, {STEPS} steps, 3 seeds",
        help="The gradient of the first layers is smaller by orders of magnitude with both; Adam "
        "divides it by its own size, so that all layers move at a like pace.",
        source="Kingma & Ba 2015, Adam, section 2.1",
        paper="Adam's step does not change when the gradient is rescaled: its size is about the "
        "learning rate, whatever the gradient's. That this hides vanishing is a consequence, "
        "measured here.",
        config=_config("adam"),
        run=run_adam,
        criterion=adam_criterion,
    ),
]
