"""Snapshots of a run, from which any earlier moment of it is recomputed.

advance is pure, so that the run at a step follows from any earlier state of it and the changes made
in between: bit for bit the same as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dnn.run.history import History
from dnn.run.training import Change, Run
from lab.analysis.moments import Moments

#: Bytes of states that a timeline keeps at most, and how many states.
BUDGET, MOST = 64 * 2**20, 1000


@dataclass(frozen=True, eq=False)
class End:
    """Where a run was when an earlier moment of it was asked for, and what was shown there."""

    run: Run
    history: History
    ghost: History | None
    moments: Moments = field(default_factory=Moments)


@dataclass(frozen=True, eq=False)
class Timeline:
    """States of a run in the order of their steps, thinned evenly to a budget.

    gap: the steps that lie at least between two of them. end: while an earlier moment is shown,
    the farthest that the run has been.
    """

    snapshots: tuple[Run, ...] = ()
    gap: int = 1
    budget: int = BUDGET
    end: End | None = None

    def add(self, run: Run) -> Timeline:
        """Return the timeline with the run's state, where that is newer than all it has by a gap.

        A diverged run is not kept: what it holds is the state before.
        """
        if run.diverged or (self.snapshots and run.step < self.snapshots[-1].step + self.gap):
            return self
        kept, gap = (*self.snapshots, run), self.gap
        # All states of a run are of one size.
        most = max(1, min(MOST, self.budget // _size(run)))
        while len(kept) > most:
            gap = max(2 * gap, kept[-1].step - kept[-2].step)
            kept = _spaced(kept, gap)
        return replace(self, snapshots=kept, gap=gap)

    @property
    def nbytes(self) -> int:
        """The bytes of all states."""
        return sum(map(_size, self.snapshots))

    def before(self, step: int) -> Run:
        """Return the newest state at or before a step. Raises ValueError where there is none."""
        found = [run for run in self.snapshots if run.step <= step]
        if not found:
            raise ValueError(f"step: {step:,} lies before all that was kept of this run")
        return found[-1]

    def between(self, state: Run) -> tuple[Change, ...]:
        """Return the changes that the run at its end knows and an earlier state of it does not."""
        assert self.end is not None
        known = state.changes
        made = self.end.run.changes
        # A state of the same step may have been kept before its last change was dragged on.
        same = sum(1 for a, b in zip(known, made, strict=False) if a == b)
        return made[same:]

    def cut(self, step: int) -> Timeline:
        """Return the timeline without what came after a step, from which all may be different."""
        return replace(self, snapshots=tuple(r for r in self.snapshots if r.step <= step), end=None)


def _size(run: Run) -> int:
    """Return the bytes of a state."""
    return run.parameters.nbytes + run.state.nbytes + run.running.nbytes


def _spaced(runs: tuple[Run, ...], gap: int) -> tuple[Run, ...]:
    """Return the first of the runs, and each that is a gap behind the last one returned."""
    kept = [runs[0]]
    for run in runs[1:]:
        if run.step >= kept[-1].step + gap:
            kept.append(run)
    return tuple(kept)
