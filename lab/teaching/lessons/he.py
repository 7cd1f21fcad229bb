"""He's starting weights against Glorot's, in deep ReLU networks."""

from __future__ import annotations

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough
from lab.text.numbers import number

STEPS, STUCK, LEARNED, SHALLOW = 200, 0.69, 0.5, 6
PAIR = "on the page Twins, B has to differ in its starting weights: He"


def _he(state: State) -> State | None:
    """Return B, if its settings are A's but for the starting weights, which are He's."""
    b = state.second
    fits = b and b.config.initializer == "he" and b.config.hidden == state.config.hidden
    return b if fits else None


def _deep(state: State) -> Found:
    other = _he(state)
    if other is None:
        return PAIR
    if len(state.config.hidden) < 20:
        return "20 hidden layers"
    if far_enough(state, STEPS):
        return far_enough(state, STEPS)
    a, b = state.cost_at(STEPS), other.last("train_cost")
    if not (a > STUCK and b < LEARNED):
        return f"A is at {number(a)}, B at {number(b)}"
    return {"glorot": a, "he": b}


def _shallow(state: State) -> Found:
    other = _he(state)
    if other is None:
        return PAIR
    depth = len(state.config.hidden)
    if depth > SHALLOW:
        return f"depth is {depth}"
    a, b = state.last("train_cost"), other.last("train_cost")
    if not (a < LEARNED and b < LEARNED):
        return f"A is at {number(a)}, B at {number(b)}"
    return {"shallow": float(depth), "shallow_glorot": a, "shallow_he": b}


def _outcome(_: State, notes: Notes) -> int | None:
    if "glorot" not in notes:
        return None
    ratio = notes["glorot"] / max(notes["he"], 1e-9)
    return 2 if 1 / 1.2 < ratio < 1.2 else 0 if ratio < 1 else 1


LESSON = Lesson(
    key="he",
    order=90,
    title="He against Glorot, at depth",
    page="twins",
    config=Config(
        dataset="circle",
        hidden=(16,) * 20,
        activation="relu",
        initializer="glorot",
        optimizer="sgd",
        learning_rate=0.03,
        batch_size=10,
    ),
    twin={"initializer": "he"},
    question=Question(
        f"20 ReLU layers; between them B’s weights are 1.41 times A’s. Which has the lower train "
        f"cost after {STEPS} steps?",
        ("A, with Glorot’s weights", "B, with He’s weights", "About the same"),
        _outcome,
    ),
    goals=(
        Goal("deep", f"Train both {STEPS} steps with 20 layers", _deep),
        Goal("shallow", f"{SHALLOW} layers or fewer: both below {LEARNED}", _shallow),
    ),
    take_away="ReLU sets half of its inputs to 0, so that Glorot’s weights lose a factor √2 of the "
    "signal in every layer, which He’s make up for. Over 20 layers that is 1,000: A stayed at "
    "{glorot}, B came to {he}. Over {shallow} layers both learn ({shallow_glorot}, {shallow_he}).",
    source="He et al. 2015, section 2.2, equations 10 and 14",
    free=("hidden", "seed"),
)
