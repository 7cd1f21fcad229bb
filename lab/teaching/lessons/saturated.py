"""A saturated neuron under two costs: behind a sigmoid only the logistic cost still pulls."""

from __future__ import annotations

import numpy as np

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough

#: The neuron's answers differ from this many points on.
STEPS, POINTS = 100, 10


def right(state: State) -> float:
    """Return for what share of the training examples the first layer's neuron is on the right side.

    In percent: z above 0 where y is 1, below where it is 0, whatever the output makes of it.
    """
    data, (W, b) = state.run.data, state.run.weights[0]
    assert data is not None
    return 100 * float(np.mean((W @ data.X_train + b > 0) == (data.Y_train > 0.5)))


def _squared(state: State) -> Found:
    if state.config.loss != "squared_error" or state.config.hidden != (1,):
        return "squared error, one hidden neuron"
    missing = far_enough(state, STEPS)
    return missing or {
        "squared": 100 * state.moved(0), "squared_right": right(state),
        "squared_score": 100 * state.last("train_score"),
    }  # fmt: skip


def _logistic(state: State) -> Found:
    if state.config.loss != "logistic":
        return f"set “Cost”{state.more}, to logistic"
    if state.config.hidden:
        return "remove the hidden neuron: the output is the sigmoid neuron now"
    missing = far_enough(state, STEPS)
    return missing or {"logistic": 100 * state.moved(0), "logistic_right": right(state)}


def _outcome(_: State, notes: Notes) -> int | None:
    if "squared" not in notes or "logistic" not in notes:
        return None
    ahead = notes["logistic_right"] - notes["squared_right"]
    return 1 if ahead > POINTS else 0 if ahead < -POINTS else 2


LESSON = Lesson(
    key="saturated",
    order=130,
    title="Logistic against squared error, saturated",
    config=Config(
        dataset="gauss",
        hidden=(1,),
        activation="sigmoid",
        initializer="normal",
        sigma_w=8.0,
        loss="squared_error",
        optimizer="sgd",
        learning_rate=0.1,
        seed=2,
    ),
    question=Question(
        "A sigmoid neuron is sure and wrong: its z is large, on the wrong side. With which cost is "
        f"it itself right for more examples after {STEPS} steps?",
        ("Squared error behind it", "Logistic cost on it", f"Alike, within {POINTS} points"),
        _outcome,
    ),
    goals=(
        Goal("squared", f"{STEPS} steps with the squared error", _squared),
        Goal("logistic", f"{STEPS} steps with the logistic cost, no hidden neuron", _logistic),
    ),
    take_away="Behind a saturated sigmoid every error is multiplied with its slope g′(z), nearly "
    "0: the squared error changed the neuron’s weights by {squared}%, and its z is on the right "
    "side for {squared_right}% of the examples; the logistic cost by {logistic}%, {logistic_right}%"
    ": its derivative is a − y, the slope has cancelled out. (With the squared error the sigmoid "
    "is a hidden neuron; the linear output behind it turns instead: {squared_score}% right.)",
    source="Goodfellow, Bengio & Courville 2016, section 6.2.2.2; Nielsen 2015, chapter 3",
    free=("loss", "hidden"),
)
