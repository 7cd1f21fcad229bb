"""The questions that predict=1 asks without a lesson: one for each page, about any setting."""

from __future__ import annotations

import math

from dnn.run.inference import guessing_cost
from dnn.run.measure import Signal
from lab.analysis.diagnosis.verdict import error_factor
from lab.teaching.lessons.lesson import Notes, Question, State

#: The steps after which the cost is judged, and how near guessing's is near: the choices leave no
#: gap between them.
STEPS, NEAR = 500, 0.1
#: Two costs are about the same within this factor; a signal is, within that one.
ALIKE, LEVEL = 1.1, 10.0
#: From this factor of the train cost on a test cost lies above it, from that one far above it.
ABOVE, FAR = 1.2, 2.0


def _learns(state: State, _: Notes) -> int | None:
    """Return what became of the train cost after STEPS steps."""
    if state.run.diverged:
        return 2
    cost, guess = state.cost_at(STEPS), guessing_cost(state.run)
    if math.isnan(cost) or guess is None:
        return None
    ratio = cost / guess
    return 0 if ratio <= 1 - NEAR else 1 if ratio <= 1 + NEAR else 2


def _reaches(state: State, _: Notes) -> int | None:
    """Return what becomes of the error on its way back through the hidden layers, at step 0."""
    hidden = len(state.run.origin.hidden)
    if not len(state.history) or not hidden:
        return None
    names = ("activation_rms", "delta_rms", "gradient_rms")
    signal = Signal(*(state.history[name][0] for name in names))
    whole = error_factor(state.run.origin, signal) ** max(1, hidden - 1)
    if not whole >= 1 / LEVEL:
        return 0
    return 1 if whole <= LEVEL else 2


def _carries_over(state: State, _: Notes) -> int | None:
    """Return how far the test cost lies above the train cost after STEPS steps."""
    train, test = (state.cost_at(STEPS, name) for name in ("train_cost", "test_cost"))
    if math.isnan(train) or math.isnan(test):
        return None
    ratio = test / max(train, 1e-9)
    return 0 if ratio < ABOVE else 1 if ratio <= FAR else 2


def _ahead(state: State, _: Notes) -> int | None:
    """Return which of two networks has the lower train cost after STEPS steps."""
    if state.second is None:
        return None
    ends = [math.inf if s.run.diverged else s.cost_at(STEPS) for s in (state, state.second)]
    if any(math.isnan(cost) for cost in ends):
        return None
    a, b = (max(cost, 1e-9) for cost in ends)
    if a == b or max(a, b) < ALIKE * min(a, b):
        return 2
    return 0 if a < b else 1


#: Of a page that has no question of its own.
USUAL = Question(
    f"What will {STEPS} steps of training do to the train cost?",
    (
        f"Bring it at least {NEAR:.0%} below what guessing costs",
        f"Leave it near guessing, within {NEAR:.0%}",
        "Bring it above, or out of range",
    ),
    _learns,
)
#: By the page's name.
QUESTIONS = {
    "results": Question(
        f"After {STEPS} steps, how will the test cost, of examples that it has never trained on, "
        "compare with the train cost?",
        (
            f"About the same: less than {ABOVE:g} times as large",
            f"Larger: up to {FAR:g} times",
            f"Much larger: more than {FAR:g} times",
        ),
        _carries_over,
    ),
    "gradients": Question(
        "How large is the error at the first hidden layer, before any training, beside that at the "
        "last?",
        ("More than 10 times smaller", "About the same", "More than 10 times larger"),
        _reaches,
        charts=True,
    ),
    "twins": Question(
        f"Which network will have the lower train cost after {STEPS} steps?",
        ("A", "B", "About the same"),
        _ahead,
    ),
}
