"""What the signal of a network says about its gradients, in words, with one mend.

The rules: levels and factors of activations and deltas are judged together, never the spread of
weight gradients alone. Deep ReLU layers with sigma_w^2 = 4 explode with flat weight gradients, and
with Glorot's scale they fade with flat ones: what grows one way shrinks the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn import theory
from dnn.activations import ACTIVATIONS
from dnn.config import Config
from dnn.diagnostics import Signal
from dnn.figures.words import number
from dnn.initializers import INITIALIZERS
from dnn.optimizers import OPTIMIZERS

#: From this factor over all hidden layers on, an error or a signal counts as faded or grown.
TOTAL = 10.0
#: Optimisers that divide each step by the gradient's running size.
DIVIDING = ("adam", "adamw", "rmsprop")


@dataclass(frozen=True)
class Verdict:
    """kind: vanishing, exploding, fading, growing, broken, healthy or shallow.

    title and text: sentences; factor: of the error's size, from one hidden layer back to the one
    before it; total: over all of them; button and fields: a mend, "" and {} where none is needed.
    """

    kind: str
    title: str
    text: str
    factor: float
    total: float
    button: str = ""
    fields: dict[str, Any] | None = None


def judge(config: Config, signal: Signal) -> Verdict:
    """Return the verdict on the signal of a network at step 0."""
    hidden = len(config.hidden)
    if hidden < 2:
        title = "Too shallow to vanish or explode"
        return Verdict("shallow", title, "Add hidden layers to see what depth does.", 1.0, 1.0)
    delta, activation = signal.delta[:hidden], signal.activation[:hidden]
    if not (np.isfinite(delta).all() and np.isfinite(activation).all()):
        return _with_mend(config, Verdict("broken", *_BROKEN, float("nan"), float("nan")))
    back = _ratio(delta[0], delta[-1])
    forward = _ratio(activation[-1], activation[0])
    factor = back ** (1 / (hidden - 1))
    kind = _kind(back, forward)
    return _with_mend(
        config,
        Verdict(
            kind,
            _title(kind, factor, forward ** (1 / (hidden - 1))),
            _text(config, kind, back, forward, signal),
            factor,
            back,
        ),
    )


_BROKEN = (
    "The signal left the range of numbers",
    "Activations or errors are not finite: the weights are far too large for this depth.",
)


def _ratio(a: float, b: float) -> float:
    """Return a / b; nothing at all counts as having vanished."""
    if a == 0 or a == b:
        return 1.0 if a else 0.0
    return float(a / b) if b > 0 else float("inf")


def _kind(back: float, forward: float) -> str:
    if back < 1 / TOTAL:
        return "vanishing"
    if back > TOTAL:
        return "exploding"
    if forward < 1 / TOTAL:
        return "fading"
    return "growing" if forward > TOTAL else "healthy"


def _title(kind: str, back: float, forward: float) -> str:
    return {
        "vanishing": f"Gradients vanish: each layer multiplies the error by {number(back)}",
        "exploding": f"Gradients explode: each layer multiplies the error by {number(back)}",
        "fading": f"The signal fades: each layer multiplies activations by {number(forward)}",
        "growing": f"The signal grows: each layer multiplies activations by {number(forward)}",
        "healthy": f"Gradients flow: each layer multiplies the error by {number(back)}",
    }[kind]


def _text(config: Config, kind: str, back: float, forward: float, signal: Signal) -> str:
    last = len(config.hidden)
    if kind == "healthy":
        return f"Between layer {last} and layer 1 the error changes ×{number(back)} in all."
    parts = []
    if kind in ("vanishing", "exploding"):
        word, times = _compared(back)
        parts.append(f"At layer 1 the error is {times} {word} than at layer {last}.")
    gradients = _ratio(signal.gradient[0], signal.gradient[last - 1])
    level = 1 / TOTAL < gradients < TOTAL
    if level:
        parts.append(
            "The weights' gradients hide it, being about equal in all layers, because activations "
            f"change ×{number(forward)} on their way forward."
        )
    else:
        word, times = _compared(gradients)
        parts.append(f"The weights of layer 1 get gradients {times} {word} than layer {last}'s.")
    return " ".join([*parts, _consequence(config, kind, "all" if level else "the first")])


def _compared(ratio: float) -> tuple[str, str]:
    if ratio == 0:
        return "smaller", "infinitely many times"
    return ("larger", f"{number(ratio)}×") if ratio > 1 else ("smaller", f"{number(1 / ratio)}×")


def _consequence(config: Config, kind: str, which: str) -> str:
    label = OPTIMIZERS[config.optimizer].label
    if config.optimizer in DIVIDING:
        return f"{label} divides by the gradient's running size, so the steps do not show it."
    if kind in ("exploding", "growing"):
        clip = " Clipping keeps the steps short." if config.clip_norm or config.clip_value else ""
        return f"Under {label.lower()} a usual learning rate throws the weights far away.{clip}"
    return f"Under {label.lower()} {which} layers keep almost what they started with."


def _with_mend(config: Config, verdict: Verdict) -> Verdict:
    if verdict.kind == "healthy":
        return verdict
    found = mend(config, verdict.kind)
    if found is None:
        return verdict
    button, fields = found
    return Verdict(**{**vars(verdict), "button": button, "fields": fields})


def mend(config: Config, kind: str) -> tuple[str, dict[str, Any]] | None:
    """Return the label and fields of the one change that fits the activation; None without one."""
    key = config.activations[0]
    if len(set(config.activations)) > 1:
        return ("Normalise each layer's batch", {"batch_norm": True})
    suits = ACTIVATIONS[key].initializer
    if config.residual and kind in ("exploding", "growing"):
        scale = float(f"{len(config.hidden) ** -0.5:.2f}")
        if config.branch_scale > scale:
            return (f"Scale the branches by {scale:g}", {"branch_scale": scale})
    if config.batch_norm and kind == "exploding":
        return ("Take batch normalisation out", {"batch_norm": False, "initializer": None})
    if key == "sigmoid" and kind == "vanishing":
        # No scale in a usual range mends it: its slope is at most 1/4, and its mean is not 0.
        return (
            "Use tanh with Glorot weights",
            {"activation": "tanh", "initializer": "glorot", "batch_norm": False},
        )
    if key in ("tanh", "erf"):
        critical = theory.critical_sigma_w(key, config.sigma_b)
        here = config.initializer == "mean_field" and critical is not None
        if critical is not None and not (here and abs(config.sigma_w / critical - 1) < 0.005):
            value = float(f"{critical:.3f}")
            return (
                f"Set σ_w to the critical {value:g}",
                {"initializer": "mean_field", "sigma_w": value, "sigma_b": config.sigma_b},
            )
    if key == "linear":
        suits = "orthogonal"
    if set(config.initializer_keys) != {suits}:
        return f"Start with {INITIALIZERS[suits].label} weights", {"initializer": suits}
    return None if config.batch_norm else ("Normalise each layer's batch", {"batch_norm": True})
