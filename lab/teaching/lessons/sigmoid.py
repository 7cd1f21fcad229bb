"""Why stacks of sigmoids fail: the error that comes back shrinks in every layer."""

from __future__ import annotations

from dnn.config import FIELDS, Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State
from lab.text.numbers import number

LOST, KEPT, DEEP = 1e-5, 0.1, 10
#: About a quarter: with some seeds layers of 16 pass on 0.27.
QUARTER = 0.3
#: What passes the error on besides the activation: the lesson's own, where that is measured.
OWN = ("initializer", "sigma_w", "sigma_b", "batch_norm", "residual")


def left(state: State) -> float:
    """Return the first hidden layer's error over the last one's, at step 0."""
    last = len(state.run.origin.hidden) - 1
    start = state.signal("delta_rms", last, row=0)
    return state.signal("delta_rms", 0, row=0) / start if start else float("nan")


def _own(config: Config) -> bool:
    """Return whether only the lesson's own sigmoid layers act on the error."""
    return config.activation == "sigmoid" and all(
        getattr(config, name) == getattr(LESSON.config, name)
        for name in OWN
        if FIELDS[name].applies(config)
    )


def _lost(state: State) -> Found:
    depth = len(state.config.hidden)
    if state.config.activation != "sigmoid":
        return "choose sigmoid again"
    if not _own(state.config):
        return "with the lesson’s own starting weights, without batch normalisation or residuals"
    if not left(state) < LOST or depth <= len(LESSON.config.hidden):
        return f"at depth {depth} the first layer gets {number(left(state))} of it"
    return {"lost": left(state), "depth": float(depth)}


def _kept(state: State) -> Found:
    depth = len(state.config.hidden)
    if depth < DEEP:
        return f"depth is {depth}: at least {DEEP}"
    if not left(state) >= KEPT or left(state) > 1 / KEPT:
        return f"the first layer gets {number(left(state))} of it"
    return {"kept": left(state), "kept_depth": float(depth)}


def _outcome(state: State, notes: Notes) -> int | None:
    depth = len(state.config.hidden)
    if not _own(state.config) or "lost" not in notes or depth < 2:
        return None
    factor = left(state) ** (1 / (depth - 1))
    return 0 if factor > 0.75 else 1 if factor > QUARTER else 2


LESSON = Lesson(
    key="sigmoid",
    order=80,
    title="Why stacks of sigmoids fail",
    page="gradients",
    config=Config(
        dataset="circle", hidden=(16,) * 3, activation="sigmoid", optimizer="sgd", learning_rate=0.1
    ),
    question=Question(
        "How much of the error does one sigmoid layer pass on to the layer before it?",
        ("Nearly all: over three quarters", "About half", "About a quarter or less"),
        _outcome,
        charts=True,
    ),
    goals=(
        Goal("lost", f"Deepen it until the first layer gets less than {number(LOST)}", _lost),
        Goal(
            "kept",
            f"{DEEP} layers or more, and more than {KEPT} arrives: change activation or "
            "starting weights",
            _kept,
        ),
    ),
    take_away="A sigmoid’s slope is at most ¼, so that every layer takes at least three quarters "
    "off, unless its weights make up for it: with {depth} layers {lost} of the error arrived at "
    "the first. With another choice and {kept_depth} layers {kept} did.",
    source="Hochreiter 1991; Glorot & Bengio 2010, section 3.1",
    free=("hidden", "activation", *OWN, "branch_scale", "seed"),
)
