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
#: How long all are watched; the deep ones with Glorot's weights longer, for what becomes of them.
STEPS, LONG, TIMES = 800, 2400, 3.0


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


def run_training(progress: Progress) -> Outcome:
    """Return when each network has learnt a circle, and when it has left guessing."""
    lengths = {(layers, key): STEPS for layers in (SHALLOW, DEEP) for key in NAMES}
    lengths[DEEP, "glorot"] = LONG
    stages, series = Stages(progress, len(SEEDS) * sum(lengths.values()) // 100), []
    rows: list[Row] = []
    for (layers, key), steps in lengths.items():
        for seed in SEEDS:
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


def _span(steps: list[float]) -> str:
    return f"{_reached(min(steps))} to {_reached(max(steps))}"


def _reached(step: float) -> str:
    return number(step) if np.isfinite(step) else f"more than {STEPS}"


def _training_measured(rows: Rows) -> str:
    done = {
        (layers, key): numbers(_part(rows, layers, key), 3)
        for layers in (SHALLOW, DEEP)
        for key in NAMES
    }
    glorot = _part(rows, DEEP, "glorot")
    left = [v for v in numbers(glorot, 4) if np.isfinite(v)]
    later = (
        f"{len(left)} of {len(glorot)} began to learn within {LONG:,} steps, from step "
        f"{number(min(left), 4)} on: a long plateau, not an end"
        if left
        else f"none began to learn within {LONG:,} steps"
    )
    return (
        f"With {SHALLOW} layers the cost is below {DONE} after {_span(done[SHALLOW, 'he'])} steps "
        f"with He weights and {_span(done[SHALLOW, 'glorot'])} with Glorot's. With {DEEP} layers "
        f"He's take {_span(done[DEEP, 'he'])}; Glorot's are at {number(min(numbers(glorot, 6)))} "
        f"or more after {STEPS}, guessing being {number(LN2)}; {later}."
    )


def training_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether 22 layers learn with both, He's sooner, and 30 in time with He's only."""
    sooner = max(numbers(_part(rows, SHALLOW, "he"), 3))
    later = numbers(_part(rows, SHALLOW, "glorot"), 3)
    slowest = max(numbers(_part(rows, DEEP, "he"), 3))
    least = min(numbers(_part(rows, DEEP, "glorot"), 5))
    met = sooner < min(later) and max(later) <= STEPS
    met = met and slowest * TIMES <= STEPS and least > (1 - SHARE) * LN2
    return met, (
        f"Asked, on all seeds: with {SHALLOW} layers both below {DONE} in {STEPS} steps "
        f"(Glorot by {_reached(max(later))}), every He network (the slowest took "
        f"{_reached(sooner)}) before any Glorot one (from {_reached(min(later))}); with {DEEP} He "
        f"in a third of {STEPS} ({_reached(slowest)}), and Glorot within {100 * SHARE:.0f}% of "
        f"ln 2 through all {STEPS} (its lowest cost was {number(least)}, the limit "
        f"{number((1 - SHARE) * LN2)})."
    )


EXPERIMENTS = [
    Experiment(
        key="he_propagation",
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
        label="He against Glorot: training 22 and 30 layers",
        formula=f"ReLU, 2-21 and 29x64-1, circle, gradient descent 0.02, mini-batches of 32, "
        f"float32, {STEPS} steps ({LONG} for 30 layers with Glorot), 3 seeds",
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
