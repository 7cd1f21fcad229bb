"""Zero weights: neurons that start equal stay equal."""

from __future__ import annotations

import numpy as np

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough
from lab.text.numbers import number

STEPS, WANTED, SAME = 300, 0.2, 1e-6


def kinds(state: State) -> int:
    """Return how many different neurons the first layer has: by their weights and biases."""
    rows = np.hstack(state.run.weights[0]).astype(np.float64)
    close = SAME * max(float(np.abs(rows).max()), 1e-12)
    different: list[np.ndarray] = []
    for row in rows:
        if all(np.abs(row - other).max() > close for other in different):
            different.append(row)
    return len(different)


def _equal(state: State) -> Found:
    if state.run.origin.initializer != "zeros":
        return "choose the starting weights “Zeros”"
    missing = far_enough(state, STEPS)
    return missing or {"equal": float(kinds(state)), "zero_cost": state.cost_at(STEPS)}


def _broken(state: State) -> Found:
    if state.config.initializer == "zeros":
        return "choose other starting weights"
    cost = state.last("train_cost")
    if not cost < WANTED:
        return f"train cost is {number(cost)}"
    return {"different": float(kinds(state)), "cost": cost}


def _outcome(_: State, notes: Notes) -> int | None:
    return {4: 0, 2: 1, 1: 2}.get(int(notes["equal"])) if "equal" in notes else None


LESSON = Lesson(
    key="zeros",
    order=50,
    title="All weights zero",
    config=Config(
        dataset="xor", hidden=(4,), activation="sigmoid", initializer="zeros", learning_rate=0.03
    ),
    question=Question(
        f"Four hidden neurons, all weights zero. How many different ones after {STEPS} steps?",
        ("4", "2", "1: they all stay the same"),
        _outcome,
    ),
    goals=(
        Goal("equal", f"Train {STEPS} steps from zero weights", _equal),
        Goal("broken", f"Other starting weights: a train cost below {WANTED}", _broken),
    ),
    take_away="Neurons that start equal get the same gradient at every step and stay equal: from "
    "zeros {equal} kind of neuron, cost {zero_cost}. Random weights broke the symmetry: "
    "{different} kinds, cost {cost}. So in a layer of several neurons biases may all start at "
    "zero, weights may not.",
    source="Goodfellow, Bengio & Courville 2016, section 8.4",
    free=("initializer", "sigma_w", "sigma_b", "seed"),
)
