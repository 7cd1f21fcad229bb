"""Whether the learning rate suits: by the size of the updates and by what the cost does."""

from __future__ import annotations

import numpy as np

from lab.analysis.diagnosis.case import FEWEST, RECENT, Case
from lab.analysis.diagnosis.finding import Finding, optimizer_name
from lab.analysis.diagnosis.fix import fix_of, other_rate
from lab.text.numbers import capital, count, number, owner, power_of_ten, short

#: Update over weights, ||dW|| / ||W|| of a step: what is usual, and where it is far too much or
#: far too little. Source of the first: Karpathy, CS231n, "Ratio of weights:updates".
GUIDE, LARGE, SMALL = 1e-3, 2e-2, 1e-4
#: The typical change of log J from record to record above which the cost jumps about, and from how
#: many records it is judged. Healthy runs that stand still move by 0.005 at most.
ROUGH, ENOUGH = 0.01, 20
#: At least this share of the records lies above the one before where a cost goes up and down.
RISES = 0.25
#: A cost beyond so many times guessing is worse than knowing nothing.
WORSE = 1.5
#: Below this share of the cost half the records ago it counts as falling.
FALLING = 0.95
#: A cost that comes to rest falls less and less: under this share of the fall before.
STEADY = 0.3
#: Too low a rate is spoken of only after so many steps.
PATIENCE = 100


def too_high(case: Case) -> Finding | None:
    """Find too high a learning rate: the cost jumps about or is worse than guessing, and stays so.

    Three things together, over the newest records since the last change: a step changes some
    layer's weights by more than 2 % (twenty times the guide of 1e-3); the cost is not falling, and
    has not come below half of guessing; and it goes up and down (the median change from record to
    record is above 1 %, a quarter of them rises) or lies above 1.5 times guessing in a third of
    the records.
    Source: Karpathy, CS231n; LeCun et al. 1998, section 4.7; Bengio 2012, section 3.1.1.
    """
    costs = case.train[-RECENT:]
    costs = costs[costs > 0]
    if len(costs) < ENOUGH or case.learns or case.falling < FALLING:
        return None
    moves = np.diff(np.log(costs))
    jump = float(np.median(np.abs(moves))) if np.mean(moves > 0) > RISES else 0.0
    worse = float(np.mean(costs > WORSE * case.guessing))
    layer = int(np.argmax(case.seen.update))
    ratio = float(case.seen.update[layer])
    if not ratio > LARGE or (jump < ROUGH and worse < 1 / 3):
        return None
    what = (
        f"The cost goes up and down by {number(100 * jump, 2)}% from record to record"
        if jump >= ROUGH
        else f"The cost is above {WORSE:g} times guessing in {number(100 * worse, 2)}% of records"
    )
    evidence = (
        f"{what} over the last {len(costs)} and does not fall; {_changes(case, layer, ratio)}."
    )
    return Finding(
        "rate_high", "warning", f"The learning rate {short(case.rate)} is too high.", evidence,
        other_rate(case.config, 0.1), (layer + 1,),
    )  # fmt: skip


def too_low(case: Case) -> Finding | None:
    """Find too low a learning rate: every layer changes by under 1e-4 a step, and little happens.

    Ten times below the guide of 1e-3, in all layers, after at least 100 steps of the present
    settings, while the cost is above half of guessing and its last half took less than 10 % off.
    And it falls steadily: in this half by at least 0.3 of what the first took off, for one that has
    come to rest needs no larger steps. Where a schedule made the rate so small, that came too
    early.
    Source: Karpathy, CS231n, "Ratio of weights:updates".
    """
    waited = len(case.steps) >= FEWEST and case.run.step - case.since >= PATIENCE
    layer = int(np.argmax(case.seen.update))
    ratio = float(case.seen.update[layer])
    if not waited or case.learns or not ratio < SMALL or case.falling < 0.9:
        return None
    before = case.train[len(case.train) // 2]
    evidence = (
        f"{capital(_changes(case, layer, ratio))}, and no layer's by more; about "
        f"{short(GUIDE)} is usual. The cost went from {number(before)} to {number(case.level)} "
        f"over the last {count(case.run.step - case.steps[len(case.steps) // 2])} steps."
    )
    if case.rate < 0.1 * case.config.learning_rate:
        what = f"The schedule has brought the learning rate down to {short(case.rate)} too early."
        constant = fix_of("Keep the learning rate constant", {"schedule": "constant"})
        return Finding("rate_low", "warning", what, evidence, constant)
    fell, falls = case.train[0] - before, before - case.train[-1]
    if not (falls > 0 and falls > STEADY * fell):  # it has come to rest
        return None
    factor = 10.0 ** min(3, max(1, round(np.log10(GUIDE / ratio))))
    return Finding(
        "rate_low", "warning", f"The learning rate {short(case.rate)} is too low.", evidence,
        other_rate(case.config, factor),
    )  # fmt: skip


def _changes(case: Case, layer: int, ratio: float) -> str:
    amount = number(ratio) if np.isfinite(ratio) else f"more than {power_of_ten(12)}"
    name, whose = optimizer_name(case.config), owner(layer, case.layers)
    return f"under {name} a step changes {whose}'s weights by {amount} of their size"
