"""Terms made of entries and settings themselves: adding an activation adds its term."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dnn.config import DEFAULT, FIELDS
from dnn.data.datasets import DATASETS
from dnn.data.features import FEATURES
from dnn.data.scalings import SCALINGS
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES, Loss
from dnn.parts.optimizers import OPTIMIZERS
from dnn.parts.schedules import SCHEDULES
from dnn.registry import Entry
from lab.teaching.glossary.term import Term

#: By the field of Config that chooses it: what an entry is, and the page that shows it best.
FAMILIES: dict[str, tuple[Mapping[str, Any], str, str]] = {
    "activation": (ACTIVATIONS, "activation", ""),
    "initializer": (INITIALIZERS, "starting weights", "gradients"),
    "loss": (LOSSES, "cost", ""),
    "optimizer": (OPTIMIZERS, "optimiser", ""),
    "schedule": (SCHEDULES, "schedule", ""),
    "scaling": (SCALINGS, "input scaling", ""),
    "dataset": (DATASETS, "data set", ""),
}


def registered() -> Iterator[Term]:
    """Yield a term for each entry of each registry, and one for all inputs."""
    for field, (registry, kind, page) in FAMILIES.items():
        for key, entry in registry.items():
            yield _term(field, kind, page, key, entry)
    inputs = tuple(entry.label for entry in FEATURES.values())
    yield Term(
        "features", "Inputs", "What the network is given of each point: its coordinates, their "
        "squares, their product, their sines.", "", "TensorFlow Playground",
        "?features=x1,x2,x1x2", inputs,
    )  # fmt: skip


def settings(written: Iterable[Term]) -> Iterator[Term]:
    """Yield a term for each setting of a network that none of the terms written by hand is of."""
    known = {name.casefold() for term in written for name in term.spoken}
    for name, about in FIELDS.items():
        if about.label.casefold() not in known:
            yield Term(name, about.label, about.help, "", "This app", "", plain=about.formula)


def _term(field: str, kind: str, page: str, key: str, entry: Entry) -> Term:
    where = f"{page}?{field}={key}{_fitting(entry)}"
    return Term(
        f"{field}_{key}", f"{entry.label} ({kind})", entry.help, "", entry.source, where,
        _names(entry.label, kind), entry.formula, entry.plain,
    )  # fmt: skip


def _fitting(entry: Entry) -> str:
    """Return what else a link to a loss needs: a data set with targets that it is chosen for."""
    if not isinstance(entry, Loss) or DATASETS[DEFAULT.dataset].target == entry.targets[0]:
        return ""
    return "&dataset=" + next(k for k, d in DATASETS.items() if d.target == entry.targets[0])


def _names(label: str, kind: str) -> tuple[str, ...]:
    """Return what else an entry is called: "Glorot (Xavier) uniform" also Glorot uniform and, as
    that is a name, Xavier uniform; of a cost "logistic cost" too.
    """
    found = re.fullmatch(r"(.+?) \((.+?)\)(.*)", label)
    names = [label]
    if found:
        names.append(found[1] + found[3])
        names += [found[2] + found[3]] if found[2][0].isupper() else []
    if kind == "cost":
        names.append(f"{names[-1]} cost")
    return tuple(names)
