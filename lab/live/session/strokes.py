"""The part of a session's loop that takes points drawn by hand: the run goes on with them."""

from __future__ import annotations

from dataclasses import replace

from dnn.data.datasets import Dataset
from dnn.run.training import exchange
from lab.intake.hand_drawn import Stroke, check_stroke, drawn
from lab.live.session.lock import heard
from lab.live.session.replaying import Course
from lab.live.session.timeline import Timeline
from lab.live.twins import Twin

ONE_RUN_DRAWS = "Twins are on the same data. Draw in the playground."
ENDED = "This run has ended: reset it first, then draw."


class Drawing(Course):
    """What of a Loop draws. drawn: the number of the newest stroke that the run is on."""

    drawn: int
    given: Dataset | None
    twin: Twin | None
    _strokes: list[Stroke]

    def data(self) -> Dataset:
        """Return the data that the run is on."""
        raise NotImplementedError

    def _keep_own(self, data: Dataset | None) -> None:
        raise NotImplementedError

    @heard
    def draw(self, strokes: list[tuple[int, Stroke]]) -> None:
        """Take numbered strokes behind the slice under way; those that were taken before are not.

        The weights go on as they are; earlier moments, which were on other data, are no more.
        Raises ValueError where nothing can be drawn.
        """
        new = [(number, stroke) for number, stroke in strokes if number > self.drawn]
        if not new:
            return
        if self.twin is not None:
            raise ValueError(ONE_RUN_DRAWS)
        if self.run.diverged is not None or self.large:
            raise ValueError(ENDED)
        for _, stroke in new:
            check_stroke(self.data(), stroke)
        self._leave_link()
        self._strokes += [stroke for _, stroke in new]
        self.drawn, self._dirty = max(number for number, _ in new), True
        self.tick()

    def _take_strokes(self) -> Dataset | None:
        """Let the run go on with what has been drawn since the last slice; return its data."""
        strokes, self._strokes = self._strokes, []
        if not strokes or self.run.diverged is not None:
            return None
        data = drawn(self.data(), strokes)
        try:
            self.run = exchange(self.run, data)
        except ValueError as error:  # so many points that a full batch is too much
            self.notice = f"Not drawn: {error}"
            return None
        self.followed += self.given is None  # the side bar is to say whose data this is
        self._keep_own(data)
        self.timeline = Timeline().add(replace(self.run, data=None))
        self.check = self.spectra = None  # of other data
        self._edited = True
        return data
