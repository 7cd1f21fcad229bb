"""The stages of a batch: many examples at once, and what averaging over m does."""

from __future__ import annotations

from functools import partial

import numpy as np

from dnn.network import Array, Pass, with_ones
from dnn.trainer import Step
from dnn.walk.example import FIRST_GRADIENT, PRODUCT, WEIGHT_GRADIENT, checked, named, updates
from dnn.walk.matrices import aligned, matrix, number, places, shaped
from dnn.walk.stage import Passage, Stage, symbol
from dnn.walk.trace import Layer, Trace

#: So many examples' gradients are written out.
EXAMPLES = 4
FACTOR = Passage(Pass.__init__, ("self.factor =",))
STEP = Passage(Step.__init__, ("self.net.forward()",))
ROWS = Passage(with_ones, ("np.ones", "rows[:, :-1]"))


def batch_stages(t: Trace) -> list[Stage]:
    """Return the stages of a trace of m examples: columns, δ, each layer's mean, the update."""
    means = [_mean(t, layer) for layer in reversed(t.layers)]
    return [_columns(t), _deltas(t), *means, *updates(t, "batch_update")]


def example_gradients(t: Trace, layer: Layer) -> Array:
    """Return each example's own dW, (m, n, n_before): m δ a^T, since δ carries the 1/m."""
    return t.m * np.einsum("im,jm->mij", layer.delta, layer.before)


def _columns(t: Trace) -> Stage:
    first = t.layers[0]
    Z = first.W @ first.before + first.b
    return Stage(
        "columns", "batch", f"{t.m} examples at once",
        f"Nothing new is needed for many examples: they stand side by side as the {t.m} columns of "
        "X, and each column goes the way that one example went. The bias is added to every column.",
        rf"{symbol('Z', 1)} = {symbol('W', 1)}\,{symbol('A', 0)} + {symbol('b', 1)}",
        aligned(
            rf"{symbol('Z', 1)} &= {shaped(first.W)}\,{shaped(first.before)} + {shaped(first.b)}",
            rf"&= {shaped(Z)}",
        ),
        layer=1, passages=(ROWS, PRODUCT), units=(0, 1), links=(1,), shows="none",
        terms=("batch", "m", "broadcasting"),
    )  # fmt: skip


def _deltas(t: Trace) -> Stage:
    L, layer = t.depth, t.layers[-1]
    return Stage(
        "batch_delta", "batch", "The mean cost, and 1/m",
        f"The cost J of the batch is the mean of its {t.m} costs. The 1/m of that mean is put into "
        "δ once, at the output, and everything that is computed from δ carries it along.",
        rf"J = \frac{{1}}{{m}}\sum_{{i=1}}^{{m}} L_i \qquad "
        rf"{symbol(chr(92) + 'delta', L)} = \frac{{1}}{{m}}\left({symbol('A', L)} - Y\right)",
        aligned(
            rf"J &= \frac{{1}}{{{t.m}}}\left({_sum([number(x) for x in t.losses])}\right) = "
            rf"{number(t.cost)}",
            rf"{symbol(chr(92) + 'delta', L)} &= \frac{{1}}{{{t.m}}}\left({shaped(layer.A)} - "
            rf"{shaped(t.Y)}\right)",
            rf"&= {shaped(layer.delta)}",
        ),
        layer=L, passages=(FACTOR, Passage(t.net.loss.delta)), units=(L,), shows="none",
        terms=("cost", "m", "delta"),
    )  # fmt: skip


def _mean(t: Trace, layer: Layer) -> Stage:
    l = layer.l
    each = example_gradients(t, layer)
    small = max(layer.W.shape) <= 2
    most = (2, 2) if small else (3, 3)
    shown = places(t.m, EXAMPLES if small else 3)
    parts = [r"\cdots" if i is None else matrix(each[i], most) for i in shown]
    sizes = np.sqrt((each**2).sum(axis=(1, 2)))
    length, mean = float(np.sqrt((layer.dW**2).sum())), float(sizes.mean())
    return Stage(
        f"mean{l}", "batch", f"Mean gradient of {named(t, l)}",
        "One product gives the mean of all examples' gradients: each example pulls the weights its "
        f"own way, and what they do not agree on cancels. {_cancelled(length, mean)}",
        rf"{symbol('dW', l)} = {symbol(chr(92) + 'delta', l)}\,{_transposed(l)} = "
        rf"\frac{{1}}{{m}}\sum_{{i=1}}^{{m}} {symbol('dW', l, ',(i)')}",
        aligned(
            *_mean_of(parts, symbol("dW", l), t.m),
            rf"&= {shaped(layer.dW)}",
        ),
        layer=l, passages=(FIRST_GRADIENT if l == 1 else WEIGHT_GRADIENT,),
        units=(l - 1, l), links=(l,), shows="mean", terms=("batch", "m", "dW", "norm"),
        check=partial(checked, t, layer, False),
    )  # fmt: skip


def _transposed(l: int) -> str:
    return r"\layer{0}{X^{\top}}" if l == 1 else symbol("A", l - 1, r"\top")


def _cancelled(length: float, mean: float) -> str:
    """Return in words how much of the examples' gradients the mean keeps."""
    if mean == 0:
        return "Here no example has a gradient at this layer."
    return (
        f"Here they have a length (norm) of {mean:.2g} on average, and their mean one of "
        f"{length:.2g}: {100 * length / mean:.0f} % is left."
    )


def _mean_of(parts: list[str], name: str, m: int) -> list[str]:
    """Return 1/m times a sum of matrices as lines: two where one would be too long."""
    if len(parts) <= 2:
        return [rf"{name} &= \frac{{1}}{{{m}}}\Big({_sum(parts)}\Big)"]
    half = (len(parts) + 1) // 2
    return [
        rf"{name} &= \frac{{1}}{{{m}}}\Big({_sum(parts[:half])}",
        rf"&\qquad + {_sum(parts[half:])}\Big)",
    ]


def _sum(parts: list[str]) -> str:
    """Return terms with plus signs between them, the middle of many left out."""
    if len(parts) > EXAMPLES + 1:
        parts = [*parts[: EXAMPLES - 1], r"\cdots", parts[-1]]
    return " + ".join(parts)
