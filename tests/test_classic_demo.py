"""The classic cat / non-cat demo: the published run, from its files and its starting weights.

Runs where NEURAL_LAB_DATA names the folder of train_catvnoncat.h5 and test_catvnoncat.h5.
"""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import dnn
from lab.intake import read_images

FOLDER = os.environ.get("NEURAL_LAB_DATA", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="NEURAL_LAB_DATA names no folder")

HIDDEN = (15, 12, 7, 5, 2)
CONFIG = dnn.Config(
    hidden=HIDDEN, activation="relu", initializer="he", optimizer="sgd", learning_rate=0.0095,
    batch_size=None, seed=42,
)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    files = [Path(FOLDER, f"{part}_catvnoncat.h5").read_bytes() for part in ("train", "test")]
    found = read_images(*files, name="cat / non-cat")
    assert found.image == (64, 64, 3)
    return found.prepared(scaling="by_255").data


def original_weights(sizes):
    """Return the starting weights of the original: drawn layer by layer from one seed."""
    draw = np.random.RandomState(42)  # what numpy.random.seed(42) seeds
    return [
        (draw.randn(n, fan_in) * np.sqrt(2 / fan_in), np.zeros((n, 1)))
        for fan_in, n in pairwise(sizes)
    ]


def as_in_the_course(weights, X, Y, rate, steps):
    """Return the costs of plain gradient descent, written down as the course does it."""
    weights = [(W.copy(), b.copy()) for W, b in weights]
    m, costs = X.shape[1], []
    for _ in range(steps):
        A, Z = [X], []
        for l, (W, b) in enumerate(weights):
            Z.append(W @ A[-1] + b)
            last = l == len(weights) - 1
            A.append(1 / (1 + np.exp(-Z[-1])) if last else np.maximum(0, Z[-1]))
        costs.append(float(-np.mean(Y * np.log(A[-1]) + (1 - Y) * np.log(1 - A[-1]))))
        dZ = A[-1] - Y
        for l in reversed(range(len(weights))):
            W, b = weights[l]
            dW, db = dZ @ A[l].T / m, dZ.mean(axis=1, keepdims=True)
            dZ = (W.T @ dZ) * (Z[l - 1] > 0) if l else dZ
            weights[l] = (W - rate * dW, b - rate * db)
    return costs


def test_the_files_are_those_of_the_demo(data):
    assert (data.n_inputs, data.m_train, data.m_test) == (12288, 209, 50)
    assert data.class_names == ("non-cat", "cat")
    assert (data.Y_train.sum(), data.Y_test.sum()) == (72, 33)
    assert data.X_train.min() >= 0
    assert data.X_train.max() == 1


def in_their_span(data, weights):
    """Return data and weights of the same run over 209 inputs, and the basis Q of the examples.

    With X = Q R the network sees W X = (W Q) R, and a step of plain gradient descent adds to W
    what lies in the span of the examples, dZ X^T = (dZ R^T) Q^T. So W Q learns from R as W does
    from X, in a hundredth of the time.
    """
    Q, R = np.linalg.qr(data.X_train)
    (W, b), *others = weights
    small = dnn.Dataset(R, data.Y_train, Q.T @ data.X_test, data.Y_test)
    return small, [(W @ Q, b), *others], Q


def test_the_published_run(data):
    weights = original_weights((data.n_inputs, *HIDDEN, 1))
    small, start, Q = in_their_span(data, weights)
    run, records = dnn.advance(dnn.start(CONFIG, small, start), 3000, dnn.Watch(100))
    costs = {record.step: record.train_cost for record in records}
    # Back among the 12,288 inputs: what lies outside the span is as it was at the start.
    (W, b), *others = run.weights
    whole = dnn.start(CONFIG, data, [(weights[0][0] + (W - start[0][0]) @ Q.T, b), *others])
    cost = dnn.cost(whole, data.X_train, data.Y_train)
    assert cost == pytest.approx(costs[3000], rel=1e-9)
    # Published: the cost after 3,000 iterations, and the accuracies.
    assert round(cost, 3) == 0.159
    for X, Y, score in ((data.X_train, data.Y_train, 0.96), (data.X_test, data.Y_test, 0.82)):
        assert round(np.mean((dnn.predict(whole, X) > 0.5) == Y), 2) == score
    assert all(costs[k + 500] < costs[k] for k in range(500, 3000, 500)), "it falls all the way"


@pytest.mark.slow
def test_the_cost_curve_is_that_of_the_course_s_own_formulas(data):
    weights = original_weights((data.n_inputs, *HIDDEN, 1))
    costs = as_in_the_course(weights, data.X_train, data.Y_train, 0.0095, 61)
    run = dnn.start(CONFIG, data, weights)
    assert dnn.cost(run, data.X_train, data.Y_train) == pytest.approx(costs[0], rel=1e-12)
    _, records = dnn.advance(run, 60, dnn.Watch(10))
    small, start, _ = in_their_span(data, weights)
    _, alike = dnn.advance(dnn.start(CONFIG, small, start), 60, dnn.Watch(10))
    assert [record.step for record in alike] == [record.step for record in records]
    for record in (*records, *alike):
        assert record.train_cost == pytest.approx(costs[record.step], rel=1e-9)
