"""Pascanu, Mikolov & Bengio 2013: clipping the gradient's norm."""

from __future__ import annotations

import numpy as np

from dnn.config import Config
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import LN2, SEEDS, last_cost, trained, values
from lab.text.numbers import number

STEPS, CLIP = 1000, 1.0
NAMES = {0.0: "off", CLIP: f"to {CLIP:g}"}


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


def collect(found: Findings) -> None:
    """Find how far gradient descent comes with and without clipping."""
    for clip, name in NAMES.items():
        for seed in SEEDS:
            sentence = f"Training twelve ReLU layers, clipping {name}, seed {seed}."
            run, records = trained(_config(clip, seed), STEPS, 10, found, sentence, 4)
            cost = last_cost(run, records, 10)
            norm = max((float(np.linalg.norm(r.gradient_norm)) for r in records), default=np.nan)
            end = f"left the range at step {run.diverged.step}" if run.diverged else "trained on"
            found.row(name, seed, run.step, cost, norm, end)
            if records and seed == SEEDS[0]:
                found.costs(f"clipping {name}", records)


def judge(rows: Rows) -> Judgement:
    """Judge whether every plain run left the range, and every clipped one learnt."""
    without, clipped = NAMES.values()
    off, on = max(values(rows, 2, without)), min(values(rows, 2, clipped))
    cost, norm = (max(values(rows, k, clipped)) for k in (3, 4))
    measured = (
        f"Without clipping the longest of {len(SEEDS)} runs made {off:g} of {STEPS:,} steps before "
        f"it left the range of numbers; clipped, all made at least {on:,g} and ended at a cost of "
        f"{number(cost, 2)} or less, through gradients of norm up to {number(norm, 2)}."
    )
    why = (
        f"Criterion: without clipping no run lasts {STEPS:,} steps (the longest made {off:g}); "
        f"with it all do ({on:,g}) and end under half of ln 2 "
        f"({number(cost, 2)} < {number(0.5 * LN2)})."
    )
    return off < STEPS and on >= STEPS and cost < 0.5 * LN2, measured, why


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
        collect=collect,
        stages=2 * len(SEEDS) * 4,
        columns=(
            "clipping", "seed", "steps made", "mean cost of the last 100 steps",
            "largest gradient norm recorded", "end",
        ),
        judge=judge,
    ),
]  # fmt: skip
