"""Records of a run, and a bounded history of them.

A Record is the numbers of one moment. A History keeps records in columns and never more than
`capacity` of them: when it is full, every second one goes and the stride doubles.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Self

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Record:
    """One moment of a run.

    Costs: mean loss per example (nats, or squared units); scores: accuracy from 0 to 1, or R^2.
    Per layer, arrays of shape (L,): gradient_rms, the root mean square over examples and weights
    of each example's own gradient (under batch normalisation, of its part in that of the examples
    together); gradient_norm, the norm of the mean gradient of W (without
    penalty); delta_rms and activation_rms, over examples and units (the output's activation is
    its prediction).
    """

    step: int
    epoch: int
    train_cost: float
    test_cost: float
    train_score: float
    test_score: float
    gradient_rms: Array
    gradient_norm: Array
    delta_rms: Array
    activation_rms: Array


COLUMNS = tuple(f.name for f in fields(Record))


@dataclass(frozen=True, eq=False)
class History:
    """Records in columns: (k,) for numbers, (k, L) for what is per layer.

    stride: records are kept at steps that it divides (and at the newest step, so that a curve ends
    where the run is).
    """

    capacity: int = 400
    stride: int = 1
    columns: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.capacity < 2:
            raise ValueError(f"capacity: {self.capacity!r} is not allowed; at least 2 records")

    def __len__(self) -> int:
        return len(self.columns["step"]) if self.columns else 0

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def extend(self, records: list[Record]) -> History:
        """Return the history with these records behind it, thinned to its capacity."""
        if not records:
            return self
        new = {name: np.array([getattr(r, name) for r in records]) for name in COLUMNS}
        old = self._settled(records[0].step)
        joined = {n: np.concatenate([old[n], new[n]]) if old else new[n] for n in COLUMNS}
        return replace(self, columns=joined)._thinned()

    def _settled(self, step: int) -> dict[str, Array]:
        """Return the columns without a last record that a new one of `step` makes needless.

        That is one that stood only for the end of the curve, or of a state between the first and
        the last of a step, as a weight that is being dragged makes many.
        """
        last = self["step"][-2:] if len(self) else np.zeros(0)
        if len(last) and (last[-1] % self.stride or (len(last) == 2 and (last == step).all())):
            return {name: column[:-1] for name, column in self.columns.items()}
        return self.columns

    def _thinned(self) -> Self:
        steps, stride = self["step"], self.stride
        keep = self._kept(steps, stride)
        while keep.sum() > self.capacity:
            stride *= 2
            keep = self._kept(steps, stride)
        columns = {name: column[keep] for name, column in self.columns.items()}
        return replace(self, stride=stride, columns=columns)

    @staticmethod
    def _kept(steps: Array, stride: int) -> Array:
        keep = steps % stride == 0
        keep[-1] = True
        return keep

    def until(self, step: int) -> Self:
        """Return the history without the records behind a step."""
        if not len(self) or self["step"][-1] <= step:
            return self
        kept = self["step"] <= step
        return replace(self, columns={name: c[kept] for name, c in self.columns.items()})

    def last(self, name: str) -> Array:
        """Return the newest value of a column."""
        return self.columns[name][-1]
