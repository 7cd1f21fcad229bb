"""Real tables from scikit-learn, which is loaded by whoever asks for one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Generator = Callable[[np.random.Generator, int, float], tuple[Array, Array]]


def table(name: str) -> Generator:
    """Return what gives a table's inputs (n, m) and targets (1, m), in the order it has them.

    name: of the function in sklearn.datasets.
    """

    def generate(rng: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
        from sklearn import datasets  # type: ignore[import-untyped]

        # Diabetes comes in odd units unless it is asked for as it was measured.
        raw = {"scaled": False} if name == "load_diabetes" else {}
        X, y = getattr(datasets, name)(return_X_y=True, **raw)
        return np.asarray(X, float).T, np.asarray(y, float)[None]

    return generate


_MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
    "concave points", "symmetry", "fractal dimension",
)  # fmt: skip
BREAST_CANCER_FEATURES = (
    *(f"mean {name}" for name in _MEASURES),
    *(f"{name} error" for name in _MEASURES),
    *(f"worst {name}" for name in _MEASURES),
)
IRIS_FEATURES = (
    "sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)",
)  # fmt: skip
WINE_FEATURES = (
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols",
    "flavanoids", "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue",
    "od280/od315_of_diluted_wines", "proline",
)  # fmt: skip
DIGITS_FEATURES = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))
DIABETES_FEATURES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
