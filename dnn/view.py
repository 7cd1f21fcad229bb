"""View: what is only about looking. It never changes a run; a link carries it beside the Config."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

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
#: What is typed rather than chosen: what it must look like, and how to say so.
TYPED: dict[str, tuple[str, str]] = {
    "pinned": (r"([1-9]\d{0,2}\.[1-9]\d{0,3})?", "layer.neuron, as in 2.3"),
}


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
    pinned: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in TYPED:
                _check_typed(field.name, value)
                continue
            allowed = CHOICES.get(field.name, (True, False))
            if not any(value is a or (isinstance(value, str) and value == a) for a in allowed):
                listed = ", ".join(map(str, allowed))
                raise ValueError(
                    f"{field.name}: {str(value)[:40]!r} is not allowed; choose {listed}"
                )


def _check_typed(name: str, value: object) -> None:
    pattern, words = TYPED[name]
    if not (isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII)):
        raise ValueError(f"{name}: {str(value)[:40]!r} is not allowed; it is {words}")


def view_to_query(view: View) -> dict[str, str]:
    """Return what a link carries: the fields that differ from the defaults."""
    default, out = View(), {}
    for name in LINKED:
        value = getattr(view, name)
        if value != getattr(default, name):
            out[name] = value if isinstance(value, str) else ("on" if value else "off")
    return out


def view_from_query(query: Mapping[str, str]) -> View:
    """Return the View of a link. Raises ValueError, one line for each bad field."""
    values: dict = {}
    problems = []
    for name in LINKED:
        if name not in query:
            continue
        text = query[name]
        value = text if name in CHOICES or name in TYPED else SWITCHES.get(text, text)
        try:
            View(**{name: value})  # type: ignore[arg-type]
            values[name] = value
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ValueError("\n".join(problems))
    return View(**values)


SWITCHED = ("show_test", "discretise", "band")
#: The fields that a link carries, and that the switches of the panels change.
LINKED = tuple(f.name for f in fields(View) if f.name not in ("theme", "page"))
