"""The network's answers for a part of the data, as the panels of the page Results share them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from dnn.engine.layout import Array
from lab.analysis import metrics
from lab.figures.boundary import class_name
from lab.live.shown import Shown
from lab.panels.panel import Part, control
from lab.text.numbers import count

PARTS = [["test", "Test"], ["train", "Train"]]
#: Predictions beyond it are drawn there.
FARTHEST = 1e12
NO_NUMBERS = {"strong": "No numbers", "text": "The outputs are not finite."}


class Answers:
    """The network's answers for the part of the data that the view asks for."""

    def __init__(self, shown: Shown):
        assert shown.trainer is not None
        self.shown, self.trainer, self.view = shown, shown.trainer, shown.view
        self.data = shown.data
        self.part = "test" if self.view.part == "test" and self.data.m_test else "train"
        self.Y, self.A = self.of(self.part)
        self.names = [class_name(k, self.data.class_names) for k in range(self.classes)]
        self.finite = bool(np.isfinite(self.A).all())

    def of(self, part: str) -> tuple[Array, Array]:
        """Return targets as stored and predictions of a part, (n, m) each."""
        data, trainer = self.data, self.trainer
        X, Y = (data.X_test, data.Y_test) if part == "test" else (data.X_train, data.Y_train)
        known = trainer.Y_test if part == "test" else trainer.Y_train
        A = trainer.evaluation(part, X, known).run().prediction
        return Y, np.asarray(A, np.float64)

    @property
    def classes(self) -> int:
        return len(self.data.class_names)

    @property
    def labels(self) -> Array:
        """The true classes (m,)."""
        return (self.Y[0] if len(self.Y) == 1 else self.Y.argmax(axis=0)).astype(int)

    @property
    def p(self) -> Array:
        """What the network says for class 1 of two, (m,)."""
        return np.nan_to_num(self.A[-1])

    @cached_property
    def judged(self) -> metrics.Binary:
        """Counts and shares of two classes at the threshold."""
        return metrics.binary(self.labels, self.p, self.threshold)

    @property
    def threshold(self) -> float:
        return float(self.view.threshold)

    @property
    def predicted(self) -> Array:
        """The class that the network says, (m,); of two, by the threshold."""
        if self.data.target == "binary":
            return (self.p > self.threshold).astype(int)
        return self.A.argmax(axis=0)

    @property
    def chance(self) -> bool:
        """Whether outputs are probabilities."""
        return self.trainer.loss.targets[0] != "real"

    @property
    def word(self) -> str:
        return "Probability" if self.chance else "Output"

    @property
    def in_units(self) -> bool:
        """Whether numbers to be predicted can be shown as they were measured."""
        return self.data.units is not None and self.data.units.target_scale is not None

    def measured(self, Y: Array, A: Array) -> tuple[Array, Array]:
        """Return targets and predictions as they were measured, where that is known."""
        A = np.clip(np.nan_to_num(A), -FARTHEST, FARTHEST)
        units = self.data.units
        if units is None or units.target_scale is None:
            return Y, A
        scale, shift = units.target_scale, units.target_shift
        return Y * scale + shift, A * scale + shift

    def switch(self) -> dict[str, Any]:
        """Return the control that chooses the part."""
        return control(self.view, "part", "Examples", options=PARTS) | {"value": self.part}

    @property
    def examples(self) -> str:
        return f"{count(self.A.shape[1])} {'test' if self.part == 'test' else 'training'} examples"


def over_answers(build: Callable[[Answers], Part]) -> Callable[[Shown], Part]:
    """Return what builds a panel over the answers, with a note where one is not finite."""

    def built(shown: Shown) -> Part:
        a = shown.once(Answers)
        return build(a) if a.finite else {**build(a), "empty": NO_NUMBERS}

    return built


def is_binary(shown: Shown) -> bool:
    """Return whether two classes are told apart."""
    return shown.data.target == "binary"


def is_real(shown: Shown) -> bool:
    """Return whether a number is predicted."""
    return shown.data.target == "real"


def has_pictures(shown: Shown) -> bool:
    """Return whether the examples are pictures of classes."""
    return bool(shown.data.image) and shown.data.target != "real"
