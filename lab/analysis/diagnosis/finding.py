"""Finding: what one rule of the diagnosis says, and the change that it suggests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dnn.config import FIELDS, LIVE_FIELDS, Config
from dnn.parts.optimizers import OPTIMIZERS
from lab.text.numbers import short

#: From this L2 penalty on, it may be what holds a network back.
STRONG_L2 = 0.01
#: More layers than these are counted and not named one by one.
MOST_NAMES = 4


@dataclass(frozen=True)
class Suggestion:
    """A button: its label, and the fields of Config that it sets.

    live: applied to the run as it goes on; otherwise it starts a new network.
    """

    button: str
    fields: dict[str, Any]
    live: bool


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
    suggestion: Suggestion
    layers: tuple[int, ...] = ()


def suggest(button: str, fields: dict[str, Any], restart: bool = False) -> Suggestion:
    """Return the suggestion of these fields, live where all of them can change live.

    restart: a new network all the same, because this one is damaged.
    """
    live = not restart and all(name in LIVE_FIELDS for name in fields)
    return Suggestion(button, fields, live)


def other_rate(config: Config, factor: float, restart: bool = False) -> Suggestion:
    """Return the suggestion of the learning rate times a factor, or another start at its bounds."""
    about = FIELDS["learning_rate"]
    rate = min(max(float(f"{config.learning_rate * factor:.2g}"), about.min), about.max)
    if rate == config.learning_rate:
        return other_seed(config)
    verb = "Start again with" if restart else "Set"
    return suggest(f"{verb} learning rate {short(rate)}", {"learning_rate": rate}, restart)


def other_seed(config: Config) -> Suggestion:
    """Return the suggestion of other starting weights."""
    return suggest("Start again with another seed", {"seed": (config.seed + 1) % 2**31})


def without_penalties(config: Config) -> Suggestion | None:
    """Return the suggestion to start again without penalties, where there are strong ones."""
    if not config.l1 and config.l2 < STRONG_L2:
        return None
    return suggest("Start again without penalties", {"l1": 0.0, "l2": 0.0}, restart=True)


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


def capital(text: str) -> str:
    """Return text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
