"""Fix: one change that a button makes, of whatever part of the diagnosis found it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dnn.config import FIELDS, LIVE_FIELDS, Config
from lab.text.numbers import short

#: From this L2 penalty on, it may be what holds a network back.
STRONG_L2 = 0.01


@dataclass(frozen=True)
class Fix:
    """A button: its label, and the fields of Config that it sets.

    live: applied to the run as it goes on; otherwise it starts a new network. from_step: the step
    to go back to first; None to go on from where the run is.
    """

    label: str
    fields: dict[str, Any]
    live: bool = False
    from_step: int | None = None


def fix_of(label: str, fields: dict[str, Any], restart: bool = False) -> Fix:
    """Return the fix that sets these fields, live where all of them can change live.

    restart: a new network all the same, because this one is damaged.
    """
    return Fix(label, fields, not restart and all(name in LIVE_FIELDS for name in fields))


def other_rate(config: Config, factor: float, restart: bool = False) -> Fix:
    """Return the fix of the learning rate times a factor, or another start at its bounds."""
    about = FIELDS["learning_rate"]
    rate = min(max(float(f"{config.learning_rate * factor:.2g}"), about.min), about.max)
    if rate == config.learning_rate:
        return other_seed(config)
    verb = "Start again with" if restart else "Set"
    return fix_of(f"{verb} learning rate {short(rate)}", {"learning_rate": rate}, restart)


def other_seed(config: Config) -> Fix:
    """Return the fix of other starting weights."""
    return Fix("Start again with another seed", {"seed": (config.seed + 1) % 2**31})


def without_penalties(config: Config) -> Fix | None:
    """Return the fix of starting again without penalties, where there are strong ones."""
    if not config.l1 and config.l2 < STRONG_L2:
        return None
    return Fix("Start again without penalties", {"l1": 0.0, "l2": 0.0})
