"""He et al. 2015: weights for ReLU, in propagation at full width and in training."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import sqrt

import numpy as np

from dnn.config import Config
from lab.analysis.signal import Probe
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import (
    LN2,
    SEEDS,
    factor,
    last_cost,
    mean,
    median,
    random_inputs,
    steps_to,
    trained,
    values,
)
from lab.text.numbers import number

PAPER = "He et al. 2015, Delving deep into rectifiers"

SHALLOW, DEEP = 22, 30

# --- propagation, 22 and 30 layers of 1000 -------------------------------------------------------

WIDTH, EXAMPLES, DRAWS = 1000, 32, 2
#: What theory says a layer does to an error, and forwards to an activation: sqrt(n Var W / 2).
FACTORS = {"he": 1.0, "glorot": sqrt(1 / 2)}
NAMES = {"he": "He", "glorot": "Glorot"}
#: How near to it the mean factor must come: a drawn network strays by about 1 % at this width.
NEAR = 0.03


def _wide(layers: int, key: str) -> Config:
    return Config(
        hidden=(WIDTH,) * (layers - 1), activation="relu", initializer=key, optimizer="sgd"
    )


def collect_propagation(found: Findings) -> None:
    """Find the factors a layer, forwards and backwards, of untrained networks."""
    data = random_inputs(WIDTH, EXAMPLES)
    for layers, (key, name) in product((SHALLOW, DEEP), NAMES.items()):
        probe = Probe(_wide(layers, key), data)
        for seed in range(DRAWS):
            found.next(f"Drawing {layers} layers of {WIDTH} units, {name}, seed {seed}.")
            signal = probe.signal(seed)
            a, d = signal.activation[:-1], signal.delta[:-1]
            steps = layers - 2
            forward, back = factor(a[-1], a[0], steps), factor(d[0], d[-1], steps)
            found.row(layers, name, seed, forward, back, FACTORS[key], d[0] / d[-1])
            if seed == 0 and layers == DEEP:
                found.curve(f"{name}, {DEEP} layers", range(1, layers), d / d[-1])


def judge_propagation(rows: Rows) -> Judgement:
    """Judge whether every factor, forwards and backwards, is the predicted one."""
    off = [abs(float(row[k]) / float(row[5]) - 1) for row in rows for k in (3, 4)]
    worst = max(off) if np.isfinite(off).all() else float("inf")
    parts = []
    for name in NAMES.values():
        shallow, deep = (mean(values(rows, 6, layers, name)) for layers in (SHALLOW, DEEP))
        back = mean(values(rows, 4, SHALLOW, name) + values(rows, 4, DEEP, name))
        parts.append(
            f"with {name} weights a layer multiplies the error by {number(back)}"
            f", and the first of {SHALLOW} and {DEEP} layers gets {number(shallow, 2)} and "
            f"{number(deep, 2)} of the last hidden one's"
        )
    why = (
        f"Criterion: every factor within {100 * NEAR:.0f}% of sqrt(fan_in Var W / 2), 1 for He and "
        f"0.707 for Glorot; the furthest is {100 * worst:.1f}% away."
    )
    return worst <= NEAR, f"At width {WIDTH:,}, {'; '.join(parts)}.", why


# --- training, 22 and 30 layers on a 2-D problem -------------------------------------------------

#: A network has learnt below DONE; Glorot's 30 have not left the start within SHARE of ln 2.
DONE, SHARE = 0.05, 0.02
#: How long all are watched, the shallow ones with Glorot's weights till they have learnt, and one
#: of the deep ones with Glorot's, for what becomes of it. When that one leaves its plateau is a
#: matter of the seed and of rounding, and so is no part of the criterion.
STEPS, LATER, LONG = 400, 1200, 2400


def _training(layers: int, key: str, seed: int = 0) -> Config:
    return Config(
        dataset="circle",
        hidden=(64,) * (layers - 1),
        activation="relu",
        initializer=key,
        optimizer="sgd",
        learning_rate=0.02,
        dtype="float32",
        seed=seed,
    )


def _runs() -> Iterator[tuple[int, str, int, int]]:
    """Yield the depth, weights and seed of each run, and how many steps it is watched."""
    for layers, key, seed in product((SHALLOW, DEEP), NAMES, SEEDS):
        steps = STEPS
        if key == "glorot" and layers == SHALLOW:
            steps = LATER
        elif key == "glorot" and seed == SEEDS[0]:
            steps = LONG
        yield layers, key, seed, steps


def collect_training(found: Findings) -> None:
    """Find when each network has learnt a circle, and when it has left guessing."""
    for layers, key, seed, steps in _runs():
        name = NAMES[key]
        sentence = f"Training {layers} layers, {name}, seed {seed}."
        config = _training(layers, key, seed)
        run, records = trained(config, steps, 20, found, sentence, steps // 100)
        kept = [r for r in records if r.step <= STEPS]
        least, end = min(r.train_cost for r in kept), last_cost(run, kept)
        left = steps_to((1 - SHARE) * LN2, records)
        found.row(layers, name, seed, steps_to(DONE, records), left, least, end)
        if seed == SEEDS[0]:
            found.costs(f"{name}, {layers} layers", records)


def _reached(step: float, watched: int) -> str:
    return f"{step:,.0f}" if np.isfinite(step) else f"more than {watched:,}"


def judge_training(rows: Rows) -> Judgement:
    """Judge whether 22 layers learn with both, He's sooner, and 30 in time with He's only."""
    sooner, later, deep = (
        median(values(rows, 3, *which))
        for which in ((SHALLOW, "He"), (SHALLOW, "Glorot"), (DEEP, "He"))
    )
    least, end = (median(values(rows, k, DEEP, "Glorot")) for k in (5, 6))
    met = 2 * sooner < later <= LATER and deep <= STEPS and least > (1 - SHARE) * LN2
    left = values(rows, 4, DEEP, "Glorot")[0]
    watched = (
        f"Watched on, one of them began to learn at step {left:,.0f}: a long plateau, not an end"
        if np.isfinite(left)
        else f"Watched on, one of them had not begun to learn by step {LONG:,}"
    )
    measured = (
        f"Medians of {len(SEEDS)} seeds: with {SHALLOW} layers the cost is below {DONE} after "
        f"{_reached(sooner, STEPS)} steps with He weights and {_reached(later, LATER)} with "
        f"Glorot's. With {DEEP} layers He's take {_reached(deep, STEPS)}; Glorot's are at "
        f"{number(end)} after {STEPS}, guessing being {number(LN2)}. {watched}."
    )
    why = (
        f"Criterion, on medians over {len(SEEDS)} seeds: with {SHALLOW} layers a cost below {DONE} "
        f"with both, Glorot's in {LATER} steps ({_reached(later, LATER)}), He's "
        f"in less than half of that ({_reached(sooner, STEPS)}); with {DEEP} layers He's in "
        f"{STEPS} ({_reached(deep, STEPS)}), while Glorot's stay within {100 * SHARE:.0f}% of ln 2 "
        f"(lowest cost in {STEPS} steps {number(least)} > {number((1 - SHARE) * LN2)})."
    )
    return met, measured, why


EXPERIMENTS = [
    Experiment(
        key="he_propagation",
        order=30,
        label="He against Glorot: propagation",
        formula=f"ReLU, {WIDTH}-21 and 29x{WIDTH}-10, {EXAMPLES} normal inputs, float32, step 0, "
        f"{DRAWS} seeds",
        help="ReLU lets half of a signal's power through, so weights that suit a linear network "
        "lose a factor 0.71 at every layer, forwards and backwards alike.",
        source=f"{PAPER}, section 2.2, equations 10 and 14",
        paper="With L layers, Glorot's scale, derived for linear layers, leaves 1 / sqrt(2^L) of "
        "the standard deviation that He's keeps.",
        config=_wide(30, "glorot"),
        collect=collect_propagation,
        stages=2 * 2 * DRAWS,
        columns=(
            "layers", "weights", "seed", "factor a layer forwards", "factor a layer backwards",
            "predicted", "error of the first over the last hidden layer",
        ),
        judge=judge_propagation,
        x_label="layer",
        y_label="error rms over the last hidden layer's",
    ),
    Experiment(
        key="he_training",
        order=40,
        label="He against Glorot: training 22 and 30 layers",
        formula=f"ReLU, 2-21 and 29x64-1, circle, gradient descent 0.02, mini-batches of 32, "
        f"float32, {STEPS} steps (Glorot: {LATER} for 22 layers, {LONG} for one of 30), 3 seeds",
        help="With He's weights deep ReLU networks learn at once. With Glorot's, 22 layers start "
        "later, and 30 stand still for a long time.",
        source=f"{PAPER}, section 2.2, figures 2 and 3",
        paper="With 22 layers both converge, He's weights sooner. A model of 30 layers (27 of them "
        "convolutions) converges with He's weights; with Glorot's it completely stalls.",
        config=_training(DEEP, "he"),
        collect=collect_training,
        stages=sum(steps for *_, steps in _runs()) // 100,
        columns=(
            "layers", "weights", "seed", f"step of cost {DONE}", "step at which it leaves ln 2",
            f"lowest cost in {STEPS} steps", f"cost at step {STEPS}",
        ),
        judge=judge_training,
        span=f"in the first {STEPS} of {LONG:,} steps",
    ),
]  # fmt: skip
