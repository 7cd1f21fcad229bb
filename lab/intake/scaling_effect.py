"""What the scaling of the inputs does to the gradients and to learning: measured, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dnn.config import Config
from dnn.data.datasets import Dataset
from dnn.run.inference import gradients
from dnn.run.training import Run, Watch, advance, start

Array = np.ndarray

#: Steps of the trial, fewer where they take long: so many multiply-adds at most.
STEPS, WORK = 200, 3e9
#: Examples that the gradient is measured on.
EXAMPLES = 256


@dataclass(frozen=True)
class Effect:
    """What was measured of one scaling, from the same starting weights.

    apart: the norm of dJ/dW of the first layer, by input: the largest over the smallest; steps:
    made in the trial; cost, score: of the training part after it, NaN where it diverged.
    """

    apart: float
    steps: int
    cost: float
    score: float


def effect(config: Config, data: Dataset) -> Effect:
    """Return what is measured of a network on data. Raises ValueError where it can't be trained."""
    run = start(config, data)
    batch = min(config.batch_size or data.m_train, data.m_train)
    steps = int(min(STEPS, max(1, WORK / (3 * run.layout.size * batch))))
    after, records = advance(run, steps, Watch(steps))
    ended = after.diverged is not None or not records
    cost, score = (np.nan, np.nan) if ended else (records[-1].train_cost, records[-1].train_score)
    return Effect(_apart(run, data), steps, float(cost), float(score))


def _apart(run: Run, data: Dataset) -> float:
    """Return how far the gradients of different inputs' weights are apart, as a ratio."""
    dW, _ = gradients(run, data.X_train[:, :EXAMPLES], data.Y_train[:, :EXAMPLES])[0]
    sizes = np.linalg.norm(np.asarray(dW, float), axis=0)
    sizes = sizes[sizes > 0]
    return float(sizes.max() / sizes.min()) if len(sizes) else np.nan
