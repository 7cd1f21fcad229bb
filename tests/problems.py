"""Small data sets and networks that the tests share."""

from itertools import pairwise

import numpy as np

import dnn
from dnn.activations import ACTIVATIONS
from dnn.losses import LOSSES


def problem(loss, n_inputs=3, m=12, m_test=5, seed=0):
    """Return a Dataset whose targets suit the loss: two classes, three classes, or two values."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_inputs, m + m_test))
    Y = {
        "binary": lambda: np.arange(m + m_test)[None] % 2,
        "classes": lambda: np.arange(m + m_test)[None] % 3,
        "real": lambda: rng.normal(size=(2, m + m_test)),
    }[LOSSES[loss].target]()
    return dnn.Dataset(X[:, :m], Y[:, :m], X[:, m:], Y[:, m:], target=LOSSES[loss].target)


def random_weights(sizes, seed=0):
    """Return [(W, b), ...] with biases that are not zero."""
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(size=(n, k)) / np.sqrt(k), 0.5 * rng.normal(size=(n, 1)))
        for k, n in pairwise(sizes)
    ]


def start_random(config, data, seed=0):
    """Return a Run whose weights and biases are all random."""
    outputs = len(dnn.start(config, data).weights[-1][1])
    return dnn.start(config, data, random_weights((data.n_inputs, *config.hidden, outputs), seed))


def activated(key, Z):
    """Return g(Z)."""
    Z, A = Z.copy(), np.empty_like(Z)
    for function, operands in ACTIVATIONS[key].forward(Z, A):
        function(*operands)
    return A


def forward(run, X):
    """Return the preactivations and the inputs of every layer, by the book."""
    Zs, inputs = [], [X]
    for l, (W, b) in enumerate(run.weights):
        Zs.append(W @ inputs[-1] + b)
        if l < len(run.config.hidden):
            inputs.append(activated(run.config.activations[l], Zs[-1]))
    return Zs, inputs


def flat(pairs):
    """Return all of [(W, b), ...] in one vector."""
    return np.concatenate([np.ravel(part) for pair in pairs for part in pair])


def distance(a, b):
    """Return the difference of two vectors over their size."""
    return np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b))
