"""Terms of what has a registry, from its own entries: adding an activation adds its term."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dnn.data.datasets import DATASETS
from dnn.data.features import FEATURES
from dnn.data.scalings import SCALINGS
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES
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
#: What else a link needs, for the cost to fit the targets.
BESIDE = {"softmax": "&dataset=iris", "squared_error": "&dataset=reg_plane"}


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


def _term(field: str, kind: str, page: str, key: str, entry: Entry) -> Term:
    where = f"{page}?{field}={key}{BESIDE.get(key, '') if field == 'loss' else ''}"
    return Term(
        f"{field}_{key}", f"{entry.label} ({kind})", entry.help, "", entry.source, where,
        _names(entry.label, kind), entry.formula,
    )  # fmt: skip


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
