"""The network to begin with: two inputs, two hidden units, one output, on the four cases of xor."""

from __future__ import annotations

import numpy as np

from dnn.config import Config
from dnn.data.dataset import Dataset
from dnn.run.training import Run, start

#: Starting weights with two digits, so that everything can be checked by hand.
WEIGHTS = [
    (np.array([[0.6, -0.4], [0.3, 0.8]]), np.array([[0.1], [-0.2]])),
    (np.array([[0.9, -0.7]]), np.array([[0.05]])),
]
#: The four corners: class 1 where the two inputs differ.
X = np.array([[1.0, 1.0, -1.0, -1.0], [-1.0, 1.0, 1.0, -1.0]])
Y = np.array([[1.0, 0.0, 1.0, 0.0]])
CONFIG = Config(
    dataset="xor", hidden=(2,), activation="tanh", optimizer="sgd", learning_rate=0.5,
    batch_size=None, scaling="none",
)  # fmt: skip


def small_run() -> Run:
    """Return the 2-2-1 network with its four examples, at step 0."""
    return start(CONFIG, Dataset(X, Y, X, Y), weights=WEIGHTS)
