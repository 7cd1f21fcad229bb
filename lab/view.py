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
    "apart": ("product", "layers", "end_to_end"),
    "signal": ("gradient", "delta", "activation"),
    "autopsy": ("first", "activation", "delta", "gradient", "update", "parameter", "cost"),
    "quantity": ("weight", "bias", "gradient", "activation", "delta"),
    "spread": ("ridgelines", "overlay", "percentiles"),
    "value_axis": ("auto", "linear", "symlog"),
    "steps_shown": ("all", "recent"),
    "layer_range": ("fit", "fixed"),
    "part": ("test", "train"),
    "cells": ("counts", "rates"),
    "gallery": ("mistakes", "all"),
    "filter": ("now", "change"),
}
#: What is typed rather than chosen: what it must look like, and how to say so.
TYPED: dict[str, tuple[str, str]] = {
    "page": (r"[a-z_]{1,20}", "write the name of a page"),
    "pinned": (r"([1-9]\d{0,2}\.[1-9]\d{0,3})?", "write layer.neuron, as in 2.3"),
    "pointed": (r"([1-9]\d{0,2}\.[1-9]\d{0,3})?", "write layer.neuron, as in 2.3"),
    "threshold": (r"0(\.\d{1,2})?|1(\.0{1,2})?", "write a number from 0 to 1, as in 0.35"),
    "gallery_page": (r"[1-9]\d{0,4}", "write the number of a page"),
    "plane": (r"components|[1-9]\d{0,4}-[1-9]\d{0,4}", "write components or two inputs: 1-2"),
    "layer": (r"([1-9]\d{0,2})?", "write the number of a layer"),
    "space_layer": (r"(last|[1-9]\d{0,2})?", "write last or the number of a hidden layer"),
    "space_units": (r"components|[1-9]\d{0,3}-[1-9]\d{0,3}", "write components or two units: 1-2"),
    "lesson": (r"[a-z0-9_]{0,40}", "write the name of a lesson"),
}
#: What a link may say of a switch.
SWITCHES = {"on": True, "off": False, "1": True, "0": False}
SPELT: dict[Any, str] = {True: "on", False: "off"}
#: So many controls and panels can be hidden, more than there are.
MOST_HIDDEN = 100


@dataclass(frozen=True)
class View:
    """How the panels show a run. theme is the browser's, page the address's, pointed the pointer's:
    no part of a link.

    pinned: "layer.neuron" whose map the boundary's panel shows, or ""; pointed: the same of one
    that is pointed at where the browser has no map of it; it goes first. space_layer: the hidden
    layer in whose space the data is shown, or "" for the input plane; space_units: on which axes.
    layer: the one picked on the page Layers, or ""; quantity: whose distributions are shown there;
    spread: how. part, threshold (of two classes), cells: which examples the page Results judges,
    from where on they are called class 1, and the numbers of its matrix; gallery, gallery_page:
    which pictures it shows; filter: the first layer's weights, or their change. plane: "components"
    or the two inputs that span it. present: for a projector, no side bar and everything large.
    predict: verdicts wait until somebody has predicted; lesson: the one that is attended, or "".
    hide: names of controls and panels that are not shown.
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
    autopsy: str = "first"
    quantity: str = "weight"
    spread: str = "ridgelines"
    value_axis: str = "auto"
    layer: str = ""
    steps_shown: str = "all"
    layer_range: str = "fit"
    part: str = "test"
    threshold: str = "0.50"
    cells: str = "counts"
    gallery: str = "mistakes"
    gallery_page: str = "1"
    filter: str = "now"
    plane: str = "components"
    pinned: str = ""
    pointed: str = ""
    space_layer: str = ""
    space_units: str = "components"
    present: bool = False
    predict: bool = False
    lesson: str = ""
    hide: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            allowed = _refusal(field.name, value)
            if allowed:
                raise ValueError(f"{field.name}: {str(value)[:40]!r} is not allowed; {allowed}")


def _refusal(name: str, value: Any) -> str:
    """Return what is allowed instead of a value, "" where it is allowed itself."""
    if name in TYPED:
        pattern, words = TYPED[name]
        return "" if _matches(pattern, value) else words
    if name in NAMES:
        good = isinstance(value, tuple) and len(value) <= MOST_HIDDEN
        if good and all(_matches("[a-z0-9_]{1,40}", each) for each in value):
            return ""
        return f"write up to {MOST_HIDDEN} names of controls and panels with commas between them"
    allowed = CHOICES.get(name, (True, False))
    if any(value is a or (isinstance(value, str) and value == a) for a in allowed):
        return ""
    return f"choose {' or '.join(SPELT[a] if isinstance(a, bool) else a for a in allowed)}"


def _matches(pattern: str, value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII) is not None


def _written(value: Any) -> str:
    """Return what a link carries for a value."""
    if isinstance(value, tuple):
        return ",".join(value)
    return value if isinstance(value, str) else ("on" if value else "off")


def _read(name: str, text: str) -> Any:
    """Return what a link's text stands for; what stands for nothing, as it is."""
    if name in NAMES:
        return tuple(text.split(",")) if text else ()
    return SWITCHES.get(text, text) if name in SWITCHED else text


def view_to_query(view: View, usual: View | None = None) -> dict[str, str]:
    """Return what a link carries: the fields that differ from the usual ones, the defaults."""
    usual, out = usual or View(), {}
    for name in LINKED:
        value = getattr(view, name)
        if value != getattr(usual, name):
            out[name] = _written(value)
    return out


def view_from_query(query: Mapping[str, str]) -> tuple[View, list[str]]:
    """Return the View of a link's good fields, and a sentence for each bad one."""
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
    return View(**values), problems


#: The fields that are lists of names.
NAMES = ("hide",)
SWITCHED = tuple(f.name for f in fields(View) if isinstance(f.default, bool))
#: The fields that are no part of a link.
OWN = ("theme", "page", "pointed")
#: The fields that a link carries, and that the switches of the panels change.
LINKED = tuple(f.name for f in fields(View) if f.name not in OWN)
