"""Depth without a reason: a straight line needs no hidden layer."""

from __future__ import annotations

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State
from lab.text.numbers import number

WANTED = 0.1


def _learned(state: State) -> Found:
    if state.run.origin.hidden:
        return "take all hidden layers away"
    cost = state.last("train_cost")
    return {"cost": cost} if cost < WANTED else f"train cost is {number(cost)}"


def _outcome(_: State, notes: Notes) -> int | None:
    return 0 if "cost" in notes else None


LESSON = Lesson(
    key="straight",
    order=15,
    title="No hidden layer",
    page="playground",
    config=Config(dataset="gauss", hidden=(4, 2), learning_rate=0.03, batch_size=10),
    question=Question(
        "Two clouds, apart. How many hidden layers are needed to tell them apart?",
        ("0", "1", "2"),
        _outcome,
    ),
    goals=(Goal("learned", f"No hidden layer: a train cost below {WANTED}", _learned),),
    take_away="A single unit draws a straight line, which is enough here: cost {cost}.",
    source="Goodfellow, Bengio & Courville 2016, section 6.1",
    free=("hidden", "activation", "learning_rate", "seed"),
)
