"""The network: parameters as named blocks of one flat vector, forward and backward passes.

A pass is compiled once for a number of examples m: its buffers are allocated, and forward and
backward become lists of calls on them, which `fuse` turns into one straight-line function. The
same pass serves training, evaluation and diagnostics; there is no second implementation.

Columns are examples: A[l] is (n_l, m). The bias is the last column of a layer's block [W b], and
activations carry a row of ones below, so that Z = [W b] [A; 1] is one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from dnn.activations import ACTIVATIONS, constant
from dnn.initializers import INITIALIZERS
from dnn.losses import LOSSES
from dnn.registry import Call

Array = np.ndarray


@dataclass(frozen=True)
class Block:
    """A named part of the flat parameter vector: [W b] of layer `layer` (1-based)."""

    name: str
    layer: int
    start: int
    shape: tuple[int, int]

    @property
    def stop(self) -> int:
        return self.start + self.shape[0] * self.shape[1]


@dataclass(frozen=True)
class Layout:
    """Where each block lies. sizes: (n_0, n_1, ..., n_L)."""

    sizes: tuple[int, ...]
    blocks: tuple[Block, ...]
    size: int

    @classmethod
    def of(cls, sizes: Sequence[int]) -> Layout:
        """Return the layout of dense layers of the given sizes."""
        blocks, start = [], 0
        for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
            blocks.append(Block(f"layer {layer}", layer, start, (fan_out, fan_in + 1)))
            start = blocks[-1].stop
        return cls(tuple(sizes), tuple(blocks), start)

    def views(self, flat: Array) -> list[Array]:
        """Return one (n_l, n_{l-1} + 1) view of flat per layer."""
        return [flat[b.start : b.stop].reshape(b.shape) for b in self.blocks]

    def weights(self, flat: Array) -> list[tuple[Array, Array]]:
        """Return [(W, b), ...] as views of flat: W (n_l, n_{l-1}), b (n_l, 1)."""
        return [(V[:, :-1], V[:, -1:]) for V in self.views(flat)]

    def weight_mask(self) -> Array:
        """Return a flat float64 array that is 1 at weights and 0 at biases."""
        mask = np.ones(self.size)
        for _, b in self.weights(mask):
            b[:] = 0.0
        return mask


def initial_parameters(
    layout: Layout, initializers: Sequence[str], sigma_w: float, seed: int
) -> Array:
    """Return flat float64 parameters: each layer's weights as its initialiser draws them, b = 0."""
    rng = np.random.default_rng([seed, 1])
    flat = np.zeros(layout.size)
    for (W, _), key in zip(layout.weights(flat), initializers, strict=True):
        W[:] = INITIALIZERS[key].draw(rng, W.shape[0], W.shape[1], sigma_w)
    return flat


@dataclass(frozen=True)
class Slot:
    """An operand that differs from step to step, by the name of the fused loop's variable."""

    name: str


X, XT, T = Slot("X"), Slot("XT"), Slot("T")


class OutOfRange(Exception):
    """A step of a fused loop has left the range: the loop ended behind it."""


def fuse(
    calls: Iterable[Call],
    coefficients: Sequence[Array] = (),
    guard: tuple[Array, float] | None = None,
) -> Callable[[Iterable], None]:
    """Return run(steps), which makes all calls once for each ((X, XT, T), *coefficients) in steps.

    The calls become consecutive lines of one generated function whose operands are local
    variables; a loop over a list of calls would cost a fifth more on small layers.

    guard: a vector and a limit; run raises OutOfRange behind the first step that leaves the sum of
    its squares above the limit, or not a number. One product a step: what is looked at only now and
    then may have come back.
    """
    names: dict[int, str] = {}
    bound: dict[str, Any] = {}

    def name(operand: Any) -> str:
        if isinstance(operand, Slot):
            return operand.name
        if id(operand) not in names:
            names[id(operand)] = f"v{len(names)}"
            bound[names[id(operand)]] = operand
        return names[id(operand)]

    given = [f"c{i}" for i in range(len(coefficients))]
    lines = [f"{name(c)}[()] = {v}" for c, v in zip(coefficients, given, strict=True)]

    def line(function: Any, operands: tuple[Any, ...]) -> str:
        named = function.keywords if isinstance(function, partial) else {}
        function = function.func if named else function
        arguments = [*map(name, operands), *(f"{key}={name(v)}" for key, v in named.items())]
        return f"{name(function)}({', '.join(arguments)})"

    lines += [line(f, operands) for f, operands in calls]
    if guard is not None:
        vector, limit = guard
        product = line(vector.dot, (vector,))
        lines.append(f"if not {product} <= {name(limit)}: raise {name(OutOfRange)}")
    source = (
        f"def run(steps, {', '.join(f'{n}={n}' for n in bound)}):\n"
        f"    for (X, XT, T), {', '.join(given)} in steps:\n        "
        + "\n        ".join(lines or ["pass"])
    )
    exec(source, bound)
    return bound["run"]


class Pass:
    """Forward and backward for m examples, on buffers of its own.

    Reads the parameters p and writes the gradient g (flat arrays laid out by `layout`). With
    mean=True the deltas carry 1/m (or `weight`), so that g is the gradient of the mean cost;
    with mean=False a column of a delta is the derivative of that example's own loss.
    """

    def __init__(
        self,
        layout: Layout,
        activations: Sequence[str],
        loss: str,
        p: Array,
        g: Array,
        m: int,
        mean: bool = True,
    ):
        self.layout, self.m, self.loss = layout, m, LOSSES[loss]
        self.activations = [ACTIVATIONS[key] for key in activations]
        self.W, self.G = layout.views(p), layout.views(g)
        self.dtype = p.dtype
        self.factor = self.loss.delta_factor / (m if mean else 1)
        self._allocate()

    def _allocate(self) -> None:
        m, hidden, out = self.m, self.layout.sizes[1:-1], self.layout.sizes[-1]
        total = sum(n + 1 for n in hidden) * m
        # One flat buffer each for z (only where a derivative needs it), a and g'(z).
        needs_z = any(a.needs_z for a in self.activations)
        self._a = np.ones(total, self.dtype)
        self._z = np.ones(total, self.dtype) if needs_z else self._a
        self._d = np.zeros(total, self.dtype)
        self._starts = np.concatenate(([0], np.cumsum([(n + 1) * m for n in hidden]))).astype(int)
        self.logits = np.zeros((out, m), self.dtype)
        self.prediction = np.zeros((out, m), self.dtype)
        self.deltas = [np.zeros((n, m), self.dtype) for n in (*hidden, out)]

    def _rows(self, flat: Array, l: int, extra: int = 0) -> Array:
        """Return hidden layer l (0-based) of a flat buffer, with `extra` rows of ones."""
        n, start = self.layout.sizes[l + 1], self._starts[l]
        return flat[start : start + (n + extra) * self.m].reshape(n + extra, self.m)

    def activation(self, l: int) -> Array:
        """Return A of hidden layer l (1-based), (n_l, m): a view of the pass's buffer."""
        return self._rows(self._a, l - 1)

    def preactivation(self, l: int) -> Array:
        """Return Z of layer l (1-based) where kept, else A (they share a buffer)."""
        return self.logits if l == len(self.W) else self._rows(self._z, l - 1)

    def forward(self) -> list[Call]:
        """Return the calls that fill the activations and the logits from X."""
        calls: list[Call] = []
        source: Array | Slot = X
        for l, activation in enumerate(self.activations):
            Z, A = self._rows(self._z, l), self._rows(self._a, l)
            if self._z is self._a:
                Z = A
            calls.append((self.W[l].dot, (source, Z)))
            calls += activation.forward(Z, A)
            source = self._rows(self._a, l, extra=1)
        calls.append((self.W[-1].dot, (source, self.logits)))
        return calls

    def guard(self, limit: float) -> tuple[Array, float]:
        """Return the logits as a vector, and what the sum of their squares may reach.

        The limit is on the largest logit of a cross-entropy, and on J of a squared error.
        """
        real = self.loss.target == "real"
        return self.logits.reshape(-1), 2.0 * self.m * limit if real else limit**2

    def predict(self) -> list[Call]:
        """Return the calls that fill `prediction` from the logits."""
        return self.loss.link(self.logits, self.prediction)

    def backward(self) -> list[Call]:
        """Return the calls that fill the deltas and the gradient from the logits, X and T."""
        delta = self.deltas[-1]
        calls = self.loss.delta(self.logits, T, delta)  # type: ignore[arg-type]
        if self.factor != 1.0:
            calls.append((np.multiply, (delta, constant(self.factor, delta), delta)))
        calls += self._derivatives()
        for l in range(len(self.W) - 1, 0, -1):
            delta, previous = self.deltas[l], self.deltas[l - 1]
            calls += [
                (delta.dot, (self._rows(self._a, l - 1, extra=1).T, self.G[l])),
                (self.W[l][:, :-1].T.dot, (delta, previous)),
                (np.multiply, (previous, self._rows(self._d, l - 1), previous)),
            ]
        calls.append((self.deltas[0].dot, (XT, self.G[0])))
        return calls

    def _derivatives(self) -> list[Call]:
        """Return the calls for g'(z) of all hidden layers, one run of equal activations at once."""
        calls: list[Call] = []
        first = 0
        for l in range(1, len(self.activations) + 1):
            if l < len(self.activations) and self.activations[l] is self.activations[first]:
                continue
            part = slice(self._starts[first], self._starts[l])
            flat_z, flat_a, flat_d = self._z[part], self._a[part], self._d[part]
            calls += self.activations[first].derivative(flat_z, flat_a, flat_d)
            first = l
        return calls


def with_ones(X: Array, dtype: np.dtype) -> Array:
    """Return examples in rows with a one behind each, C-ordered: (m, n + 1) from X (n, m)."""
    rows = np.ones((X.shape[1], X.shape[0] + 1), dtype)
    rows[:, :-1] = X.T
    return rows
