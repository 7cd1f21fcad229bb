"""What every unit of a network answers over the plane of the data: one pass, cut into small maps.

A map is u8, row by row from below: 0 is the low end of its layer's range, 255 the high end. The
range is the activation's where it is bounded; else plus and minus a round number near 1.5 times the
root mean square of the layer over the plane: what lies beyond has the colour of the end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dnn.data.datasets import DATASETS, Dataset
from dnn.data.features import FEATURES, expand
from dnn.data.planes import COMPONENTS, Plane
from dnn.engine.layout import Layout
from dnn.engine.network import Array, Pass
from dnn.engine.trainer import Evaluation, Trainer
from dnn.parts.activations import ACTIVATIONS
from lab.text.rounding import ceil_to

#: The plane is computed on a grid of so many points a side, fewer where the network is large.
FIELD_SIZE, FIELD_SMALLEST, FIELD_WORK = 81, 21, 2_000_000
#: Of a plane within more inputs than these, the network is reduced to the plane.
MANY_INPUTS = 200
#: Points a side of a unit's map; fewer where all maps together would pass so many bytes.
SIDE, SIDE_SMALLEST, MAP_BYTES = 21, 9, 22_000
#: Of a single output, which is drawn larger.
SIDE_OUTPUT = 41
#: A layer of more units, and each of more hidden layers, is drawn as a strip of at most so many
#: rows; all strips have at most so many bytes.
UNITS, LAYERS, ROWS, STRIP_BYTES = 16, 12, 64, 12_500

#: Full colour of values without bounds begins at so many times their root mean square, rounded up.
REACH = 1.5

Range = tuple[float, float]


def field_size(units: int) -> int:
    """Return the points a side of the plane's grid for a network of so many units."""
    side = math.isqrt(max(1, FIELD_WORK // max(1, units)))
    return max(FIELD_SMALLEST, min(FIELD_SIZE, side)) | 1


def plane_pass(trainer: Trainer, choice: str = COMPONENTS) -> tuple[Pass, int]:
    """Return the pass over the plane of the data, which has run, and its points a side.

    Its columns are the points of the plane, row by row from below. choice: of the plane, as
    Dataset.in_plane has it.
    """
    size, plane = field_size(sum(trainer.layout.sizes[1:])), trainer.data.in_plane(choice)[0]
    known = trainer.evaluations.get("field")
    if known is None or known.about is not plane:
        if trainer.data.n_inputs > MANY_INPUTS and plane.features == ("x1", "x2"):
            known = PlaneEvaluation(trainer, plane, _grid(plane, size))
        else:
            parts = trainer.architecture, trainer.p, trainer.running
            known = Evaluation(*parts, plane.inputs(_grid(plane, size)), None)
        known.about = plane
        trainer.evaluations["field"] = known
    return known.run(), size


class PlaneEvaluation(Evaluation):
    """The evaluation of points U (2, k) of a plane of very many inputs, X = origin + axes U.

    The first layer is W X + b = (W axes) U + (W origin + b): a network of two inputs, which takes
    neither the memory nor the time of k examples of all inputs. Equal to rounding.
    """

    def __init__(self, trainer: Trainer, plane: Plane, U: Array):
        self.trainer, dtype = trainer, trainer.p.dtype
        self.axes = np.hstack([plane.axes, plane.origin]).astype(dtype)
        small = Layout.of((2, *trainer.layout.sizes[1:]), trainer.config.batch_norm)
        self.p = np.zeros(small.size, dtype)
        architecture = replace(trainer.architecture, layout=small)
        super().__init__(architecture, self.p, trainer.running, U, None)

    def run(self) -> Pass:
        """Return the pass after it has run with the trainer's present parameters."""
        blocks = self.trainer.layout.blocks[0], self.net.architecture.layout.blocks[0]
        first, small = (
            flat[: block.stop].reshape(block.shape)
            for flat, block in zip((self.trainer.p, self.p), blocks, strict=True)
        )
        small[:] = first[:, :-1] @ self.axes
        small[:, -1] += first[:, -1]
        self.p[blocks[1].stop :] = self.trainer.p[blocks[0].stop :]
        return super().run()


def _grid(plane: Any, size: int) -> Array:
    u, v = (np.linspace(low, high, size) for low, high in (plane.x_range, plane.y_range))
    return np.stack([np.tile(u, size), np.repeat(v, size)])


def value_scale(data: Dataset) -> float:
    """Return the largest training target: the value of full colour, in the field and in points."""
    return max(float(np.abs(data.Y_train).max()), 1e-12)


def to_bytes(A: Array, limits: Range) -> Array:
    """Return values as u8: 0 at the low limit, 255 at the high one; the middle for NaN."""
    low, high = limits
    share = np.subtract(A, low, dtype=np.float64)
    share *= 255 / (high - low)
    np.rint(share, out=share)
    np.clip(share, 0, 255, out=share)
    if np.isnan(share.sum()):
        share[np.isnan(share)] = 128
    return share.astype(np.uint8)


def symmetric(A: Array) -> Range:
    """Return plus and minus a round number, at least REACH times the root mean square of A."""
    flat = A.reshape(-1)
    reach = REACH * math.sqrt(float(flat.dot(flat)) / max(1, flat.size))
    reach = ceil_to(reach) if 1e-300 < reach < math.inf else 1.0
    return -reach, reach


def output_range(data: Dataset) -> Range:
    """Return the range of the network's output: of a probability, or of the targets."""
    if data.target != "real":
        return 0.0, 1.0
    return -value_scale(data), value_scale(data)


@dataclass(frozen=True, eq=False)
class Maps:
    """The maps of a layer's units: kind "tiles" (squares of `side`) or "strip" (rows of `side`).

    A strip has one row a unit, its values along the horizontal axis through the middle of the
    plane. shown: the units (from 0) that have a row, all of them where there are few. values: u8.
    """

    kind: str
    limits: Range
    side: int
    shown: Array
    values: Array


def is_strip(units: int, hidden_layers: int) -> bool:
    """Return whether a layer of so many units is drawn as a strip."""
    return units > UNITS or hidden_layers > LAYERS


def unit_maps(trainer: Trainer, net: Pass, size: int) -> list[Maps]:
    """Return the maps of layers 1 to L (the output) in a pass over the plane."""
    sizes, hidden = trainer.layout.sizes[1:], trainer.config.hidden
    strips = [is_strip(n, len(hidden)) for n in sizes[:-1]] + [is_strip(sizes[-1], 0)]
    tiles = sum(n for n, strip in zip(sizes, strips, strict=True) if not strip)
    side = max(SIDE_SMALLEST, min(SIDE, math.isqrt(MAP_BYTES // max(1, tiles)))) | 1
    rows = max(2, min(ROWS, STRIP_BYTES // (SIDE * max(1, sum(strips)))))
    found = []
    for l, (n, strip) in enumerate(zip(sizes, strips, strict=True), 1):
        A = net.activation(l) if l <= len(hidden) else net.prediction
        points = SIDE if strip else (SIDE_OUTPUT if l > len(hidden) and n == 1 else side)
        found.append(_cut(A, size, layer_range(trainer, l, A), points, rows if strip else n, strip))
    return found


def layer_range(trainer: Trainer, l: int, A: Array) -> Range:
    """Return the range of layer l (from 1), whose values over the plane are A."""
    architecture = trainer.architecture
    if l > len(architecture.activations):
        return output_range(trainer.data)
    bounds = ACTIVATIONS[architecture.activations[l - 1]].bounds
    sums = bool(architecture.residual) and architecture.residual[l - 1]
    return symmetric(A) if bounds is None or sums else bounds


def _cut(A: Array, size: int, limits: Range, side: int, rows: int, strip: bool) -> Maps:
    """Return maps of `side` points, cut from values on a grid of `size` points a side."""
    grid = A.reshape(len(A), size, size)
    at = np.rint(np.linspace(0, size - 1, side)).astype(int)
    shown = np.arange(len(A)) if len(A) <= rows else np.arange(rows) * len(A) // rows
    picked = grid[shown, size // 2][:, at] if strip else grid[:, at][:, :, at]
    return Maps("strip" if strip else "tiles", limits, side, shown, to_bytes(picked, limits))


@dataclass(frozen=True)
class Inputs:
    """The network's inputs as the diagram shows them: their names, and whether they are in use.

    keys: of FEATURES where they can be switched, else (). order: the network's number (from 0) of
    each one, -1 for what is not in use. shown: those that have a row where kind is "strip".
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    order: tuple[int, ...]
    kind: str
    shown: tuple[int, ...]


def inputs_of(trainer: Trainer) -> Inputs:
    """Return the inputs: those in use, and where they are made of x1 and x2 the others too."""
    data, features = trainer.data, trainer.config.features
    made_of = data.given_plane is not None and DATASETS[trainer.config.dataset].planar
    made_of = made_of and data.feature_names == tuple(FEATURES[key].label for key in features)
    if made_of and data.plane.features == features:
        keys = tuple(FEATURES)
        order = tuple(features.index(k) if k in features else -1 for k in keys)
        names = tuple(FEATURES[k].label for k in keys)
        return Inputs(keys, names, order, "tiles", tuple(range(len(keys))))
    n = data.n_inputs
    kind, rows = ("strip", min(n, ROWS)) if is_strip(n, 0) else ("tiles", n)
    shown = tuple(i * n // rows for i in range(rows))
    return Inputs((), data.feature_names, tuple(range(n)), kind, shown)


def input_maps(trainer: Trainer, choice: str = COMPONENTS) -> Array:
    """Return the maps of the inputs, u8: each from minus to plus a round number of its own."""
    plane, inputs = trainer.data.in_plane(choice)[0], inputs_of(trainer)
    U = _grid(plane, SIDE)
    X = plane.inputs(U)
    if inputs.keys:
        raw = expand(inputs.keys, U)
        X = np.stack([X[i] if i >= 0 else raw[k] for k, i in enumerate(inputs.order)])
    rows = X.reshape(len(X), SIDE, SIDE)[list(inputs.shown)]
    rows = rows[:, SIDE // 2] if inputs.kind == "strip" else rows
    return np.stack([to_bytes(row, symmetric(row)) for row in rows])
