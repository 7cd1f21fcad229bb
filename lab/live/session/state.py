"""What is on screen in one session, and what waits to be done: every attribute, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dnn.config import Config
from dnn.data.datasets import Dataset
from dnn.run.history import History
from dnn.run.training import Change, Run
from lab.intake.hand_drawn import Stroke
from lab.link import Link
from lab.live.session.timeline import Timeline
from lab.live.twins import Twin
from lab.panels import needs_of
from lab.teaching.attending import Attending, lesson_of, withheld
from lab.teaching.lessons import Lesson
from lab.view import View

SPEEDS = {
    "step": "1 step",
    "epoch": "1 epoch",
    "ten": "10 epochs",
    "full": "Full speed",
}
TOO_LARGE = (
    "This network is too large to train here (the operator sets how large). "
    "Its signal at the start is measured all the same."
)
Weights = list[tuple[np.ndarray, np.ndarray]]
#: Where a weight stands in the flat parameters, and (layer, unit, source, value) to set it.
Edits = dict[int, tuple[int, int, int | None, float]]


@dataclass(eq=False)
class State:
    """The state of one session; only the parts of its Loop change it, under the Loop's lock.

    config: as asked for, which run follows at the next call; twin, twin_setting: the second network
    on the page Twins and in what it differs; large: whether the network is too large to train;
    given: data of a file or drawn by hand, where the run is not on a built-in set; start_weights:
    what a reset of these settings starts from, where weights came along with the data.
    timeline: states of the run so far; link: what a link asked for; later: changes still to be made
    at their steps; goal: the step to be recomputed, goal_plays: whether it plays on from there.
    edits, strokes: by hand, for the next call; drawn: the number of the newest stroke.
    dirty: whether the frame on screen is out of date; queued: steps to be made, paused; resume:
    whether a hidden page paused it; edited: whether weights were set since the last call.
    rate: steps a second; recording: seconds that a record takes.
    """

    config: Config
    run: Run
    view: View
    playing: bool = False
    speed: str = "epoch"
    notice: str = ""
    failed: str = ""
    history: History = field(default_factory=History)
    ghost: History | None = None
    twin: Twin | None = None
    twin_setting: Mapping[str, Any] = field(default_factory=dict)
    large: bool = False
    given: Dataset | None = None
    start_weights: tuple[Config, Weights] | None = None
    attending: Attending = field(default_factory=Attending)
    timeline: Timeline = field(default_factory=Timeline)
    link: Link | None = None
    later: tuple[Change, ...] = ()
    goal: int | None = None
    goal_plays: bool = False
    edits: Edits = field(default_factory=dict)
    edited: bool = False
    strokes: list[Stroke] = field(default_factory=list)
    drawn: int = 0
    dirty: bool = True
    queued: int = 0
    resume: bool = False
    rate: float = 0.0
    recording: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether every network on show has diverged."""
        over = self.run.diverged is not None
        return over and (self.twin is None or self.twin.run.diverged is not None)

    @property
    def phase(self) -> str:
        """What the run is doing: playing, paused, or diverged, from where only a reset leads on."""
        if self.ended:
            return "diverged"
        return "playing" if self.playing else "paused"

    @property
    def shows_start(self) -> bool:
        """Whether the page is about step 0, so that it shows networks too large to train too."""
        return "start" in needs_of(self.view.page)

    @property
    def shows_pair(self) -> bool:
        """Whether the page shows two networks."""
        return "twin" in needs_of(self.view.page)

    @property
    def play_label(self) -> str:
        """What the button is called that starts training: in the lab one comes for the start."""
        return "Train" if self.shows_start else "Play"

    @property
    def epoch_steps(self) -> int:
        """Steps in an epoch at the batch size in force."""
        assert self.run.data is not None
        m = self.run.data.m_train
        return -(-m // min(self.config.batch_size or m, m))

    @property
    def lesson(self) -> Lesson | None:
        """The lesson that is attended, if there is one."""
        return lesson_of(self.view)

    @property
    def withheld(self) -> bool:
        """Whether verdicts, badges and fixes wait for an answer."""
        return withheld(self.view, self.attending)

    def stop(self, notice: str = "") -> None:
        """Train no more; notice says why, where it was not a person."""
        self.playing, self.notice, self.dirty, self.resume = False, notice, True, False

    def ask_anew(self) -> None:
        """Ask again about another network, or on another page; a lesson is of several networks."""
        if self.lesson is None:
            self.attending = Attending()
