"""He et al. 2015: weights for ReLU, in propagation at full width and in training."""

from __future__ import annotations

from math import sqrt

import numpy as np

from dnn.config import Config
from dnn.diagnostics import Signal, layer_signal
from dnn.experiments.experiment import (
    Experiment,
    Outcome,
    Progress,
    Row,
    Rows,
    Stages,
    concluded,
    curve,
)
from dnn.experiments.runs import (
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
from dnn.figures.words import number
from dnn.layout import Layout, initial_parameters
from dnn.losses import LOSSES
from dnn.network import PROBING, Architecture, Pass, with_ones
from dnn.program import fuse

PAPER = "He et al. 2015, Delving deep into rectifiers"

# --- propagation, 22 and 30 layers of 1000 -------------------------------------------------------

WIDTH, EXAMPLES, DRAWS = 1000, 32, 2
#: What theory says a layer does to an error, and forwards to an activation: sqrt(n Var W / 2).
FACTORS = {"he": 1.0, "glorot": sqrt(1 / 2)}
NAMES = {"he": "He", "glorot": "Glorot"}
#: How near to it the mean factor must come: a drawn network strays by about 1 % at this width.
NEAR = 0.03


def _signal(layers: int, key: str, seed: int) -> Signal:
    """Return the signal of a ReLU network wider than Config allows, with normal inputs."""
    layout = Layout.of((WIDTH,) * layers + (10,))
    p = initial_parameters(layout, (key,) * layers, 0.0, seed, dtype=np.float32)
    g = np.zeros(layout.largest, p.dtype)
    net = Pass(Architecture(layout, ("relu",) * (layers - 1), "softmax"), p, g, EXAMPLES, PROBING)
    data = random_inputs(WIDTH, EXAMPLES, seed=seed)
    rows = with_ones(data.X_train, p.dtype)
    Y = LOSSES["softmax"].encode(data.Y_train).astype(p.dtype)
    fuse(net.forward() + net.predict() + net.backward())([(rows.T, rows, Y)])
    return layer_signal(net, rows)


def run_propagation(progress: Progress) -> Outcome:
    """Return the factors a layer, forwards and backwards, of untrained networks."""
    stages, series = Stages(progress, 2 * 2 * DRAWS), []
    rows: list[Row] = []
    for layers in (22, 30):
        for key, name in NAMES.items():
            for seed in range(DRAWS):
                stages.next(f"Drawing {layers} layers of {WIDTH} units, {name}, seed {seed}.")
                signal = _signal(layers, key, seed)
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


# --- training, 30 layers on a 2-D problem --------------------------------------------------------

#: He has learnt below DONE; Glorot has not left the start within SHARE of ln 2.
DONE, SHARE = 0.05, 0.02
STEPS, LONG, TIMES = 800, 2400, 3.0


def _training(key: str, seed: int = 0) -> Config:
    return Config(
        dataset="circle",
        hidden=(64,) * 29,
        activation="relu",
        initializer=key,
        optimizer="sgd",
        learning_rate=0.02,
        dtype="float32",
        seed=seed,
    )


def run_training(progress: Progress) -> Outcome:
    """Return when each network has learnt a circle, and when it has left guessing."""
    stages, series = Stages(progress, len(SEEDS) * 32), []
    rows: list[Row] = []
    for seed in SEEDS:
        for key, name in NAMES.items():
            steps = STEPS if key == "he" else LONG
            config, sentence = _training(key, seed), f"Training 30 layers, {name}, seed {seed}."
            run, records = trained(config, steps, 20, stages, sentence, steps // 100, None)
            kept = [r for r in records if r.step <= STEPS]
            least, end = min(r.train_cost for r in kept), last_cost(run, kept)
            left = steps_to((1 - SHARE) * LN2, records)
            rows.append((name, seed, steps_to(DONE, records), left, least, end))
            if seed == SEEDS[0]:
                costs = [r.train_cost for r in kept]
                series.append(curve(name, [r.step for r in kept], costs))
    columns = (
        "weights", "seed", f"step of cost {DONE}", "step at which it leaves ln 2",
        f"lowest cost in {STEPS} steps", f"cost at step {STEPS}",
    )  # fmt: skip
    return concluded(
        training_criterion, columns, rows, _training_measured, series, "step", "cost J (nats)", True
    )


def _training_measured(rows: Rows) -> str:
    he, glorot = picked(rows, 0, "He"), picked(rows, 0, "Glorot")
    left = [v for v in numbers(glorot, 3) if np.isfinite(v)]
    later = (
        f"{len(left)} of {len(glorot)} began to learn within {LONG:,} steps, from step "
        f"{number(min(left), 4)} on: a long plateau, not an end"
        if left
        else f"none began to learn within {LONG:,} steps"
    )
    return (
        f"With He weights the cost is below {DONE} after {number(min(numbers(he, 2)))} to "
        f"{number(max(numbers(he, 2)))} steps; with Glorot weights it is "
        f"{number(min(numbers(glorot, 5)))} or more after {STEPS}, guessing being {number(LN2)}; "
        f"{later}."
    )


def training_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether only He's networks learn, in so many times the steps that they need."""
    he, glorot = picked(rows, 0, "He"), picked(rows, 0, "Glorot")
    slowest, least = max(numbers(he, 2)), min(numbers(glorot, 4))
    met = slowest * TIMES <= STEPS and least > (1 - SHARE) * LN2
    return met, (
        f"Asked, on all seeds: He below {DONE} in a third of {STEPS} steps (the slowest took "
        f"{number(slowest)}), and Glorot within {100 * SHARE:.0f}% of ln 2 through all "
        f"{STEPS} (its lowest cost was {number(least)}, the limit {number((1 - SHARE) * LN2)})."
    )


EXPERIMENTS = [
    Experiment(
        key="he_propagation",
        label="He against Glorot: propagation",
        formula=f"ReLU, 22 and 30 layers of {WIDTH}, normal inputs, step 0, {DRAWS} seeds",
        help="ReLU lets half of a signal's power through, so weights that suit a linear network "
        "lose a factor 0.71 at every layer, forwards and backwards alike.",
        source=f"{PAPER}, section 2.2, equations 10 and 14",
        paper="With L layers, Glorot's scale, derived for linear layers, leaves 1 / sqrt(2^L) of "
        "the standard deviation that He's keeps.",
        config=_training("glorot"),
        run=run_propagation,
        criterion=propagation_criterion,
    ),
    Experiment(
        key="he_training",
        label="He against Glorot: training 30 layers",
        formula="ReLU, 2-29x64-1, circle, gradient descent 0.02, mini-batches of 32, 3 seeds",
        help="Thirty ReLU layers learn at once with He's weights, and stand still for a long time "
        "with Glorot's.",
        source=f"{PAPER}, section 2.2, figure 3",
        paper="A model of 30 layers (27 of them convolutions) converges with He's weights; with "
        "Glorot's it completely stalls. With 22 layers both learn, He's sooner.",
        config=_training("he"),
        run=run_training,
        criterion=training_criterion,
    ),
]
