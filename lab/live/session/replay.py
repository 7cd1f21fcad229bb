"""A run recomputed: a link's changes and step, earlier moments of it, and branches from there.

What comes is the run as it was, until a person acts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dnn
from dnn.run.training import Change, exchanged
from lab.link import Link, check_changes, check_step
from lab.live.session.measurements import Measurements
from lab.live.session.state import State
from lab.live.session.timeline import End

LEFT_LINK = "The rest of what the link says is left out: from here on this run is yours."
GREY_BRANCH = "The grey curve is the one before."
#: Seconds of training that a link may ask for, before a person has to.
RECOMPUTING = 60.0


class Replay:
    """What of a session recomputes. seconds: of training since a person acted last."""

    def __init__(self, state: State, measurements: Measurements):
        self.state, self.measurements = state, measurements
        self.seconds = 0.0

    def follow(self, link: Link) -> None:
        """Make a link's changes at their steps, and recompute the step that it asks for.

        Raises ValueError where that can't be done; nothing has changed then.
        """
        state = self.state
        if state.large:
            raise ValueError("step: this network is too large to train here; leave step out")
        check_changes(state.run, link.changes)
        if link.step is not None:
            check_step(state.run, link.step, link.changes)
        state.link, state.later, state.goal_plays = link, link.changes, state.playing
        state.goal = link.step
        state.playing = state.playing or bool(link.step)
        self.make_due_changes()

    def end_at(self, step: int) -> tuple[End, int]:
        """Return the farthest that the run has been, and the step nearest to `step` it can show.

        Raises ValueError where the run has no past.
        """
        state = self.state
        if state.large or state.twin is not None:
            raise ValueError("step: only a single run that trains here has earlier moments")
        moments = self.measurements.moments
        end = state.timeline.end or End(state.run, state.history, state.ghost, moments)
        # What was before other data was drawn can't be recomputed.
        return end, min(max(exchanged(end.run) or 0, step), end.run.step)

    def go_to(self, end: End, step: int) -> None:
        """Show an earlier moment of the run, recomputed from the state kept before it."""
        state, measurements = self.state, self.measurements
        earlier = replace(state.timeline.before(step), data=end.run.data)
        state.queued, state.link = 0, None
        measurements.known = replace(measurements.known, check=None, spectra=None, examined=False)
        measurements.fixes = {}
        if step == end.run.step:
            self._show_end(end)
            return
        state.timeline = replace(state.timeline, end=end)
        state.run, state.config, state.ghost = earlier, earlier.config, end.history
        state.history, measurements.moments = end.history.until(earlier.step), end.moments
        state.later = state.timeline.between(earlier)
        state.goal, state.goal_plays, self.seconds = step, False, 0.0
        # The curve goes on from this state: it is recorded, where it is not yet.
        known = len(state.history) and state.history.last("step") == earlier.step
        state.edited, state.playing = not known, True
        self.make_due_changes()

    def branch(self, step: int, fields: dict[str, Any]) -> None:
        """Go on from an earlier step, shown by go_to, with other settings from there on."""
        state = self.state
        # As it went up to there; then the change, and from there on it is another run.
        kept = tuple(c for c in state.later if c.step <= step)
        state.later = (*kept, *(Change(step, *field) for field in fields.items()))
        state.timeline = state.timeline.cut(step)
        state.goal_plays = state.playing = True
        self.make_due_changes()
        state.notice = f"Back at step {step:,}, with another setting. {GREY_BRANCH}"

    def _show_end(self, end: End) -> None:
        """Show the farthest that the run has been."""
        state = self.state
        state.run, state.config, state.ghost = end.run, end.run.config, end.ghost
        state.history, self.measurements.moments = end.history, end.moments
        state.timeline = replace(state.timeline, end=None)
        state.later, state.goal = (), None

    def until_next_change(self, steps: int | None) -> int | None:
        """Return the steps, None being as many as fit, cut where the next change is due."""
        if not self.state.later:
            return steps
        until = self.state.later[0].step - self.state.run.step
        return until if steps is None else min(steps, until)

    def make_due_changes(self) -> None:
        """Make the changes that are due, and stop at the step that was asked for."""
        state, run = self.state, self.state.run
        while state.later and state.later[0].step <= run.step and run.diverged is None:
            made, state.later = state.later[0], state.later[1:]
            run, state.dirty = dnn.applied(run, made), True
        if run is not state.run:
            state.edited = state.edited or run.parameters is not state.run.parameters
            state.run, state.config = run, run.config
        if state.goal is not None and (state.goal <= run.step or run.diverged is not None):
            state.goal, state.dirty = None, True
            state.playing = state.playing and state.goal_plays and run.diverged is None

    def count(self, seconds: float) -> None:
        """Pause where recomputing takes too long; seconds: of training, just now."""
        state = self.state
        self.seconds += seconds
        if state.goal is None or self.seconds < RECOMPUTING:
            return
        state.stop(
            f"Step {state.goal:,} takes longer than {RECOMPUTING:.0f} seconds to recompute: this "
            f"is step {state.run.step:,}. Press {state.play_label} to go on towards it."
        )

    def leave(self) -> None:
        """Make no more of a link's changes, nor of those that this run saw later on.

        From here on it is the person's own.
        """
        state = self.state
        if state.timeline.end is not None:
            state.timeline = state.timeline.cut(state.run.step)
            state.notice = f"Another branch from step {state.run.step:,} on. {GREY_BRANCH}"
        elif state.later or state.goal is not None:
            state.notice = LEFT_LINK
        if state.goal is not None:
            state.playing = state.playing and state.goal_plays
        state.link, state.later, state.goal = None, (), None

    def keep_moment(self) -> None:
        """Keep the run's state to go back to, and see whether it has caught up with itself."""
        state = self.state
        if state.twin is not None or state.large:
            return
        state.timeline = state.timeline.add(replace(state.run, data=None))
        end = state.timeline.end
        if end is not None and (state.run.step >= end.run.step or state.run.diverged):
            state.timeline, state.ghost = replace(state.timeline, end=None), end.ghost
            state.dirty = True
