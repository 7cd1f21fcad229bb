"""Batch normalisation and residual connections: two ways to train what is too deep."""

from __future__ import annotations

from dnn.config import Config
from lab.teaching.lessons.lesson import Found, Goal, Lesson, Notes, Question, State, far_enough
from lab.text.numbers import number

#: Above STUCK nothing has been learned after STEPS steps, below WANTED it has.
STEPS, STUCK, WANTED = 300, 0.69, 0.5


def _plain(state: State) -> Found:
    if state.config.batch_norm or state.config.residual:
        return "switch both off"
    if far_enough(state, STEPS):
        return far_enough(state, STEPS)
    cost = state.cost_at(STEPS)
    return {"plain": cost} if cost > STUCK else f"train cost is {number(cost)}"


def _learns(state: State, name: str, fits: bool, ask: str) -> Found:
    if not fits:
        return ask
    if state.run.diverged:
        return "it diverged: a smaller branch scale, such as 0.2"
    return far_enough(state, STEPS) or {name: state.cost_at(STEPS)}


def _norm(state: State) -> Found:
    c = state.config
    fits = c.batch_norm and not c.residual
    return _learns(state, "norm", fits, "switch batch normalisation on, residual connections off")


def _residual(state: State) -> Found:
    c = state.config
    fits = c.residual and not c.batch_norm
    return _learns(state, "residual", fits, "residual connections on, batch normalisation off")


def _outcome(_: State, notes: Notes) -> int | None:
    if "norm" not in notes or "residual" not in notes:
        return None
    learned = (notes["norm"] < WANTED, notes["residual"] < WANTED)
    return {(True, False): 0, (False, True): 1, (True, True): 2, (False, False): 3}[learned]


LESSON = Lesson(
    key="residual",
    order=110,
    title="Batch normalisation and residual connections",
    config=Config(
        dataset="circle",
        hidden=(16,) * 20,
        activation="relu",
        initializer="glorot",
        optimizer="sgd",
        learning_rate=0.1,
        batch_size=64,
        branch_scale=0.2,
    ),
    question=Question(
        "20 ReLU layers with Glorot’s weights learn nothing. What lets them learn, all else equal? "
        "(Each residual branch is multiplied by 0.2.)",
        ("Batch normalisation only", "Residual connections only", "Either", "Neither"),
        _outcome,
    ),
    goals=(
        Goal("plain", f"{STEPS} steps of the plain network", _plain),
        Goal("norm", f"{STEPS} steps with batch normalisation", _norm),
        Goal("residual", f"{STEPS} steps with residual connections", _residual),
    ),
    take_away=f"After {STEPS} steps the plain network’s cost was still {{plain}}. Batch "
    "normalisation brings every layer’s signal back to size: {norm}. Residual connections give it "
    "a way past the layers: {residual}; their branches are multiplied by 0.2, for at 1 the 20 sums "
    "explode.",
    source="Ioffe & Szegedy 2015; He et al. 2016, section 3",
    free=("batch_norm", "residual", "branch_scale", "seed"),
)
