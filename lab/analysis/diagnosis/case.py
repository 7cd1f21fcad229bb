"""Case: a run as the rules see it, with what they share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dnn.config import Config
from dnn.engine.layout import Array
from dnn.parts.schedules import rate_at
from dnn.run.history import History
from dnn.run.inference import guessing_cost
from dnn.run.measure import Signal
from dnn.run.training import Run
from lab.analysis.diagnosis.observation import Observation
from lab.analysis.signal import signal_at

#: A network has learned something where its cost is below this share of the cost of guessing, and
#: is learning below the other.
LEARNED, LEARNING = 0.5, 0.95
#: So many of the newest records are looked at for noise, and so few say nothing.
RECENT, FEWEST = 40, 10


@dataclass(frozen=True)
class Case:
    """A run, its history, and what was observed of its network now."""

    run: Run
    history: History
    seen: Observation

    @property
    def config(self) -> Config:
        return self.run.config

    @property
    def layers(self) -> int:
        return self.run.layout.layers

    @cached_property
    def guessing(self) -> float:
        """The cost of the best constant answer; infinite where there is nothing to guess."""
        return guessing_cost(self.run) or float("inf")

    @cached_property
    def since(self) -> int:
        """The step from which the present settings hold: that of the last change."""
        return max((made.step for made in self.run.changes), default=0)

    @cached_property
    def steps(self) -> Array:
        """The steps of the records made under the present settings."""
        return self._column("step").astype(float)

    @cached_property
    def train(self) -> Array:
        """The train costs of these records."""
        return self._column("train_cost")

    @cached_property
    def test(self) -> Array:
        """The test costs of these records, NaN without a test part."""
        return self._column("test_cost")

    def _column(self, name: str) -> Array:
        if not len(self.history):
            return np.zeros(0)
        return self.history[name][self.history["step"] >= self.since]

    @cached_property
    def level(self) -> float:
        """The median train cost of the newest records, up to ten; NaN without any."""
        return float(np.median(self.train[-10:])) if len(self.train) else float("nan")

    @property
    def learns(self) -> bool:
        """Whether what looks odd inside does no harm: the cost is below half of guessing, or it is
        below guessing and still falling.
        """
        if self.level < LEARNED * self.guessing:
            return True
        return self.level < LEARNING * self.guessing and self.falling < 0.9

    @cached_property
    def start(self) -> Signal | None:
        """The signal at step 0, where the history goes back so far."""
        known = len(self.history) and self.history["step"][0] == 0
        return signal_at(self.history, 0) if known else None

    @cached_property
    def falling(self) -> float:
        """The cost now over that of half the records before; 1 where there are too few.

        Medians of up to ten records each, so that single spikes do not count.
        """
        n = len(self.train)
        if n < FEWEST:
            return 1.0
        before = float(np.median(self.train[max(0, n // 2 - 5) : n // 2 + 5]))
        return self.level / before if before > 0 else 1.0

    @property
    def rate(self) -> float:
        """The learning rate of the next step, the schedule in it."""
        return float(rate_at(self.config, self.run.step))
