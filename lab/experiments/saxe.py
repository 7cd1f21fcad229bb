"""Saxe, McClelland & Ganguli 2013: orthogonal against Gaussian weights in deep linear networks."""

from __future__ import annotations

from math import sqrt

import numpy as np

from dnn.config import Config
from lab.analysis.jacobians import end_to_end_jacobian, singular_values
from lab.analysis.signal import Probe
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import SEEDS, mean, random_inputs, values
from lab.text.numbers import number

WIDTH, DEPTHS = 150, (1, 5, 10, 20)
NAMES = {"orthogonal": "orthogonal", "lecun": "Gaussian"}
SMALL = 0.1
#: What is smaller says nothing in float64.
ROUNDING = 1e-15


def _config(key: str) -> Config:
    return Config(
        hidden=(WIDTH,) * DEPTHS[-1], activation="linear", initializer=key, optimizer="sgd"
    )


def edge(depth: int) -> float:
    """Return the largest singular value of a product of wide Gaussian matrices, Var W = 1 / n.

    Its square is (depth + 1)^(depth + 1) / depth^depth: the end of the Fuss-Catalan distribution.
    """
    return sqrt((depth + 1) ** (depth + 1) / depth**depth)


def collect(found: Findings) -> None:
    """Find the singular values from the input to hidden layers of growing depth."""
    data = random_inputs(WIDTH, 10)
    for key, name in NAMES.items():
        probe = Probe(_config(key), data)
        for seed in SEEDS:
            found.next(f"Singular values of {DEPTHS[-1]} linear layers, {name}, seed {seed}.")
            net = probe.run(seed)
            for depth in DEPTHS:
                s = singular_values(end_to_end_jacobian(net, last=depth))
                found.row(name, depth, seed, s[0], np.median(s), s[-1], mean(s < SMALL))
            if seed == SEEDS[0]:
                kept = s[s > ROUNDING]
                found.curve(f"{name}, {DEPTHS[-1]} layers", range(1, len(kept) + 1), kept)


def judge(rows: Rows) -> Judgement:
    """Judge whether orthogonal values are 1, and Gaussian ones a few large and many near 0."""
    off = max(abs(v - 1) for k in (3, 5) for v in values(rows, k, "orthogonal"))
    largest, middle, share = (mean(values(rows, k, "Gaussian", DEPTHS[-1])) for k in (3, 4, 6))
    top = edge(DEPTHS[-1])
    met = off < 1e-8 and abs(largest / top - 1) < 1 / 3 and share > 0.5
    measured = (
        f"Orthogonal: every singular value is 1 to within {number(off, 2)}, at any depth. "
        f"Gaussian, {DEPTHS[-1]} layers: the largest is {number(largest)}, the median "
        f"{number(middle, 2)}, and {100 * share:.0f}% lie below {SMALL}."
    )
    why = (
        f"Criterion: orthogonal values within 1e-8 of 1 (furthest {number(off, 2)}); with Gaussian "
        f"weights and {DEPTHS[-1]} layers a largest value within a third of the wide limit's "
        f"{number(top)} ({number(largest)}), and more than half below {SMALL} "
        f"({100 * share:.0f}%)."
    )
    return met, measured, why


EXPERIMENTS = [
    Experiment(
        key="saxe",
        order=50,
        label="Orthogonal against Gaussian weights",
        formula=f"linear, {WIDTH}-{DEPTHS[-1]}x{WIDTH}-10, W orthogonal or N(0, 1 / fan_in), "
        "step 0, 3 seeds",
        help="A product of orthogonal matrices keeps the length of every error vector at any "
        "depth; one of Gaussian matrices keeps it on average only, a few directions growing while "
        "most vanish. The run looks at step 0; how fast such networks learn, it does not measure.",
        source="Saxe, McClelland & Ganguli 2013, Exact solutions to the nonlinear dynamics of "
        "learning in deep linear neural networks, section 3",
        paper="Scaled Gaussian weights keep the mean length, but the product of many layers has a "
        "few large singular values and most of them near zero; orthogonal weights have all of "
        "them at 1, and learn in a time that does not depend on depth.",
        config=_config("orthogonal"),
        collect=collect,
        stages=2 * len(SEEDS),
        columns=(
            "weights", "layers", "seed", "largest singular value", "median",
            f"smallest (rounding below {ROUNDING:g})", f"share below {SMALL}",
        ),
        judge=judge,
        x_label="rank",
        y_label="singular value",
    ),
]  # fmt: skip
