"""Published experiments on vanishing and exploding gradients, each run anew and judged by rule.

outcome = EXPERIMENTS["he_propagation"].run(lambda done, sentence: True)
outcome.measured, outcome.verdict, outcome.why
"""

from dnn.registry import Registry
from lab.experiments import (
    adam,
    clipping,
    glorot,
    he,
    normalization,
    phases,
    playground,
    residual,
    saxe,
    selu,
)
from lab.experiments.experiment import (
    NOT_HERE,
    REPRODUCED,
    Criterion,
    Experiment,
    NotBy,
    Outcome,
    Progress,
    Rows,
    Series,
    Stopped,
)

EXPERIMENTS: Registry[Experiment] = Registry(
    "experiment",
    [
        *glorot.EXPERIMENTS,
        *he.EXPERIMENTS,
        *saxe.EXPERIMENTS,
        *clipping.EXPERIMENTS,
        *phases.EXPERIMENTS,
        *normalization.EXPERIMENTS,
        *residual.EXPERIMENTS,
        *selu.EXPERIMENTS,
        *adam.EXPERIMENTS,
        *playground.EXPERIMENTS,
    ],
)

__all__ = [
    "EXPERIMENTS",
    "NOT_HERE",
    "REPRODUCED",
    "Criterion",
    "Experiment",
    "NotBy",
    "Outcome",
    "Progress",
    "Rows",
    "Series",
    "Stopped",
]
