"""Finding: what one rule of the diagnosis says, and the change that may fix it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dnn.config import Config
from dnn.parts.optimizers import OPTIMIZERS
from lab.analysis.diagnosis.fix import Fix

#: More layers than these are counted and not named one by one.
MOST_NAMES = 4


@dataclass(frozen=True)
class Finding:
    """What one rule found.

    key: the rule's; severity: "error" where the run learns nothing while it lasts, else "warning";
    sentence: what is the matter; evidence: the numbers that say so; layers: those concerned,
    1-based, the worst first (empty where the whole network is).
    """

    key: str
    severity: str
    sentence: str
    evidence: str
    fix: Fix
    layers: tuple[int, ...] = ()


def layer_names(layers: Sequence[int], total: int) -> str:
    """Return what layers (1-based) are called: "layer 2", "layers 1, 3 and 4", "the output"."""
    hidden = sorted(l for l in layers if l < total)
    names = []
    if hidden:
        texts = [str(l) for l in hidden]
        if len(hidden) > MOST_NAMES and hidden != list(range(hidden[0], hidden[-1] + 1)):
            return f"{len(layers)} layers, layer {layers[0]} most of all,"
        if len(hidden) > 3 and hidden == list(range(hidden[0], hidden[-1] + 1)):
            names.append(f"layers {hidden[0]} to {hidden[-1]}")
        else:
            joined = " and ".join([", ".join(texts[:-1]), texts[-1]] if texts[1:] else texts)
            names.append(f"layer{'s' if len(hidden) > 1 else ''} {joined}")
    if total in layers:
        names.append("the output layer")
    return " and ".join(names)


def optimizer_name(config: Config) -> str:
    """Return what the optimiser is called inside a sentence."""
    label = OPTIMIZERS[config.optimizer].label
    # Adam is a name, gradient descent is not.
    return label if OPTIMIZERS[config.optimizer].divides else label[:1].lower() + label[1:]
