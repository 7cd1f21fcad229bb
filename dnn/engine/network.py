"""The network: forward and backward passes.

A pass is compiled once for a number of examples m: its buffers are allocated, and forward and
backward become lists of calls on them, which fused.fuse turns into one straight-line function.
The same pass serves training, evaluation and diagnostics; there is no second implementation.

Columns are examples: A[l] is (n_l, m). For hidden layer l, with U = [W b] [A[l-1]; 1]:

    Z = U, or BatchNorm(U)
    H = g(Z)
    A = H, or mask H (dropout), or A[l-1] + s mask H (a residual layer)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dnn.engine import blocked as products
from dnn.engine.fused import MASK, XT, Slot, T, X
from dnn.engine.layout import Layout
from dnn.parts.activations import ACTIVATIONS, constant
from dnn.parts.losses import LOSSES
from dnn.parts.normalization import BatchNorm
from dnn.registry import Call

Array = np.ndarray


@dataclass(frozen=True)
class Architecture:
    """What a network computes: everything but its parameters.

    activations, residual: one for each hidden layer; dropout: the share of units left out.
    """

    layout: Layout
    activations: tuple[str, ...]
    loss: str
    batch_norm: bool = False
    residual: tuple[bool, ...] = ()
    branch_scale: float = 1.0
    dropout: float = 0.0


@dataclass(frozen=True)
class Mode:
    """How a pass behaves. batch: normalise by the batch's moments; update: and let the running ones
    follow; dropout: leave units out; mean: the deltas carry 1/m, so that the gradient is that of
    the mean loss; without it, a column of a delta is the derivative of the summed losses, which
    is that example's own where nothing mixes the examples; keep: z and errors in buffers of their
    own, where others would be written over, to be looked at afterwards.
    """

    batch: bool = False
    update: bool = False
    dropout: bool = False
    mean: bool = True
    keep: bool = False


TRAINING = Mode(batch=True, update=True, dropout=True)
#: As in training, but without chance and without a trace, example by example.
PROBING = Mode(batch=True, mean=False)
EVALUATION = Mode()


class Pass:
    """Forward and backward for m examples, on buffers of its own.

    Reads the parameters p and the running moments (2, units) and writes the gradient g; where g is
    shorter than p, layer upon layer at its start, for who wants the deltas only.
    """

    def __init__(
        self,
        architecture: Architecture,
        p: Array,
        g: Array,
        m: int,
        mode: Mode = EVALUATION,
        running: Array | None = None,
    ):
        self.architecture, self.layout, self.m, self.mode = (
            architecture, architecture.layout, m, mode
        )  # fmt: skip
        self.loss = LOSSES[architecture.loss]
        self.activations = [ACTIVATIONS[key] for key in architecture.activations]
        self.W = self.layout.views(p)
        self.G = self.layout.views(g) if g.size == p.size else self.layout.shared_views(g)
        self.dtype = p.dtype
        self.factor = self.loss.delta_factor / (max(1, m) if mode.mean else 1)
        self.residual = architecture.residual or (False,) * len(self.activations)
        self.dropout = mode.dropout and architecture.dropout > 0
        self._allocate()
        self.norms = self._norms(p, g, running) if architecture.batch_norm else []

    def _allocate(self) -> None:
        m, hidden, out = self.m, self.layout.sizes[1:-1], self.layout.sizes[-1]
        self.total = sum(n + 1 for n in hidden) * m
        # One flat buffer each for z (only where a derivative needs it), h, a and g'(z).
        needs_z = self.mode.keep or any(a.needs_z for a in self.activations)
        self._a = np.ones(self.total, self.dtype)
        plain = not self.dropout and not any(self.residual)
        self._h = self._a if plain else np.ones(self.total, self.dtype)
        self._z = np.ones(self.total, self.dtype) if needs_z else self._h
        self._d = np.zeros(self.total, self.dtype)
        self._mask = np.zeros(self.total, self.dtype) if self.dropout else None
        self._starts = np.concatenate(([0], np.cumsum([(n + 1) * m for n in hidden]))).astype(int)
        self.logits = np.zeros((out, m), self.dtype)
        self.prediction = np.zeros((out, m), self.dtype)
        # dJ/d[A; 1] of hidden layers: the product with the whole of [W b] is faster than with W,
        # whose rows lie apart. Where nothing else needs it, delta takes its place.
        self._errors_and_ones = [np.zeros((n + 1, m), self.dtype) for n in hidden]
        self._errors = [both[:-1] for both in self._errors_and_ones]
        self.deltas = [
            np.zeros_like(error) if residual or self.mode.keep else error
            for error, residual in zip(self._errors, self.residual, strict=True)
        ]
        self.deltas.append(np.zeros((out, m), self.dtype))

    def _norms(self, p: Array, g: Array, running: Array | None) -> list[BatchNorm]:
        norms, first = [], 0
        assert running is not None
        for l, V in enumerate(self.layout.views(p, "norm")):
            G = self.layout.views(g, "norm")[l] if g.size == p.size else np.empty_like(V)
            part = running[:, first : first + len(V)]
            U = np.zeros((len(V), self.m), self.dtype)
            norms.append(BatchNorm(U, self._rows(self._z, l), V, G, part, self.mode.batch))
            first += len(V)
        return norms

    def _rows(self, flat: Array, l: int, extra: int = 0) -> Array:
        """Return hidden layer l (0-based) of a flat buffer, with `extra` rows of ones."""
        n, start = self.layout.sizes[l + 1], self._starts[l]
        return flat[start : start + (n + extra) * self.m].reshape(n + extra, self.m)

    def activation(self, l: int) -> Array:
        """Return A of hidden layer l (1-based), (n_l, m): a view of the pass's buffer."""
        return self._rows(self._a, l - 1)

    def branch(self, l: int) -> Array:
        """Return H = g(Z) of hidden layer l (1-based), (n_l, m): A before dropout and sums."""
        return self._rows(self._h, l - 1)

    def preactivation(self, l: int) -> Array:
        """Return Z of layer l (1-based) where kept, else A (they share a buffer)."""
        return self.logits if l == len(self.W) else self._rows(self._z, l - 1)

    def slope(self, l: int) -> Array:
        """Return dA/dZ of hidden layer l (1-based), (n_l, m), filled by backward."""
        return self._rows(self._d, l - 1)

    def error(self, l: int) -> Array:
        """Return dJ/dA of hidden layer l (1-based), (n_l, m): kept where the mode says so."""
        return self._errors[l - 1]

    @property
    def nbytes(self) -> int:
        """About what the buffers take."""
        units = 6 if self.norms else 4
        return units * self._a.nbytes + 3 * self.logits.nbytes

    def forward(self) -> list[Call]:
        """Return the calls that fill the activations and the logits from X."""
        calls: list[Call] = []
        if self._mask is not None:
            calls.append((np.copyto, (self._mask, MASK)))
        source: Array | Slot = X
        for l, activation in enumerate(self.activations):
            Z, H = self._rows(self._z, l), self._rows(self._h, l)
            if self._z is self._h:
                Z = H  # one object: linear copies nothing then
            if self.norms:
                calls += self._product(l, source, self.norms[l].U)
                calls += self.norms[l].forward(self.mode.update)
            else:
                calls += self._product(l, source, Z)
            calls += activation.forward(Z, H)
            calls += self._passed_on(l, H)
            source = self._rows(self._a, l, extra=1)
        return calls + self._product(len(self.W) - 1, source, self.logits)

    def _product(self, l: int, source: Array | Slot, out: Array) -> list[Call]:
        """Return the calls out = [W b] [A; 1] of layer l (0-based)."""
        W = self.W[l]
        if l == 0 and (size := products.block_size(W, self.m)):
            return products.forward(W, XT, out, size)
        return [(W.dot, (source, out))]

    def _passed_on(self, l: int, H: Array) -> list[Call]:
        """Return the calls that make A of H: dropout, and the sum with the layer before."""
        if self._h is self._a:
            return []
        A = self._rows(self._a, l)
        calls: list[Call] = []
        if self._mask is not None:
            calls.append((np.multiply, (H, self._rows(self._mask, l), A)))
            H = A
        if self.residual[l]:
            scale = constant(self.architecture.branch_scale, A)
            calls.append((np.multiply, (H, scale, A)))
            calls.append((np.add, (A, self._rows(self._a, l - 1), A)))
        elif H is not A:
            calls.append((np.copyto, (A, H)))
        return calls

    def guard(self, limit: float) -> tuple[Array, np.floating]:
        """Return the logits as a vector, and what the sum of their squares may reach.

        The limit is on the largest logit of a cross-entropy, and on J of a squared error.
        """
        real = self.loss.targets[0] == "real"
        # Of the logits' type: compared with these, a Python number takes a tenth longer.
        return self.logits.reshape(-1), self.dtype.type(2.0 * self.m * limit if real else limit**2)

    def predict(self) -> list[Call]:
        """Return the calls that fill `prediction` from the logits."""
        return self.loss.link(self.logits, self.prediction)

    def backward(self, scaled: bool = True) -> list[Call]:
        """Return the calls that fill the deltas and the gradient from the logits, X and T.

        scaled=False leaves out `factor`, which all of them then lack.
        """
        delta = self.deltas[-1]
        calls = self.loss.delta(self.logits, T, delta)  # type: ignore[arg-type]
        if scaled and self.factor != 1.0:
            calls.append((np.multiply, (delta, constant(self.factor, delta), delta)))
        calls += self._derivatives()
        for l in range(len(self.W) - 1, 0, -1):
            delta, error = self.deltas[l], self._errors[l - 1]
            calls += [
                (delta.dot, (self._rows(self._a, l - 1, extra=1).T, self.G[l])),
                (self.W[l].T.dot, (delta, self._errors_and_ones[l - 1])),
            ]
            if l < len(self.residual) and self.residual[l]:
                calls.append((np.add, (error, self._errors[l], error)))
            calls.append((np.multiply, (error, self._rows(self._d, l - 1), self.deltas[l - 1])))
            if self.norms:
                calls += self.norms[l - 1].backward(self.deltas[l - 1])
        if size := products.block_size(self.W[0], self.m):
            return calls + products.gradient(self.deltas[0], XT, self.G[0], size)
        return [*calls, (self.deltas[0].dot, (XT, self.G[0]))]

    def _derivatives(self) -> list[Call]:
        """Return the calls for dA/dZ of all hidden layers, one run of equal activations at once."""
        calls: list[Call] = []
        first = 0
        for l in range(1, len(self.activations) + 1):
            if l < len(self.activations) and self.activations[l] is self.activations[first]:
                continue
            part = slice(self._starts[first], self._starts[l])
            flat_z, flat_h, flat_d = self._z[part], self._h[part], self._d[part]
            calls += self.activations[first].derivative(flat_z, flat_h, flat_d)
            first = l
        if self._mask is not None:
            calls.append((np.multiply, (self._d, self._mask, self._d)))
        for l, residual in enumerate(self.residual):
            if residual and self.architecture.branch_scale != 1.0:
                D = self._rows(self._d, l)
                calls.append((np.multiply, (D, constant(self.architecture.branch_scale, D), D)))
        return calls


def with_ones(X: Array, dtype: np.dtype) -> Array:
    """Return examples in rows with a one behind each, C-ordered: (m, n + 1) from X (n, m)."""
    rows = np.ones((X.shape[1], X.shape[0] + 1), dtype)
    rows[:, :-1] = X.T
    return rows
