"""What the cost curves say: divergence, overfitting, a plateau."""

from __future__ import annotations

import numpy as np

from dnn.engine.layout import Array
from lab.analysis.diagnosis.advice import advise
from lab.analysis.diagnosis.case import FEWEST, Case
from lab.analysis.diagnosis.finding import Finding
from lab.analysis.diagnosis.fix import Fix, fix_of, other_rate, without_penalties
from lab.text.numbers import count, number, short

#: Overfitting: the test cost has risen from its lowest by this factor, and by this share of the
#: cost of guessing; the train cost has fallen to at most this share of what it was there.
RISE, RISE_OF_GUESSING, TRAIN_FELL = 1.2, 0.1, 0.9
#: A plateau: after so many steps the cost has for so long moved by less than this share of itself.
STEPS, STILL = 300, 0.01
#: The best constant answer: from here to there, as shares of its cost.
AT_GUESSING = (0.97, 1.5)
#: The run has been lower: the level is so many times the lowest it has been.
LOST = 1.5
#: From this share of units left out on, dropout may be what holds a network back.
STRONG_DROPOUT = 0.5


def divergence(case: Case) -> Finding | None:
    """Find a run that left the range of numbers and stopped itself.

    Cause and fix are advice.advise's: weights that are too large, or else the learning rate.
    """
    return advise(case.run) if case.run.diverged else None


def overfitting(case: Case) -> Finding | None:
    """Find a test cost that rises from its lowest while the train cost goes on falling.

    Medians of a tenth of the records since the last change. The test cost has to be 20 % and a
    tenth of the cost of guessing above its lowest, and still no lower than before; the train cost
    10 % below what it was there. Less is chance in a test part of some hundred examples.
    Source: Prechelt 1998, Early stopping, but when?; Goodfellow et al. 2016, section 7.8.
    """
    good = np.isfinite(case.test)
    test, train, steps = case.test[good], case.train[good], case.steps[good]
    if len(test) < FEWEST:
        return None
    k = max(3, len(test) // 10)
    smooth, level = _medians(test, k), _medians(train, k)
    best = int(smooth.argmin())
    now, lowest = float(smooth[-1]), float(smooth[best])
    margin = max(RISE * lowest, lowest + RISE_OF_GUESSING * case.guessing)
    risen = now > margin and now >= smooth[-1 - min(k, len(smooth) - 1)]
    if not risen or level[-1] > TRAIN_FELL * level[best]:
        return None
    evidence = (
        f"Since step {count(float(steps[best + k // 2]))} the test cost rose from "
        f"{number(lowest)} to {number(now)}, while the train cost fell from "
        f"{number(float(level[best]))} to {number(float(level[-1]))}."
    )
    return Finding(
        "overfitting",
        "warning",
        "The network overfits: only the train cost still falls.",
        evidence,
        _decay(case),
    )


def _medians(values: Array, k: int) -> Array:
    """Return the median of each k values in a row."""
    return np.median(np.lib.stride_tricks.sliding_window_view(values, k), axis=1)


def _decay(case: Case) -> Fix:
    """Return the fix of a stronger penalty, or of dropout where that is strong already."""
    config = case.config
    if config.l2 >= 1 and config.hidden and config.dropout < STRONG_DROPOUT:
        return fix_of("Leave out half the units", {"dropout": STRONG_DROPOUT})
    if config.l2 >= 1:
        return other_rate(config, 0.1)
    l2 = max(0.01, float(f"{3 * config.l2:.2g}"))
    return fix_of(f"Set the L2 penalty to {short(l2)}", {"l2": l2})


def plateau(case: Case) -> Finding | None:
    """Find a cost that stays where it is, though the network could do better.

    Over the second half of the records, and at least 300 steps, it moved by less than 1 %; and it
    lies at the cost of guessing (97 to 150 % of it), or above half of that and at 1.5 times what
    this run had reached before. A cost that is still anywhere else may well be as low as it gets.
    Source: Saad & Solla 1995; Dauphin et al. 2014.
    """
    half = len(case.train) // 2
    late, steps = case.train[half:], case.steps[half:]
    if len(late) < FEWEST // 2 or steps[-1] - steps[0] < STEPS:
        return None
    k = max(2, len(late) // 4)
    first, last = float(np.median(late[:k])), float(np.median(late[-k:]))
    if (
        not first > 0
        or abs(last / first - 1) > STILL
        or np.quantile(late, 0.1) < (1 - 5 * STILL) * last
    ):
        return None
    lowest = float(_medians(case.history["train_cost"], min(3, len(case.history))).min())
    at_guessing = AT_GUESSING[0] <= last / case.guessing <= AT_GUESSING[1]
    if not at_guessing and (case.learns or last < LOST * lowest):
        return None
    against = (
        f"always giving the same answer costs {number(case.guessing)}"
        if at_guessing
        else f"this run has been at {number(lowest)}"
    )
    evidence = (
        f"The train cost has stayed near {number(last)} for the last "
        f"{count(float(steps[-1] - steps[0]))} steps; {against}."
    )
    where = "at the cost of guessing" if at_guessing else "above what it had reached"
    return Finding("plateau", "warning", f"The cost stands still {where}.", evidence, _off(case))


def _off(case: Case) -> Fix:
    """Return what may lead off a plateau, by what holds the network there."""
    config = case.config
    if (without := without_penalties(config)) is not None:
        return without
    if config.dropout >= STRONG_DROPOUT:
        return fix_of("Leave no units out", {"dropout": 0.0})
    if not config.hidden:
        return fix_of("Add a hidden layer of 8 units", {"hidden": (8,)})
    if set(config.activations) == {"linear"}:
        return fix_of("Use tanh in the hidden layers", {"activation": "tanh"})
    if config.optimizer != "adam":
        return fix_of("Use Adam at 0.01", {"optimizer": "adam", "learning_rate": 0.01})
    return other_rate(config, 10)
