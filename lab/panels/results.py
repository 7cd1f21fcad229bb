"""What the page Results shows: what the network's answers are worth, by kind of problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from dnn.engine.layout import Array
from dnn.engine.trainer import Trainer
from lab import figures
from lab.analysis import metrics
from lab.figures.boundary import class_name
from lab.panels.pictures import filters_panel, gallery_panel
from lab.text.numbers import count, number, percent

if TYPE_CHECKING:
    from lab.live.worker import Slice

Panels = dict[str, dict[str, Any]]
PARTS = [["test", "Test"], ["train", "Train"]]
NUMBERS = [["counts", "Counts"], ["rates", "Shares"]]
#: The thresholds that can be chosen.
THRESHOLDS = np.arange(101) / 100
#: At most so many points of each part are drawn.
POINTS = 1_000
#: Characters of a class's name in an axis's title.
NAME = 14
#: Predictions beyond it are drawn there.
FARTHEST = 1e12


class Answers:
    """The network's answers for the part of the data that the view asks for."""

    def __init__(self, work: Slice, trainer: Trainer):
        self.work, self.trainer, self.view = work, trainer, work.view
        self.data = trainer.data
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
        return self.A[-1]

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
        return self.trainer.loss.key != "squared_error"

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
        return {"key": "part", "label": "Examples", "value": self.part, "options": PARTS}

    @property
    def examples(self) -> str:
        return f"{count(self.A.shape[1])} {'test' if self.part == 'test' else 'training'} examples"


def panels(work: Slice, trainer: Trainer, boundary: dict[str, Any]) -> Panels:
    """Return the page's panels by key: those of this kind of problem, and the plane's."""
    answers = Answers(work, trainer)
    found = KINDS[answers.data.target](answers)
    if answers.data.image and answers.data.target != "real":
        found.pop("calibration", None)
        if not work.view.present:
            found["boundary"] = boundary
        found |= {"pictures": gallery_panel(answers), "filters": filters_panel(answers)}
    else:
        found["boundary"] = boundary
    if not answers.finite:
        for key in found.keys() - {"boundary", "filters"}:
            found[key]["empty"] = {"strong": "No numbers", "text": "The outputs are not finite."}
    return found


# --- two classes ---------------------------------------------------------------------------------


def _binary(a: Answers) -> Panels:
    p = np.nan_to_num(a.p)
    found = metrics.binary(a.labels, p, a.threshold)
    made = {
        "confusion": confusion_panel(a, _binary_words(a, found)),
        "probability": _probability_panel(a, p),
        "roc": _roc_panel(a, p, found),
        "precision_recall": _precision_recall_panel(a, p, found),
    }
    if a.chance and not a.work.view.present:
        made["calibration"] = _calibration_panel(a, p)
    return made


def _said(x: float) -> str:
    return percent(x) if np.isfinite(x) else "undefined"


def _binary_words(a: Answers, found: metrics.Binary) -> str:
    name, called = a.names[1], found.tp + found.fp
    of, there = (count(n) for n in (called, found.tp + found.fn))
    if not called:
        first = f"None is called {name} (precision undefined)"
    else:
        first = f"Of {of} called {name}, {count(found.tp)} are (precision {_said(found.precision)})"
    second = f"of {there} there are, {count(found.tp)} are found (recall {_said(found.recall)})"
    f1 = f"{found.f1:.3f}" if np.isfinite(found.f1) else "undefined"
    return f"{first}; {second}; F1 {f1}."


def confusion_panel(a: Answers, words: str) -> dict[str, Any]:
    """Return the panel of the confusion matrix."""
    rates = a.view.cells == "rates"
    counts = metrics.confusion(a.labels, a.predicted, a.classes)
    at = f" at threshold {a.view.threshold}" if a.data.target == "binary" else ""
    return figures.panel(
        f"Confusion matrix{at}",
        words,
        figures.confusion_figure(counts, a.data.class_names, a.view.theme, rates=rates),
        controls=[
            a.switch(),
            {"key": "cells", "label": "Numbers", "value": a.view.cells, "options": NUMBERS},
        ],
    )  # fmt: skip


def _probability_panel(a: Answers, p: Array) -> dict[str, Any]:
    names, theme = a.data.class_names, a.view.theme
    shown = figures.legend("binary", theme, class_names=names, show_test=False)
    return figures.panel(
        f"{a.word} of {a.names[1]}",
        f"{a.examples}. Right of the line they are called {a.names[1]}.",
        figures.probability_figure(
            a.labels, p, names, a.threshold, theme, f"{a.word} of {figures.plain(a.names[1])}"
        ),
        controls=[
            {"key": "threshold", "label": "Threshold", "value": a.view.threshold,
             "range": [0, 1, 0.01]},
        ],
        legend=[key for key in shown if key["symbol"] != "line"],
    )  # fmt: skip


ONE_CLASS = {"strong": "One class only", "text": "The curve needs examples of both classes."}


def _at(a: Answers, p: Array, x: int, y: int) -> tuple[Array, Array, list[str]]:
    """Return where each threshold stands on the plane of two of metrics.shares, and its text."""
    found = metrics.shares(a.labels, p, THRESHOLDS)
    return found[x], found[y], [f"{t:.2f}" for t in THRESHOLDS]


def _short(name: str) -> str:
    """Return a class's name as an axis has room for it."""
    return figures.plain(name if len(name) <= NAME else name[: NAME - 1] + "…")


def _roc_panel(a: Answers, p: Array, found: metrics.Binary) -> dict[str, Any]:
    curve = metrics.roc(a.labels, p)
    x, y = (curve.x, curve.y) if curve else (np.zeros(1), np.zeros(1))
    area = f"Area {curve.area:.3f}" if curve else ""
    words = f"{area} (guessing: 0.5). Click to move the threshold."
    panel = figures.panel(
        "ROC curve",
        words if curve else "",
        figures.share_curve_figure(
            x, y, (found.false_alarms, found.recall), a.view.theme, guess=(0.0, 1.0),
            titles=(f"False alarms (of {_short(a.names[0])})", "Found (recall)"),
            at=_at(a, p, 0, 1),
        ),
    )  # fmt: skip
    return panel if curve else {**panel, "empty": ONE_CLASS}


def _precision_recall_panel(a: Answers, p: Array, found: metrics.Binary) -> dict[str, Any]:
    curve = metrics.precision_recall(a.labels, p)
    x, y = (curve.x, curve.y) if curve else (np.zeros(1), np.zeros(1))
    share = float(np.mean(a.labels == 1))
    panel = figures.panel(
        "Precision and recall",
        f"Average precision {curve.area:.3f} (guessing: {share:.3f})." if curve else "",
        figures.share_curve_figure(
            x,
            y,
            (found.recall, found.precision),
            a.view.theme,
            guess=(share, share),
            titles=("Recall", "Precision"),
            at=_at(a, p, 1, 2),
            steps=True,
        ),
    )
    return panel if curve else {**panel, "empty": ONE_CLASS}


def _calibration_panel(a: Answers, p: Array) -> dict[str, Any]:
    mean, share, counts = metrics.calibration(a.labels, p)
    gap = float(np.sum(counts * np.abs(mean - share)) / counts.sum())
    return figures.panel(
        "Calibration",
        f"Is it right as often as it says? On average off by {gap:.3f}. Hollow: fewer than "
        f"{figures.FEW} examples.",
        figures.calibration_figure(mean, share, counts, a.view.theme),
    )


# --- more classes --------------------------------------------------------------------------------


def _classes(a: Answers) -> Panels:
    a.A = np.nan_to_num(a.A)
    counts = metrics.confusion(a.labels, a.predicted, a.classes)
    return {
        "confusion": confusion_panel(a, _confused_words(a, counts)),
        "classes": _classes_panel(a),
    }


def _confused_words(a: Answers, counts: Array) -> str:
    wrong = int(counts.sum() - np.trace(counts))
    if not wrong:
        return f"All {a.examples} are right."
    pairs = [
        f"{a.names[i]} taken for {a.names[j]} ({count(n)}×)" for i, j, n in metrics.confused(counts)
    ]
    return f"{count(wrong)} of {a.examples} are wrong. Most often: {', '.join(pairs)}."


def _classes_panel(a: Answers) -> dict[str, Any]:
    precision, recall, f1 = metrics.by_class(a.labels, a.predicted, a.classes)
    words = "No class is there."
    if np.isfinite(f1).any():
        worst = int(np.nanargmin(f1))
        words = f"Hardest: {a.names[worst]}, F1 {f1[worst]:.3f}. Mean F1 {np.nanmean(f1):.3f}."
    return figures.panel(
        "Precision and recall by class",
        words,
        figures.classes_figure(precision, recall, a.data.class_names, a.view.theme),
        legend=figures.bar_legend(a.view.theme),
    )


# --- numbers -------------------------------------------------------------------------------------


def _real(a: Answers) -> Panels:
    theme = a.view.theme
    shown = ["train", "test"] if a.data.m_test else ["train"]
    parts = []
    for name in shown:
        y, said = (V.ravel() for V in a.measured(*a.of(name)))
        keep = np.arange(len(y)) if len(y) <= POINTS else np.arange(POINTS) * len(y) // POINTS
        parts.append((name, y[keep], said[keep]))
    Y, A = a.measured(a.Y, a.A)
    e = metrics.errors(Y, A)
    r2 = f"R² {number(e.r2)}" if np.isfinite(e.r2) else "R² undefined"
    words = f"{a.examples}: {r2}, RMSE {number(e.rmse)}, MAE {number(e.mae)}"
    words += ", as it was measured." if a.in_units else "."
    key = figures.cloud_legend(theme, "test" in shown, True)
    residuals = (Y - A).ravel()
    return {
        "prediction": figures.panel(
            "Predicted against true", words, figures.prediction_figure(parts, theme, "value"),
            controls=[a.switch()], legend=key,
        ),
        "residuals": figures.panel(
            "Residuals", "Is the error the same everywhere, or does it follow the prediction?",
            figures.residual_figure(parts, theme, "value"), legend=key,
        ),
        "errors": figures.panel(
            "How large are the errors?", _error_words(a, residuals),
            figures.error_figure(residuals, theme, ""),
        ),
    }  # fmt: skip


def _error_words(a: Answers, residuals: Array) -> str:
    half = float(np.median(np.abs(residuals)))
    mean = float(residuals.mean())
    return (
        f"{a.examples}: half of them are off by less than {number(half)}; "
        f"mean error {number(mean)}."
    )


#: What is shown for each kind of target.
KINDS: dict[str, Callable[[Answers], Panels]] = {
    "binary": _binary,
    "classes": _classes,
    "real": _real,
}
