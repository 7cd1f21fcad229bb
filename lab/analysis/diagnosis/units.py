"""Units that do nothing of their own: saturated, dead, or equal to another."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from dnn.parts.activations import ACTIVATIONS, SATURATED
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.optimizers import OPTIMIZERS
from dnn.run.measure import PROBE
from lab.analysis.diagnosis.case import Case
from lab.analysis.diagnosis.finding import Finding, layer_names
from lab.analysis.diagnosis.fix import Fix, fix_of, other_rate, other_seed
from lab.text.numbers import capital, count, number, percent
from lab.theory.gaussian import values

#: A layer counts from this share of saturated activations on, and of dead units: in a deep ReLU
#: network examples point the same way as they start, and half the units are dead to all of them.
SATURATED_SHARE, DEAD_SHARE = 2 / 3, 0.8
#: Below this share of the cost of guessing saturation is what a network has learned.
HARMLESS = 0.75
#: A learning rate above this kills units; of optimisers that divide by the gradient's size: True.
USUAL_RATE = {False: 0.1, True: 0.01}
#: Inputs whose rms is beyond this have not been scaled.
LARGE_INPUT = 5.0


def symmetric(case: Case) -> Finding | None:
    """Find hidden units that are equal: with the same weights in and out they stay so.

    Equal units get equal gradients, so that a layer of them is one unit. Only dropout tells them
    apart, so that with dropout they must have stayed equal over a step.
    Source: Goodfellow, Bengio & Courville 2016, section 8.4.
    """
    sizes, equal = np.array(case.config.hidden, int), case.seen.equal
    layers = [int(l) + 1 for l in np.flatnonzero(equal >= np.maximum(2, 0.5 * sizes))]
    if not layers or (case.config.dropout and case.run.step == 0):
        return None
    layers.sort(key=lambda l: -int(equal[l - 1]))
    worst = layers[0]
    what = layer_names(layers, case.layers)
    evidence = (
        f"{int(equal[worst - 1])} of the {sizes[worst - 1]} units of layer {worst} have the same "
        f"weights in and out as another at step {count(case.run.step)}, so they get the same "
        "gradients."
    )
    return Finding(
        "symmetric", "error", f"Units of {what} are equal and stay so.", evidence,
        _other_weights(case), tuple(layers),
    )  # fmt: skip


def _other_weights(case: Case) -> Fix:
    """Return the fix to draw the starting weights at random, as suits the activation."""
    if case.config.initializer is None:  # then it was by hand
        return other_seed(case.config)
    keys = case.config.activations
    label = INITIALIZERS[ACTIVATIONS[keys[0]].initializer].label
    return fix_of(f"Start with {label} weights", {"initializer": None})


def saturation(case: Case) -> Finding | None:
    """Find bounded layers of which more than 2/3 of the activations lie at their bounds.

    Beyond 0.97 of the bounds (of tanh, and so of the others, scaled) the slope is below 6 % of its
    largest, that of erf 10 %. A network that has learned ends there rightly: no finding below 75 %
    of guessing.
    Source: Glorot & Bengio 2010, section 3; LeCun et al. 1998, section 4.4.
    """
    share = np.nan_to_num(case.seen.saturated)
    layers = [int(l) + 1 for l in np.argsort(-share) if share[l] > SATURATED_SHARE]
    if not layers or case.learns or case.level < HARMLESS * case.guessing:
        return None
    worst = layers[0]
    key = case.config.activations[worst - 1]
    low, high = ACTIVATIONS[key].bounds or (0, 0)
    middle, half = (low + high) / 2, SATURATED * (high - low) / 2
    evidence = (
        f"{percent(share[worst - 1])} of layer {worst}'s activations are below "
        f"{number(middle - half)} or above {number(middle + half)} at step "
        f"{count(case.run.step)}: there the slope, and with it the error passed on, is under "
        f"{np.ceil(100 * _slope(key, middle + half)):.0f}% of its largest."
    )
    return Finding(
        "saturation", "warning", f"{capital(layer_names(layers, case.layers))} "
        f"{'are' if len(layers) > 1 else 'is'} saturated.", evidence,
        _unsaturate(case), tuple(layers),
    )  # fmt: skip


@lru_cache
def _slope(key: str, value: float) -> float:
    """Return the largest slope of an activation above this value, over that at its middle."""
    A, D = values(key, np.linspace(0.0, 10.0, 2001))
    return float(D[value < A].max() / D[0])


def _unsaturate(case: Case) -> Fix:
    """Return what brings activations off their bounds, by what may have driven them there."""
    data, config = case.run.data, case.config
    assert data is not None
    size = float(np.sqrt(np.mean(data.X_train[:, :PROBE] ** 2)))
    if config.scaling != "standard" and size > LARGE_INPUT:
        return fix_of("Scale the inputs to size 1", {"scaling": "standard"})
    fitting = {ACTIVATIONS[key].initializer for key in config.activations}
    if config.initializer is not None and config.initializer not in fitting:
        return _other_weights(case)
    if not case.run.step and not config.batch_norm and config.batch_size != 1:
        return fix_of("Normalise each layer over the batch", {"batch_norm": True})
    return other_rate(config, 0.1, restart=True)


def dead(case: Case) -> Finding | None:
    """Find ReLU layers of which 80 % of the units or more give 0 on every example looked at.

    Such a unit has no gradient and does not come back by itself, unless what it is given changes.
    Some are usual, and where the network has learned the others were enough.
    Source: Maas, Hannun & Ng 2013, section 2; Lu et al. 2019, Dying ReLU.
    """
    sizes, found = np.array(case.config.hidden, int), case.seen.dead
    share = found / np.maximum(1, sizes)
    layers = [int(l) + 1 for l in np.argsort(-share, kind="stable") if _many(found[l], sizes[l])]
    if not layers or case.learns:
        return None
    worst, data = layers[0], case.run.data
    examples = min(PROBE, data.m_train) if data is not None else PROBE
    whole = found[worst - 1] == sizes[worst - 1]
    sentence = (
        f"All units of layer {worst} are dead: nothing gets past it."
        if whole
        else f"Many units of {layer_names(layers, case.layers)} are dead."
    )
    evidence = (
        f"{found[worst - 1]} of the {sizes[worst - 1]} units of layer {worst} give 0 on each of "
        f"{examples} examples at step {count(case.run.step)}, so their weights get no gradient."
    )
    severity = "error" if whole and not any(case.config.residual_layers()) else "warning"
    return Finding("dead", severity, sentence, evidence, _revive(case), tuple(layers))


def _many(dead: int, size: int) -> bool:
    return dead == size or (dead >= 2 and dead >= DEAD_SHARE * size)


def _revive(case: Case) -> Fix:
    """Return the fix of smaller steps, where they are large and the start was not dead."""
    if case.run.step and case.rate > USUAL_RATE[OPTIMIZERS[case.config.optimizer].divides]:
        return other_rate(case.config, 0.1, restart=True)
    keys = tuple("leaky_relu" if key == "relu" else key for key in case.config.activations)
    return fix_of("Use leaky ReLU", {"activation": keys if len(set(keys)) > 1 else keys[0]})
