"""How good predictions are, in numbers: scikit-learn's functions, loaded by whoever asks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve of two shares over all thresholds, and the area under it."""

    x: Array
    y: Array
    area: float


@dataclass(frozen=True)
class Binary:
    """What a threshold makes of two classes: counts, and the shares that they give.

    NaN where a share has no examples to be one of.
    """

    tn: int
    fp: int
    fn: int
    tp: int

    @property
    def precision(self) -> float:
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        return _share(self.tp, self.tp + self.fn)

    @property
    def false_alarms(self) -> float:
        return _share(self.fp, self.fp + self.tn)

    @property
    def f1(self) -> float:
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def confusion(true: Array, predicted: Array, classes: int) -> Array:
    """Return the counts (classes, classes): rows are the true class, columns the predicted one."""
    from sklearn.metrics import confusion_matrix  # type: ignore[import-untyped]

    return np.asarray(confusion_matrix(true, predicted, labels=np.arange(classes)))


def binary(true: Array, p: Array, threshold: float) -> Binary:
    """Return what becomes of labels (m,) of 0 and 1 where p > threshold is called class 1."""
    counts = confusion(true, (p > threshold).astype(int), 2)
    return Binary(*(int(n) for n in counts.ravel()))


def shares(true: Array, p: Array, thresholds: Array) -> tuple[Array, Array, Array]:
    """Return false alarms, recall and precision at each threshold; NaN where nothing is to divide.

    As binary has them: p > threshold is called class 1.
    """
    found, wrong = (
        (true == k).sum() - np.searchsorted(np.sort(p[true == k]), thresholds, "right")
        for k in (1, 0)
    )
    with np.errstate(invalid="ignore"):
        return (
            wrong / np.float64((true == 0).sum()),
            found / np.float64((true == 1).sum()),
            found / (found + wrong),
        )


def roc(true: Array, p: Array) -> Curve | None:
    """Return the share of class 1 found over that of class 0 called so; None for one class."""
    if len(np.unique(true)) < 2:
        return None
    from sklearn.metrics import auc, roc_curve

    x, y, _ = roc_curve(true, p)
    return Curve(x, y, float(auc(x, y)))


def precision_recall(true: Array, p: Array) -> Curve | None:
    """Return precision over recall, and the average precision; None without an example of class 1.

    The area is the sum of precision times the gain in recall, not that of trapezia.
    """
    if not np.any(true == 1):
        return None
    from sklearn.metrics import average_precision_score, precision_recall_curve

    precision, recall, _ = precision_recall_curve(true, p)
    return Curve(recall[::-1], precision[::-1], float(average_precision_score(true, p)))


def calibration(true: Array, p: Array, bins: int = 10) -> tuple[Array, Array, Array]:
    """Return mean p, the share of class 1, and the examples, of each bin of p that has any."""
    at = np.clip((p * bins).astype(int), 0, bins - 1)
    counts = np.bincount(at, minlength=bins)
    full = counts > 0
    mean, share = (np.bincount(at, v, bins)[full] / counts[full] for v in (p, true))
    return mean, share, counts[full]


def by_class(true: Array, predicted: Array, classes: int) -> tuple[Array, Array, Array]:
    """Return precision, recall and F1 of each class, NaN where there is nothing to divide by."""
    from sklearn.metrics import precision_recall_fscore_support

    found = precision_recall_fscore_support(
        true, predicted, labels=np.arange(classes), zero_division=np.nan
    )
    return tuple(np.asarray(v, float) for v in found[:3])  # type: ignore[return-value]


def confused(counts: Array, most: int = 3) -> list[tuple[int, int, int]]:
    """Return the most frequent mistakes as (true class, predicted class, times), largest first."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    places = [divmod(int(k), len(counts)) for k in order]
    return [(i, j, int(wrong[i, j])) for i, j in places if wrong[i, j]]


@dataclass(frozen=True)
class Errors:
    """R^2, root mean square and mean absolute error of numbers."""

    r2: float
    rmse: float
    mae: float


def errors(Y: Array, A: Array) -> Errors:
    """Return the errors of predictions A for targets Y, (n_L, m) both.

    R^2 of several outputs is the mean of theirs, as the run's score is: of those that vary.
    """
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    vary = np.ptp(Y, axis=1) > 0 if Y.shape[1] > 1 else np.zeros(len(Y), bool)
    return Errors(
        float(r2_score(Y[vary].T, A[vary].T)) if vary.any() else float("nan"),
        float(root_mean_squared_error(Y.T, A.T)),
        float(mean_absolute_error(Y.T, A.T)),
    )
