"""Measured trainability: a grid of networks, weight scale by depth, each trained for a short while.

Beside it 6 xi_c, the depth down to which Schoenholz et al. 2017 (section 5, figure 5) could train.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from dnn.config import Config
from dnn.data.datasets import Dataset
from dnn.engine.cache import CACHE
from dnn.engine.layout import Array
from dnn.parts.activations import ACTIVATIONS
from dnn.run.inference import cost, guessing_cost
from dnn.run.training import advance, start, trainer_key
from lab import theory
from lab.analysis.signal import weight_scales
from lab.text.numbers import number

#: Hidden layers of the grid's rows, about evenly spaced on a log axis.
DEPTHS = (4, 6, 9, 14, 21, 32, 48)
#: Columns, as shares of the critical sigma_w; without one, the sigma_w between which they lie.
SHARES, SPAN, LARGEST = tuple(k / 10 for k in range(4, 20)), (0.5, 2.5), 10.0
WIDTH, WIDTHS = 48, (8, 64)
STEPS, MOST_STEPS = 500, (10, 800)
RATE, BATCH = 0.02, 32
#: Only so many training examples, the first: a column is to take no more than two seconds.
EXAMPLES = 500
#: A network has learned when its cost is below this share of the cost of guessing.
LEARNED = 0.5
#: The depth in xi_c that networks were trainable to. Source: Schoenholz et al. 2017, section 5.
SCALES = 6.0
#: Where in a column, in its widths, the theory's line is computed; the middle one is its centre.
ALONG, CENTRE = (-0.5, -0.25, 0.0, 0.25, 0.5), 2
SAID = "(cost below half of guessing)"


@dataclass(frozen=True)
class Plan:
    """What is to be measured: config is what all networks share, but for sigma_w and depth.

    sigma_w: of the columns, evenly spaced, rising; depths: hidden layers of the rows, rising;
    width: units of each hidden layer; steps: of training. critical: sigma_w, None without one.
    """

    config: Config
    sigma_w: tuple[float, ...]
    depths: tuple[int, ...]
    width: int
    steps: int
    critical: float | None

    def network(self, depth: int, sigma_w: float) -> Config:
        """Return the Config of one cell."""
        return replace(self.config, hidden=(self.width,) * depth, sigma_w=sigma_w)


@dataclass(frozen=True, eq=False)
class Column:
    """What was measured at one sigma_w, and the theory's line there.

    ratio: (depths,) train cost over the cost of guessing, inf where the run left the range;
    sigma_w, limit: (5,) points of the line 6 xi_c in layers, the middle one at the column's centre.
    """

    ratio: Array
    sigma_w: Array
    limit: Array


Columns = Mapping[int, Column]


@lru_cache(maxsize=64)
def _span(key: str, sigma_b: float) -> tuple[float | None, tuple[float, ...]]:
    """Return the critical sigma_w, if there is one that Config takes, and the columns'."""
    critical = theory.critical_sigma_w(key, sigma_b)
    if critical is not None and critical * SHARES[-1] <= LARGEST:
        return critical, tuple(share * critical for share in SHARES)
    low, high = SPAN if critical is None else (0.4 * LARGEST, LARGEST)
    return critical, tuple(float(w) for w in np.linspace(low, high, len(SHARES)))


def planned(config: Config, width: int = WIDTH, steps: int = STEPS) -> Plan:
    """Return the Plan for a network's data, seed, bias scale and first hidden activation.

    Everything else about it is left out: plain networks under plain gradient descent.
    Raises ValueError for a network without hidden layers and for sizes that are not allowed.
    """
    if not config.hidden:
        raise ValueError("hidden: a network without hidden layers has no depth to vary")
    for name, value, (low, high) in (("width", width, WIDTHS), ("steps", steps, MOST_STEPS)):
        if type(value) is not int or not low <= value <= high:
            shown = repr(value)[:40]
            raise ValueError(f"{name}: {shown} is not allowed; whole numbers from {low} to {high}")
    key, sigma_b = config.activations[0], weight_scales(config)[1]
    critical, sigma_w = _span(key, sigma_b)
    data = ("dataset", "samples", "noise", "train_share", "scaling", "features", "loss", "seed")
    base = Config(
        **{name: getattr(config, name) for name in data}, hidden=(width,), activation=key,
        initializer="mean_field", sigma_w=1.0, sigma_b=sigma_b, optimizer="sgd",
        learning_rate=RATE, batch_size=BATCH,
    )  # fmt: skip
    return Plan(base, sigma_w, DEPTHS, width, steps, critical)


def examples(data: Dataset) -> Dataset:
    """Return the examples that the grid trains on: the first EXAMPLES, none to test."""
    X, Y = data.X_train[:, :EXAMPLES], data.Y_train[:, :EXAMPLES]
    return Dataset(X, Y, name=data.name, target=data.target, class_names=data.class_names or None)


def measured(
    plan: Plan, data: Dataset, index: int, stopped: Callable[[], bool] = lambda: False
) -> Column | None:
    """Return column `index` of the grid, trained on `data`; None where it was stopped.

    Raises ValueError where all answers are the same, which leaves nothing to learn.
    """
    sigma_w, ratio = plan.sigma_w[index], np.empty(len(plan.depths))
    for row, depth in enumerate(plan.depths):
        run = start(plan.network(depth, sigma_w), data)
        guess = guessing_cost(run)
        if guess is None:
            raise ValueError("dataset: all its answers are the same, so there is nothing to learn")
        run, _ = advance(run, plan.steps, until=stopped)
        # More than a hundred trainers would push out those of the runs on people's screens.
        CACHE.take(trainer_key(run))
        if stopped():
            return None
        reached = np.inf if run.diverged else cost(run, data.X_train, data.Y_train) / guess
        ratio[row] = reached if np.isfinite(reached) else np.inf
    along = sigma_w + (plan.sigma_w[1] - plan.sigma_w[0]) * np.array(ALONG)
    scales = [
        theory.depth_scales(plan.config.activations[0], w, plan.config.sigma_b)
        for w in along.tolist()
    ]
    return Column(ratio, along, SCALES * np.array([scale.xi_c for scale in scales]))


def grid(plan: Plan, columns: Columns) -> Array:
    """Return the ratios, (depths, sigma_w): NaN where not measured yet, inf where diverged."""
    ratio = np.full((len(plan.depths), len(plan.sigma_w)), np.nan)
    for index, column in columns.items():
        ratio[:, index] = column.ratio
    return ratio


def line(columns: Columns) -> tuple[Array, Array]:
    """Return sigma_w and 6 xi_c in layers along the columns that are there."""
    found = [columns[index] for index in sorted(columns)]
    points = np.concatenate([np.empty((2, 0)), *([c.sigma_w, c.limit] for c in found)], axis=1)
    return points[0], points[1]


def sentence(plan: Plan, columns: Columns) -> str:
    """Return how many learned down to 6 xi_c and beyond, and what theory does not have."""
    if not columns:
        return "Nothing is measured yet."
    ratio = grid(plan, columns)[:, sorted(columns)]
    limit = np.array([columns[index].limit[CENTRE] for index in sorted(columns)])
    learned, deeper = ratio < LEARNED, np.array(plan.depths)[:, None] > limit
    up, down = learned[~deeper], learned[deeper]
    if up.size and down.size:
        text = f"Of the {up.size} network{'s' * (up.size > 1)} no deeper than 6 ξ_c, "
        text += (
            f"{up.mean():.0%} learned {SAID}; of the {down.size} deeper ones, {down.mean():.0%}."
        )
    else:
        who = "all of them are" if down.size else "none of them is"
        text = f"Of {ratio.size} networks {learned.mean():.0%} learned {SAID}; "
        text += f"{who} deeper than 6 ξ_c."
    lost = int(np.isinf(ratio).sum())
    text += f" {lost} diverged, which counts as not learned." if lost else ""
    return text + _beside(plan, columns)


def _beside(plan: Plan, columns: Columns) -> str:
    """Return what to say where theory has no critical point or no limit."""
    name = ACTIVATIONS[plan.config.activations[0]].label
    text = "" if plan.critical else f" {name} has no critical point at this σ_b."
    if (plan.critical or 0.0) > plan.sigma_w[-1]:
        text += f" Its critical point, σ_w {number(plan.critical or 0.0)}, lies beyond this grid."
    endless = [plan.sigma_w[i] for i, column in columns.items() if np.isinf(column.limit[CENTRE])]
    if len(endless) > 1:  # one is the critical point itself
        text += f" ξ_c is infinite at {len(endless)} of these weight scales, from σ_w "
        text += f"{number(min(endless))} on, and what fails there fails for another reason."
    return text
