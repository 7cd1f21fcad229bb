"""A challenge: the fewest neurons that enclose the circle."""

from __future__ import annotations

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough
from lab.text.numbers import number

WANTED, MOST, STEPS, OPEN = 0.1, 13, 1000, 0.2


def _two(state: State) -> Found:
    if state.run.origin.hidden != (2,):
        return "set one hidden layer of 2 neurons"
    cost = state.cost_at(STEPS, "test_cost")
    if not cost > OPEN:
        return far_enough(state, STEPS)
    return {"two": cost}


def _few(state: State) -> Found:
    size, cost = state.run.layout.size, state.last("test_cost")
    if not cost < WANTED:
        return f"{size} parameters, test cost {number(cost)}"
    if size > MOST:
        return f"test cost is {number(cost)} with {size} parameters: fewer will do"
    return {"parameters": float(size), "neurons": float(sum(state.config.hidden)), "cost": cost}


def _outcome(_: State, notes: Notes) -> int | None:
    if "two" not in notes or "neurons" not in notes:
        return None
    return {2: 0, 3: 1, 4: 2}.get(int(notes["neurons"]), 3)


LESSON = Lesson(
    key="fewest",
    order=30,
    title="Challenge: the fewest neurons",
    config=Config(dataset="circle", hidden=(6, 4), learning_rate=0.03),
    question=Question(
        f"How few hidden tanh neurons can bring the circle’s test cost below {WANTED}?",
        ("2", "3", "4", "5 or more"),
        _outcome,
    ),
    goals=(
        Goal("two", f"See how far 2 neurons get in {STEPS:,} steps", _two),
        Goal("few", f"Test cost below {WANTED}, with as few neurons as will do", _few),
    ),
    take_away="{neurons} hidden neurons, {parameters} parameters: test cost {cost}. 2 stayed at "
    "{two}: two cuts leave the plane open, three close a triangle. With so few, the seed decides: "
    "a network with neurons to spare finds its way from most starting weights.",
    source="TensorFlow Playground; Goodfellow, Bengio & Courville 2016, section 6.4",
    free=("hidden", "learning_rate", "batch_size", "initializer", "sigma_w", "sigma_b", "seed"),
)
