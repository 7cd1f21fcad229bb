"""The learning rate: too small, right, too large."""

from __future__ import annotations

import math
from collections.abc import Callable

from dnn.config import Config
from dnn.run.inference import guessing_cost
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough
from lab.text.numbers import number, short

STEPS, SLOW, WANTED, LARGE = 300, 0.65, 0.1, 30.0


def _steady(state: State) -> str:
    """Return what is missing where a run was not trained with one rate throughout."""
    if state.changed("learning_rate"):
        return "Reset: this run was trained with more than one rate"
    return far_enough(state, STEPS)


def _after(check: Callable[[State], Found]) -> Callable[[State], Found]:
    """Return a check of runs that have trained long enough with one rate."""
    return lambda state: _steady(state) or check(state)


def _small(state: State) -> Found:
    cost, rate = state.cost_at(STEPS), state.config.learning_rate
    if not cost > SLOW or rate > 0.1:
        return "this rate is not too small"
    return {"small": rate, "small_cost": cost}


def _right(state: State) -> Found:
    cost = state.cost_at(STEPS)
    if not cost < WANTED:
        return f"at step {STEPS} the train cost was {number(cost)}"
    return {"right": state.config.learning_rate, "right_cost": cost}


def _large(state: State) -> Found:
    rate = state.config.learning_rate
    if rate < LARGE:
        return f"this rate is {short(rate)}"
    cost = math.inf if state.run.diverged else state.median_cost(STEPS)
    return {"large": rate, "large_cost": cost}


def _outcome(state: State, notes: Notes) -> int | None:
    if state.config.learning_rate < LARGE or _steady(state):
        return None
    if state.run.diverged:
        return 2
    cost = state.median_cost(STEPS)
    return 0 if cost < WANTED else 1 if cost < (guessing_cost(state.run) or 0.0) else 2


LESSON = Lesson(
    key="rate",
    order=40,
    title="Learning rate: too small, right, too large",
    config=Config(dataset="circle", hidden=(8,), optimizer="sgd", learning_rate=0.001),
    question=Question(
        f"0.001 is too small here, and 1 is right. What will {short(LARGE)} or more do in {STEPS} "
        "steps?",
        ("Learn faster still", "Learn, but slowly", "Jump about, above what guessing costs"),
        _outcome,
    ),
    goals=(
        Goal("small", f"{STEPS} steps at 0.001", _after(_small)),
        Goal(
            "right",
            f"A rate that reaches a train cost below {WANTED} in {STEPS} steps",
            _after(_right),
        ),
        Goal("large", f"{STEPS} steps at {short(LARGE)} or more", _after(_large)),
    ),
    take_away="After 300 steps: {small} leaves the cost at {small_cost}, {right} brings it to "
    "{right_cost}, {large} has a median of {large_cost}. Each step of gradient descent follows "
    "the slope at one point: a short step makes little progress, a long one jumps over the valley. "
    "Try rates by factors of 3 or 10.",
    source="LeCun et al. 1998, Efficient BackProp, section 4; Goodfellow et al. 2016, 11.4.1",
    plain=("small", "right", "large"),
    free=("learning_rate",),
)
