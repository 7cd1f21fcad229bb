"""He et al. 2016: residual against plain networks of growing depth."""

from __future__ import annotations

from itertools import pairwise

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
from lab.experiments.runs import LN2, SEEDS, last_cost, median, numbers, picked, trained
from lab.text.numbers import number, times

#: Longer runs of the plain networks differ from processor to processor, by what rounding becomes.
DEPTHS, STEPS, RECORDED, LAST = (10, 20, 40), 300, 20, 5
NAMES = {False: "plain", True: "residual"}
#: By how many times a plain network's cost has to rise where its depth doubles.
RISE = 1.2


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
                config = _config(depth, residual, seed)
                run, records = trained(config, STEPS, RECORDED, stages, sentence, 4)
                costs = [r.train_cost for r in records]
                rows.append(
                    (name, depth, seed, last_cost(run, records, LAST), records[-1].train_score)
                )
                if seed == SEEDS[0] and depth != DEPTHS[1]:
                    series.append(curve(f"{name}, {depth}", [r.step for r in records], costs))
    columns = (
        "network", "hidden layers", "seed", f"mean train cost of the last {LAST * RECORDED} steps",
        "train accuracy at the end",
    )  # fmt: skip
    return concluded(
        residual_criterion, columns, rows, _measured, series, "step", "cost J (nats)", True
    )


def _medians(rows: Rows, name: str) -> list[float]:
    """Return the median cost over the seeds for each depth."""
    part = tuple(picked(rows, 0, name))
    return [median(numbers(picked(part, 1, float(depth)), 3)) for depth in DEPTHS]


def _better(rows: Rows) -> str:
    """Return whether the deepest residual network ends below the shallowest, seed by seed."""
    part = tuple(picked(rows, 0, "residual"))
    shallow, deep = (numbers(picked(part, 1, float(d)), 3) for d in (DEPTHS[0], DEPTHS[-1]))
    below = sum(d < s for s, d in zip(shallow, deep, strict=True))
    return {0: "not here", len(deep): "also here"}.get(below, "here seeds differ")


def _measured(rows: Rows) -> str:
    parts = [
        f"{name} " + ", ".join(number(cost, 2) for cost in _medians(rows, name))
        for name in NAMES.values()
    ]
    depths = ", ".join(map(str, DEPTHS[:-1]))
    shallow, *_, deep = _medians(rows, "residual")
    return (
        f"Train cost after {STEPS} steps with {depths} and {DEPTHS[-1]} hidden layers, the median "
        f"of {len(SEEDS)} seeds: "
        + "; ".join(parts)
        + f" (guessing: {number(LN2)}). The paper's deeper residual network is the better one; "
        f"{_better(rows)}: {DEPTHS[-1]} layers end at {times(deep / shallow)} the cost of "
        f"{DEPTHS[0]}."
    )


def residual_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether plain networks train worse with depth, and residual ones learn at any.

    That deeper residual networks end lower is not asked: the circle is learnt by the shallowest.
    """
    plain, learnt = _medians(rows, "plain"), max(_medians(rows, "residual"))
    rises = all(deep > RISE * shallow for shallow, deep in pairwise(plain))
    met = rises and plain[-1] > 0.5 * LN2 and learnt < 0.25 * LN2
    return met, (
        f"Asked, of medians over {len(SEEDS)} seeds: plain costs that rise with depth, over "
        f"{RISE:g} times at each doubling ({', '.join(number(c, 2) for c in plain)}), to more than "
        f"half of ln 2 at {DEPTHS[-1]} layers ({number(plain[-1], 2)} > {number(0.5 * LN2)}); "
        f"residual ones under a quarter of it at every depth ({number(learnt, 2)} < "
        f"{number(0.25 * LN2)})."
    )


EXPERIMENTS = [
    Experiment(
        key="residual",
        order=100,
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
