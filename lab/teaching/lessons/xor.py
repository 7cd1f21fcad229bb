"""Why xor needs a hidden layer."""

from __future__ import annotations

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough
from lab.text.numbers import number

STEPS, STUCK, WANTED = 300, 0.6, 0.1


def _without(state: State) -> Found:
    if state.run.origin.hidden:
        return "remove every hidden layer first"
    cost = state.cost_at(STEPS)
    if not cost > STUCK:
        return far_enough(state, STEPS)
    return {"flat_cost": cost, "flat_score": 100 * state.last("train_score")}


def _with(state: State) -> Found:
    if not state.config.hidden:
        return "add a hidden layer: + in the diagram, or “Add layer”"
    cost = state.last("train_cost")
    if not cost < WANTED:
        return f"train cost is {number(cost)}; more neurons if it gets stuck"
    return {"cost": cost, "neurons": float(sum(state.config.hidden))}


def _outcome(state: State, notes: Notes) -> int | None:
    if "flat_score" not in notes:
        return None
    score = notes["flat_score"]
    return 0 if score < 65 else 1 if score < 95 else 2


LESSON = Lesson(
    key="xor",
    order=20,
    title="Why xor needs a hidden layer",
    config=Config(dataset="xor", hidden=(), learning_rate=0.03),
    question=Question(
        "In xor opposite corners belong together. How many examples will one neuron get right, "
        "without a hidden layer?",
        ("About half, as by guessing", "About three quarters", "All of them"),
        _outcome,
    ),
    goals=(
        Goal("without", f"Train {STEPS} steps without a hidden layer", _without),
        Goal("with", f"Add a hidden layer and get the train cost below {WANTED}", _with),
    ),
    take_away="No straight line separates xor: one neuron is left at a cost of {flat_cost} and "
    "{flat_score}% right. {neurons} hidden neurons bring it to {cost}: each cuts the plane once, "
    "and the output puts the cuts together.",
    source="Minsky & Papert 1969; Goodfellow, Bengio & Courville 2016, section 6.1",
    free=("hidden", "activation", "seed"),
)
