"""Overfitting, and two ways to hold it: L2 and dropout."""

from __future__ import annotations

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough
from lab.text.numbers import number

STEPS, OVER, HELD = 600, 2.0, 1.4


def _rise(state: State) -> float:
    """Return the test cost over its lowest so far."""
    costs = state.history["test_cost"][1:]
    return float(state.last("test_cost") / max(costs.min(), 1e-9)) if len(costs) else 1.0


def _over(state: State) -> Found:
    c = state.config
    if c.l1 or c.l2 or c.dropout:
        return "remove the penalties and dropout"
    if state.run.changes:
        return "Reset: this run was trained with them for some steps"
    if far_enough(state, STEPS):
        return far_enough(state, STEPS)
    if _rise(state) < OVER:
        return f"test cost is {number(_rise(state))} times its lowest"
    return {"train": state.last("train_cost"), "test": state.last("test_cost"),
            "rise": _rise(state)}  # fmt: skip


def _held(state: State, name: str, fits: bool, ask: str) -> Found:
    if not fits:
        return ask
    if state.run.changes:
        return "Reset: it has to train with it from the start"
    if far_enough(state, STEPS):
        return far_enough(state, STEPS)
    if _rise(state) > HELD:
        return f"test cost is {number(_rise(state))} times its lowest: more of it"
    return {f"{name}_test": state.last("test_cost"), f"{name}_train": state.last("train_cost")}


def _l2(state: State) -> Found:
    c = state.config
    fits = c.l2 > 0 and not c.dropout
    return _held(state, "l2", fits, "set an L2 penalty, such as 0.01, without dropout")


def _dropout(state: State) -> Found:
    c = state.config
    fits = c.dropout > 0 and not c.l2
    return _held(state, "dropout", fits, "set dropout, such as 0.5, without a penalty")


def _outcome(state: State, _: Notes) -> int | None:
    c = state.config
    if c.l1 or c.l2 or c.dropout or state.run.changes or far_enough(state, STEPS):
        return None
    return 2 if _rise(state) > 1.5 else 1 if _rise(state) > 1.1 else 0


LESSON = Lesson(
    key="overfit",
    order=70,
    title="Overfitting, L2 and dropout",
    config=Config(
        dataset="circle",
        samples=200,
        noise=0.4,
        train_share=0.3,
        hidden=(32, 32),
        activation="relu",
    ),
    question=Question(
        "60 noisy examples and 1,185 parameters. What will the test cost do while the train cost "
        "falls?",
        ("Fall with it", "Fall, then stay", "Fall, then rise again"),
        _outcome,
    ),
    goals=(
        Goal("over", f"{STEPS} steps without a penalty or dropout", _over),
        Goal(
            "l2", f"L2 penalty: test cost at most {HELD:g} times its lowest in {STEPS} steps", _l2
        ),
        Goal("dropout", "The same with dropout instead", _dropout),
    ),
    take_away="Without a penalty or dropout the train cost fell to {train} and the test cost rose "
    "to {test}, {rise} times its lowest: the network learned the noise. L2 kept the test cost at "
    "{l2_test}, dropout at {dropout_test}, at the price of higher train costs ({l2_train}, "
    "{dropout_train}).",
    source="Srivastava et al. 2014; Goodfellow, Bengio & Courville 2016, sections 5.2 and 7.1",
    free=("l1", "l2", "dropout"),
)
