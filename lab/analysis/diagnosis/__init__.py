"""What a trained eye sees in a run, in words: rules that each find one thing, with evidence.

A rule is a function of a Case that returns a Finding or None, with its conditions and their source
in its docstring, and one entry in RULES. Rules are arithmetic on at most some hundred records; what
costs something, a pass and some steps, is done once, by observe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dnn.run.history import History
from dnn.run.training import Run, borrowed_trainer
from lab.analysis.diagnosis import flow, rate, units
from lab.analysis.diagnosis import progress as course
from lab.analysis.diagnosis.case import Case
from lab.analysis.diagnosis.finding import Finding
from lab.analysis.diagnosis.fix import Fix
from lab.analysis.diagnosis.observation import Observation, observe

__all__ = ["RULES", "Finding", "Fix", "Observation", "Rule", "diagnose", "observe"]


@dataclass(frozen=True)
class Rule:
    """A rule by its key; it is not asked where one of `unless` found the cause already."""

    key: str
    find: Callable[[Case], Finding | None]
    unless: tuple[str, ...] = ()


#: What a plateau may come from, and is then the thing to fix.
CAUSES = (
    "divergence", "symmetric", "exploding", "vanishing", "dead", "saturation", "rate_high",
    "rate_low",
)  # fmt: skip

#: Causes before what follows from them.
RULES: tuple[Rule, ...] = (
    Rule("divergence", course.divergence),
    Rule("symmetric", units.symmetric, ("divergence",)),
    Rule("saturation", units.saturation, ("divergence", "symmetric")),
    Rule("exploding", flow.exploding, ("divergence", "symmetric", "saturation")),
    Rule("vanishing", flow.vanishing, ("divergence", "symmetric", "saturation", "exploding")),
    Rule("dead", units.dead, ("divergence", "symmetric", "vanishing")),
    Rule("rate_high", rate.too_high, ("divergence", "symmetric", "exploding")),
    Rule("rate_low", rate.too_low, ("divergence", "symmetric", "vanishing", "dead", "saturation")),
    Rule("overfitting", course.overfitting, ("divergence",)),
    Rule("plateau", course.plateau, CAUSES),
)


def diagnose(run: Run, history: History, seen: Observation | None = None) -> tuple[Finding, ...]:
    """Return what the rules find in a run, causes first; nothing on a healthy one.

    seen: what observe saw of the run's present network, where it is at hand.
    """
    if seen is None:
        with borrowed_trainer(run) as trainer:
            seen = observe(trainer, run)
    case, found = Case(run, history, seen), dict[str, Finding]()
    with np.errstate(all="ignore"):
        for rule in RULES:
            finding = None if found.keys() & set(rule.unless) else rule.find(case)
            if finding is not None:
                found[rule.key] = finding
    return tuple(found.values())
