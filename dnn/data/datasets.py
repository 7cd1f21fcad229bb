"""Built-in data sets: generators, real tables, scaling and the split.

The planar sets are TensorFlow Playground's (src/dataset.ts): points in about -6..6, class +1 is 1
and class -1 is 0, noise is 0..0.5. As there, circle, xor and the regressions keep the points
where they are and take the target at a point that the noise has displaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnn.data.dataset import Dataset as Dataset
from dnn.data.dataset import Units as Units
from dnn.data.features import FEATURES, expand
from dnn.data.planes import HALF_WIDTH, feature_plane
from dnn.data.scalings import SCALINGS as SCALINGS
from dnn.data.tables import (
    BREAST_CANCER_FEATURES,
    DIABETES_FEATURES,
    DIGITS_FEATURES,
    IRIS_FEATURES,
    WINE_FEATURES,
    table,
)
from dnn.registry import Entry, Registry
from dnn.settings import setting

Array = np.ndarray

#: Second word of the seed of everything drawn for the data: default_rng([seed, DATA_STREAM]).
DATA_STREAM = 101


@dataclass(frozen=True, kw_only=True)
class DatasetEntry(Entry):
    """One built-in data set.

    generate(rng, samples, noise) returns raw inputs, (2, m) points where planar, else (n, m), and
    raw targets Y (1, m). samples: the default number of examples, or the only one where synthetic
    is False: then samples and noise do not apply, and where planar is False features do not.
    feature_names: of the raw inputs where planar is False; image: height, width and channels where
    they are pixels; word: stands in its picture.
    """

    generate: Callable[[np.random.Generator, int, float], tuple[Array, Array]]
    target: str = "binary"
    samples: int = 500
    planar: bool = True
    synthetic: bool = True
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    image: tuple[int, ...] = ()
    word: str = ""

    def n_inputs(self, features: tuple[str, ...]) -> int:
        """Return how many inputs a network for this set has, given the chosen features."""
        return len(features) if self.planar else len(self.feature_names)

    @property
    def n_outputs(self) -> int:
        """Return how many outputs it needs: one per class from three classes on, else one."""
        return len(self.class_names) if self.target == "classes" else 1


@dataclass(frozen=True, kw_only=True)
class Table(DatasetEntry):
    """A real table: its examples and inputs are what they are."""

    planar: bool = False
    synthetic: bool = False


def _halves(samples: int) -> tuple[int, int]:
    return samples - samples // 2, samples // 2


def _displaced(rng: np.random.Generator, P: Array, reach: float, noise: float) -> Array:
    return P + noise * rng.uniform(-reach, reach, P.shape)


def _polar(radius: Array, angle: Array) -> Array:
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)])


def _labels(positive: int, negative: int) -> Array:
    return np.repeat([[1.0, 0.0]], [positive, negative], axis=1)


def circle(rng: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    inside, outside = _halves(samples)
    radius = np.concatenate([rng.uniform(0, 2.5, inside), rng.uniform(3.5, 5, outside)])
    P = _polar(radius, rng.uniform(0, 2 * np.pi, samples))
    return P, np.atleast_2d(np.hypot(*_displaced(rng, P, 5, noise)) < 2.5).astype(float)


def xor(rng: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    P = rng.uniform(-5, 5, (2, samples))
    P += np.where(P > 0, 0.3, -0.3)
    return P, (_displaced(rng, P, 5, noise).prod(axis=0, keepdims=True) >= 0).astype(float)


def gauss(rng: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    Y = _labels(*_halves(samples))
    variance = 0.5 + noise * (3.5 / 0.5)
    return 4 * Y - 2 + rng.normal(0, np.sqrt(variance), (2, samples)), Y


def spiral(rng: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    halves = _halves(samples)
    way = np.concatenate([np.arange(n) / n for n in halves])
    Y = _labels(*halves)
    P = _polar(5 * way, 1.75 * way * 2 * np.pi + np.pi * (1 - Y[0]))
    return _displaced(rng, P, 1, noise), Y


def moons(rng: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    upper, lower = _halves(samples)
    t = rng.uniform(0, np.pi, samples)
    Y = _labels(upper, lower)
    P = np.where(Y == 1, [np.cos(t), np.sin(t)], [1 - np.cos(t), 0.5 - np.sin(t)])
    # The crescents span -1..2 by -0.5..1; centred, and stretched to -5..5 horizontally.
    P = (P - [[0.5], [0.25]]) * (10 / 3)
    return P + rng.normal(0, 1, P.shape) * (2 * noise), Y


def reg_plane(rng: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    P = rng.uniform(-HALF_WIDTH, HALF_WIDTH, (2, samples))
    return P, _displaced(rng, P, HALF_WIDTH, noise).sum(axis=0, keepdims=True) / 10


CENTRES = np.array([[-4, 0, 4, -4, 0, 4], [2.5, 2.5, 2.5, -2.5, -2.5, -2.5]])
SIGNS = np.array([1, -1, 1, -1, 1, -1])


def reg_gauss(rng: np.random.Generator, samples: int, noise: float) -> tuple[Array, Array]:
    P = rng.uniform(-HALF_WIDTH, HALF_WIDTH, (2, samples))
    away = _displaced(rng, P, HALF_WIDTH, noise)[:, None, :] - CENTRES[:, :, None]
    height = np.clip(1 - np.hypot(*away) / 2, 0, 1)
    peak = height.argmax(axis=0)
    return P, (SIGNS[peak] * height.max(axis=0))[None]


PLAYGROUND = "TensorFlow Playground, dataset.ts"

DATASETS: Registry[DatasetEntry] = Registry(
    "dataset",
    [
        DatasetEntry(
            key="spiral",
            label="Two spirals",
            formula="r = 5 i / n, angle = 3.5 pi i / n, and the same turned by pi",
            help="Two arms wound around each other: needs depth or clever features.",
            source=PLAYGROUND + ", classifySpiralData",
            generate=spiral,
        ),
        DatasetEntry(
            key="circle",
            label="Circle",
            formula="class 1 where r < 2.5; the rest has 3.5 < r < 5",
            help="A disc within a ring: one hidden layer of three units can close the curve.",
            source=PLAYGROUND + ", classifyCircleData",
            generate=circle,
        ),
        DatasetEntry(
            key="xor",
            label="XOR",
            formula="class 1 where x1 x2 >= 0",
            help="Opposite quadrants belong together: no straight line separates the classes.",
            source=PLAYGROUND + ", classifyXORData",
            generate=xor,
        ),
        DatasetEntry(
            key="gauss",
            label="Two clusters",
            formula="N((2, 2), v I) and N((-2, -2), v I), v = 0.5 + 7 noise",
            help="Two round clusters: without noise a straight line is enough.",
            source=PLAYGROUND + ", classifyTwoGaussData",
            generate=gauss,
        ),
        DatasetEntry(
            key="moons",
            label="Two moons",
            formula="half circles around (0, 0) and (1, 0.5), stretched by 10/3",
            help="Two interleaved half moons: the boundary must bend twice.",
            source="scikit-learn, make_moons; noise here is a spread of 2 noise units",
            generate=moons,
        ),
        DatasetEntry(
            key="reg_plane",
            label="Plane (regression)",
            formula="y = (x1 + x2) / 10",
            help="A tilted plane: a single linear unit fits it.",
            source=PLAYGROUND + ", regressPlane",
            generate=reg_plane,
            target="real",
            samples=1200,
        ),
        DatasetEntry(
            key="reg_gauss",
            label="Six bumps (regression)",
            formula="y = +-max(0, 1 - distance to the nearest of six centres / 2)",
            help="Three hills and three hollows on a flat ground.",
            source=PLAYGROUND + ", regressGaussian",
            generate=reg_gauss,
            target="real",
            samples=1200,
        ),
        Table(
            key="breast_cancer",
            label="Breast cancer",
            formula="30 measurements of cell nuclei in 569 images",
            help="A real table: tells benign tumours (class 1) from malignant ones.",
            source="Street, Wolberg & Mangasarian 1993; UCI, through scikit-learn",
            generate=table("load_breast_cancer"),
            samples=569,
            feature_names=BREAST_CANCER_FEATURES,
            class_names=("malignant", "benign"),
            word="cells",
        ),
        Table(
            key="iris",
            label="Iris",
            formula="4 lengths and widths of 150 flowers, three species",
            help="A real table: three species, one of which a line separates from the others.",
            source="Fisher 1936, The use of multiple measurements in taxonomic problems; "
            "through scikit-learn",
            generate=table("load_iris"),
            target="classes",
            samples=150,
            feature_names=IRIS_FEATURES,
            class_names=("setosa", "versicolor", "virginica"),
            word="iris",
        ),
        Table(
            key="wine",
            label="Wine",
            formula="13 chemical measurements of 178 wines of three growers",
            help="A real table: which of three growers a wine is from. Its columns differ in size "
            "a thousandfold, which scaling takes away.",
            source="Forina et al. 1991, PARVUS; UCI, through scikit-learn",
            generate=table("load_wine"),
            target="classes",
            samples=178,
            feature_names=WINE_FEATURES,
            class_names=("grower 0", "grower 1", "grower 2"),
            word="wine",
        ),
        Table(
            key="digits",
            label="Digits, 8 × 8",
            formula="64 pixels from 0 to 16 of 1,797 handwritten digits",
            help="Pictures of handwritten digits, ten classes.",
            source="Alpaydin & Kaynak 1998, UCI (its test part), through scikit-learn",
            generate=table("load_digits"),
            target="classes",
            samples=1797,
            feature_names=DIGITS_FEATURES,
            image=(8, 8, 1),
            class_names=tuple("0123456789"),
            word="0–9",
        ),
        Table(
            key="diabetes",
            label="Diabetes (regression)",
            formula="10 measurements of 442 patients; y' = (y - mean) / standard deviation",
            help="A real table: how far the disease has gone a year later, a number, standardised "
            "over the training part.",
            source="Efron, Hastie, Johnstone & Tibshirani 2004, Least angle regression; "
            "through scikit-learn",
            generate=table("load_diabetes"),
            target="real",
            samples=442,
            feature_names=DIABETES_FEATURES,
            word="y",
        ),
    ],
)


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """The fields of Config that determine the data."""

    dataset: str = setting(
        "spiral", label="Data set", help="What the network learns to tell apart or to predict.",
        group="data", kind="choice", choices=DATASETS,
    )  # fmt: skip
    samples: int = setting(
        500, label="Examples",
        help="How many examples are drawn, for training and testing together.",
        group="data", kind="int", min=20, max=10_000, step=10,
        applies=lambda config: DATASETS[config.dataset].synthetic,
    )  # fmt: skip
    noise: float = setting(
        0.0, label="Noise",
        help="How far examples are displaced at random: 0 is none, 0.5 is a lot.",
        group="data", kind="float", min=0.0, max=0.5, step=0.05,
        applies=lambda config: DATASETS[config.dataset].synthetic,
    )  # fmt: skip
    train_share: float = setting(
        0.5, label="Training share",
        help="The part of the examples that trains the network; the rest tests it.",
        group="data", kind="float", min=0.1, max=0.9, step=0.1,
    )  # fmt: skip
    scaling: str = setting(
        "standard", label="Input scaling",
        help="Brings inputs to a common size, fitted on the training part only.",
        group="data", kind="choice", choices=SCALINGS,
    )  # fmt: skip
    features: tuple[str, ...] = setting(
        ("x1", "x2"), label="Inputs", help="What the network is given of each point.",
        group="data", kind="features", choices=FEATURES,
        applies=lambda config: DATASETS[config.dataset].planar,
    )  # fmt: skip
    seed: int = setting(
        0, label="Seed", help="Fixes everything that is random: the same seed gives the same run.",
        group="training", kind="int", min=0, max=2**31 - 1,
    )  # fmt: skip


def data_fields(config: DataSettings) -> tuple:
    """Return the values of config that determine its data: a hashable cache key."""
    entry = DATASETS[config.dataset]
    drawn = (config.samples, config.noise) if entry.synthetic else ()
    shown = config.features if entry.planar else ()
    return (entry.key, config.train_share, config.scaling, config.seed, drawn, shown)


def load(config: DataSettings) -> Dataset:
    """Return the built-in data set that config names: drawn, shuffled, split and scaled.

    Everything random comes from default_rng([seed, DATA_STREAM]). The scaling is fitted on the
    training part, which holds at least one example of every class; so are the targets of a real
    table that are numbers, for they may be of any size.
    """
    entry = DATASETS[config.dataset]
    rng = np.random.default_rng([config.seed, DATA_STREAM])
    P, Y = entry.generate(rng, config.samples, config.noise)
    order, n_train = split(rng, Y, entry.target, config.train_share)
    P, Y = P[:, order], Y[:, order]
    X = expand(config.features, P) if entry.planar else P
    shift, scale = SCALINGS[config.scaling].fit(X[:, :n_train])
    X = (X - shift) / scale
    shift_y = scale_y = None
    if entry.target == "real" and not entry.synthetic:
        shift_y, scale_y = SCALINGS["standard"].fit(Y[:, :n_train])
        Y = (Y - shift_y) / scale_y
    about: dict[str, Any] = {
        "feature_names": entry.feature_names,
        "units": Units(shift, scale, shift_y, scale_y),
    }
    if entry.planar:
        about = {
            "feature_names": [FEATURES[key].label for key in config.features],
            "plane": feature_plane(config.features, shift, scale),
            "points_train": P[:, :n_train],
            "points_test": P[:, n_train:],
        }
    return Dataset(
        X[:, :n_train], Y[:, :n_train], X[:, n_train:], Y[:, n_train:], name=entry.label,
        class_names=entry.class_names or None, target=entry.target, image=entry.image, **about,
    )  # fmt: skip


def split(rng: np.random.Generator, Y: Array, target: str, train_share: float) -> tuple[Array, int]:
    """Return a random order of the examples of targets Y (k, m), and how many of them train.

    Each class occurs among these, where it can.
    """
    order = rng.permutation(Y.shape[1])
    # The rounded share, leaving at least one to test.
    n_train = min(max(round(train_share * len(order)), 1), len(order) - 1)
    if target != "real":
        _represent_all(Y[0] if len(Y) == 1 else Y.argmax(axis=0), order, n_train)
    return order, n_train


def _represent_all(labels: Array, order: Array, n_train: int) -> None:
    """Swap within order so that each class occurs in its first n_train entries, where it can."""
    for label in np.unique(labels):
        train = labels[order[:n_train]]
        if label in train:
            continue
        values, counts = np.unique(train, return_counts=True)
        out = np.flatnonzero(train == values[counts.argmax()])[-1]
        into = n_train + np.flatnonzero(labels[order[n_train:]] == label)[0]
        order[[out, into]] = order[[into, out]]
