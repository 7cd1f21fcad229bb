"""Pascanu, Mikolov & Bengio 2013: clipping the gradient's norm."""

from __future__ import annotations

import numpy as np

from dnn.config import Config
from lab.experiments.experiment import (
    Experiment,
    Outcome,
    Progress,
    Row,
    Rows,
    Stages,
    concluded,
    curve,
)
from lab.experiments.runs import LN2, SEEDS, last_cost, numbers, picked, trained
from lab.text.numbers import number

STEPS, CLIP = 1000, 1.0


def _config(clip: float, seed: int = 0) -> Config:
    return Config(
        dataset="circle",
        hidden=(16,) * 12,
        activation="relu",
        initializer="normal",
        sigma_w=0.7,
        optimizer="sgd",
        learning_rate=0.1,
        clip_norm=clip,
        seed=seed,
    )


def run_clipping(progress: Progress) -> Outcome:
    """Return how far gradient descent comes with and without clipping."""
    stages, series = Stages(progress, 2 * len(SEEDS) * 4), []
    rows: list[Row] = []
    for clip, name in ((0.0, "off"), (CLIP, f"to {CLIP:g}")):
        for seed in SEEDS:
            sentence = f"Training twelve ReLU layers, clipping {name}, seed {seed}."
            run, records = trained(_config(clip, seed), STEPS, 10, stages, sentence, 4)
            cost = last_cost(run, records, 10)
            norm = max((float(np.linalg.norm(r.gradient_norm)) for r in records), default=np.nan)
            end = f"left the range at step {run.diverged.step}" if run.diverged else "trained on"
            rows.append((name, seed, run.step, cost, norm, end))
            if records and seed == SEEDS[0]:
                costs = [r.train_cost for r in records]
                series.append(curve(f"clipping {name}", [r.step for r in records], costs))
    columns = (
        "clipping", "seed", "steps made", "mean cost of the last 100 steps",
        "largest gradient norm recorded", "end",
    )  # fmt: skip
    return concluded(
        clipping_criterion, columns, rows, _measured, series, "step", "cost J (nats)", True
    )


def _parts(rows: Rows) -> tuple[float, float, float]:
    """Return the most steps made without; with clipping the fewest steps and the highest cost."""
    off = picked(rows, 0, "off")
    on = [row for row in rows if row[0] != "off"]
    return max(numbers(off, 2)), min(numbers(on, 2)), max(numbers(on, 3))


def _measured(rows: Rows) -> str:
    off, on, cost = _parts(rows)
    norm = max(numbers([row for row in rows if row[0] != "off"], 4))
    return (
        f"Without clipping the longest of {len(SEEDS)} runs made {off:g} of {STEPS:,} steps before "
        f"it left the range of numbers; clipped, all made at least {on:,g} and ended at a cost of "
        f"{number(cost, 2)} or less, through gradients of norm up to {number(norm, 2)}."
    )


def clipping_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether every plain run left the range, and every clipped one learnt."""
    off, on, cost = _parts(rows)
    return off < STEPS and on >= STEPS and cost < 0.5 * LN2, (
        f"Asked: without clipping no run lasts {STEPS:,} steps (the longest made {off:g}); with it "
        f"all do ({on:,g}) and end under half of ln 2 ({number(cost, 2)} < {number(0.5 * LN2)})."
    )


EXPERIMENTS = [
    Experiment(
        key="pascanu",
        order=60,
        label="Clipping tames an exploding network",
        formula=f"ReLU, 2-12x16-1, circle, N(0, 0.7^2), gradient descent 0.1, mini-batches of 32, "
        f"{STEPS} steps, clip_norm 0 and {CLIP:g}, 3 seeds",
        help="One step along an exploding gradient throws the weights out of range; cut to length, "
        "the same steps train the network. A deep network stands in for the paper's recurrent "
        "ones, which repeat one layer through time.",
        source="Pascanu, Mikolov & Bengio 2013, On the difficulty of training recurrent neural "
        "networks, section 3.2, algorithm 1",
        paper="Where the gradient meets a cliff of the cost it explodes, and one step undoes the "
        "training; scaled down to a fixed norm, gradient descent trains recurrent networks on "
        "long sequences on which it fails without.",
        config=_config(CLIP),
        run=run_clipping,
        criterion=clipping_criterion,
    ),
]
