"""The stages of one example: forwards to the cost, backwards to every gradient, the update."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from dnn.engine.network import Pass
from dnn.parts.activations import ACTIVATIONS
from dnn.parts.losses import Loss
from dnn.parts.normalization import PLAIN_FORWARD, BatchNorm
from lab.teaching.walk.matrices import aligned, matrix, number, shaped, written
from lab.teaching.walk.stage import DELTA, TOP, Passage, Stage, named, symbol
from lab.teaching.walk.trace import Layer, Trace
from lab.teaching.walk.updates import updates
from lab.text.numbers import number as words

#: What the engine's lines begin with: a test finds each of them in the source.
PRODUCT = Passage(Pass._product, ("W.dot, (source, out)",))
WEIGHT_GRADIENT = Passage(Pass.backward, ("delta.dot, (self._rows(self._a",))
FIRST_GRADIENT = Passage(Pass.backward, ("self.deltas[0].dot, (XT",))
CARRIED = ("self.W[l].T.dot", "np.multiply, (error, self._rows(self._d")
BACKWARD = Passage(Pass.backward, CARRIED)
AROUND_BRANCH = Passage(Pass.backward, (*CARRIED, "np.add, (error, self._errors[l]"))
SUM = Passage(Pass._passed_on, ("np.add, (A, self._rows(self._a, l - 1), A)",))


def example_stages(t: Trace) -> list[Stage]:
    """Return the stages of a trace of one example, in the order in which they are computed."""
    return [*forwards(t), *_cost(t), *backwards(t), *updates(t)]


# --- forwards ------------------------------------------------------------------------------------


def forwards(t: Trace) -> Iterator[Stage]:
    """Yield the input, and z and a of each layer."""
    target = f"y = {number(t.Y[0, 0])}" if len(t.Y) == 1 else f"y = {matrix(t.Y)}"
    yield Stage(
        "x", "forwards", "The example", "The inputs of one example stand in a column, x; y is what "
        "the network should answer.",
        rf"{symbol('a', 0)},\; y", rf"{symbol('a', 0)} = {shaped(t.X)} \qquad {target}",
        units=(0,), terms=("example", "x", "y"),
    )  # fmt: skip
    for layer in t.layers:
        yield _sum(t, layer)
        yield _activation(t, layer)


def _sum(t: Trace, layer: Layer) -> Stage:
    l, z, called = layer.l, "u" if layer.norm else "z", named(t.depth, layer.l)
    W, b, a = symbol("W", l), symbol("b", l), symbol("a", l - 1)
    formula = rf"{symbol(z, l)} = {W}\,{a} + {b}"
    Z = layer.W @ layer.before + layer.b if layer.norm else layer.Z
    lines = [
        rf"{symbol(z, l)} &= {shaped(layer.W)}\,{shaped(layer.before)} + {shaped(layer.b)}",
        rf"&= {shaped(Z)}",
    ]
    passages: tuple[Passage, ...] = (PRODUCT,)
    code = f"{'U' if layer.norm else 'Z'} = W @ A + b"
    text = (
        f"Each unit of {called} adds up what reaches it: every value of the layer before, "
        "times the weight of its link, plus the unit's bias."
    )  # fmt: skip
    if layer.norm:
        n = layer.norm
        formula += (
            rf"\qquad {symbol('z', l)} = \gamma \odot \frac{{{symbol('u', l)} - \mu}}"
            r"{\sqrt{\sigma^2 + \varepsilon}} + \beta"
        )
        lines.append(
            rf"{symbol('z', l)} &= {matrix(n.gamma)} \odot {matrix(n.normalised)} + "
            rf"{matrix(n.beta)} = {matrix(layer.Z)}"
        )
        text += (
            " Batch normalisation then takes off a mean and divides by a spread. Here these are "
            "the running ones, as in evaluation, so that the example stands by itself."
        )
        passages = (PRODUCT, Passage(BatchNorm.forward))
        code += "\n" + PLAIN_FORWARD
    return Stage(
        f"z{l}", "forwards", f"Weighted sums of {called}", text, formula, aligned(*lines),
        numpy=code, layer=l, passages=passages, units=(l - 1, l), links=(l,), shows="z",
        terms=("W", "b", "z", *(("batch_norm",) if layer.norm else ())),
    )  # fmt: skip


def _activation(t: Trace, layer: Layer) -> Stage:
    l, output = layer.l, layer.l == t.depth
    z, a = symbol("z", l), symbol("a", l)
    g = rf"\text{{{layer.key}}}" if output else "g"
    bent = rf"{g}({z})" if layer.residual else a
    numbers = [rf"{bent} &= {g}\left({shaped(layer.Z)}\right) = {shaped(layer.H)}"]
    formula, plain = rf"{a} = {g}({z})", ""
    passages: tuple[Passage, ...]
    extra: tuple[str, ...] = ()
    if output:
        loss = t.net.loss
        text, code = OUTPUTS[loss.output], loss.plain_link
        passages = (Passage(loss.link),)
    else:
        entry = ACTIVATIONS[layer.key]
        text = f"Each unit applies the activation {entry.label} to its sum. {entry.help}"
        plain, code, passages = entry.formula, entry.plain, (Passage(entry.forward),)
    if layer.residual:
        s = t.net.architecture.branch_scale
        formula = rf"{a} = {symbol('a', l - 1)} + s\,{g}({z})"
        numbers.append(
            rf"{a} &= {shaped(layer.before)} + {number(s)}\,{shaped(layer.H)} = {shaped(layer.A)}"
        )
        text += " The residual connection adds it to what the layer was given."
        passages, extra = (*passages, SUM), ("residual",)
    return Stage(
        f"a{l}", "forwards", "Answer" if output else f"Activations of {named(t.depth, l)}", text,
        formula, aligned(*numbers), plain=plain, numpy=f"A = {code}", layer=l, passages=passages,
        units=(l,), shows="a",
        terms=("a", TERM_OF[layer.key] if output else "activation", *extra),
    )  # fmt: skip


TERM_OF = {"sigmoid": "activation_sigmoid", "softmax": "softmax", "linear": "activation_linear"}
OUTPUTS = {
    "sigmoid": "The sigmoid turns the sum into a number between 0 and 1: the probability of "
    "class 1.",
    "softmax": "Softmax turns the sums into shares that add up to 1: a probability for each class.",
    "linear": "The output is the sum itself: a number is asked for, not a class.",
}


# --- the cost ------------------------------------------------------------------------------------

#: By loss: the cost of one example, its derivative by a, and what comes of both, in LaTeX.
COSTS: dict[str, tuple[str, str, str]] = {
    "logistic": (
        r"L = -y \ln a - (1-y)\ln(1-a)",
        r"\frac{\partial L}{\partial a} = -\frac{y}{a} + \frac{1-y}{1-a}, \qquad "
        r"\frac{da}{dz} = a(1-a)",
        "The derivative of the cost by a, times the slope a(1 − a) of the sigmoid: the "
        "denominators cancel and a − y is left, however flat the sigmoid is there.",
    ),
    "softmax": (
        r"L = -\sum_k y_k \ln a_k",
        r"\frac{\partial L}{\partial a_k} = -\frac{y_k}{a_k}, \qquad "
        r"\frac{\partial a_k}{\partial z_j} = a_k(1_{k=j} - a_j)",
        "The derivative of the cost by each a, times the slopes of softmax, summed: a − y is left.",
    ),
    "squared_error": (
        r"L = \tfrac12 \sum_k (a_k - y_k)^2",
        r"\frac{\partial L}{\partial a_k} = a_k - y_k, \qquad \frac{da_k}{dz_k} = 1",
        "The output is linear, so the derivative by z is that by a: the difference a − y.",
    ),
}


def _cost(t: Trace) -> Iterator[Stage]:
    loss, L, layer = t.net.loss, t.depth, t.layers[-1]
    cost, derivative, why = COSTS.get(loss.key) or _cost_in_words(loss)
    yield Stage(
        "cost", "cost", "The cost", f"How wrong the answer is, as one number: {loss.help}",
        cost, aligned(*_cost_lines(t, loss)), plain="" if loss.key in COSTS else loss.formula,
        numpy=f"L = {loss.plain}", layer=L, passages=(Passage(loss.cost),), units=(L,), shows="a",
        terms=("cost", f"loss_{loss.key}", *(("nats",) if loss.unit == "nats" else ())),
    )  # fmt: skip
    delta, a = symbol(DELTA, L), symbol("a", L)
    canonical = bool(np.allclose(layer.A - t.Y, layer.delta))
    difference = rf"{shaped(layer.A)} - {shaped(t.Y)} = " if canonical else ""
    yield Stage(
        f"delta{L}", "cost", "Its derivative", why + " This is δ of the output, the start of the "
        "way back.",
        derivative
        + rf"\quad\Rightarrow\quad {delta} = \frac{{\partial L}}{{\partial z}}"
        + (f" = {a} - y" if canonical else ""),
        aligned(rf"{delta} &= {difference}{shaped(layer.delta)}"),
        numpy=f"delta = {loss.plain_delta}", layer=L, passages=(Passage(loss.delta),),
        units=(L,), shows="delta", terms=("delta", "derivative", "chain_rule"),
    )  # fmt: skip


def _cost_in_words(loss: Loss) -> tuple[str, str, str]:
    """Return what COSTS has of a loss, for one whose derivation is not written out there."""
    return (
        "L(a, y)", r"\frac{\partial L}{\partial a}, \qquad \frac{da}{dz}",
        f"{loss.label}: the derivative of the cost by the answer, times the slope of the output.",
    )  # fmt: skip


def _cost_lines(t: Trace, loss: Loss) -> list[str]:
    a, y, J = t.layers[-1].A[:, 0], t.Y[:, 0], number(t.cost)
    if loss.key == "logistic":
        A, Y = number(a[0]), number(y[0])
        return [
            rf"L &= -{Y} \cdot \ln {A} - (1-{Y}) \cdot \ln(1-{A})",
            rf"&= {J}\ \text{{nats}}",
        ]
    if loss.key == "softmax":
        k = int(np.argmax(y))
        return [rf"L &= -\ln a_{{{k + 1}}} = -\ln {number(a[k])} = {J}\ \text{{nats}}"]
    if loss.key not in COSTS:
        return [rf"L &= {J}\ \text{{{loss.unit}}}"]
    parts = [f"({number(p)} - {bracketed(q)})^2" for p, q in zip(a[:3], y[:3], strict=True)]
    more = r" + \cdots" if len(a) > 3 else ""
    return [rf"L &= \tfrac12\left({' + '.join(parts)}{more}\right) = {J}"]


def bracketed(x: float) -> str:
    """Return a number in LaTeX, a negative one in brackets."""
    return f"({number(x)})" if x < 0 else number(x)


# --- backwards -----------------------------------------------------------------------------------


def backwards(t: Trace) -> Iterator[Stage]:
    """Yield, from the output to the first layer: dW, db, and the δ of the layer before."""
    for layer in reversed(t.layers):
        yield _weight_gradient(t, layer)
        yield _bias_gradient(t, layer)
        if layer.l > 1:
            yield carried(t, t.layers[layer.l - 2], layer)


def _weight_gradient(t: Trace, layer: Layer) -> Stage:
    l = layer.l
    dW, delta, a = symbol("dW", l), delta_of(layer), symbol("a", l - 1, TOP)
    if l == 1:
        a = r"\layer{0}{x^{\top}}"
    return Stage(
        f"dW{l}", "backwards", f"Gradient of the weights of {named(t.depth, l)}",
        "A weight's gradient is the δ at the end of its link times the value at its start: two "
        "numbers that are already known. All weights of the layer at once are δ times the "
        "row of values." + _through_norm(layer),
        rf"{dW} = \frac{{1}}{{m}}\,{delta}\,{a} \qquad m = 1",
        aligned(
            rf"{dW} &= {shaped(layer.delta)}\,{shaped(layer.before.T)}",
            rf"&= {shaped(layer.dW)}",
        ),
        numpy="dW = delta @ A.T / m", layer=l,
        passages=(FIRST_GRADIENT if l == 1 else WEIGHT_GRADIENT,), units=(l - 1, l), links=(l,),
        shows="dW", terms=("dW", "delta", "gradient", "outer"),
        check=partial(checked, t, layer, False),
    )  # fmt: skip


def _bias_gradient(t: Trace, layer: Layer) -> Stage:
    l = layer.l
    db, delta = symbol("db", l), delta_of(layer)
    return Stage(
        f"db{l}", "backwards", f"Gradient of the biases of {named(t.depth, l)}",
        "A bias enters its unit's sum as it is, so its gradient is δ itself. In the engine it is "
        "the last column of [W b], and a row of ones stands below the values: the same product "
        "gives it." + (WITHOUT_BIAS if layer.norm else ""),
        rf"{db} = \frac{{1}}{{m}}\sum_{{i=1}}^{{m}} {delta_of(layer, ',(i)')} \qquad m = 1",
        aligned(rf"{db} &= {delta} = {shaped(layer.db)}"),
        numpy="db = delta.sum(axis=1, keepdims=True) / m", layer=l,
        passages=(FIRST_GRADIENT if l == 1 else WEIGHT_GRADIENT,),
        units=(l,), shows="db", terms=("db", "b", "delta"),
        check=partial(checked, t, layer, True),
    )  # fmt: skip


#: Said of the biases before batch normalisation.
WITHOUT_BIAS = (
    " Here that is a gradient because the running mean stays where it is; in training the batch's "
    "own mean takes the bias off again, and its gradient is 0."
)


def delta_of(layer: Layer, extra: str = "") -> str:
    """Return the symbol of what dW and the layer below are made of: dL/dz, or dL/du before batch
    normalisation.
    """
    return symbol(r"\delta_u" if layer.norm else r"\delta", layer.l, extra)


def _through_norm(layer: Layer) -> str:
    return " Here that is δᵤ = ∂L/∂u, before batch normalisation." if layer.norm else ""


def checked(t: Trace, layer: Layer, bias: bool) -> tuple[str, str]:
    """Return central differences in LaTeX, and in words how far a gradient is from them."""
    l, n = layer.l, layer.W.shape[1]
    rows = written(layer.W.shape[0])
    columns = [n] if bias else written(n)
    found = t.differences(l, rows, columns)
    ours = layer.db[rows] if bias else layer.dW[np.ix_(rows, columns)]
    # As large as the gradient, with the entries that were moved in their places.
    shape = layer.db.shape if bias else layer.dW.shape
    whole = np.full(shape, np.nan)
    whole[np.ix_(rows, [0] if bias else columns)] = found
    theta = symbol("b" if bias else "W", l)
    largest = max(float(np.abs(found).max()), float(np.abs(ours).max()))
    apart = float(np.abs(found - ours).max())
    note = "Both are 0." if largest == 0 else (
        f"Largest difference from back-propagation: {words(apart)}"
        + (f", {words(apart / largest)} of the largest entry." if apart else ".")
    )  # fmt: skip
    cost = "L" if t.m == 1 else "J"
    latex = rf"\frac{{{cost}({theta} + h) - {cost}({theta} - h)}}{{2h}} \approx {matrix(whole)}"
    return latex, note


def carried(t: Trace, layer: Layer, above: Layer) -> Stage:
    """Return the stage that carries δ from the layer above to this one."""
    l = layer.l
    z, a = ("z", "a") if t.m == 1 else ("Z", "A")
    assert layer.error is not None
    W, delta = symbol("W", l + 1, TOP), delta_of(above)
    slope, slopes = _slope(t, layer, z)
    sent = rf"{W}\,{delta}"
    text = (
        "Each unit's δ is collected from all units it feeds, each times the weight of the link, "
        "and then multiplied by the slope of its own activation. Where the slope is near 0, "
        "little is left: that is how gradients vanish."
    )
    error = rf"{shaped(above.W.T)}\,{shaped(above.delta)}"
    formula = rf"{symbol(DELTA, l)} = \left({sent}\right) \odot {slope}"
    passages: tuple[Passage, ...] = (BACKWARD,)
    after = ""
    if above.residual:
        formula = formula.replace(
            sent, rf"{sent} + \tfrac{{\partial L}}{{\partial {symbol(a, l + 1)}}}"
        )
        assert above.error is not None
        error += f" + {shaped(above.error)}"
        text += " The residual connection brings the error of the layer above along unchanged."
        passages = (AROUND_BRANCH,)
    if layer.residual:
        text += (
            " Only the layer's own part goes through the activation and is scaled by s: "
            "its slope is s g′(z)."
        )
    lines = [
        rf"{symbol(DELTA, l)} &= \left({error}\right) \odot {slopes}",
        rf"&= {shaped(layer.error)} \odot {slopes}",
    ]
    if t.m == 1:
        lines[-1] += rf" = {shaped(layer.delta_z)}"
    else:
        lines.append(rf"&= {shaped(layer.delta_z)}")
    if layer.norm:
        before = (
            rf"\frac{{\gamma}}{{\sqrt{{\sigma^2 + \varepsilon}}}} \odot "
            rf"{symbol(DELTA, l)}"
        )
        formula += rf"\qquad {delta_of(layer)} = {before}"
        lines.append(rf"{delta_of(layer)} &= {before} = {shaped(layer.delta)}")
        text += " Carried on through batch normalisation it is δᵤ, the derivative by u = W a + b."
        passages = (*passages, Passage(BatchNorm.backward))
        after = "\ndelta = delta * gamma * scale"
    passages = (*passages, Passage(ACTIVATIONS[layer.key].derivative))
    return Stage(
        f"delta{l}", "backwards", f"Back to {named(t.depth, l)}", text, formula, aligned(*lines),
        plain=ACTIVATIONS[layer.key].formula,
        numpy=f"slope = {ACTIVATIONS[layer.key].plain_slope}\n"
        f"delta = (W_next.T @ delta_next) * slope{after}",
        layer=l, passages=passages, units=(l, l + 1), links=(l + 1,), shows="delta",
        terms=("delta", "transpose", "slope", "hadamard", "vanishing"),
    )  # fmt: skip


def _slope(t: Trace, layer: Layer, z: str) -> tuple[str, str]:
    """Return dA/dZ of a layer as a formula and in numbers, a residual one's with its scale s."""
    assert layer.slope is not None
    formula = rf"g'({symbol(z, layer.l)})"
    if not layer.residual:
        return formula, shaped(layer.slope)
    s = t.net.architecture.branch_scale
    if s == 0:
        return rf"s\,{formula}", shaped(layer.slope)
    return rf"s\,{formula}", rf"{number(s)}\,{shaped(layer.slope / s)}"
