"""A first neuron: what one unit can do, and what training it does."""

from __future__ import annotations

import numpy as np

from dnn.config import Config
from dnn.run.inference import predict
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State
from lab.text.numbers import number

#: The test cost to come below, and what counts as a straight boundary: the logit's distance from
#: a plane through it, over its spread.
WANTED, STRAIGHT = 0.1, 1e-6


def bend(state: State) -> float:
    """Return how far the output's logit is from a plane over the inputs, over its spread."""
    grid = np.stack([g.ravel() for g in np.meshgrid(*[np.linspace(-1.5, 1.5, 9)] * 2)])
    p = np.clip(predict(state.run, grid)[-1].astype(np.float64), 1e-12, 1 - 1e-12)
    logit, plane = np.log(p / (1 - p)), np.vstack([grid, np.ones(grid.shape[1])]).T
    fit = plane @ np.linalg.lstsq(plane, logit, rcond=None)[0]
    return float(np.abs(logit - fit).max() / max(np.ptp(logit), 1e-12))


def _outcome(state: State, _: Notes) -> int | None:
    if not state.run.step:
        return None
    return 0 if bend(state) < STRAIGHT else 1


def _separates(state: State) -> Found:
    cost = state.last("test_cost")
    if not state.run.step:
        return "press Play"
    if not cost < WANTED:
        return f"test cost is {number(cost)}, wanted below {WANTED}"
    (W, b), *_ = state.run.weights
    numbers = {"steps": state.run.step, "w1": W[0, 0], "w2": W[0, 1], "b": b[0, 0]}
    return {"cost": cost} | {name: float(value) for name, value in numbers.items()}


LESSON = Lesson(
    key="neuron",
    order=10,
    title="A first neuron",
    config=Config(dataset="gauss", hidden=(), optimizer="sgd", learning_rate=0.1),
    question=Question(
        "This network is one neuron: p = sigmoid(w₁x₁ + w₂x₂ + b). What can its decision "
        "boundary be, the line along which p = 0.5?",
        ("Always a straight line", "A curve, once it has trained", "A closed circle"),
        _outcome,
    ),
    goals=(Goal("separates", f"Train it to a test cost below {WANTED}", _separates),),
    take_away="A neuron cuts the plane along one straight line, w₁x₁ + w₂x₂ + b = 0. Training only "
    "turns and shifts it: after {steps} steps w₁ = {w1}, w₂ = {w2}, b = {b}, and the test cost is "
    "{cost}. Two clouds need no more.",
    source="Rosenblatt 1958; logistic cost: Ng, Deep Learning Specialization, course 1",
    free=("seed", "learning_rate"),
)
