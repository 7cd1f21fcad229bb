"""Poole et al. 2016, Schoenholz et al. 2017: the ordered, critical and chaotic phase of tanh."""

from __future__ import annotations

from math import log, sqrt

import numpy as np

from dnn.config import Config
from dnn.engine.layout import Array
from dnn.engine.network import Pass
from lab import theory
from lab.analysis.signal import Probe
from lab.experiments.experiment import Experiment, Findings, Judgement, Rows
from lab.experiments.runs import SEEDS, factor, mean, random_inputs, rms, values
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


def collect(found: Findings) -> None:
    """Find the factor of squared errors and the correlation that each phase ends with."""
    for phase, sigma_w in PHASES.items():
        at = theory.depth_scales("tanh", sigma_w, SIGMA_B)
        # Inputs of the size with which every layer has the fixed point's variance.
        data = random_inputs(WIDTH, 32, sqrt((at.q - SIGMA_B**2) / sigma_w**2))
        probe, deltas, met = Probe(_config(sigma_w), data), [], []
        for seed in SEEDS:
            found.next(f"Drawing {DEPTH} layers of {WIDTH} units, {phase}, seed {seed}.")
            deltas.append(probe.signal(seed).delta[:-1])
            met.append(_correlation(probe.net))
        delta = rms(deltas)
        chi = factor(delta[0], delta[-1], DEPTH - 1) ** 2
        scale = 1 / abs(log(at.chi)) if abs(at.chi - 1) > 1e-6 else float("inf")
        c = _predicted_correlation(sigma_w, at.q)
        found.row(phase, sigma_w**2, at.chi, chi, scale, 1 / abs(log(chi)), c, mean(met))
        found.curve(phase, range(1, DEPTH + 1), (delta / delta[-1]) ** 2)


def judge(rows: Rows) -> Judgement:
    """Judge whether factors and correlations are theory's, and the phases what they are called."""
    names = [str(row[0]) for row in rows]
    theory_chi, chi, theory_c, c = (values(rows, k) for k in (2, 3, 6, 7))
    off = max(abs(v / t - 1) for v, t in zip(chi, theory_chi, strict=True))
    off_c = max(abs(v - t) for v, t in zip(c, theory_c, strict=True))
    (ordered,), (chaotic,) = values(rows, 7, "ordered"), values(rows, 7, "chaotic")
    rises = chi == sorted(set(chi))
    met = off <= NEAR and off_c <= NEAR_C and rises and ordered > 0.99 and chaotic < 0.5
    parts = [
        f"{name} {number(v)} ({number(t)}), correlation {number(alike)}"
        for name, v, t, alike in zip(names, chi, theory_chi, c, strict=True)
    ]
    measured = f"Factor of the squared error a layer, in brackets theory's: {'; '.join(parts)}."
    why = (
        f"Criterion: factors within {100 * NEAR:.0f}% of theory (furthest {100 * off:.1f}%) and "
        f"correlations within {NEAR_C} (furthest {number(off_c, 2)}); ordered examples grow alike, "
        f"over 0.99 ({ordered:.4f}), chaotic ones stay apart, under 0.5 "
        f"({number(chaotic, 2)})."
    )
    return met, measured, why


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
        collect=collect,
        stages=len(PHASES) * len(SEEDS),
        columns=(
            "phase", "sigma_w^2", "factor of the squared error, theory", "measured",
            "depth scale in layers, theory", "measured depth scale",
            "correlation of two examples in the last hidden layer, theory", "measured correlation",
        ),
        judge=judge,
        x_label="layer",
        y_label="mean square error over the last hidden layer's",
    ),
]  # fmt: skip
