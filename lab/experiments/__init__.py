"""Published experiments on vanishing and exploding gradients, each run anew and judged by rule.

outcome = EXPERIMENTS["he_propagation"].run(lambda done, sentence: True)
outcome.measured, outcome.verdict, outcome.why
"""

from importlib import import_module
from pkgutil import iter_modules

from dnn.registry import Registry
from lab.experiments.experiment import (
    NOT_HERE,
    REPRODUCED,
    Experiment,
    NotBy,
    Outcome,
    Series,
    Stopped,
)

#: Found by themselves: each file that has EXPERIMENTS adds them.
_modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
_found = (entry for module in _modules for entry in getattr(module, "EXPERIMENTS", ()))
EXPERIMENTS: Registry[Experiment] = Registry(
    "experiment", sorted(_found, key=lambda experiment: experiment.order)
)

__all__ = [
    "EXPERIMENTS",
    "NOT_HERE",
    "REPRODUCED",
    "Experiment",
    "NotBy",
    "Outcome",
    "Series",
    "Stopped",
]
