"""Starting points: whole Configs, each worth a first look. The first is the first visit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dnn.config import Config
from lab.teaching.lessons import LESSONS


@dataclass(frozen=True)
class Preset:
    """A Config, its name on screen, and a sentence on what it shows."""

    label: str
    help: str
    config: Config


_SMALL = Config(dataset="circle", hidden=(6, 4), learning_rate=0.03, batch_size=10)

#: By the key that a link and a page's setting name.
PRESETS = {
    "spiral": Preset(
        "Two spirals, 4 hidden layers",
        "Watch a boundary wind itself between two spirals.",
        # Twice the significance that a picture needs, and a fifth more steps a second.
        Config(dtype="float32"),
    ),
    "circle": Preset(
        "Circle, 2 small layers",
        "A closed boundary from straight pieces; solved in a blink at full speed.",
        _SMALL,
    ),
    "xor": Preset(
        "XOR, 2 small layers",
        "The problem that no single layer can solve.",
        replace(_SMALL, dataset="xor"),
    ),
    # After Glorot & Bengio 2010, section 3.1.
    "vanishing": Preset(
        "Deep sigmoid: gradients vanish",
        "Ten sigmoid layers: the first get almost no gradient, and the cost stays put.",
        Config(
            dataset="circle",
            hidden=(8,) * 10,
            activation="sigmoid",
            optimizer="sgd",
            learning_rate=0.5,
        ),
    ),
    # After Schoenholz et al. 2017.
    "lab": Preset(
        "30 tanh layers, ordered phase",
        "Thirty layers whose weights are too small: theory and measurement side by side.",
        Config(
            dataset="circle",
            hidden=(64,) * 30,
            initializer="mean_field",
            sigma_w=0.8,
            sigma_b=0.3,
            optimizer="sgd",
            learning_rate=0.1,
        ),
    ),
    "exploding": Preset(
        "Deep ReLU: gradients explode",
        "Twelve ReLU layers with too large weights: the first steps blow the network up.",
        LESSONS["clipping"].config,
    ),
    "twins": Preset(
        "20 ReLU layers, Glorot's scale",
        "Weights of half the variance that ReLU needs: hardly anything is learned.",
        LESSONS["he"].config,
    ),
    "breast_cancer": Preset(
        "Breast cancer, real data",
        "569 biopsies with 30 measurements each: benign or malignant?",
        Config(
            dataset="breast_cancer",
            hidden=(16, 8),
            activation="relu",
            learning_rate=0.001,
            train_share=0.7,
        ),
    ),
}
