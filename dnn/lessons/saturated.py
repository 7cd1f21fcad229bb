"""A saturated neuron under two costs: behind a sigmoid only the logistic cost still pulls."""

from __future__ import annotations

from dnn.config import Config
from dnn.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough

STEPS = 100


def _squared(state: State) -> Found:
    if state.config.loss != "squared_error" or state.config.hidden != (1,):
        return "squared error, one hidden neuron"
    missing = far_enough(state, STEPS)
    return missing or {
        "squared": 100 * state.moved(0), "squared_score": 100 * state.last("train_score")
    }  # fmt: skip


def _logistic(state: State) -> Found:
    if state.config.loss != "logistic":
        return "choose the logistic cost"
    if state.config.hidden:
        return "take the hidden neuron away: the output is the sigmoid neuron now"
    missing = far_enough(state, STEPS)
    return missing or {
        "logistic": 100 * state.moved(0), "logistic_score": 100 * state.last("train_score")
    }  # fmt: skip


def _outcome(_: State, notes: Notes) -> int | None:
    if "squared" not in notes or "logistic" not in notes:
        return None
    ratio = notes["logistic"] / max(notes["squared"], 1e-9)
    return 1 if ratio > 3 else 0 if ratio < 1 / 3 else 2


LESSON = Lesson(
    key="saturated",
    order=130,
    title="Logistic against squared error, saturated",
    page="playground",
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
        "A sigmoid neuron is sure and wrong: its z is large, on the wrong side. Which cost turns "
        f"it round faster, in {STEPS} steps?",
        (
            "The squared error of what comes after it",
            "The logistic cost on its own output",
            "Both alike",
        ),
        _outcome,
    ),
    goals=(
        Goal("squared", f"{STEPS} steps with the squared error", _squared),
        Goal(
            "logistic",
            f"{STEPS} steps with the logistic cost, without the hidden neuron",
            _logistic,
        ),
    ),
    take_away="Behind a saturated sigmoid every error is multiplied with its slope g′(z), nearly "
    "0: the squared error changed the neuron’s weights by {squared}%, the logistic cost by "
    "{logistic}%, for its derivative is a − y: the slope has cancelled out. That is why a sigmoid "
    "output takes the logistic cost. (Here the squared error’s output is linear, so that the "
    "sigmoid is a hidden neuron.)",
    source="Goodfellow, Bengio & Courville 2016, section 6.2.2.2; Nielsen 2015, chapter 3",
    free=("loss", "hidden"),
)
