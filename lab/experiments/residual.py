"""He et al. 2016: residual against plain networks of growing depth."""

from __future__ import annotations

from itertools import pairwise, product

from dnn.config import Config
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import LN2, SEEDS, last_cost, median, trained, values
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


def collect(found: Findings) -> None:
    """Find the training costs of plain and residual networks of three depths."""
    for (residual, name), depth, seed in product(NAMES.items(), DEPTHS, SEEDS):
        sentence = f"Training {depth} {name} layers, seed {seed}."
        run, records = trained(_config(depth, residual, seed), STEPS, RECORDED, found, sentence, 4)
        found.row(name, depth, seed, last_cost(run, records, LAST), records[-1].train_score)
        if seed == SEEDS[0] and depth != DEPTHS[1]:
            found.costs(f"{name}, {depth}", records)


def medians(rows: Rows, name: str) -> list[float]:
    """Return the median cost over the seeds for each depth."""
    return [median(values(rows, 3, name, depth)) for depth in DEPTHS]


def _better(rows: Rows) -> str:
    """Return whether the deepest residual network ends below the shallowest, seed by seed."""
    shallow, deep = (values(rows, 3, "residual", depth) for depth in (DEPTHS[0], DEPTHS[-1]))
    below = sum(d < s for s, d in zip(shallow, deep, strict=True))
    return {0: "not here", len(deep): "also here"}.get(below, "here seeds differ")


def judge(rows: Rows) -> Judgement:
    """Judge whether plain networks train worse with depth, and residual ones learn at any.

    That deeper residual networks end lower is not asked: the circle is learnt by the shallowest.
    """
    plain, residual = medians(rows, "plain"), medians(rows, "residual")
    rises = all(deep > RISE * shallow for shallow, deep in pairwise(plain))
    met = rises and plain[-1] > 0.5 * LN2 and max(residual) < 0.25 * LN2
    said = {
        name: ", ".join(number(cost, 2) for cost in medians(rows, name)) for name in NAMES.values()
    }
    measured = (
        f"Train cost after {STEPS} steps with {', '.join(map(str, DEPTHS[:-1]))} and {DEPTHS[-1]} "
        f"hidden layers, the median of {len(SEEDS)} seeds: plain {said['plain']}; residual "
        f"{said['residual']} (guessing: {number(LN2)}). The paper's deeper residual network is the "
        f"better one; {_better(rows)}: {DEPTHS[-1]} layers end at "
        f"{times(residual[-1] / residual[0])} the cost of {DEPTHS[0]}."
    )
    why = (
        f"Criterion, on medians over {len(SEEDS)} seeds: plain costs that rise with depth, over "
        f"{RISE:g} times at each doubling ({said['plain']}), to more than "
        f"half of ln 2 at {DEPTHS[-1]} layers ({number(plain[-1], 2)} > {number(0.5 * LN2)}); "
        f"residual ones under a quarter of it at every depth ({number(max(residual), 2)} < "
        f"{number(0.25 * LN2)})."
    )
    return met, measured, why


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
        collect=collect,
        stages=2 * len(DEPTHS) * len(SEEDS) * 4,
        columns=(
            "network", "hidden layers", "seed",
            f"mean train cost of the last {LAST * RECORDED} steps", "train accuracy at the end",
        ),
        judge=judge,
    ),
]  # fmt: skip
