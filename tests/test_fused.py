"""Lists of calls: made one by one, or as one function, they do the same."""

from __future__ import annotations

import numpy as np
import pytest

from dnn.engine import fused as program
from dnn.engine.fused import PAYS, XT, FusedLater, T, X, fuse

A, B = np.zeros((3, 4)), np.zeros((3, 4))
#: A product of a step's X, what T adds to it, and a sum that keeps all steps.
CALLS = [
    (np.multiply, (X, np.full((3, 4), 0.1), A)),
    (np.add, (A, T, A)),
    (np.subtract, (A, XT, A)),
    (np.add, (A, B, B)),
]


def steps(count):
    rng = np.random.default_rng(0)
    return [tuple(rng.normal(size=(3, 4)) for _ in "abc") for _ in range(count)]


@pytest.mark.parametrize("count", [1, PAYS - 1, PAYS, PAYS + 1, 3 * PAYS])
def test_calls_do_the_same_before_they_are_fused_and_behind(count):
    sums = []
    for run in (fuse(CALLS), FusedLater(CALLS)):
        B[:] = 0.0
        for step in steps(count):
            run([step])
        sums.append(B.copy())
    np.testing.assert_array_equal(*sums)
    B[:] = 0.0
    FusedLater(CALLS)(steps(count))
    np.testing.assert_array_equal(B, sums[0])


def test_they_are_fused_when_it_pays_and_once(monkeypatch):
    made = []
    monkeypatch.setattr(program, "fuse", lambda calls: made.append(calls) or fuse(calls))
    run = FusedLater(CALLS)
    for step in steps(PAYS):
        run([step])
    assert not made
    for step in steps(5):
        run([step])
    assert made == [CALLS]
