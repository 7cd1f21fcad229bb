"""Small data sets and networks that the tests share."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

import dnn
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.dropout import Masks
from dnn.parts.losses import LOSSES


def problem(loss, n_inputs=3, m=12, m_test=5, seed=0):
    """Return a Dataset whose targets suit the loss: two classes, three classes, or two values."""
    rng, kind = np.random.default_rng(seed), LOSSES[loss].targets[0]
    X = rng.normal(size=(n_inputs, m + m_test))
    Y = {
        "binary": lambda: np.arange(m + m_test)[None] % 2,
        "classes": lambda: np.arange(m + m_test)[None] % 3,
        "real": lambda: rng.normal(size=(2, m + m_test)),
    }[kind]()
    return dnn.Dataset(X[:, :m], Y[:, :m], X[:, m:], Y[:, m:], target=kind)


def random_weights(sizes, seed=0):
    """Return [(W, b), ...] with biases that are not zero."""
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(size=(n, k)) / np.sqrt(k), 0.5 * rng.normal(size=(n, 1)))
        for k, n in pairwise(sizes)
    ]


def start_random(config, data, seed=0):
    """Return a Run whose parameters are all random, and the moments of normalised units too."""
    outputs = len(dnn.start(config, data).weights[-1][1])
    weights = random_weights((data.n_inputs, *config.hidden, outputs), seed)
    run = dnn.start(config, data, weights)
    if not config.batch_norm:
        return run
    rng = np.random.default_rng([seed, 1])
    p, running = run.parameters.copy(), run.running.copy()
    for V in run.layout.views(p, "norm"):
        V[:] = [1.0, 0.0] + 0.4 * rng.normal(size=V.shape)
    running[0], running[1] = (
        rng.normal(size=running.shape[1]),
        rng.uniform(0.5, 2, running.shape[1]),
    )
    return replace(run, parameters=p, running=running)


def activated(key, Z):
    """Return g(Z)."""
    Z, A = Z.copy(), np.empty_like(Z)
    for function, operands in ACTIVATIONS[key].forward(Z, A):
        function(*operands)
    return A


def masks_of(run, m):
    """Return the mask of each hidden layer, (n_l, m), that the run's next step uses for m examples.

    They lie one behind the other, each with a row for the bias that is not used.
    """
    sizes = run.config.hidden
    if not run.config.dropout:
        return [np.ones((n, m)) for n in sizes]
    total = sum(n + 1 for n in sizes) * m
    whole = Masks(total, run.config.dropout, run.config.seed, run.parameters.dtype).of(run.step)
    parts = np.split(whole, np.cumsum([(n + 1) * m for n in sizes])[:-1])
    return [part.reshape(n + 1, m)[:n] for part, n in zip(parts, sizes, strict=True)]


def normalised(U, V, moments):
    """Return gamma (u - mean) / sqrt(var + eps) + beta, V = [gamma beta], moments (mean, var)."""
    mean, var = (np.reshape(part, (-1, 1)) for part in moments)
    return V[:, :1] * (U - mean) / np.sqrt(var + 1e-5) + V[:, 1:]


def forward(run, X, training=False):
    """Return the preactivations and the inputs of every layer, by the book.

    training: as the next step sees X, normalised by its own moments and with dropout.
    """
    config = run.config
    masks = masks_of(run, X.shape[1]) if training else [1.0] * len(config.hidden)
    norms = run.layout.views(run.parameters, "norm")
    ends = np.cumsum([0, *config.hidden])
    Zs, inputs = [], [X]
    for l, (W, b) in enumerate(run.weights):
        Z = W @ inputs[-1] + b
        if l < len(config.hidden):
            if config.batch_norm:
                kept = run.running[:, ends[l] : ends[l + 1]]
                Z = normalised(Z, norms[l], (Z.mean(axis=1), Z.var(axis=1)) if training else kept)
            A = masks[l] * activated(config.activations[l], Z)
            if config.residual and l > 0 and config.hidden[l] == config.hidden[l - 1]:
                A = inputs[-1] + config.branch_scale * A
            inputs.append(A)
        Zs.append(Z)
    return Zs, inputs


def flat(pairs):
    """Return all of [(W, b), ...] in one vector."""
    return np.concatenate([np.ravel(part) for pair in pairs for part in pair])


def distance(a, b):
    """Return the difference of two vectors over their size."""
    return np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b))
