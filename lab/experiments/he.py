"""He et al. 2015: weights for ReLU, in propagation at full width and in training."""

from __future__ import annotations

from math import sqrt

import numpy as np

from dnn.config import Config
from lab.analysis.signal import Probe
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
from lab.experiments.runs import (
    LN2,
    SEEDS,
    factor,
    last_cost,
    mean,
    median,
    numbers,
    picked,
    random_inputs,
    steps_to,
    trained,
)
from lab.text.numbers import number

PAPER = "He et al. 2015, Delving deep into rectifiers"

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


def run_propagation(progress: Progress) -> Outcome:
    """Return the factors a layer, forwards and backwards, of untrained networks."""
    data = random_inputs(WIDTH, EXAMPLES)
    stages, series = Stages(progress, 2 * 2 * DRAWS), []
    rows: list[Row] = []
    for layers in (22, 30):
        for key, name in NAMES.items():
            probe = Probe(_wide(layers, key), data)
            for seed in range(DRAWS):
                stages.next(f"Drawing {layers} layers of {WIDTH} units, {name}, seed {seed}.")
                signal = probe.signal(seed)
                a, d = signal.activation[:-1], signal.delta[:-1]
                steps = layers - 2
                forward, back = factor(a[-1], a[0], steps), factor(d[0], d[-1], steps)
                rows.append((layers, name, seed, forward, back, FACTORS[key], d[0] / d[-1]))
                if seed == 0 and layers == 30:
                    series.append(curve(f"{name}, 30 layers", range(1, layers), d / d[-1]))
    columns = (
        "layers", "weights", "seed", "factor a layer forwards", "factor a layer backwards",
        "predicted", "error of the first over the last hidden layer",
    )  # fmt: skip
    return concluded(
        propagation_criterion,
        columns,
        rows,
        _propagation_measured,
        series,
        "layer",
        "error rms over the last hidden layer's",
        True,
    )


def _propagation_measured(rows: Rows) -> str:
    parts = []
    for name in NAMES.values():
        part = picked(rows, 1, name)
        kept = [numbers(picked(tuple(part), 0, float(layers)), 6) for layers in (22, 30)]
        parts.append(
            f"with {name} weights a layer multiplies the error by {number(mean(numbers(part, 4)))}"
            f", and the first of 22 and 30 layers gets {number(mean(kept[0]), 2)} and "
            f"{number(mean(kept[1]), 2)} of the last hidden one's"
        )
    return f"At width {WIDTH:,}, " + "; ".join(parts) + "."


def propagation_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether every factor, forwards and backwards, is the predicted one."""
    off = [abs(v / float(r[5]) - 1) for r in rows for v in (float(r[3]), float(r[4]))]
    worst = max(off) if np.isfinite(off).all() else float("inf")
    return worst <= NEAR, (
        f"Asked: every factor within {100 * NEAR:.0f}% of sqrt(fan_in Var W / 2), 1 for He and "
        f"0.707 for Glorot; the furthest is {100 * worst:.1f}% away."
    )


# --- training, 22 and 30 layers on a 2-D problem -------------------------------------------------

#: A network has learnt below DONE; Glorot's 30 have not left the start within SHARE of ln 2.
DONE, SHARE = 0.05, 0.02
SHALLOW, DEEP = 22, 30
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


def _length(layers: int, key: str, seed: int) -> int:
    """Return how many steps a network is watched."""
    if key == "he":
        return STEPS
    if layers == SHALLOW:
        return LATER
    return LONG if seed == SEEDS[0] else STEPS


def run_training(progress: Progress) -> Outcome:
    """Return when each network has learnt a circle, and when it has left guessing."""
    lengths = {
        (layers, key, seed): _length(layers, key, seed)
        for layers in (SHALLOW, DEEP)
        for key in NAMES
        for seed in SEEDS
    }
    stages, series = Stages(progress, sum(lengths.values()) // 100), []
    rows: list[Row] = []
    for (layers, key, seed), steps in lengths.items():
        name = NAMES[key]
        sentence = f"Training {layers} layers, {name}, seed {seed}."
        config = _training(layers, key, seed)
        run, records = trained(config, steps, 20, stages, sentence, steps // 100)
        kept = [r for r in records if r.step <= STEPS]
        least, end = min(r.train_cost for r in kept), last_cost(run, kept)
        left = steps_to((1 - SHARE) * LN2, records)
        rows.append((layers, name, seed, steps_to(DONE, records), left, least, end))
        if seed == SEEDS[0]:
            costs = [r.train_cost for r in records]
            series.append(curve(f"{name}, {layers} layers", [r.step for r in records], costs))
    columns = (
        "layers", "weights", "seed", f"step of cost {DONE}", "step at which it leaves ln 2",
        f"lowest cost in {STEPS} steps", f"cost at step {STEPS}",
    )  # fmt: skip
    return concluded(
        training_criterion, columns, rows, _training_measured, series, "step", "cost J (nats)", True
    )


def _part(rows: Rows, layers: int, key: str) -> list[Row]:
    return picked(tuple(picked(rows, 0, float(layers))), 1, NAMES[key])


def _steps(rows: Rows, layers: int, key: str) -> float:
    """Return the median over the seeds of the step at which networks have learnt."""
    return median(numbers(_part(rows, layers, key), 3))


def _reached(step: float, watched: int) -> str:
    return f"{step:,.0f}" if np.isfinite(step) else f"more than {watched:,}"


def _training_measured(rows: Rows) -> str:
    glorot = _part(rows, DEEP, "glorot")
    left = float(glorot[0][4])
    later = (
        f"Watched on, one of them began to learn at step {left:,.0f}: a long plateau, not an end"
        if np.isfinite(left)
        else f"Watched on, one of them had not begun to learn by step {LONG:,}"
    )
    return (
        f"Medians of {len(SEEDS)} seeds: with {SHALLOW} layers the cost is below {DONE} after "
        f"{_reached(_steps(rows, SHALLOW, 'he'), STEPS)} steps with He weights and "
        f"{_reached(_steps(rows, SHALLOW, 'glorot'), LATER)} with Glorot's. With {DEEP} layers "
        f"He's take {_reached(_steps(rows, DEEP, 'he'), STEPS)}; Glorot's are at "
        f"{number(median(numbers(glorot, 6)))} after {STEPS}, guessing being {number(LN2)}. "
        f"{later}."
    )


def training_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether 22 layers learn with both, He's sooner, and 30 in time with He's only."""
    sooner, later = _steps(rows, SHALLOW, "he"), _steps(rows, SHALLOW, "glorot")
    deep = _steps(rows, DEEP, "he")
    least = median(numbers(_part(rows, DEEP, "glorot"), 5))
    met = 2 * sooner < later <= LATER and deep <= STEPS and least > (1 - SHARE) * LN2
    return met, (
        f"Asked, of medians over {len(SEEDS)} seeds: with {SHALLOW} layers a cost below {DONE} "
        f"with both, Glorot's in {LATER} steps ({_reached(later, LATER)}), He's "
        f"in less than half of that ({_reached(sooner, STEPS)}); with {DEEP} layers He's in "
        f"{STEPS} ({_reached(deep, STEPS)}), while Glorot's stay within {100 * SHARE:.0f}% of ln 2 "
        f"(lowest cost in {STEPS} steps {number(least)} > {number((1 - SHARE) * LN2)})."
    )


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
        run=run_propagation,
        criterion=propagation_criterion,
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
        run=run_training,
        span=f"in the first {STEPS} of {LONG:,} steps",
        criterion=training_criterion,
    ),
]
