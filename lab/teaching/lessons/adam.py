"""Adam and small gradients: it divides them by their own size."""

from __future__ import annotations

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough

STEPS, STILL, MOVES = 500, 0.01, 0.3


def _descent(state: State) -> Found:
    if state.config.optimizer != "sgd":
        return "choose gradient descent"
    if far_enough(state, STEPS):
        return far_enough(state, STEPS)
    moved = state.moved(0)
    if not moved < STILL:
        return "choose the lesson’s learning rate, 0.1, and Reset"
    first = state.signal("gradient_rms", 0, row=0)
    last = state.signal("gradient_rms", len(state.config.hidden) - 1, row=0)
    return {"times": last / first, "descent": 100 * moved, "descent_cost": state.last("train_cost")}


def _adam(state: State) -> Found:
    if state.config.optimizer != "adam":
        return "choose Adam, with a learning rate of 0.01"
    if far_enough(state, STEPS):
        return far_enough(state, STEPS)
    moved = state.moved(0)
    if not moved > MOVES:
        return "the first layer has hardly moved: a learning rate of 0.01"
    return {"adam": 100 * moved, "adam_last": 100 * state.moved(len(state.config.hidden) - 1),
            "adam_cost": state.last("train_cost")}  # fmt: skip


def _outcome(_: State, notes: Notes) -> int | None:
    if "adam" not in notes:
        return None
    share = notes["adam"] / notes["adam_last"]
    return 1 if share > 0.2 else 0


LESSON = Lesson(
    key="adam",
    order=120,
    title="Adam and small gradients",
    page="layers",
    config=Config(
        dataset="circle", hidden=(8,) * 6, activation="sigmoid", optimizer="sgd", learning_rate=0.1
    ),
    view={"quantity": "gradient"},
    question=Question(
        "The first layer’s gradient is hundreds of times smaller than the last hidden layer’s. "
        "Under Adam, how much will its weights change beside that layer’s?",
        ("As many times less", "About as much"),
        _outcome,
    ),
    goals=(
        Goal("descent", f"{STEPS} steps of gradient descent at 0.1", _descent),
        Goal("adam", f"{STEPS} steps of Adam at 0.01", _adam),
    ),
    take_away="At the start the first layer’s gradient was {times} times smaller than the last "
    "hidden layer’s. Gradient descent changed its weights by {descent}% and got to {descent_cost}; "
    "Adam, which divides each gradient by its own size, by {adam}% (the last hidden layer’s by "
    "{adam_last}%), and got to {adam_cost}. So the gradient alone does not tell what learns.",
    source="Kingma & Ba 2015, section 2.1; Glorot & Bengio 2010, section 3.1",
    free=("optimizer", "learning_rate", "beta1", "beta2", "epsilon"),
)
