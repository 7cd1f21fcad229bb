"""Why a run diverged, and one change that fixes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dnn.config import FIELDS
from dnn.engine.cache import CACHE
from dnn.run.measure import layer_signal, probe_of
from dnn.run.training import Run, advance, borrowed_trainer, start
from lab.analysis.diagnosis.finding import Finding
from lab.analysis.diagnosis.fix import Fix
from lab.analysis.diagnosis.verdict import find_fix
from lab.text.numbers import number, owner, power_of_ten, short

#: From this factor a layer on, the error's growth at the start counts as the cause.
GROWTH = 1.15
#: Steps of a trial with a smaller learning rate, and parameters x examples that it may go over.
TRIAL, TRIAL_WORK = 300, 300_000_000
#: What is left where nothing else is.
CLIP = Fix("Clip the gradient's norm at 1", {"clip_norm": 1.0})


def growth_at_start(run: Run) -> float:
    """Return the factor a layer by which the error grew on its way back, at step 0.

    The geometric mean of delta_rms[l] / delta_rms[l + 1], per example, on the first PROBE training
    examples. 1 for a single layer, and where it can't be told.
    """
    layers = run.layout.layers
    if layers < 2 or not run.data:
        return 1.0
    with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
        trainer.p[:] = run.initial
        probe = probe_of(trainer)
        delta = layer_signal(probe.run(), probe.rows).delta
        factor = float((delta[0] / delta[-1]) ** (1 / (layers - 1)))
    return factor if np.isfinite(factor) and factor > 0 else 1.0


def _bearable_rate(run: Run) -> float:
    """Return a tenth of the learning rate, or a hundredth, ...: the first that a trial survives.

    The trial makes up to TRIAL steps from the start, fewer where a step takes long.
    """
    key = ("rate", run.data_key, run.config)
    known = CACHE.get(key)
    if known is not None:
        return known
    rate, least = run.config.learning_rate, FIELDS["learning_rate"].min
    examples = min(run.config.batch_size or run.data.m_train, run.data.m_train) if run.data else 1
    steps = max(10, min(TRIAL, TRIAL_WORK // (run.layout.size * examples)))
    while rate > least:
        rate = max(float(f"{rate / 10:.3g}"), least)
        again = start(replace(run.config, learning_rate=rate), run.data)
        if advance(again, steps)[0].diverged is None:
            break
    CACHE.put(key, rate, 8)
    return rate


def advise(run: Run) -> Finding:
    """Return what happened to a run that has diverged, why, and a fix, which starts a new network.

    Raises ValueError for one that has not.
    """
    if run.diverged is None:
        raise ValueError("run: it has not diverged, there is nothing to fix")
    config, factor = run.config, growth_at_start(run)
    place = owner(run.diverged.layer - 1, run.layout.layers)
    step, limit = run.diverged.step, power_of_ten(12)
    what = f"Step {step}: the {run.diverged.quantity} of {place} passed {limit}."
    lower = _bearable_rate(run)
    slower = Fix(f"Retry with learning rate {short(lower)}", {"learning_rate": lower})
    if factor >= GROWTH:
        why = f"At the start the error already grew ×{number(factor)} a layer on its way back."
        fix = find_fix(config, "exploding") or slower
    else:
        why = f"The learning rate {short(config.learning_rate)} is too large for this network."
        can_fall = lower < config.learning_rate
        fix = slower if can_fall else find_fix(config, "exploding") or CLIP
    return Finding("divergence", "error", what, why, fix, (run.diverged.layer,))
