"""Schedules: how the learning rate changes over the steps, as a factor on the one chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn.registry import Entry, Registry
from dnn.settings import setting

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Schedule(Entry):
    """factor(t, T, decay) returns what the learning rate is multiplied with, shaped like t.

    t: updates made so far, 0, 1, ...; T: schedule_steps; decay: schedule_decay. uses: which of the
    two fields it reads. plain: the same as an expression of these names.
    """

    factor: Callable[[Array, float, float], Array]
    uses: tuple[str, ...] = ("schedule_steps",)


SCHEDULES: Registry[Schedule] = Registry(
    "schedule",
    [
        Schedule(
            key="constant",
            label="Constant",
            formula="eta(t) = eta",
            help="The same learning rate at every step.",
            source="Robbins & Monro 1951, for noise that vanishes",
            plain="1.0",
            factor=lambda t, T, decay: np.ones_like(t),
            uses=(),
        ),
        Schedule(
            key="step",
            label="Steps down",
            formula="eta(t) = eta decay^floor(t / T)",
            help="Multiplied by the decay every T steps.",
            source="Krizhevsky, Sutskever & Hinton 2012, section 5",
            plain="decay ** np.floor(t / T)",
            factor=lambda t, T, decay: decay ** np.floor(t / T),
            uses=("schedule_steps", "schedule_decay"),
        ),
        Schedule(
            key="exponential",
            label="Exponential decay",
            formula="eta(t) = eta decay^(t / T)",
            help="Falls by the decay over every T steps, a little at each.",
            source="Senior et al. 2013, An empirical study of learning rates, section 2.1",
            plain="decay ** (t / T)",
            factor=lambda t, T, decay: decay ** (t / T),
            uses=("schedule_steps", "schedule_decay"),
        ),
        Schedule(
            key="cosine",
            label="Cosine to zero",
            formula="eta(t) = eta (1 + cos(pi min(t / T, 1))) / 2",
            help="Falls along half a cosine and is 0 from step T on.",
            source="Loshchilov & Hutter 2017, SGDR, eq. 5, without restarts",
            plain="0.5 * (1.0 + np.cos(np.pi * np.minimum(t / T, 1.0)))",
            factor=lambda t, T, decay: 0.5 * (1.0 + np.cos(np.pi * np.minimum(t / T, 1.0))),
        ),
        Schedule(
            key="warmup",
            label="Warm-up",
            formula="eta(t) = eta min((t + 1) / T, 1)",
            help="Rises in a straight line over the first T steps, then stays.",
            source="Goyal et al. 2017, section 2.2",
            plain="np.minimum((t + 1.0) / T, 1.0)",
            factor=lambda t, T, decay: np.minimum((t + 1.0) / T, 1.0),
        ),
    ],
)


def _used(name: str) -> Callable[[ScheduleSettings], bool]:
    return lambda config: name in SCHEDULES[config.schedule].uses


#: What the fields of a schedule have in common: they change without a reset.
LIVE: dict[str, Any] = {"group": "training", "live": True}


@dataclass(frozen=True, kw_only=True)
class ScheduleSettings:
    """The fields of Config that say how large a step is."""

    learning_rate: float = setting(
        0.01, label="Learning rate", help="The size of a step along the (rescaled) gradient.",
        kind="log", min=1e-6, max=100.0, formula="eta", **LIVE,
        marks=(*(float(f"{d}e{k}") for k in range(-6, 2) for d in (1, 3)), 100.0),
    )  # fmt: skip
    schedule: str = setting(
        "constant", label="Schedule", help="How the learning rate changes over the steps.",
        kind="choice", choices=SCHEDULES, rare=True, **LIVE,
    )  # fmt: skip
    schedule_steps: int = setting(
        1000, label="Schedule steps", help="The number of steps T over which the schedule acts.",
        kind="int", min=1, max=10_000_000, marks=(100, 300, 1000, 3000, 10_000, 30_000, 100_000),
        rare=True, formula="T", applies=_used("schedule_steps"), **LIVE,
    )  # fmt: skip
    schedule_decay: float = setting(
        0.5, label="Schedule decay",
        help="What the learning rate is multiplied with over every T steps.",
        kind="float", min=0.01, max=1.0, step=0.05, rare=True, applies=_used("schedule_decay"),
        **LIVE,
    )  # fmt: skip


def rates(config: ScheduleSettings, t: Array) -> Array:
    """Return the learning rate of each step that follows t steps (an array of them)."""
    factor = SCHEDULES[config.schedule].factor
    return config.learning_rate * factor(t, config.schedule_steps, config.schedule_decay)


def rate_at(config: ScheduleSettings, step: int) -> float:
    """Return the learning rate of the step that follows `step` steps."""
    return float(rates(config, np.array([float(step)]))[0])
