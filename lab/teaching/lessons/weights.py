"""Reading the histogram of weights: what two penalties do to it."""

from __future__ import annotations

import numpy as np

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough

STEPS, NEAR, PENALTY = 1000, 0.02, 0.01


def _read(state: State, name: str, fits: bool, ask: str) -> Found:
    """Return how many weights lie near 0, and how wide they are spread, after STEPS steps."""
    if not fits:
        return ask
    if state.run.changes:
        return "Reset: this run was trained with another penalty for some steps"
    if far_enough(state, STEPS):
        return far_enough(state, STEPS)
    weights = state.weights()
    return {
        f"{name}_near": float(round(100 * np.mean(np.abs(weights) < NEAR))),
        f"{name}_spread": float(weights.std()),
    }


def _free(state: State) -> Found:
    c = state.config
    return _read(state, "free", not (c.l1 or c.l2), "remove the penalties")


def _l1(state: State) -> Found:
    c = state.config
    fits = c.l1 == PENALTY and not c.l2
    return _read(state, "l1", fits, f"set the L1 penalty to {PENALTY}{state.more}; L2 to 0")


def _l2(state: State) -> Found:
    c = state.config
    fits = c.l2 == PENALTY and not c.l1
    return _read(state, "l2", fits, f"set the L2 penalty to {PENALTY}, L1 to 0")


def _outcome(_: State, notes: Notes) -> int | None:
    if "l1_near" not in notes or "l2_near" not in notes:
        return None
    ratio = notes["l1_near"] / max(notes["l2_near"], 1.0)
    return 0 if ratio > 1.5 else 1 if ratio < 1 / 1.5 else 2


LESSON = Lesson(
    key="weights",
    order=140,
    title="Reading the histogram of weights",
    page="layers",
    config=Config(dataset="circle", hidden=(16, 8), optimizer="sgd", learning_rate=0.3),
    view={"quantity": "weight", "spread": "ridgelines"},
    question=Question(
        f"Two penalties with the same λ = {PENALTY}. Which one brings most weights close to 0?",
        ("L1: λ times the sum of |W|", "L2: λ/2 times the sum of W²", "Both alike"),
        _outcome,
    ),
    goals=(
        Goal("free", f"{STEPS:,} steps without a penalty", _free),
        Goal("l1", f"{STEPS:,} steps with an L1 penalty of {PENALTY}", _l1),
        Goal("l2", f"{STEPS:,} steps with an L2 penalty of {PENALTY}", _l2),
    ),
    take_away="Near 0 (within 0.02) lie {free_near}% of the weights without a penalty, {l1_near}% "
    "with L1, {l2_near}% with L2; their spreads are {free_spread}, {l1_spread} and {l2_spread}. L1 "
    "pulls every weight by the same amount, small ones all the way: a spike. L2 pulls in "
    "proportion: the large ones shrink most.",
    source="Goodfellow, Bengio & Courville 2016, sections 7.1.1 and 7.1.2",
    free=("l1", "l2"),
)
