"""The course of a run beyond playing on: a link's changes and step, earlier moments, branches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dnn
from dnn.config import Config
from dnn.run.history import History
from dnn.run.training import Change, exchanged
from lab.analysis.diagnosis.autopsy import STEPS
from lab.link import Link, check_changes, check_step
from lab.live.session.lock import heard
from lab.live.session.measurements import Extras
from lab.live.session.timeline import End, Timeline

LEFT_LINK = "The rest of what the link says is left out: from here on this run is yours."
GREY_BRANCH = "The grey curve is the one before."
#: Seconds of training that a link may ask for, before a person has to.
RECOMPUTING = 60.0


class Course(Extras):
    """The part of a Loop that recomputes: what comes is the run as it was, until a person acts.

    goal: the step to be recomputed, None where there is none; link: what asked for it, if a link
    did; timeline: the states of the run so far; followed: how often the side bar has fallen behind.
    """

    config: Config
    ghost: History | None
    goal: int | None
    link: Link | None
    timeline: Timeline
    followed: int
    notice: str
    _left: tuple[Change, ...]
    _queued: int
    _recomputed: float
    _plays_on: bool
    _edited: bool
    _dirty: bool

    def tick(self) -> Any:
        """Collect and submit what is due."""
        raise NotImplementedError

    def _abandon(self) -> None:
        raise NotImplementedError

    def _stop(self, notice: str = "") -> None:
        raise NotImplementedError

    @heard
    def follow(self, link: Link) -> None:
        """Make a link's changes at their steps, and recompute the step that it asks for.

        Raises ValueError where that can't be done; nothing has changed then.
        """
        if self.large:
            raise ValueError("step: this network is too large to train here; leave step out")
        check_changes(self.run, link.changes)
        if link.step is not None:
            check_step(self.run, link.step, link.changes)
        self.link, self._left, self._plays_on = link, link.changes, self.playing
        self.goal = link.step
        self.playing = self.playing or bool(link.step)
        self._take_due()

    @heard
    def go_to(self, step: int) -> None:
        """Show an earlier moment of this run, paused: recomputed from the state kept before it.

        From there it can go on as it went, or be changed, which makes another branch of it. The
        last step that it has come to is shown as it is. Raises ValueError where there is no past.
        """
        if self.large or self.twin is not None:
            raise ValueError("step: only a single run that trains here has earlier moments")
        end = self.timeline.end or End(self.run, self.history, self.ghost, self.moments)
        # What was before other data was drawn can't be recomputed.
        step = min(max(exchanged(end.run) or 0, step), end.run.step)
        state = replace(self.timeline.before(step), data=end.run.data)
        self._abandon()
        self._stop()
        self._queued, self.link, self.check, self.spectra = 0, None, None, None
        self.offers = None
        if step == end.run.step:
            self._show_end(end)
            return
        self.timeline = replace(self.timeline, end=end)
        self.run, self.config, self.ghost = state, state.config, end.history
        self.history, self.moments = end.history.until(state.step), end.moments
        self._left = self.timeline.between(state)
        self.goal, self._plays_on, self._recomputed = step, False, 0.0
        # The curve goes on from this state: it is recorded, where it is not yet.
        self._edited = not len(self.history) or self.history.last("step") != state.step
        self.playing = True
        self._take_due()
        self.tick()

    @heard
    def go_back(self, offer: int) -> None:
        """Go back behind a divergence with one of the changes that its autopsy offers, and play.

        Raises ValueError where there is no such offer.
        """
        if self.run.diverged is None or not self.offers or not 0 <= offer < len(self.offers):
            raise ValueError(f"offer: there is none of number {offer}")
        made, first = self.offers[offer], exchanged(self.run) or 0
        step = max(first, self.run.diverged.step - STEPS)
        self.go_to(step)
        # As it went up to there; then the change, and from there on it is another run.
        kept = tuple(c for c in self._left if c.step <= step)
        self._left = (*kept, *(Change(step, *field) for field in made.fields.items()))
        self.timeline = self.timeline.cut(step)
        self._plays_on = self.playing = True
        self._take_due()
        self.notice = f"Back at step {step:,}, with another setting. {GREY_BRANCH}"
        self.tick()

    def _show_end(self, end: End) -> None:
        """Show the farthest that the run has been."""
        self.run, self.config, self.ghost = end.run, end.run.config, end.ghost
        self.history, self.moments = end.history, end.moments
        self.timeline = replace(self.timeline, end=None)
        self._left, self.goal = (), None
        self.tick()

    def _up_to_next_change(self, steps: int | None) -> Any:
        """Return the steps, None being as many as fit, cut where a link's next change is due."""
        if not self._left:
            return steps
        until = self._left[0].step - self.run.step
        return until if steps is None else min(steps, until)

    def _take_due(self) -> None:
        """Make the changes of a link that are due, and stop at the step that it asked for."""
        run = self.run
        while self._left and self._left[0].step <= run.step and run.diverged is None:
            made, self._left = self._left[0], self._left[1:]
            run = dnn.applied(run, made)
            self.followed, self._dirty = self.followed + 1, True
        if run is not self.run:
            self._edited = self._edited or run.parameters is not self.run.parameters
            self.run, self.config = run, run.config
        if self.goal is not None and (self.goal <= run.step or run.diverged is not None):
            self.goal, self._dirty = None, True
            self.playing = self.playing and self._plays_on and run.diverged is None

    def _bound(self, seconds: float) -> None:
        """Pause where recomputing a link's step takes too long."""
        self._recomputed += seconds
        if self.goal is None or self._recomputed < RECOMPUTING:
            return
        self._stop(
            f"Step {self.goal:,} takes longer than {RECOMPUTING:.0f} seconds to recompute: this is "
            f"step {self.run.step:,}. Press {self.play_label} to go on towards it."
        )

    def _leave_link(self) -> None:
        """Make no more of a link's changes, nor of those that this run saw later on.

        From here on it is the person's own.
        """
        if self.timeline.end is not None:
            self.timeline = self.timeline.cut(self.run.step)
            self.notice = f"Another branch from step {self.run.step:,} on. {GREY_BRANCH}"
        elif self._left or self.goal is not None:
            self.notice = LEFT_LINK
        if self.goal is not None:
            self.playing = self.playing and self._plays_on
        self.link, self._left, self.goal = None, (), None

    def _keep_moment(self) -> None:
        """Keep the run's state for going back to, and see whether it has caught up with itself."""
        if self.twin is not None or self.large:
            return
        self.timeline = self.timeline.add(replace(self.run, data=None))
        end = self.timeline.end
        if end is not None and (self.run.step >= end.run.step or self.run.diverged):
            self.timeline, self.ghost = replace(self.timeline, end=None), end.ghost
            self._dirty = True
