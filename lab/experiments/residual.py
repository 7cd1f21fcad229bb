"""He et al. 2016: residual against plain networks of growing depth."""

from __future__ import annotations

from dnn.config import Config
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
from lab.experiments.runs import LN2, SEEDS, last_cost, mean, numbers, picked, trained
from lab.text.numbers import number, times

DEPTHS, STEPS = (10, 20, 40), 800
NAMES = {False: "plain", True: "residual"}


def _config(depth: int, residual: bool, seed: int = 0) -> Config:
    return Config(
        dataset="circle",
        hidden=(16,) * depth,
        activation="relu",
        batch_norm=True,
        residual=residual,
        optimizer="sgd",
        learning_rate=0.1,
        seed=seed,
    )


def run_residual(progress: Progress) -> Outcome:
    """Return the training costs of plain and residual networks of three depths."""
    stages, series = Stages(progress, 2 * len(DEPTHS) * len(SEEDS) * 4), []
    rows: list[Row] = []
    for residual, name in NAMES.items():
        for depth in DEPTHS:
            for seed in SEEDS:
                sentence = f"Training {depth} {name} layers, seed {seed}."
                run, records = trained(
                    _config(depth, residual, seed), STEPS, 20, stages, sentence, 4
                )
                costs = [r.train_cost for r in records]
                rows.append(
                    (name, depth, seed, last_cost(run, records, 10), records[-1].train_score)
                )
                if seed == SEEDS[0] and depth != DEPTHS[1]:
                    series.append(curve(f"{name}, {depth}", [r.step for r in records], costs))
    columns = (
        "network", "hidden layers", "seed", "mean train cost of the last 200 steps",
        "train accuracy at the end",
    )  # fmt: skip
    return concluded(
        residual_criterion, columns, rows, _measured, series, "step", "cost J (nats)", True
    )


def _means(rows: Rows, name: str) -> list[float]:
    """Return the mean cost over the seeds for each depth."""
    part = tuple(picked(rows, 0, name))
    return [mean(numbers(picked(part, 1, float(depth)), 3)) for depth in DEPTHS]


def _measured(rows: Rows) -> str:
    parts = [
        f"{name} " + ", ".join(number(cost, 2) for cost in _means(rows, name))
        for name in NAMES.values()
    ]
    depths = ", ".join(map(str, DEPTHS[:-1]))
    shallow, *_, deep = _means(rows, "residual")
    better = "also here" if deep < shallow else "not here"
    return (
        f"Mean train cost after {STEPS} steps with {depths} and {DEPTHS[-1]} hidden layers: "
        + "; ".join(parts)
        + f" (guessing: {number(LN2)}). The paper's deeper residual network is the better one; "
        f"{better}: {DEPTHS[-1]} layers end at {times(deep / shallow)} the cost of {DEPTHS[0]}."
    )


def residual_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether plain networks train worse with depth, and residual ones learn at any.

    That deeper residual networks end lower is not asked: the circle is learnt by the shallowest.
    """
    plain = _means(rows, "plain")
    deepest = tuple(row for row in rows if row[1] == float(DEPTHS[-1]))
    stalled = min(numbers(picked(deepest, 0, "plain"), 3))
    learnt = max(numbers(picked(rows, 0, "residual"), 3))
    met = plain == sorted(plain) and stalled > 0.5 * LN2 and learnt < 0.25 * LN2
    return met, (
        f"Asked: plain costs that rise with depth ({', '.join(number(c, 2) for c in plain)}), at "
        f"{DEPTHS[-1]} layers over half of ln 2 on every seed ({number(stalled, 2)} > "
        f"{number(0.5 * LN2)}); residual ones under a quarter of it at every depth and seed "
        f"({number(learnt, 2)} < {number(0.25 * LN2)})."
    )


EXPERIMENTS = [
    Experiment(
        key="residual",
        label="Residual against plain",
        formula="ReLU, 2-10, 20 and 40x16-1, batch normalisation, He, circle, gradient descent "
        f"0.1, mini-batches of 32, {STEPS} steps, 3 seeds",
        help="A deeper plain network ends with a higher training cost, so that it is not "
        "overfitting; with a way past every layer the same depth trains.",
        source="He et al. 2016, Deep residual learning for image recognition, section 4, figures "
        "4 and 6",
        paper="Plain networks of 34 layers have a higher training error than those of 18, with "
        "batch normalisation and He's weights; residual ones have a lower one, and on CIFAR-10 "
        "110 layers train.",
        config=_config(DEPTHS[-1], True),
        run=run_residual,
        criterion=residual_criterion,
    ),
]
