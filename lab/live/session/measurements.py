"""What a frame shows beside the steps: checks, draws, singular values, looks, findings.

Each costs as much as some dozen steps, so that it is asked for now and then, and for a paused run
behind the frame that shows it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from dnn.run.training import Run, exchanged
from lab.analysis.diagnosis import Finding
from lab.analysis.diagnosis.autopsy import STEPS
from lab.analysis.diagnosis.fix import Fix
from lab.analysis.moments import Moments
from lab.live.request import Measured, Result
from lab.live.session.state import State
from lab.live.worker import DRAWS, RESOLVING
from lab.panels import needs_of

#: While playing, seconds between two diagnoses, and for how long what one found stays on the page.
DIAGNOSE_EVERY, HOLD = 0.5, 2.0
#: While playing, seconds between two looks for singular values: at least these, and so many times
#: what one takes.
RESOLVE_EVERY, RESOLVE_SHARE = 1.0, 20.0
#: While playing, seconds between two looks at the layers' distributions: at least these, and so
#: many times what one takes.
LOOK_EVERY, LOOK_SHARE = 0.1, 12.0


class Measurements:
    """What is known of the run on screen beside its steps, and what is still to be asked for.

    known: all but moments and findings; moments: what the layers looked like; findings: what is the
    matter with the run, by key, and when it was found last; fixes: what the other buttons of the
    newest frame do, by key.
    """

    def __init__(self, state: State):
        self.state = state
        self.forget()

    def forget(self) -> None:
        """Forget all of it: there is another run."""
        self.known, self.moments = Measured(), Moments()
        self.findings: dict[str, tuple[Finding, float]] = {}
        self.fixes: Mapping[str, Fix] = {}
        self._resolved_at = self._looked_at = self._diagnosed_at = -math.inf
        self._look_takes = 0.0
        self._diagnosed: int | None = None

    def needs(self, name: str) -> bool:
        """Return whether the page on show needs something measured."""
        return name in needs_of(self.state.view.page)

    def forget_weights(self) -> None:
        """Forget what was measured of other weights, or on other data."""
        self.known = replace(self.known, check=None, spectra=None)
        self._diagnosed = None

    def so_far(self) -> Measured:
        """Return what goes to the worker: what the page on show needs."""
        view = self.state.view
        return replace(
            self.known,
            band=self.known.band if view.band else None,
            moments=self.moments.of(view.quantity) if self.needs("moments") else None,
            findings=tuple(found for found, _ in self.findings.values()),
        )

    def wanted(self, alone: bool) -> frozenset[str]:
        """Return what the next call is to measure; alone: whether it has nothing else to do."""
        state = self.state
        spectra = self._resolving(alone)
        self._resolved_at = time.monotonic() if spectra else self._resolved_at
        wanted = {
            "check": self._unchecked and (state.playing or alone),
            "draws": self._undrawn and alone and not spectra,
            "spectra": spectra,
            "autopsy": (self._unexamined and alone) or self.known.examined,
            "moments": self._looking(),
            "diagnosis": self._diagnosing(),
        }
        return frozenset(name for name, asked in wanted.items() if asked)

    def take(self, result: Result) -> None:
        """Take what a call has found."""
        found = result.measured
        self.known = replace(
            found,
            band=found.band or self.known.band,
            spectra=found.spectra or self.known.spectra,
            moments=None,
            findings=(),
        )
        if result.diagnosed and result.run is not None:
            self.note_findings(found.findings)
            self._diagnosed = result.run.step
        self.fixes = result.fixes if result.frame else self.fixes
        self._look_takes = result.looked if result.looks else self._look_takes
        for moment in result.looks:
            self.moments = self.moments.extend(moment)

    def fix(self, key: str) -> Fix:
        """Return what a button on the page does. Raises KeyError for a key that none has."""
        return self.findings[key][0].fix if key in self.findings else self.fixes[key]

    @property
    def more_to_find(self) -> bool:
        """Whether a paused run's frame is still to be added to: a check, draws, a diagnosis."""
        unknown = self._unchecked or self._undrawn or self._unresolved or self._unexamined
        return unknown or self._undiagnosed

    @property
    def _undiagnosed(self) -> bool:
        """Whether the diagnosis is still to be asked about what is shown."""
        state = self.state
        if not self.needs("diagnosis") or state.large or not len(state.history):
            return False
        return not state.playing and self._diagnosed != state.run.step

    @property
    def _unexamined(self) -> bool:
        """Whether the last steps of a run that diverged are still to be recomputed."""
        state = self.state
        over = state.run.diverged is not None and self.needs("autopsy")
        return over and not self.known.examined and not state.large and len(state.history) > 0

    @property
    def _undrawn(self) -> bool:
        """Whether the gradients lab is still to draw weights for its band."""
        state = self.state
        if not self.needs("draws") or not state.view.band or not state.run.config.hidden:
            return False
        if state.playing or state.run.diverged is not None or not len(state.history):
            return False
        return self.known.band is None or self.known.band.draws < DRAWS

    @property
    def _unresolved(self) -> bool:
        """Whether the gradients lab is still to find the singular values of what is shown."""
        state = self.state
        if not self.needs("spectra") or state.view.apart == "product":
            return False
        if len(state.run.config.hidden) < 2 or not len(state.history):
            return False
        return self.known.spectra is None or not self.known.spectra.of(state.run.step)

    @property
    def _unchecked(self) -> bool:
        """Whether back-propagation has still to be compared with differences on what is shown.

        While playing, once a run; then at every pause, behind the frame that shows it.
        """
        state = self.state
        if state.large or state.run.diverged is not None or not len(state.history):
            return False
        if not self.needs("check"):
            return False
        if state.playing or self.known.check is None:
            return self.known.check is None
        made_for = self.known.check.step, self.known.check.dropout
        return made_for != (state.run.step, state.run.config.dropout)

    def before_the_end(self) -> Run | None:
        """Return a state from which the last steps of a run that diverged can be recomputed."""
        state = self.state
        assert state.run.diverged is not None
        with suppress(ValueError):
            since = exchanged(state.run) or 0
            return state.timeline.before(max(since, state.run.diverged.step - STEPS))
        return None

    def _looking(self) -> bool:
        """Return whether the next slice is to look at the layers: so many times a second."""
        state = self.state
        if not self.needs("moments") or state.large:
            return False
        now = time.monotonic()
        if state.playing and now - self._looked_at < max(LOOK_EVERY, LOOK_SHARE * self._look_takes):
            return False
        self._looked_at = now
        return True

    def _diagnosing(self) -> bool:
        """Return whether the next slice is to ask what is the matter: so many times a second."""
        state = self.state
        if not self.needs("diagnosis") or state.large or not len(state.history):
            return False
        now = time.monotonic()
        pause = max(DIAGNOSE_EVERY, LOOK_SHARE * self._look_takes)
        if state.playing and now - self._diagnosed_at < pause:
            return False
        self._diagnosed_at = now
        return True

    def note_findings(self, found: tuple[Finding, ...]) -> None:
        """Take what was found; what comes and goes from look to look stays for a moment."""
        now, new = time.monotonic(), {finding.key: finding for finding in found}
        held = {
            key: (finding, at)
            for key, (finding, at) in self.findings.items()
            if key not in new and self.state.playing and now - at < HOLD
        }
        self.findings = {**{key: (finding, now) for key, finding in new.items()}, **held}

    def _resolving(self, alone: bool) -> bool:
        """Return whether the next slice is to look for singular values.

        Those that take long wait for a paused run, and for a slice that does nothing else.
        """
        state = self.state
        if not self._unresolved:
            return False
        seconds = self.known.spectra.seconds if self.known.spectra else 0.0
        quick = seconds <= RESOLVING and not state.large
        if not state.playing:
            return quick or alone
        whole = self.known.spectra is None or self.known.spectra.complete
        pause = max(RESOLVE_EVERY, RESOLVE_SHARE * seconds)
        return quick and whole and time.monotonic() - self._resolved_at > pause
