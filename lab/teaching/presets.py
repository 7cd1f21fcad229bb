"""Starting points: whole Configs, each worth a first look. The first is the first visit."""

from __future__ import annotations

from dataclasses import dataclass

from dnn.config import Config
from dnn.registry import Entry, Registry


@dataclass(frozen=True, kw_only=True)
class Preset(Entry):
    """A Config by name."""

    config: Config


PRESETS: Registry[Preset] = Registry(
    "starting point",
    [
        Preset(
            key="spiral",
            label="Two spirals, 4 hidden layers",
            formula="2-8-8-6-4-1, tanh, Glorot, Adam 0.01, mini-batches of 32",
            help="Watch a boundary wind itself between two spirals.",
            source="data: TensorFlow Playground",
            # Twice the significance that a picture needs, and a fifth more steps a second.
            config=Config(dtype="float32"),
        ),
        Preset(
            key="circle",
            label="Circle, 2 small layers",
            formula="2-6-4-1, tanh, Adam 0.03, mini-batches of 10",
            help="A closed boundary from straight pieces; solved in a blink at full speed.",
            source="data: TensorFlow Playground",
            config=Config(dataset="circle", hidden=(6, 4), learning_rate=0.03, batch_size=10),
        ),
        Preset(
            key="xor",
            label="XOR, 2 small layers",
            formula="2-6-4-1, tanh, Adam 0.03, mini-batches of 10",
            help="The problem that no single layer can solve.",
            source="data: TensorFlow Playground",
            config=Config(dataset="xor", hidden=(6, 4), learning_rate=0.03, batch_size=10),
        ),
        Preset(
            key="vanishing",
            label="Deep sigmoid: gradients vanish",
            formula="2-10x8-1, sigmoid, Glorot, gradient descent 0.5",
            help="Ten sigmoid layers: the first get almost no gradient, and the cost stays put.",
            source="after Glorot & Bengio 2010, section 3.1",
            config=Config(
                dataset="circle",
                hidden=(8,) * 10,
                activation="sigmoid",
                optimizer="sgd",
                learning_rate=0.5,
            ),
        ),
        Preset(
            key="lab",
            label="30 tanh layers, ordered phase",
            formula="2-30x64-1, tanh, sigma_w 0.8, sigma_b 0.3, gradient descent 0.1",
            help="Thirty layers whose weights are too small: theory and measurement side by side.",
            source="after Schoenholz et al. 2017",
            config=Config(
                dataset="circle",
                hidden=(64,) * 30,
                initializer="mean_field",
                sigma_w=0.8,
                sigma_b=0.3,
                optimizer="sgd",
                learning_rate=0.1,
            ),
        ),
        Preset(
            key="exploding",
            label="Deep ReLU: gradients explode",
            formula="2-12x16-1, ReLU, N(0, 0.7^2), gradient descent 0.03",
            help="Twelve ReLU layers with too large weights: the first steps blow the network up.",
            source="after He et al. 2015, section 2.2",
            config=Config(
                dataset="circle",
                hidden=(16,) * 12,
                activation="relu",
                initializer="normal",
                sigma_w=0.7,
                optimizer="sgd",
                learning_rate=0.03,
            ),
        ),
        Preset(
            key="twins",
            label="20 ReLU layers, Glorot's scale",
            formula="2-20x16-1, ReLU, Glorot, gradient descent 0.03, mini-batches of 10",
            help="Weights of half the variance that ReLU needs: hardly anything is learned.",
            source="after He et al. 2015, section 2.2",
            config=Config(
                dataset="circle",
                hidden=(16,) * 20,
                activation="relu",
                initializer="glorot",
                optimizer="sgd",
                learning_rate=0.03,
                batch_size=10,
            ),
        ),
        Preset(
            key="breast_cancer",
            label="Breast cancer, real data",
            formula="30-16-8-1, ReLU, He, Adam 0.001, mini-batches of 32",
            help="569 biopsies with 30 measurements each: benign or malignant?",
            source="Wolberg et al. 1995, UCI; from scikit-learn",
            config=Config(
                dataset="breast_cancer",
                hidden=(16, 8),
                activation="relu",
                learning_rate=0.001,
                train_share=0.7,
            ),
        ),
    ],
)
