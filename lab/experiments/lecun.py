"""LeCun et al. 1998: weights of variance 1 / fan_in keep a linear signal's size."""

from __future__ import annotations

from dnn.config import Config
from lab.analysis.signal import Probe
from lab.experiments.experiment import Experiment, Outcome, Progress, Row, Rows, Stages, concluded
from lab.experiments.runs import factor, mean, numbers, random_inputs
from lab.text.numbers import number

WIDTH, LAYERS, NEAR, DRAWS = 400, 6, 0.05, 8


def _config() -> Config:
    return Config(hidden=(WIDTH,) * LAYERS, activation="linear", initializer="lecun")


def run_lecun(progress: Progress) -> Outcome:
    """Return the factor a layer of the activations at step 0."""
    data, stages = random_inputs(WIDTH, 32), Stages(progress, DRAWS)
    rows: list[Row] = []
    for seed in range(DRAWS):
        stages.next(f"Drawing {LAYERS} layers, seed {seed}.")
        a = Probe(_config(), data).signal(seed).activation[:LAYERS]
        rows.append((seed, factor(a[-1], a[0], LAYERS - 1)))
    columns = ("seed", "factor a layer")
    return concluded(lecun_criterion, columns, rows, _measured)


def _measured(rows: Rows) -> str:
    return f"A layer multiplies the signal by {number(mean(numbers(rows, 1)))}."


def lecun_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether every factor is near 1."""
    worst = max(abs(value - 1) for value in numbers(rows, 1))
    return worst <= NEAR, f"Asked: factors within {NEAR} of 1; the furthest is {worst:.3f} away."


EXPERIMENTS = [
    Experiment(
        key="lecun",
        order=5,
        label="LeCun's weights keep a linear signal",
        formula=f"linear, {WIDTH}-{LAYERS}x{WIDTH}-10, LeCun, step 0, {DRAWS} seeds",
        help="A layer with weights of variance 1 / fan_in hands on a signal of the same size.",
        source="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.6",
        paper="With weights of standard deviation 1 / sqrt(m) a unit's outputs have the same "
        "standard deviation as its inputs.",
        config=_config(),
        run=run_lecun,
        criterion=lecun_criterion,
    ),
]
