"""What kind of problem a target is: two classes, several, or a number; and why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dnn.settings import shown

Array = np.ndarray

#: More classes than these are no longer told apart on a page.
MOST_CLASSES = 50
#: Whole numbers of at most so many different values are read as classes.
FEW_VALUES = 20
KINDS = {"binary": "two classes", "classes": "several classes", "real": "a number"}
#: The output layer and cost of each kind, with the number of outputs in it.
OUTPUTS = {
    "binary": "one sigmoid unit and the logistic cost",
    "classes": "{} softmax units and the cross-entropy cost",
    "real": "{} linear {units} and half the squared error",
}
LONGEST_LABEL = 80


@dataclass(frozen=True, eq=False)
class Problem:
    """Targets as a network learns them: Y (1, m) of labels from 0 on, or (k, m) of numbers.

    target: a key of KINDS; reason: why it was taken for that, in a sentence.
    """

    target: str
    Y: Array
    class_names: tuple[str, ...]
    reason: str

    @property
    def output(self) -> str:
        """The output layer and cost that fit, in words."""
        outputs = len(self.class_names) or len(self.Y)
        return OUTPUTS[self.target].format(outputs, units="unit" if outputs == 1 else "units")


def label(text: object) -> str:
    """Return a text as a name on one line: no control characters, and not too long.

    What looks like HTML stays as it is.
    """
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in str(text)[:1000])
    kept = re.sub(" +", " ", kept).strip()
    return kept if len(kept) <= LONGEST_LABEL else kept[: LONGEST_LABEL - 1] + "…"


def of_texts(name: str, texts: Sequence[str], wanted: str | None = None) -> Problem:
    """Return the problem of a target of texts. Raises ValueError where there is none."""
    classes = sorted(set(texts))
    if wanted == "real":
        raise ValueError(f"{shown(name)} holds texts, which can't be learned as a number")
    _check_classes(name, len(classes))
    index = {text: k for k, text in enumerate(classes)}
    Y = np.array([[index[text] for text in texts]], float)
    named = ", ".join(classes[:3]) + (" …" if len(classes) > 3 else "")
    reason = f"{name} holds {len(classes)} different texts ({label(named)}), so these are classes."
    return _classes(Y, classes, reason)


def of_numbers(name: str, values: Array, wanted: str | None = None) -> Problem:
    """Return the problem of a target of numbers, (m,), all finite. Raises ValueError.

    wanted: "real" or "classes", where somebody has said which.
    """
    distinct = np.unique(values)
    few = len(distinct) <= FEW_VALUES and bool((distinct == np.floor(distinct)).all())
    repeated = len(distinct) * 2 <= len(values)
    if wanted not in (None, *KINDS):
        raise ValueError(f"kind: {shown(wanted)} is not known; choose one of {', '.join(KINDS)}")
    as_classes = wanted in ("binary", "classes") or (wanted is None and few and repeated)
    if len(distinct) < 2:
        raise ValueError(f"{shown(name)} holds one value only: there is nothing to learn")
    if not as_classes:
        how = "different numbers" if len(distinct) > FEW_VALUES else "numbers"
        reason = f"{name} holds {len(distinct):,} {how}, so it is predicted as a number."
        return Problem("real", values[None].astype(float), (), reason if not wanted else _chosen())
    _check_classes(name, len(distinct))
    reason = f"{name} holds {len(distinct)} different whole numbers, so these are classes."
    Y = np.searchsorted(distinct, values)[None].astype(float)
    return _classes(Y, [f"{v:g}" for v in distinct], reason if not wanted else _chosen())


def _chosen() -> str:
    return "You chose this."


def _classes(Y: Array, classes: Sequence[str], reason: str) -> Problem:
    names = unique([label(text) for text in classes])
    return Problem("binary" if len(names) == 2 else "classes", Y, tuple(names), reason)


def unique(names: Sequence[str]) -> list[str]:
    """Return names of which each is there once: equal ones get a number, empty ones a name."""
    found: list[str] = []
    taken: set[str] = set()
    for k, name in enumerate(names, 1):
        base = name or f"column {k}"
        candidate, number = base, 2
        while candidate in taken:
            candidate, number = f"{base} ({number})", number + 1
        taken.add(candidate)
        found.append(candidate)
    return found


def _check_classes(name: str, count: int) -> None:
    if count < 2:
        raise ValueError(f"{shown(name)} holds one value only: there is nothing to tell apart")
    if count > MOST_CLASSES:
        raise ValueError(
            f"{shown(name)} holds {count:,} different values, which are too many classes; "
            f"allowed: up to {MOST_CLASSES} (choose another target)"
        )
