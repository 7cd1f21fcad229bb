"""Kingma & Ba 2015: Adam divides the size of a gradient out, and so hides that it vanishes."""

from __future__ import annotations

import numpy as np

from dnn.config import Config
from dnn.engine.layout import Array
from dnn.run.training import advance, start
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import LN2, SEEDS, median, rms, trained, values
from lab.text.numbers import number

#: Update-to-weight ratios are means over so many first steps; costs are those after STEPS.
FIRST, STEPS = 20, 3000
RATES = {"sgd": 0.5, "adam": 0.003}
NAMES = {"sgd": "gradient descent", "adam": "Adam"}
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


def collect(found: Findings) -> None:
    """Find gradients and update-to-weight ratios layer by layer, and what training comes to."""
    gradients: list[Array] = []
    updates: dict[str, list[Array]] = {key: [] for key in RATES}
    costs: dict[str, list[float]] = {key: [] for key in RATES}
    for seed in SEEDS:
        for key in RATES:
            config = _config(key, seed)
            found.next(f"Measuring the first updates, {key}, seed {seed}.")
            updates[key].append(_updates(config))
            _, records = trained(config, 1, 1)
            gradients.append(records[0].gradient_rms)
            sentence = f"Training ten sigmoid layers, {key}, seed {seed}."
            _, records = trained(config, STEPS, 50, found, sentence, 5)
            costs[key].append(min(r.train_cost for r in records))
    gradient, ratios = rms(gradients), [np.median(updates[key], axis=0) for key in RATES]
    layers = range(1, len(gradient) + 1)
    for l, *sizes in zip(layers, gradient, *ratios, strict=True):
        found.row(l, *sizes)
    for seed, *lowest in zip(SEEDS, *costs.values(), strict=True):
        found.row(f"{COST}, seed {seed}", np.nan, *lowest)
    found.curve(f"{NAMES['sgd']}: update / weight", layers, ratios[0])
    found.curve(f"{NAMES['adam']}: update / weight", layers, ratios[1])
    found.curve("gradient rms, both", layers, gradient)


def lowest_costs(rows: Rows) -> tuple[float, float]:
    """Return the lowest cost with gradient descent and the median one with Adam."""
    costs = [row for row in rows if isinstance(row[0], str)]
    return min(values(costs, 2)), median(values(costs, 3))


def judge(rows: Rows) -> Judgement:
    """Judge whether updates vanish with gradient descent and do not with Adam."""
    layers = [row for row in rows if not isinstance(row[0], str)]
    gradient, sgd, adam = (float(layers[0][k]) / float(layers[-2][k]) for k in (1, 2, 3))
    plain, best = lowest_costs(rows)
    met = gradient < 1e-3 and sgd < 1e-3 and adam > 0.1 and plain > 0.98 * LN2 and best < 0.95 * LN2
    measured = (
        f"The first layer's gradient is {number(gradient, 2)} of the last hidden layer's. Gradient "
        f"descent changes its weights by {number(sgd, 2)} as large a share a step, Adam by "
        f"{number(adam, 2)}. In {STEPS:,} steps Adam's cost fell to {number(best, 2)} (median of "
        f"{len(SEEDS)} seeds); gradient descent's never fell below {number(plain)}, guessing being "
        f"{number(LN2)}."
    )
    why = (
        f"Criterion, first layer over last hidden layer: gradient under 0.001 "
        f"({number(gradient, 2)}), updates under 0.001 with gradient descent ({number(sgd, 2)}) "
        f"and over 0.1 with Adam ({number(adam, 2)}); costs never below 98% of ln 2 with the one "
        f"({number(plain)}), on every seed, below 95% of it with the other ({number(best, 2)}, "
        f"the median)."
    )
    return met, measured, why


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
        collect=collect,
        stages=len(SEEDS) * 2 * 6,
        columns=("layer", "gradient rms", *(f"{name}: update / weight" for name in NAMES.values())),
        judge=judge,
        x_label="layer",
        y_label="size at the start",
    ),
]  # fmt: skip
