"""Schedules: how the learning rate changes over the steps, as a factor on the one chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dnn.registry import Entry, Registry

Array = np.ndarray


class Settings(Protocol):
    """The fields of Config that a schedule reads."""

    @property
    def schedule(self) -> str: ...
    @property
    def learning_rate(self) -> float: ...
    @property
    def schedule_steps(self) -> int: ...
    @property
    def schedule_decay(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class Schedule(Entry):
    """factor(t, T, decay) returns what the learning rate is multiplied with, shaped like t.

    t: updates made so far, 0, 1, ...; T: schedule_steps; decay: schedule_decay. uses: which of the
    two fields it reads.
    """

    factor: Callable[[Array, float, float], Array]
    uses: tuple[str, ...] = ("schedule_steps",)


def rate_at(config: Settings, step: int) -> float:
    """Return the learning rate of the step that follows `step` steps."""
    t = np.array([float(step)])
    factor = SCHEDULES[config.schedule].factor
    return config.learning_rate * float(factor(t, config.schedule_steps, config.schedule_decay)[0])


SCHEDULES: Registry[Schedule] = Registry(
    "schedule",
    [
        Schedule(
            key="constant",
            label="Constant",
            formula="eta(t) = eta",
            help="The same learning rate at every step.",
            source="Robbins & Monro 1951, for noise that vanishes",
            factor=lambda t, T, decay: np.ones_like(t),
            uses=(),
        ),
        Schedule(
            key="step",
            label="Steps down",
            formula="eta(t) = eta decay^floor(t / T)",
            help="Multiplied by the decay every T steps.",
            source="Krizhevsky, Sutskever & Hinton 2012, section 5",
            factor=lambda t, T, decay: decay ** np.floor(t / T),
            uses=("schedule_steps", "schedule_decay"),
        ),
        Schedule(
            key="exponential",
            label="Exponential decay",
            formula="eta(t) = eta decay^(t / T)",
            help="Falls by the decay over every T steps, a little at each.",
            source="Senior et al. 2013, An empirical study of learning rates, section 2.1",
            factor=lambda t, T, decay: decay ** (t / T),
            uses=("schedule_steps", "schedule_decay"),
        ),
        Schedule(
            key="cosine",
            label="Cosine to zero",
            formula="eta(t) = eta (1 + cos(pi min(t / T, 1))) / 2",
            help="Falls along half a cosine and is 0 from step T on.",
            source="Loshchilov & Hutter 2017, SGDR, eq. 5, without restarts",
            factor=lambda t, T, decay: 0.5 * (1.0 + np.cos(np.pi * np.minimum(t / T, 1.0))),
        ),
        Schedule(
            key="warmup",
            label="Warm-up",
            formula="eta(t) = eta min((t + 1) / T, 1)",
            help="Rises in a straight line over the first T steps, then stays.",
            source="Goyal et al. 2017, section 2.2",
            factor=lambda t, T, decay: np.minimum((t + 1.0) / T, 1.0),
        ),
    ],
)
