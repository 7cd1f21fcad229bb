"""Setting: what there is to know of one field of Config, for checking, widgets and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What there is to know of one field of Config.

    label: its name on screen; help: one sentence; group: data, network or training; kind: one
    of KINDS; choices: registry or tuple of allowed keys; min, max (below: excluding max) and step:
    range of a number, or of a layer's units; marks: usual values; max_length: of a list;
    none, none_label: what None is called in a link and on screen, where None is allowed;
    live: can change without a reset; rare: few people ever change it; applies: whether it matters
    given the rest of the config.
    """

    label: str
    help: str
    group: str
    kind: str
    choices: Mapping[str, Any] | tuple[str, ...] = ()
    min: float = 0
    max: float = 0
    below: bool = False
    step: float = 1
    marks: tuple[float, ...] = ()
    max_length: int = 0
    none: str | None = None
    none_label: str = ""
    live: bool = False
    rare: bool = False
    formula: str = ""
    applies: Callable[[Any], bool] = lambda config: True

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        span = f"from {self.min:g} to {'below ' if self.below else ''}{_number(self.max)}"
        words = KINDS[self.kind].words.format(
            keys=", ".join(self.choices), most=self.max_length, span=span
        )
        return words + (f", or None (in a link {self.none})" if self.none else "")

    def normalized(self, name: str, value: Any) -> Any:
        """Return value as Config keeps it in the field name. Raises ValueError if not allowed."""
        if value is None and self.none is not None:
            return None
        try:
            return KINDS[self.kind].check(self, value)
        except _Bad:
            raise ValueError(self._refusal(name, value)) from None

    def parse(self, name: str, text: Any) -> Any:
        """Return the value that a link's text stands for. Raises ValueError if not allowed."""
        if not isinstance(text, str):
            raise ValueError(self._refusal(name, text))
        if text == self.none:
            return None
        try:
            value = KINDS[self.kind].parse(text)
        except (ValueError, KeyError):
            raise ValueError(self._refusal(name, text)) from None
        return self.normalized(name, value)

    def write(self, value: Any) -> str:
        """Return the text that a link carries for an allowed value."""
        if value is None and self.none is not None:
            return self.none
        return KINDS[self.kind].write(value)

    def _refusal(self, name: str, value: Any) -> str:
        return f"{name}: {shown(value)} is not allowed; allowed: {self.allowed}"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


def shown(value: Any) -> str:
    """Return repr(value), cut to what fits in a sentence."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:
        return "a number of thousands of digits"
    except RecursionError:
        return "a list of lists of lists"
    return text if len(text) <= 60 else text[:57] + "..."


class _Bad(ValueError):
    """A value of the wrong kind or out of range; whoever knows the field writes the sentence."""


def _need(good: bool) -> None:
    if not good:
        raise _Bad


def _check_int(setting: Setting, value: Any) -> int:
    _need(isinstance(value, (int, np.integer)) and not isinstance(value, bool))
    _need(setting.min <= value <= setting.max)
    return int(value)


def _check_float(setting: Setting, value: Any) -> float:
    numbers = (int, float, np.integer, np.floating)
    _need(isinstance(value, numbers) and not isinstance(value, bool))
    # Written so that NaN fails, and before the conversion, which a huge int would overflow.
    _need(setting.min <= value <= setting.max)
    value = float(value)
    # After it, because a long double just below may round up to the bound.
    _need(not (setting.below and value >= setting.max))
    return value


def _check_switch(setting: Setting, value: Any) -> bool:
    _need(isinstance(value, (bool, np.bool_)))
    return bool(value)


def _check_choice(setting: Setting, value: Any) -> str:
    _need(isinstance(value, str) and value in setting.choices)
    return str(value)


def _items(value: Any) -> tuple:
    row = isinstance(value, np.ndarray) and value.ndim == 1
    _need(row or (isinstance(value, Sequence) and not isinstance(value, (str, bytes))))
    return tuple(value)


def _check_layers(setting: Setting, value: Any) -> tuple[int, ...]:
    items = _items(value)
    _need(len(items) <= setting.max_length)
    return tuple(_check_int(setting, item) for item in items)


def _check_features(setting: Setting, value: Any) -> tuple[str, ...]:
    keys = tuple(_check_choice(setting, item) for item in _items(value))
    _need(0 < len(keys) == len(set(keys)))
    return keys


def _check_activation(setting: Setting, value: Any) -> str | tuple[str, ...]:
    items = (value,) if isinstance(value, str) else _items(value)
    keys = tuple(_check_choice(setting, item) for item in items)
    _need(bool(keys))
    # Written one way only: equal layers are one key.
    return keys[0] if len(set(keys)) == 1 else keys


def _split(text: str) -> list[str]:
    return [] if text in ("", "none") else re.split("[-,]", text)


def _joined(value: str | Sequence[Any]) -> str:
    return value if isinstance(value, str) else "-".join(map(str, value)) or "none"


@dataclass(frozen=True)
class Kind:
    """How values of one kind are checked and normalised, read from a link and written to it.

    words: what is allowed.
    """

    words: str
    check: Callable[[Setting, Any], Any]
    parse: Callable[[str], Any] = str
    write: Callable[[Any], str] = str


#: What a link may say of a switch.
SWITCHES = {"on": True, "off": False, "1": True, "0": False}
ONE_EACH = "one of {keys}, or one per hidden layer"
UNITS = "up to {most} layers, each a whole number of units {span}"
KINDS = {
    "int": Kind("whole numbers {span}", _check_int, int),
    "float": Kind("numbers {span}", _check_float, float, repr),
    "log": Kind("numbers {span}", _check_float, float, repr),
    "switch": Kind(
        "True or False (in a link on or off)", _check_switch,
        SWITCHES.__getitem__, lambda on: "on" if on else "off",
    ),
    "choice": Kind("one of {keys}", _check_choice),
    "activation": Kind(ONE_EACH, _check_activation, _split, _joined),
    "features": Kind("different ones of {keys}, at least one", _check_features, _split, _joined),
    "layers": Kind(UNITS, _check_layers, lambda text: [int(n) for n in _split(text)], _joined),
}  # fmt: skip


def setting(default: Any, **about: Any) -> Any:
    """Return a dataclass field with this default and a Setting made of the rest."""
    return field(default=default, metadata={"setting": Setting(**about)})
