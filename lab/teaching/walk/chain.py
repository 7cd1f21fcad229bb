"""The chain rule, from a function in a function to the vectors of a whole layer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from dnn.config import Config
from dnn.data.dataset import Dataset
from dnn.engine.network import Pass
from dnn.parts.activations import ACTIVATIONS
from dnn.run.training import Run, start
from lab.teaching.walk.example import BACKWARD, FIRST_GRADIENT, PRODUCT, bracketed, checked
from lab.teaching.walk.matrices import aligned, number, shaped
from lab.teaching.walk.small import small_run
from lab.teaching.walk.stage import DELTA, TOP, Passage, Stage, symbol
from lab.teaching.walk.trace import Trace

#: How far w is moved to see what a derivative says.
NUDGE = 0.1
SLOPES = Passage(Pass._derivatives, ("self.activations[first].derivative",))


def neuron_run() -> Run:
    """Return one neuron without a hidden layer: sigmoid of w x + b, with logistic cost."""
    # No two of w, x, b, z and a are equal: each number on screen is one thing's.
    config = Config(dataset="xor", hidden=(), optimizer="sgd", learning_rate=0.5, scaling="none")
    X, Y = np.array([[1.5, -0.5]]), np.array([[1.0, 0.0]])
    return start(config, Dataset(X, Y, X, Y), weights=[(np.array([[0.6]]), np.array([[-0.4]]))])


def chain_traces() -> tuple[Trace, Trace]:
    """Return the traces of the neuron's first example, and of the 2-2-1 network's."""
    runs = neuron_run(), small_run()
    one, two = (
        Trace(run, run.data.X_train[:, :1], run.data.Y_train[:, :1])  # type: ignore[union-attr]
        for run in runs
    )
    return one, two


def chain_stages(one: Trace, two: Trace) -> list[Stage]:
    """Return the stages: each link and their product on one neuron, then vectors on 2-2-1."""
    return [*_links(one), *_vectors(two)]


def _links(t: Trace) -> Iterator[Stage]:
    layer = t.layers[0]
    x, w, b = float(t.X[0, 0]), float(layer.W[0, 0]), float(layer.b[0, 0])
    z, a, delta, L = (float(v) for v in (layer.Z[0, 0], layer.A[0, 0], layer.delta[0, 0], t.cost))
    X, W, Z, A, D = (number(v) for v in (x, w, z, a, delta))
    slope, by_a = a * (1 - a), -1 / a
    w_, b_, z_, a_ = (rf"\layer{{1}}{{{name}}}" for name in ("w", "b", "z", "a"))
    x_ = r"\layer{0}{x}"
    sigma = rf"\sigma({z_})"
    yield Stage(
        "compose", "chain", "A function in a function",
        "One neuron, one input, and the answer should be y = 1. From w and b comes the sum z, "
        "from z the value a, from a the cost L: three functions in a row, each applied to "
        "the result of the one before.",
        rf"L(g(z({w_}, {b_})))",
        aligned(
            rf"{z_} &= {w_}\,{x_} + {b_} = {W} \cdot {X} + {bracketed(b)} = {Z}",
            rf"{a_} &= g({z_}) = {sigma} = \frac{{1}}{{1 + e^{{-{Z}}}}} = {A}",
            rf"L &= -\ln {a_} = -\ln {A} = {number(L)}",
        ),
        layer=1, passages=(PRODUCT,), units=(0, 1), links=(1,), shows="a",
        terms=("W", "b", "z", "a", "cost"),
    )  # fmt: skip
    moved = float(np.log1p(np.exp(-((w + NUDGE) * x + b))))
    yield Stage(
        "slope", "chain", "What we want to know",
        "Change w a little: how much does L change? That ratio, for ever smaller changes, is the "
        "derivative. It could be found by trying, once for each weight; the chain rule finds it "
        "for all of them in one pass.",
        rf"\frac{{dL}}{{d{w_}}} = \lim_{{h \to 0}} \frac{{L({w_} + h) - L({w_})}}{{h}}",
        aligned(
            rf"L({W} + {NUDGE}) &= {number(moved)} \qquad L({W}) = {number(L)}",
            rf"\frac{{{number(moved)} - {number(L)}}}{{{NUDGE}}} &= {number((moved - L) / NUDGE)}",
        ),
        layer=1, links=(1,), shows="a", terms=("derivative", "gradient"),
    )  # fmt: skip
    yield Stage(
        "link_z", "chain", "First link: z from w and b",
        "The sum z grows x times as fast as w, and just as fast as b: a straight line in both. It "
        "depends on both, so its derivatives are partial ones, written with ∂ instead of d: one of "
        "them is moved and the other held still.",
        rf"\frac{{\partial {z_}}}{{\partial {w_}}} = {x_} \qquad "
        rf"\frac{{\partial {z_}}}{{\partial {b_}}} = 1",
        rf"\frac{{\partial {z_}}}{{\partial {w_}}} = {X}",
        layer=1, passages=(PRODUCT,), units=(0,), links=(1,), shows="a",
        terms=("z", "derivative", "partial"),
    )  # fmt: skip
    yield Stage(
        "link_g", "chain", "Second link: a from z",
        "The slope of the activation where z is. The sigmoid's is a(1 − a): at most 1/4, and next "
        "to nothing where a is near 0 or 1.",
        rf"\frac{{d{a_}}}{{d{z_}}} = g'({z_}) = {a_}(1 - {a_})",
        rf"g'({Z}) = {A} \cdot (1 - {A}) = {number(slope)}",
        layer=1, passages=(Passage(ACTIVATIONS["sigmoid"].derivative),), units=(1,), shows="a",
        terms=("activation", "slope", "saturation"),
    )  # fmt: skip
    yield Stage(
        "link_L", "chain", "Third link: L from a",
        "The surer the neuron is of the wrong answer, the steeper the cost.",
        rf"\frac{{dL}}{{d{a_}}} = -\frac{{y}}{{{a_}}} + \frac{{1 - y}}{{1 - {a_}}}",
        rf"-\frac{{1}}{{{A}}} = {number(by_a)}",
        layer=1, passages=(Passage(t.net.loss.cost),), units=(1,), shows="a",
        terms=("cost", "cross_entropy"),
    )  # fmt: skip
    yield Stage(
        "product", "chain", "Their product",
        "A change h of w changes z by x h, that changes a by g′(z) times as much, and that changes "
        "L by dL/da times as much again. Each link multiplies: the derivative of the whole is the "
        "product of the links.",
        rf"\frac{{dL}}{{d{w_}}} = \frac{{dL}}{{d{a_}}} \cdot \frac{{d{a_}}}{{d{z_}}} \cdot "
        rf"\frac{{\partial {z_}}}{{\partial {w_}}}",
        rf"{number(by_a)} \cdot {number(slope)} \cdot {X} = {number(delta * x)}",
        layer=1, passages=(FIRST_GRADIENT,), units=(0, 1), links=(1,), shows="dW",
        terms=("chain_rule", "differences"), check=partial(checked, t, layer, False),
    )  # fmt: skip
    yield Stage(
        "shared", "chain", "What w and b share: δ",
        "For b only the first link differs: it is 1. The two links behind it are the same for "
        "everything that enters the unit, so they are computed once and have a name, δ. This is "
        "all that back-propagation saves, and it is nearly everything.",
        rf"\layer{{1}}{{\delta}} = \frac{{dL}}{{d{a_}}} \cdot \frac{{d{a_}}}{{d{z_}}} \qquad "
        rf"\frac{{dL}}{{d{w_}}} = \layer{{1}}{{\delta}}\,{x_} \qquad "
        rf"\frac{{dL}}{{d{b_}}} = \layer{{1}}{{\delta}}",
        aligned(
            rf"\layer{{1}}{{\delta}} &= {number(by_a)} \cdot {number(slope)} = {D} = {a_} - y",
            rf"\frac{{dL}}{{d{w_}}} &= {D} \cdot {X} = {number(delta * x)} \qquad "
            rf"\frac{{dL}}{{d{b_}}} = {D}",
        ),
        layer=1, passages=(Passage(t.net.loss.delta),), units=(1,), shows="delta",
        terms=("delta", "backprop"), check=partial(checked, t, layer, True),
    )  # fmt: skip


def _vectors(t: Trace) -> Iterator[Stage]:
    first, last = t.layers
    dW1, d1, x = symbol("dW", 1), symbol(DELTA, 1), r"\layer{0}{x^{\top}}"
    sent = first.W.T @ first.delta
    parts = " + ".join(
        rf"{bracketed(first.W[k, 0])} \cdot {bracketed(first.delta[k, 0])}" for k in range(2)
    )
    yield Stage(
        "paths", "vectors", "Two paths: their sum",
        "In a network x₁ reaches the cost by two paths, through both hidden units. A change of x₁ "
        "takes both at once, so what the paths carry is added.",
        r"\frac{\partial L}{\partial \layer{0}{x_1}} = \sum_k "
        r"\layer{1}{\delta^{[1]}_k}\,\layer{1}{W^{[1]}_{k1}}",
        rf"{parts} = {number(sent[0, 0])}",
        layer=1, units=(0, 1), links=(1,), shows="delta", terms=("chain_rule", "delta"),
    )  # fmt: skip
    yield Stage(
        "transposed", "vectors", "All sums at once: Wᵀδ",
        "The same sum for each value of the layer below: down a column of W instead of along a "
        "row. That is the transposed matrix. Forwards W gathers what a unit is given, backwards "
        "Wᵀ gathers what it has fed.",
        rf"\frac{{\partial L}}{{\partial \layer{{0}}{{x}}}} = "
        rf"{symbol('W', 1, TOP)}\,{d1}",
        rf"{shaped(first.W.T)}\,{shaped(first.delta)} = {shaped(sent)}",
        layer=1, passages=(Passage(Pass.backward, ("self.W[l].T.dot",)),), units=(0, 1), links=(1,),
        shows="delta", terms=("transpose", "delta", "jacobian"),
    )  # fmt: skip
    assert last.error is None
    assert first.error is not None
    assert first.slope is not None
    yield Stage(
        "slopes", "vectors", "Each unit's own slope: ⊙",
        "A unit's activation looks at its own sum only, so its link is one number for each unit: "
        "the matrix of these links has g′(z) on its diagonal and zeros elsewhere, and multiplying "
        "by it is multiplying entry by entry.",
        rf"{d1} = \left({symbol('W', 2, TOP)}\,{symbol(DELTA, 2)}\right) "
        rf"\odot g'({symbol('z', 1)})",
        aligned(
            rf"{d1} &= \left({shaped(last.W.T)}\,{shaped(last.delta)}\right) \odot "
            rf"{shaped(first.slope)}",
            rf"&= {shaped(first.error)} \odot {shaped(first.slope)} = {shaped(first.delta)}",
        ),
        layer=1, passages=(BACKWARD, SLOPES), units=(1, 2), links=(2,), shows="delta",
        terms=("hadamard", "slope", "jacobian"),
    )  # fmt: skip
    yield Stage(
        "outer", "vectors", "All weights at once: δxᵀ",
        "A single weight still is one neuron's case: δ at the end of its link times the value at "
        "its start. Every δ with every value is a column times a row.",
        rf"\layer{{1}}{{dW^{{[1]}}_{{ij}}}} = \layer{{1}}{{\delta^{{[1]}}_i}}\,\layer{{0}}{{x_j}} "
        rf"\qquad {dW1} = {d1}\,{x}",
        rf"{shaped(first.delta)}\,{shaped(t.X.T)} = {shaped(first.dW)}",
        layer=1, passages=(FIRST_GRADIENT,), units=(0, 1), links=(1,), shows="dW",
        terms=("outer", "dW", "gradient"), check=partial(checked, t, first, False),
    )  # fmt: skip
    yield Stage(
        "whole", "vectors", "The whole chain, and why depth is hard",
        "Read from the inside outwards: δ of the output, carried back by a transposed matrix and "
        "a slope, and then times the row xᵀ. Here there is one layer to carry it back through; in "
        "a network of L layers there are L − 1 such pairs of factors, one after the other. If they "
        "are below 1 in size the product vanishes, if above it explodes.",
        aligned(
            rf"{dW1} &= \Big(\big({symbol('W', 2, TOP)}\,"
            rf"{symbol(DELTA, 2)}\big) \odot g'({symbol('z', 1)})\Big)\,{x}",
            rf"\text{{L layers: }}\quad {dW1} &= D^{{[1]}} W^{{[2]\top}} \cdots\, D^{{[L-1]}} "
            rf"W^{{[L]\top}}\, \delta^{{[L]}}\,{x} \qquad "
            r"D^{[l]} = \operatorname{diag}\, g'(z^{[l]})",
        ),
        rf"\left(\left({shaped(last.W.T)}\,{shaped(last.delta)}\right) \odot "
        rf"{shaped(first.slope)}\right) {shaped(t.X.T)} = {shaped(first.dW)}",
        layer=1, passages=(BACKWARD, FIRST_GRADIENT), units=(0, 1, 2), links=(1, 2), shows="dW",
        terms=("backprop", "vanishing", "exploding"),
    )  # fmt: skip
