"""View: what is only about looking. It never changes a run; a link carries it beside the Config."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "cost_axis": ("log", "linear"),
    "gradient": ("gradient_rms", "gradient_norm"),
    "gradient_axis": ("log", "linear"),
    "theme": ("light", "dark"),
    "page": ("playground", "gradients", "twins"),
    "apart": ("product", "layers", "end_to_end"),
    "signal": ("gradient", "delta", "activation"),
}
SWITCHES = {"on": True, "off": False}
#: So many controls and panels can be hidden, more than there are.
MOST_HIDDEN = 100


@dataclass(frozen=True)
class View:
    """How the panels show a run. theme is the browser's, page the address's: no part of a link.

    Raises ValueError that names the field, the value and what is allowed.
    """

    cost_axis: str = "log"
    gradient: str = "gradient_rms"
    gradient_axis: str = "log"
    show_test: bool = True
    discretise: bool = False
    theme: str = "light"
    page: str = "playground"
    band: bool = True
    apart: str = "product"
    signal: str = "gradient"
    #: Names of controls and panels that are not shown.
    hide: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_names(self.hide)
        for field in fields(self):
            if field.name in NAMES:
                continue
            value = getattr(self, field.name)
            allowed = CHOICES.get(field.name, (True, False))
            if not any(value is a or (isinstance(value, str) and value == a) for a in allowed):
                listed = ", ".join(map(str, allowed))
                raise ValueError(
                    f"{field.name}: {str(value)[:40]!r} is not allowed; choose {listed}"
                )


def _check_names(hide: Any) -> None:
    good = isinstance(hide, tuple) and len(hide) <= MOST_HIDDEN
    if not (good and all(isinstance(n, str) and re.fullmatch("[a-z0-9_]{1,40}", n) for n in hide)):
        raise ValueError(
            f"hide: {str(hide)[:40]!r} is not allowed; "
            f"write up to {MOST_HIDDEN} names of controls and panels with commas between them"
        )


def _written(value: Any) -> str:
    """Return what a link carries for a value."""
    if isinstance(value, tuple):
        return ",".join(value)
    return value if isinstance(value, str) else ("on" if value else "off")


def _read(name: str, text: str) -> Any:
    """Return what a link's text stands for; what stands for nothing, as it is."""
    if name in NAMES:
        return tuple(text.split(",")) if text else ()
    return text if name in CHOICES else SWITCHES.get(text, text)


def view_to_query(view: View) -> dict[str, str]:
    """Return what a link carries: the fields that differ from the defaults."""
    default, out = View(), {}
    for name in LINKED:
        value = getattr(view, name)
        if value != getattr(default, name):
            out[name] = _written(value)
    return out


def view_from_query(query: Mapping[str, str]) -> View:
    """Return the View of a link. Raises ValueError, one line for each bad field."""
    values: dict = {}
    problems = []
    for name in LINKED:
        if name not in query:
            continue
        value = _read(name, query[name])
        try:
            View(**{name: value})
            values[name] = value
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ValueError("\n".join(problems))
    return View(**values)


#: The fields that are lists of names.
NAMES = ("hide",)
SWITCHED = ("show_test", "discretise", "band")
#: The fields that a link carries, and that the switches of the panels change.
LINKED = tuple(f.name for f in fields(View) if f.name not in ("theme", "page"))
