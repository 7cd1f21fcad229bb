"""Why a run diverged, and one change that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn.config import FIELDS
from dnn.diagnostics import PROBE, layer_signal
from dnn.figures.words import number
from dnn.network import PROBING
from dnn.training import Run, borrowed_trainer
from dnn.verdict import mend

#: From this factor a layer on, the error's growth at the start counts as the cause.
GROWTH = 1.15
#: What is left where nothing else is.
CLIP: tuple[str, dict[str, Any]] = ("Clip the gradient's norm at 1", {"clip_norm": 1.0})


@dataclass(frozen=True)
class Advice:
    """What happened and why, one sentence each; the mend's button and the fields it changes."""

    what: str
    why: str
    button: str
    fields: dict[str, Any]


def growth_at_start(run: Run) -> float:
    """Return the factor a layer by which the error grew on its way back, at step 0.

    The geometric mean of delta_rms[l] / delta_rms[l + 1], per example, on the first PROBE training
    examples. 1 for a single layer, and where it can't be told.
    """
    count = min(PROBE, run.data.m_train) if run.data else 0
    layers = run.layout.layers
    if layers < 2 or not run.data:
        return 1.0
    with borrowed_trainer(run) as trainer, np.errstate(all="ignore"):
        trainer.p[:] = run.initial
        X, Y = run.data.X_train[:, :count], trainer.Y_train[:, :count]
        probe = trainer.evaluation("probe", X, Y, PROBING, backward=True)
        delta = layer_signal(probe.run(), probe.rows).delta
        factor = float((delta[0] / delta[-1]) ** (1 / (layers - 1)))
    return factor if np.isfinite(factor) and factor > 0 else 1.0


def advise(run: Run) -> Advice:
    """Return the advice for a run that has diverged. Raises ValueError for one that has not."""
    if run.diverged is None:
        raise ValueError("run: it has not diverged, there is nothing to mend")
    config, factor = run.config, growth_at_start(run)
    last = run.diverged.layer == run.layout.layers
    place = "the output layer" if last else f"layer {run.diverged.layer}"
    what = f"Step {run.diverged.step}: the {run.diverged.quantity} of {place} left the range."
    lower = max(float(f"{config.learning_rate / 10:.3g}"), FIELDS["learning_rate"].min)
    slower = f"Retry with learning rate {number(lower)}", {"learning_rate": lower}
    if factor >= GROWTH:
        why = f"At the start the error already grew ×{number(factor)} a layer on its way back."
        return Advice(what, why, *(mend(config, "exploding") or slower))
    why = f"The learning rate {number(config.learning_rate)} is too large for this network."
    if lower < config.learning_rate:
        return Advice(what, why, *slower)
    return Advice(what, why, *(mend(config, "exploding") or CLIP))
