"""Blocked products of a wide first layer, against plain ones."""

import numpy as np
import pytest

import dnn
from dnn.engine import blocked as products
from dnn.engine.fused import XT, fuse


def matrices(units=15, inputs=1300, m=209, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(m, inputs)).astype(np.float32)
    W, delta = (
        rng.normal(size=shape).astype(np.float32) for shape in ((units, inputs), (units, m))
    )
    return rows, W, delta


# One block, blocks that fit and a last one that is shorter.
@pytest.mark.parametrize(("inputs", "size"), [(200, 256), (1024, 256), (1300, 256), (1300, 64)])
def test_the_blocks_add_up_to_the_product(inputs, size):
    rows, W, delta = matrices(inputs=inputs)
    out, G = np.empty((len(W), len(rows)), np.float32), np.empty_like(W)
    fuse(products.forward(W, XT, out, size) + products.gradient(delta, XT, G, size))(
        [(rows.T, rows, None)] * 2  # twice: nothing is left over from the first time
    )
    exact = W.astype(float) @ rows.T.astype(float), delta.astype(float) @ rows.astype(float)
    np.testing.assert_allclose(out, exact[0], atol=2e-6 * inputs)
    np.testing.assert_allclose(G, exact[1], atol=2e-6 * len(rows))


def test_blocks_are_for_wide_layers_in_float32_alone():
    W = np.zeros((15, 12289), np.float32)
    size = products.block_size(W, 209)
    assert 0 < size * 15 * 209 <= products.SMALL
    assert products.block_size(W.astype(float), 209) == 0
    assert products.block_size(np.zeros((128, 785), np.float32), 128) == 0
    assert products.block_size(W, 10**6) == 0


def test_a_wide_network_learns_the_same_in_both_precisions():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(700, 40))
    data = dnn.Dataset(X, (X[:1] + X[1:2] > 0).astype(float))
    config = dnn.Config(hidden=(6, 3), activation="relu", optimizer="sgd", batch_size=None)
    ends = []
    for dtype in ("float64", "float32"):
        run = dnn.start(dnn.Config(**{**vars(config), "dtype": dtype}), data)
        ends.append(np.concatenate([W.ravel() for W, _ in dnn.advance(run, 25)[0].weights]))
    np.testing.assert_allclose(ends[1], ends[0], atol=2e-5)
    assert products.block_size(np.zeros((6, 701), np.float32), 40)
