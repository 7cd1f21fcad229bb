"""Parameters as named blocks of one flat vector.

The bias is the last column of a layer's block [W b]; activations carry a row of ones below, so that
Z = [W b] [A; 1] is one matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from dnn.parts.initializers import INITIALIZERS

Array = np.ndarray


@dataclass(frozen=True)
class Block:
    """A named part of the flat parameter vector, of layer `layer` (1-based).

    kind "dense": [W b]; kind "norm": [gamma beta] of a batch normalisation.
    """

    name: str
    kind: str
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
    def of(cls, sizes: Sequence[int], batch_norm: bool = False) -> Layout:
        """Return the layout of dense layers of these sizes, the hidden ones normalised or not."""
        blocks: list[Block] = []

        def add(kind: str, layer: int, shape: tuple[int, int]) -> None:
            start = blocks[-1].stop if blocks else 0
            name = f"layer {layer}" if kind == "dense" else f"{kind} {layer}"
            blocks.append(Block(name, kind, layer, start, shape))

        for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
            add("dense", layer, (fan_out, fan_in + 1))
            if batch_norm and layer < len(sizes) - 1:
                add("norm", layer, (fan_out, 2))
        return cls(tuple(sizes), tuple(blocks), blocks[-1].stop)

    @property
    def layers(self) -> int:
        """The number L of layers, the output's included."""
        return len(self.sizes) - 1

    @property
    def running_size(self) -> int:
        """The number of hidden units that keep a running mean and variance."""
        return sum(b.shape[0] for b in self.blocks if b.kind == "norm")

    def views(self, flat: Array, kind: str = "dense") -> list[Array]:
        """Return the blocks of a kind as views of flat, by layer."""
        return [flat[b.start : b.stop].reshape(b.shape) for b in self.blocks if b.kind == kind]

    def shared_views(self, flat: Array) -> list[Array]:
        """Return a view for each dense layer, all at the start of flat: what is written is lost."""
        dense = [b for b in self.blocks if b.kind == "dense"]
        return [flat[: b.stop - b.start].reshape(b.shape) for b in dense]

    @property
    def largest(self) -> int:
        """The number of parameters in the largest dense layer."""
        return max(b.stop - b.start for b in self.blocks if b.kind == "dense")

    def weights(self, flat: Array) -> list[tuple[Array, Array]]:
        """Return [(W, b), ...] as views of flat: W (n_l, n_{l-1}), b (n_l, 1)."""
        return [(V[:, :-1], V[:, -1:]) for V in self.views(flat)]

    def place(self, layer: int, unit: int, source: int | None) -> int:
        """Return where a weight lies, or a bias (source None or -1), in the flat vector.

        layer: 1-based; unit and source, a unit of the layer below: 0-based. Raises ValueError.
        """
        layer = _index("layer", layer, 1, self.layers)
        fan_in, fan_out = self.sizes[layer - 1 : layer + 1]
        unit = _index("unit", unit, 0, fan_out - 1)
        source = _index("source", -1 if source is None else source, -1, fan_in - 1)
        block = next(b for b in self.blocks if b.kind == "dense" and b.layer == layer)
        return block.start + unit * (fan_in + 1) + (fan_in if source < 0 else source)

    def weight_mask(self) -> Array:
        """Return a flat float64 array that is 1 at weights and 0 at all other parameters."""
        mask = np.zeros(self.size)
        for W, _ in self.weights(mask):
            W[:] = 1.0
        return mask


def _index(name: str, value: Any, low: int, high: int) -> int:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if whole and low <= value <= high:
        return int(value)
    raise ValueError(
        f"{name}: {value!r:.40} is not allowed; allowed: whole numbers from {low} to {high}"
    )


def initial_parameters(
    layout: Layout,
    initializers: Sequence[str],
    sigma_w: float,
    seed: int,
    sigma_b: float = 0.0,
    dtype: Any = float,
    out: Array | None = None,
) -> Array:
    """Return flat parameters: each layer's weights as its initialiser draws them.

    Biases are 0 unless the initialiser draws them; gamma is 1 and beta 0. float32 draws other
    numbers than float64, in half the time. out: where to put them.
    """
    rng = np.random.default_rng([seed, 1])
    flat = np.zeros(layout.size, dtype) if out is None else out
    for (W, b), key in zip(layout.weights(flat), initializers, strict=True):
        initializer = INITIALIZERS[key]
        W[:] = initializer.draw(rng, W.shape[0], W.shape[1], sigma_w, dtype)
        b[:] = rng.normal(0.0, sigma_b, b.shape) if initializer.uses_sigma_b else 0.0
    for V in layout.views(flat, "norm"):
        V[:] = [1.0, 0.0]
    return flat
