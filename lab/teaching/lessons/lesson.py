"""What a lesson is: a setting, a question, goals that the run has to reach, and what to take away.

A lesson is data and checks. A check is given a State, what is on screen at one moment, and says
either what is still missing, in a sentence, or that the goal is reached, by the numbers to note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dnn.config import FIELDS, Config
from dnn.engine.layout import Array
from dnn.run.history import History
from dnn.run.training import Run
from lab.view import View

#: Numbers that a goal has noted when it was reached, by name.
Notes = Mapping[str, float]
#: What a check says: a sentence on what is missing, or the numbers to note.
Found = str | dict[str, float]
#: What may always be changed in a lesson: it says nothing about its question.
FREE = ("dtype",)


@dataclass(frozen=True, eq=False)
class State:
    """What a check looks at: the run on screen, its records, how it is looked at.

    run: with its data; second: the other of two networks, on the page Twins.
    """

    run: Run
    history: History
    view: View
    second: State | None = None

    @property
    def config(self) -> Config:
        """The settings in force."""
        return self.run.config

    @property
    def more(self) -> str:
        """Where rare settings are, in words; on a projector a lesson's stand above the panels."""
        return "" if self.view.present else ", in the side bar under More"

    def last(self, name: str) -> float:
        """Return the newest value of a column of the history, NaN without a record."""
        return float(self.history.last(name)) if len(self.history) else float("nan")

    def cost_at(self, step: int, name: str = "train_cost") -> float:
        """Return a cost at the first record from a step on; NaN where the run was not so far."""
        if not len(self.history) or self.history["step"][-1] < step:
            return float("nan")
        row = int(np.searchsorted(self.history["step"], step))
        return float(self.history[name][row])

    def median_cost(self, step: int) -> float:
        """Return the median train cost of the records up to a step; NaN where there is none.

        Where a cost jumps about, its value at one step is a matter of rounding; its median is not.
        """
        seen = (self.history["step"] > 0) & (self.history["step"] <= step)
        return float(np.median(self.history["train_cost"][seen])) if seen.any() else float("nan")

    def after_epochs(self, epochs: int) -> tuple[float, int]:
        """Return train cost and step at the first record from an epoch on; (NaN, 0) before it."""
        if not len(self.history) or self.history["epoch"][-1] < epochs:
            return float("nan"), 0
        row = int(np.searchsorted(self.history["epoch"], epochs))
        return float(self.history["train_cost"][row]), int(self.history["step"][row])

    def signal(self, name: str, layer: int, row: int = -1) -> float:
        """Return a layer's (from 0) activation_rms, delta_rms or gradient_rms in a record."""
        return float(self.history[name][row][layer]) if len(self.history) else float("nan")

    def moved(self, layer: int) -> float:
        """Return ||W - W at step 0|| / ||W at step 0|| of a layer (from 0)."""
        now, start = self.run.weights[layer][0], self.run.layout.weights(self.run.initial)[layer][0]
        size = float(np.linalg.norm(start))
        return float(np.linalg.norm(now - start)) / max(size, 1e-300)

    def weights(self) -> Array:
        """Return all weights, without biases, in one array."""
        return np.concatenate([W.ravel() for W, _ in self.run.weights])

    def changed(self, name: str) -> bool:
        """Return whether a setting was changed while the run trained."""
        return any(made.field == name for made in self.run.changes)


@dataclass(frozen=True)
class Question:
    """What is asked before the run is watched.

    outcome: the number (from 0) of the choice that has come true, by the run on screen and what
    the goals have noted; None while the run does not say yet. charts: whether charts of the
    network at step 0 are the answer, on whichever page.
    """

    text: str
    choices: tuple[str, ...]
    outcome: Callable[[State, Notes], int | None]
    charts: bool = False


@dataclass(frozen=True)
class Goal:
    """Something to be reached: what to do, in a few words, and the check that sees it done.

    A goal once reached stays reached, whatever the next run does: a lesson may need several runs.
    """

    key: str
    text: str
    check: Callable[[State], Found]


#: About how long a lesson takes in class.
MINUTES = 5


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One lesson of about five minutes.

    key: its name in links, short enough to be spoken; order: where it stands in the list; page: on
    which page it plays; config: its setting; twin: in what the second network differs; view: how it
    is looked at to begin with; free: the settings that its goals may change. take_away: what the
    run has shown, with the noted numbers in braces; plain: those of them that are settings,
    written as they are set.
    """

    key: str
    order: int
    title: str
    config: Config
    question: Question
    goals: tuple[Goal, ...]
    take_away: str
    source: str
    page: str = "playground"
    plain: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    twin: Mapping[str, Any] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)

    def strays(self, config: Config) -> str:
        """Return in which setting a network is not this lesson's, as a sentence; "" in none."""
        for name, about in FIELDS.items():
            mine = getattr(self.config, name)
            if name not in (*self.free, *FREE) and getattr(config, name) != mine:
                return f"This lesson keeps “{about.label}” at {about.write(mine)}: set it back."
        return ""


def far_enough(state: State, steps: int) -> str:
    """Return what is missing to a number of steps, "" where nothing is."""
    left = steps - state.run.step
    if left <= 0 or state.run.diverged:
        return ""
    return f"train on: step {state.run.step:,} of {steps:,}"
