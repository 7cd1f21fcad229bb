"""What a frame is drawn from: a run after its steps, what was measured of it, and the display."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from dnn.data.datasets import Dataset
from dnn.engine.network import Pass
from dnn.engine.trainer import Trainer, loss_key
from dnn.parts.losses import LOSSES
from dnn.run.history import History
from dnn.run.measure import probe_of
from dnn.run.training import Run
from lab.analysis.diagnosis.autopsy import Autopsy
from lab.analysis.diagnosis.fix import Fix
from lab.live.request import Display, Measured
from lab.live.twins import Twin
from lab.teaching.attending import Attending, withheld
from lab.teaching.lessons.lesson import State
from lab.view import View

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Shown:
    """One moment of a run, as panels see it: a panel is a pure function of this value.

    run: with its data; trainer: holds its parameters, None for a network too large to train.
    before: the run as the call found it. autopsy: of a run that diverged, where that is shown.
    seq: the frame's number; at_full_speed: whether as many steps are made as fit. fixes: what the
    buttons of the frame do, by key; a panel that draws one adds it.
    """

    run: Run
    history: History
    display: Display = field(default_factory=Display)
    measured: Measured = field(default_factory=Measured)
    trainer: Trainer | None = None
    twin: Twin | None = None
    before: Run | None = None
    autopsy: Autopsy | None = None
    large: bool = False
    seq: int = 0
    at_full_speed: bool = False
    fixes: dict[str, Fix] = field(default_factory=dict)
    _made: dict[Callable, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def view(self) -> View:
        """What the panels are to show."""
        return self.display.view

    @property
    def attending(self) -> Attending:
        """What has been answered and reached."""
        return self.display.attending

    @property
    def data(self) -> Dataset:
        """The data set of the run."""
        assert self.run.data is not None
        return self.run.data

    @property
    def unit(self) -> str:
        """The unit of the run's cost."""
        return LOSSES[loss_key(self.run.config, self.data)].unit

    @property
    def withheld(self) -> bool:
        """Whether verdicts wait for a prediction."""
        return withheld(self.view, self.attending)

    @property
    def state(self) -> State:
        """What the checks of a lesson look at."""
        twin = self.twin
        second = None
        if twin is not None:
            second = State(replace(twin.run, data=self.run.data), twin.history, self.view)
        return State(self.run, self.history, self.view, second)

    def once(self, make: Callable[[Shown], T]) -> T:
        """Return make(self), which several panels need: it is computed once for all of them."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def button(self, key: str, fix: Fix, help: str = "") -> dict[str, str]:
        """Return the button of a fix, as the page draws it; its press comes back with the key."""
        self.fixes[key] = fix
        return {"key": key, "label": fix.label, "help": help}

    def last(self, name: str) -> float:
        """Return the newest value of a recorded number; NaN without a record."""
        return float(self.history.last(name)) if len(self.history) else float("nan")


def probe(shown: Shown) -> Pass | None:
    """Return the pass over the first training examples, forwards and backwards, by `once`."""
    return probe_of(shown.trainer).run() if shown.trainer is not None else None
