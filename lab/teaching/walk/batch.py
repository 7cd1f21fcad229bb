"""The stages of a batch: many examples at once, and what averaging over m does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from dnn.engine.network import Array, Pass, with_ones
from dnn.engine.trainer import Step
from lab.teaching.walk.example import (
    FIRST_GRADIENT,
    PRODUCT,
    WEIGHT_GRADIENT,
    carried,
    checked,
    delta_of,
)
from lab.teaching.walk.matrices import aligned, matrix, number, places, shaped
from lab.teaching.walk.stage import Passage, Stage, named, symbol
from lab.teaching.walk.trace import Layer, Trace, unlike_training
from lab.teaching.walk.updates import updates

#: So many examples' gradients are written out.
EXAMPLES = 4
FACTOR = Passage(Pass.__init__, ("self.factor =",))
STEP = Passage(Step.__init__, ("self.net.forward()",))
ROWS = Passage(with_ones, ("np.ones", "rows[:, :-1]"))


def batch_stages(t: Trace) -> list[Stage]:
    """Return the stages of a trace of m examples: columns, δ, each layer's mean, the update."""
    stages = [*(_columns(t, layer) for layer in t.layers), _cost(t)]
    for layer in reversed(t.layers):
        stages.append(_mean(t, layer))
        if layer.l > 1:
            stages.append(_back(t, t.layers[layer.l - 2], layer))
    said = _evaluated(t)
    return [*(replace(s, text=s.text + said) for s in stages), *updates(t, "batch_update")]


def _evaluated(t: Trace) -> str:
    """Return a sentence on what a training step would do otherwise, "" where nothing."""
    if different := unlike_training(t.run):
        return f" In training {different} would change these numbers: they are those of evaluation."
    return ""


def example_gradients(t: Trace, layer: Layer) -> Array:
    """Return each example's own dW, (m, n, n_before): its δ times its row of values."""
    return np.einsum("im,jm->mij", layer.delta, layer.before)


def _columns(t: Trace, layer: Layer) -> Stage:
    l = layer.l
    sums = layer.W @ layer.before + layer.b
    u, Z = symbol("U" if layer.norm else "Z", l), symbol("Z", l)
    A, before = symbol("A", l), symbol("A", l - 1)
    g = rf"\text{{{layer.key}}}" if l == t.depth else "g"
    formula = rf"{u} = {symbol('W', l)}\,{before} + {symbol('b', l)}"
    lines = [
        rf"{u} &= {shaped(layer.W)}\,{shaped(layer.before)} + {shaped(layer.b)}",
        rf"&= {shaped(sums)}",
    ]
    if layer.norm:
        formula += rf" \qquad {Z} = \gamma \odot \frac{{{u} - \mu}}"
        formula += r"{\sqrt{\sigma^2 + \varepsilon}} + \beta"
        lines.append(rf"{Z} &= {shaped(layer.Z)}")
    given, s = (rf"{before} + ", "s") if layer.residual else ("", "")
    formula += rf" \qquad {A} = {given}{s}\,{g}({Z})"
    lines.append(rf"{A} &= {given}{s}\,{g}({Z}) = {shaped(layer.A)}")
    first = (
        f"Nothing new is needed for many examples: they stand side by side as the {t.m} columns of "
        "X, and each column goes the way that one example went. The bias is added to every column."
    )
    return Stage(
        "columns" if l == 1 else f"columns{l}", "batch",
        f"{t.m} examples at once" if l == 1 else f"All columns through {named(t.depth, l)}",
        first if l == 1 else "The same again with what the layer before has computed: a column for "
        "each example, in the same order.",
        formula, aligned(*lines), numpy="Z = W @ A + b",
        layer=l, passages=(ROWS, PRODUCT) if l == 1 else (PRODUCT,), units=(l - 1, l), links=(l,),
        shows="none", terms=("batch", "m", "broadcasting"),
    )  # fmt: skip


def _cost(t: Trace) -> Stage:
    L, layer = t.depth, t.layers[-1]
    delta = symbol(r"\delta", L)
    return Stage(
        "batch_delta", "batch", "The mean cost, and each example's δ",
        f"The cost J of the batch is the mean of its {t.m} costs. Each column of δ is one "
        "example's own, the derivative of its L; the 1/m of the mean comes in at dW and db. Our "
        "engine puts it into δ here already: one division instead of one a layer, the same dW.",
        rf"J = \frac{{1}}{{m}}\sum_{{i=1}}^{{m}} L_i \qquad {delta} = {symbol('A', L)} - Y",
        aligned(
            rf"J &= \frac{{1}}{{{t.m}}}\left({_sum([number(x) for x in t.losses])}\right) = "
            rf"{number(t.cost)}",
            rf"{delta} &= {shaped(layer.A)} - {shaped(t.Y)}",
            rf"&= {shaped(layer.delta)}",
        ),
        layer=L, passages=(FACTOR, Passage(t.net.loss.delta)), units=(L,), shows="none",
        terms=("cost", "m", "delta"),
    )  # fmt: skip


def _back(t: Trace, layer: Layer, above: Layer) -> Stage:
    l = layer.l
    return replace(
        carried(t, layer, above), key=f"batch_delta{l}", part="batch", shows="none",
        title=f"All columns back to {named(t.depth, l)}",
        text="Each column of δ is carried back by itself, as that of one example was.",
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
        f"mean{l}", "batch", f"Mean gradient of {named(t.depth, l)}",
        "One product gives the mean of all examples' gradients: contributions on which the "
        f"examples disagree cancel. {_cancelled(length, mean)} The biases "
        "get the mean of δ itself: a mean along its rows.",
        aligned(
            rf"{symbol('dW', l)} &= \frac{{1}}{{m}}\,{delta_of(layer)}\,{_transposed(l)} = "
            rf"\frac{{1}}{{m}}\sum_{{i=1}}^{{m}} {symbol('dW', l, ',(i)')}",
            rf"{symbol('db', l)} &= \frac{{1}}{{m}}\sum_{{i=1}}^{{m}} {delta_of(layer, ',(i)')}",
        ),
        aligned(
            *_mean_of(parts, symbol("dW", l), t.m),
            rf"&= {shaped(layer.dW)}",
            rf"{delta_of(layer)} &= {shaped(layer.delta)}",
            rf"{symbol('db', l)} &= \frac{{1}}{{{t.m}}}\sum_{{i=1}}^{{{t.m}}} "
            rf"{delta_of(layer, ',(i)')} = {shaped(layer.db)}",
        ),
        layer=l, passages=(FIRST_GRADIENT if l == 1 else WEIGHT_GRADIENT,),
        units=(l - 1, l), links=(l,), shows="mean", terms=("batch", "m", "dW", "db", "norm"),
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
