"""Poole et al. 2016, Schoenholz et al. 2017: the ordered, critical and chaotic phase of tanh."""

from __future__ import annotations

from math import log, sqrt

import numpy as np

from dnn.config import Config
from dnn.engine.layout import Array
from dnn.engine.network import Pass
from lab import theory
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
from lab.experiments.runs import SEEDS, factor, mean, numbers, picked, random_inputs, rms
from lab.text.numbers import number

WIDTH, DEPTH = 300, 40
SIGMA_B = sqrt(0.05)
CRITICAL = theory.critical_sigma_w("tanh", SIGMA_B) or float("nan")
PHASES = {"ordered": 1.0, "critical": CRITICAL, "chaotic": 1.75}
#: How near factors and correlations must come to theory. From phase to phase theory's differ by
#: 0.22 and 0.16 at least.
NEAR, NEAR_C = 0.05, 0.08


def _config(sigma_w: float) -> Config:
    return Config(
        hidden=(WIDTH,) * DEPTH,
        activation="tanh",
        initializer="mean_field",
        sigma_w=sigma_w,
        sigma_b=SIGMA_B,
        optimizer="sgd",
    )


def _correlation(net: Pass) -> float:
    """Return the mean correlation of two examples' preactivations in the last hidden layer."""
    A = net.activation(DEPTH).astype(np.float64)
    Z = np.arctanh(np.clip(A, -1 + 1e-7, 1 - 1e-7))
    Z /= np.linalg.norm(Z, axis=0)
    together: Array = Z.T @ Z
    m = len(together)
    return float((together.sum() - np.trace(together)) / (m * (m - 1)))


def _predicted_correlation(sigma_w: float, q: float) -> float:
    """Return theory's correlation in the last hidden layer, of examples that are unrelated."""
    c = SIGMA_B**2 / q
    for _ in range(DEPTH - 1):
        c = theory.correlation_map("tanh", c, q, sigma_w, SIGMA_B)
    return c


def run_phases(progress: Progress) -> Outcome:
    """Return the factor of squared errors and the correlation that each phase ends with."""
    stages, series = Stages(progress, len(PHASES) * len(SEEDS)), []
    rows: list[Row] = []
    for phase, sigma_w in PHASES.items():
        at = theory.depth_scales("tanh", sigma_w, SIGMA_B)
        # Inputs of the size with which every layer has the fixed point's variance.
        data = random_inputs(WIDTH, 32, sqrt((at.q - SIGMA_B**2) / sigma_w**2))
        probe, deltas, met = Probe(_config(sigma_w), data), [], []
        for seed in SEEDS:
            stages.next(f"Drawing {DEPTH} layers of {WIDTH} units, {phase}, seed {seed}.")
            deltas.append(probe.signal(seed).delta[:-1])
            met.append(_correlation(probe.net))
        delta = rms(deltas)
        chi = factor(delta[0], delta[-1], DEPTH - 1) ** 2
        scale = 1 / abs(log(at.chi)) if abs(at.chi - 1) > 1e-6 else float("inf")
        c = _predicted_correlation(sigma_w, at.q)
        rows.append((phase, sigma_w**2, at.chi, chi, scale, 1 / abs(log(chi)), c, mean(met)))
        series.append(curve(phase, range(1, DEPTH + 1), (delta / delta[-1]) ** 2))
    columns = (
        "phase", "sigma_w^2", "factor of the squared error, theory", "measured",
        "depth scale in layers, theory", "measured depth scale",
        "correlation of two examples in the last hidden layer, theory", "measured correlation",
    )  # fmt: skip
    return concluded(
        phases_criterion,
        columns,
        rows,
        _measured,
        series,
        "layer",
        "mean square error over the last hidden layer's",
        True,
    )


def _measured(rows: Rows) -> str:
    parts = []
    for row in rows:
        chi, c = float(row[3]), float(row[7])
        parts.append(f"{row[0]} {number(chi)} ({number(float(row[2]))}), correlation {number(c)}")
    return "Factor of the squared error a layer, in brackets theory's: " + "; ".join(parts) + "."


def phases_criterion(rows: Rows) -> tuple[bool, str]:
    """Return whether factors and correlations are theory's, and the phases what they are called."""
    chi = {str(row[0]): float(row[3]) for row in rows}
    off = max(abs(v / t - 1) for v, t in zip(numbers(rows, 3), numbers(rows, 2), strict=True))
    off_c = max(abs(v - t) for v, t in zip(numbers(rows, 7), numbers(rows, 6), strict=True))
    ordered, chaotic = picked(rows, 0, "ordered")[0], picked(rows, 0, "chaotic")[0]
    met = off <= NEAR and off_c <= NEAR_C and chi["ordered"] < chi["critical"] < chi["chaotic"]
    met = met and float(ordered[7]) > 0.99 and float(chaotic[7]) < 0.5
    return met, (
        f"Asked: factors within {100 * NEAR:.0f}% of theory (furthest {100 * off:.1f}%) and "
        f"correlations within {NEAR_C} (furthest {number(off_c, 2)}); ordered examples grow alike, "
        f"over 0.99 ({float(ordered[7]):.4f}), chaotic ones stay apart, under 0.5 "
        f"({number(float(chaotic[7]), 2)})."
    )


EXPERIMENTS = [
    Experiment(
        key="depth_scale",
        order=70,
        label="Ordered, critical, chaotic",
        formula=f"tanh, {WIDTH}-{DEPTH}x{WIDTH}-10, sigma_b^2 = 0.05, sigma_w^2 = 1, "
        f"{CRITICAL**2:.2f}, {PHASES['chaotic'] ** 2:.2f}, 32 normal inputs of the size that stays "
        "the same, step 0, 3 seeds",
        help="On one side of the critical line errors fade and all examples come to look alike, "
        "on the other errors explode and like examples part; on the line errors keep their size. "
        "How deep one can train is measured on the lab's page.",
        source="Poole et al. 2016, section 2, figures 1 and 2; Schoenholz et al. 2017, sections 2 "
        "to 5",
        paper="The squared gradient changes by the factor chi_1 a layer, hence by e over "
        "1 / |ln chi_1| layers, and networks train up to about six depth scales of the "
        "correlation; at the critical point both scales diverge.",
        config=_config(CRITICAL),
        run=run_phases,
        criterion=phases_criterion,
    ),
]
