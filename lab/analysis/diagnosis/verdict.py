"""What the signal of a network says about its gradients, in words, with one fix.

The rules: levels and factors of activations and deltas are judged together, never the spread of
weight gradients alone. Deep ReLU layers with sigma_w^2 = 4 explode with flat weight gradients, and
with Glorot's scale they fade with flat ones: what grows one way shrinks the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dnn.config import Config
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.optimizers import OPTIMIZERS
from dnn.run.measure import Signal
from lab import theory
from lab.analysis.diagnosis.fix import Fix
from lab.analysis.signal import theory_of
from lab.text.numbers import number, times

#: From so many times on, gradients no longer count as about equal.
EQUAL = 3.0
#: From this factor over all hidden layers on, an error or a signal counts as faded or grown.
TOTAL = 20.0
#: A critical scale beyond this is no fix: at it a network is far from linear.
LARGEST_SIGMA = 3.0
#: Returns the signal of a Config's network at its width, depth and seed, None where that is too
#: much to measure.
Measure = Callable[[Config], Signal | None]


@dataclass(frozen=True)
class Verdict:
    """kind: vanishing, exploding, fading, growing, broken, healthy, bypassed or shallow.

    title and text: sentences; factor: of the error's size, from one hidden layer back to the one
    before it; total: over all of them; fix: None where none is needed, or none is known.
    """

    kind: str
    title: str
    text: str
    factor: float
    total: float
    fix: Fix | None = None


def judge(config: Config, signal: Signal, measure: Measure | None = None) -> Verdict:
    """Return the verdict on the signal of a network at step 0.

    measure: what a fix is tried with before it is offered; without it theory alone is asked.
    """
    hidden = len(config.hidden)
    if hidden < 2:
        title = "Too shallow to vanish or explode"
        return Verdict("shallow", title, "Add hidden layers to see what depth does.", 1.0, 1.0)
    kind, back, forward = _kind(config, signal)
    delta, activation = errors(config, signal), signal.activation[:hidden]
    each = back ** (1 / (hidden - 1))
    if kind == "broken":
        title, text = _BROKEN
    elif bypassed(config):
        kind, (title, text) = "bypassed", _BYPASSED
    elif not delta[0]:
        title, text = _stopped(delta, activation)
    else:
        title = _title(kind, each, forward ** (1 / (hidden - 1)))
        text = _text(config, kind, back, forward, signal)
    fix = None if kind == "healthy" else find_fix(config, kind, measure)
    return Verdict(kind, title, text, each, back, fix)


def error_factor(config: Config, signal: Signal) -> float:
    """Return what each hidden layer multiplies the error by on its way back, on average.

    1 where fewer than two hidden layers leave nothing to compare; NaN where it is not finite.
    """
    error = errors(config, signal)
    if len(error) < 2:
        return 1.0
    if not np.isfinite(error).all():
        return float("nan")
    return _ratio(error[0], error[-1]) ** (1 / (len(error) - 1))


def errors(config: Config, signal: Signal) -> np.ndarray:
    """Return the error's norm at each hidden layer: delta's, without the scale of its own branch.

    The norm, for a layer of more units spreads the same error over more of them. And a residual
    branch passes only branch_scale of the error on to its weights; the first layer, which is none,
    all of it. That is no growth from layer to layer.
    """
    delta = signal.delta[: len(config.hidden)] * np.sqrt(config.hidden)
    if not config.branch_scale:
        return _beside(delta, config.residual_layers())
    return delta / np.where(config.residual_layers(), config.branch_scale, 1.0)


def _beside(delta: np.ndarray, residual: Sequence[bool]) -> np.ndarray:
    """Return the error where branches of scale 0 show none: it passes them by, unchanged.

    What arrives at the layer whose output they hand on is what came to each of them.
    """
    own = np.where(residual, 0, np.arange(len(delta)))
    return delta[np.maximum.accumulate(own)]


def bypassed(config: Config) -> bool:
    """Return whether there are residual layers of which the branch counts for nothing."""
    return any(config.residual_layers()) and not config.branch_scale


_BYPASSED = (
    "The branches are switched off: their weights learn nothing",
    "A residual layer with a branch scale of 0 hands on what it is given, forwards and backwards: "
    "the gradient of its weights is exactly 0.",
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


def _kind(config: Config, signal: Signal) -> tuple[str, float, float]:
    """Return the kind of a signal, and what it does to error and activations over all layers."""
    error, activation = errors(config, signal), signal.activation[: len(config.hidden)]
    if not (np.isfinite(error).all() and np.isfinite(activation).all()):
        return "broken", float("nan"), float("nan")
    back, forward = _ratio(error[0], error[-1]), _ratio(activation[-1], activation[0])
    kind = "healthy"
    if not 1 / TOTAL <= back <= TOTAL:
        kind = "vanishing" if back < 1 else "exploding"
    elif not 1 / TOTAL <= forward <= TOTAL:
        kind = "fading" if forward < 1 else "growing"
    return kind, back, forward


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
    if _should_flow(config):
        units = min(config.hidden)
        of = "1 unit" if units == 1 else f"{units:,} units"
        parts = [f"Theory has it flow in wide layers; this draw of layers of {of} strays from it."]
    if kind in ("vanishing", "exploding"):
        word, ratio = _compared(back)
        parts.append(f"At layer 1 the error is {ratio} {word} than at layer {last}.")
    gradients = _ratio(signal.gradient[0], signal.gradient[last - 1])
    level = 1 / TOTAL < gradients < TOTAL
    if kind in ("vanishing", "exploding"):
        # They hide it where activations make up for it, not where it is small itself.
        level = level and abs(np.log(gradients)) < abs(np.log(back)) / 2
    if level:
        parts.append(
            f"The weights' gradients hide it: they {_spread(signal.gradient[:last])}, because "
            f"activations change ×{number(forward)} on their way forward."
        )
    else:
        word, ratio = _compared(gradients)
        parts.append(f"The weights of layer 1 get gradients {ratio} {word} than layer {last}'s.")
    size = float(np.median(signal.gradient[:last]))
    return " ".join([*parts, _consequence(config, kind, None if level else gradients, size)])


def _should_flow(config: Config) -> bool:
    """Return whether theory sees it flow; with batch normalisation it is of large batches only."""
    return not config.batch_norm and _flows(config)


def _spread(gradients: np.ndarray) -> str:
    ratio = _ratio(gradients.max(), gradients.min())
    if ratio < EQUAL:
        return "are about equal in all layers"
    return f"differ by only {times(ratio)} between layers"


def _stopped(delta: np.ndarray, activation: np.ndarray) -> tuple[str, str]:
    """Return title and text where nothing at all of the error arrives at layer 1."""
    silent, without = np.flatnonzero(activation == 0), int(np.flatnonzero(delta == 0)[-1]) + 1
    title = "Gradients vanish altogether: the error at layer 1 is exactly 0"
    if len(silent):
        title = f"The network is dead: every unit of layer {silent[0] + 1} gives exactly 0"
    layers = "layer 1" if without == 1 else f"layers 1 to {without}"
    text = f"No error comes back to {layers}: the gradient of their weights is exactly 0."
    return title, text


def _compared(ratio: float) -> tuple[str, str]:
    if ratio == 0:
        return "smaller", "infinitely many times"
    return ("larger", f"{number(ratio)}×") if ratio > 1 else ("smaller", f"{number(1 / ratio)}×")


def _consequence(config: Config, kind: str, gradients: float | None, size: float) -> str:
    """Return what it does to the steps.

    gradients: layer 1's over the last hidden layer's, None where all are much alike; size: theirs.
    """
    label = OPTIMIZERS[config.optimizer].label
    if OPTIMIZERS[config.optimizer].divides:
        return f"{label} divides by the gradient's running size, so the steps do not show it."
    # Per example; a step is along their mean, in which they cancel in part.
    clip = ""
    if kind in ("exploding", "growing") and (config.clip_norm or config.clip_value):
        clip = " Clipping keeps the steps short."
    if gradients is None:
        each = f"the learning rate times at most about {number(size)} a weight"
        return f"Under {label.lower()} a step is {each} in every layer.{clip}"
    word, _ = _compared(gradients)
    return (
        f"Under {label.lower()} the first layer's steps are {word} by about as much; how far "
        f"examples cancel in a batch differs from layer to layer.{clip}"
    )


def find_fix(config: Config, kind: str, measure: Measure | None = None) -> Fix | None:
    """Return one change after which the signal flows.

    The first that does, of those that fit the activation, in theory and, where measure can tell,
    at this width, depth and seed; None where none does. kind: as in Verdict.
    """
    flowing = _should_flow(config)
    for fix in _candidates(config, kind):
        other = replace(config, **fix.fields)
        if _alike(config, other) or not _flows(other):
            continue
        found = measure(other) if measure else None
        # By theory alone, only out of what it sees fade or grow: else two could fix each other.
        if not flowing if found is None else _kind(other, found)[0] == "healthy":
            return fix
    return None


def _alike(a: Config, b: Config) -> bool:
    """Return whether two Configs differ in what their starting weights are called alone.

    He's and the critical scale of ReLU are one and the same: neither fixes the other.
    """
    named = {name: getattr(b, name) for name in ("initializer", "sigma_w", "sigma_b")}
    if (a.initializer_key == "orthogonal") != (b.initializer_key == "orthogonal"):
        return False  # the same scale, but no singular value strays
    return replace(a, **named) == b and _drawn(a) == _drawn(b)


def _drawn(config: Config) -> list[tuple[float, float]]:
    """Return variance of the weights and scale of the biases of the hidden layers but the first."""
    found = []
    for key, fan_in, fan_out in zip(
        config.initializer_keys[1:], config.hidden, config.hidden[1:], strict=False
    ):
        entry = INITIALIZERS[key]
        variance = float(f"{entry.variance(fan_out, fan_in, config.sigma_w):.2g}")
        found.append((variance, config.sigma_b if entry.uses_sigma_b else 0.0))
    return found


def _candidates(config: Config, kind: str) -> Iterator[Fix]:
    """Yield the changes that may fix a network, the most fitting first."""
    if any(config.residual_layers()) and kind in ("exploding", "growing", "bypassed"):
        for power in (0.5, 1.0):
            scale = float(f"{len(config.hidden) ** -power:.2g}")
            if config.branch_scale > scale or not config.branch_scale:
                yield Fix(f"Scale the branches by {scale:g}", {"branch_scale": scale})
    if config.batch_norm:
        yield Fix("Take batch normalisation out", {"batch_norm": False, "initializer": None})
    if len(set(config.activations)) == 1:
        key = config.activations[0]
        suits = "orthogonal" if key == "linear" else ACTIVATIONS[key].initializer
        fitting = Fix(f"Start with {INITIALIZERS[suits].label} weights", {"initializer": suits})
        if key not in ("tanh", "erf"):
            yield fitting
        critical = theory.critical_sigma_w(key, config.sigma_b)
        if critical is not None and critical <= LARGEST_SIGMA:
            value = float(f"{critical:.3f}")
            fields = {"initializer": "mean_field", "sigma_w": value, "sigma_b": config.sigma_b}
            yield Fix(f"Set the weight scale to the critical {value:g}", fields)
        yield fitting
        yield Fix("Start with Orthogonal weights", {"initializer": "orthogonal"})
    # The layers of the second keep every length, however narrow they are.
    for weights, key in (("Glorot", "glorot"), ("orthogonal", "orthogonal")):
        yield Fix(f"Use tanh with {weights} weights", {"activation": "tanh", "initializer": key})


def _flows(config: Config) -> bool:
    """Return whether theory sees neither signal nor error fade or grow over the hidden layers."""
    sizes = (config.hidden[0], *config.hidden, 1)
    line = theory_of(config, sizes, 1.0)
    found = Signal(line.activation_rms, line.delta_rms, line.gradient_rms)
    return _kind(config, found)[0] == "healthy"
