"""Clipping tames an explosion."""

from __future__ import annotations

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough
from lab.text.numbers import count, number

#: Guessing costs 0.693.
STEPS, WANTED = 300, 0.6


def _explodes(state: State) -> Found:
    if state.run.origin.clip_norm or state.run.origin.clip_value:
        return "without clipping"
    if state.run.diverged is None:
        return "press Play" if not state.run.step else f"step {count(state.run.step)}"
    return {"step": float(state.run.diverged.step)}


def _tamed(state: State) -> Found:
    c = state.config
    if c.clip_value:
        return "not the values: that turns the gradient; clip its norm alone"
    if not c.clip_norm:
        return f"set “Clip the norm”{state.more}, then Reset"
    if state.run.diverged:
        return "it diverged again: clip at a smaller value"
    if far_enough(state, STEPS):
        return far_enough(state, STEPS)
    cost = state.last("train_cost")
    if not cost < WANTED:
        return f"train cost is {number(cost)}: train on, or clip at another norm"
    return {"cost": cost, "norm": float(state.history["gradient_norm"].max())}


def _outcome(state: State, _: Notes) -> int | None:
    if state.run.origin.clip_norm or state.run.origin.clip_value:
        return None
    if state.run.diverged:
        return 0
    return None if far_enough(state, STEPS) else 1 if state.last("train_cost") > 0.69 else 2


LESSON = Lesson(
    key="clipping",
    order=100,
    title="Clipping an explosion",
    config=Config(
        dataset="circle",
        hidden=(16,) * 12,
        activation="relu",
        initializer="normal",
        sigma_w=0.7,
        optimizer="sgd",
        learning_rate=0.03,
    ),
    question=Question(
        "12 ReLU layers; from the second on the weights are about twice as large as He’s. What "
        "will the first steps do?",
        ("Blow the network up", "Leave it as it is", "Train it"),
        _outcome,
    ),
    goals=(
        Goal("explodes", "Let it train without clipping", _explodes),
        Goal(
            "tamed",
            f"Clip the norm: {STEPS} steps or more, train cost below {WANTED:g} (guessing: 0.693)",
            _tamed,
        ),
    ),
    take_away="Every layer multiplied the error on its way back, and one step of such a gradient "
    "threw the weights out of range at step {step}. Clipped, it trained through gradients of norm "
    "up to {norm} and came to {cost}: clipping the norm keeps a huge gradient’s direction and "
    "shortens it.",
    source="Pascanu, Mikolov & Bengio 2013, section 3.2, algorithm 1",
    free=("clip_norm", "clip_value"),
)
