"""Twins: two networks of the same data and seed that differ in one setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dnn.config import FIELDS, LIVE_FIELDS, Config
from dnn.data.datasets import Dataset
from dnn.parts.initializers import INITIALIZERS
from dnn.registry import Entry
from dnn.run.history import History
from dnn.run.training import Run, change, start
from lab.text.numbers import number

#: What the second network may differ in.
TWIN_FIELDS = (
    "initializer",
    "activation",
    "hidden",
    "batch_norm",
    "residual",
    "clip_norm",
    "optimizer",
    "learning_rate",
)


@dataclass(frozen=True, eq=False)
class Twin:
    """The second network. setting: the one field in which it differs, and its value there."""

    setting: Mapping[str, Any]
    run: Run
    history: History

    def following(self, config: Config) -> Twin:
        """Return the twin after live changes of the first network's Config."""
        mine = replace(config, **self.setting)
        names = [n for n in LIVE_FIELDS if getattr(mine, n) != getattr(self.run.config, n)]
        if not names or self.run.diverged:
            return self
        return replace(self, run=change(self.run, **{n: getattr(mine, n) for n in names}))


def twin(config: Config, setting: Mapping[str, Any], data: Dataset) -> Twin:
    """Return the second network at step 0. Raises ValueError where none can be made."""
    return Twin(setting, start(replace(config, **setting), data), History())


def setting_from_text(text: str) -> dict[str, Any]:
    """Return the setting of a link, "initializer:he". Raises ValueError with what is allowed."""
    name, colon, value = text.partition(":")
    if name not in TWIN_FIELDS or not colon:
        allowed = ", ".join(TWIN_FIELDS)
        raise ValueError(
            f"twin: {text[:40]!r} is not allowed; write field:value with one of {allowed}"
        )
    return {name: FIELDS[name].parse(name, value)}


def setting_text(setting: Mapping[str, Any]) -> str:
    """Return what a link carries for a setting."""
    ((name, value),) = setting.items()
    return f"{name}:{FIELDS[name].write(value)}"


def setting_words(name: str, config: Config) -> str:
    """Return a field of a Config in words: "initialiser He"."""
    about, value = FIELDS[name], getattr(config, name)
    if name == "hidden":
        return f"{len(value)} hidden layers"
    if name == "initializer" and value is None:
        return f"{about.label.lower()} {INITIALIZERS[config.initializer_key].label}"
    if isinstance(value, bool):
        return ("with " if value else "without ") + about.label.lower()
    if value is None:
        return f"{about.label.lower()}: {about.none_label or 'none'}"
    entry = about.choices.get(value) if isinstance(about.choices, Mapping) else None
    if isinstance(entry, Entry):
        return f"{about.label.lower()} {entry.label}"
    shown = about.write(value) if isinstance(value, (str, tuple)) else number(float(value))
    return f"{about.label.lower()} {shown}"
