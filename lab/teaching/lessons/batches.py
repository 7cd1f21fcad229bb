"""The whole batch, mini-batches, single examples: the same data seen as often."""

from __future__ import annotations

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State

EPOCHS = 20


def _seen(state: State, name: str, fits: bool, ask: str) -> Found:
    """Return the cost and steps after EPOCHS epochs with one batch size."""
    if not fits:
        return ask
    if state.changed("batch_size"):
        return "Reset: this run was trained with more than one batch size"
    cost, steps = state.after_epochs(EPOCHS)
    if steps == 0:
        return f"train on: epoch {state.run.epoch} of {EPOCHS}"
    return {name: cost, f"{name}_steps": float(steps)}


def _full(state: State) -> Found:
    return _seen(state, "full", state.config.batch_size is None, "set the batch size to all")


def _mini(state: State) -> Found:
    size = state.config.batch_size or 0
    return _seen(state, "mini", 16 <= size <= 64, "set a batch size from 16 to 64")


def _single(state: State) -> Found:
    return _seen(state, "single", state.config.batch_size == 1, "set the batch size to 1")


def _outcome(_: State, notes: Notes) -> int | None:
    names = ("full", "mini", "single")
    if not all(name in notes for name in names):
        return None
    return min(range(3), key=lambda i: notes[names[i]])


LESSON = Lesson(
    key="batches",
    order=60,
    title="Batch, mini-batch, single examples",
    config=Config(
        dataset="circle",
        noise=0.2,
        hidden=(8,),
        optimizer="sgd",
        learning_rate=0.1,
        batch_size=None,
    ),
    question=Question(
        f"Same data, same learning rate, {EPOCHS} epochs each. Whose train cost is lowest?",
        ("All examples in one batch", "Mini-batches of 16 to 64", "One example at a time"),
        _outcome,
    ),
    goals=(
        Goal("full", f"{EPOCHS} epochs with all examples in one batch", _full),
        Goal("mini", f"{EPOCHS} epochs with mini-batches", _mini),
        Goal("single", f"{EPOCHS} epochs with single examples", _single),
    ),
    take_away="All saw every example equally often, but the whole batch made {full_steps} steps "
    "and reached {full}, mini-batches {mini_steps} and {mini}, single examples {single_steps} and "
    "{single}. More, noisier steps go further in an epoch. The advantages of the whole batch are a "
    "smooth curve, and arithmetic that runs in parallel.",
    source="Bottou 2012, Stochastic gradient descent tricks; Goodfellow et al. 2016, section 8.1.3",
    free=("batch_size",),
)
