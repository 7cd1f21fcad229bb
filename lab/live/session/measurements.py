"""What a frame shows beside the steps: checks, draws, singular values, looks, findings.

Each costs as much as some dozen steps, so that it is asked for now and then, and for a paused run
behind the frame that shows it.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import Any

from dnn.run.gradcheck import Check
from dnn.run.history import History
from dnn.run.training import Run, exchanged
from lab.analysis.diagnosis import Finding
from lab.analysis.diagnosis.autopsy import STEPS, Offer
from lab.analysis.moments import Moments
from lab.analysis.signal import Band
from lab.analysis.spectra import Spectra
from lab.live.session.timeline import Timeline
from lab.live.twins import Twin
from lab.live.worker import Outcome, Slice
from lab.panels.gradients import DRAWS, RESOLVING
from lab.view import View

#: The pages that show the last steps of a run that diverged.
EXAMINING = ("playground", "layers")
#: While playing, seconds between two diagnoses, and for how long what one found stays on the page.
DIAGNOSE_EVERY, HOLD = 0.5, 2.0
#: While playing, seconds between two looks for singular values: at least these, and so many times
#: what one takes.
RESOLVE_EVERY, RESOLVE_SHARE = 1.0, 20.0
#: While playing, seconds between two looks at the layers' distributions: at least these, and so
#: many times what one takes.
LOOK_EVERY, LOOK_SHARE = 0.1, 12.0


class Extras:
    """The part of a Loop that knows these: what is there, and what is still to be asked for.

    check: back-propagation against differences; band, spectra: of the gradients lab; offers: ways
    back behind a divergence, None before its autopsy; moments: what the layers looked like;
    findings: what is the matter with the run, by key, and when it was found last.
    """

    run: Run
    history: History
    view: View
    timeline: Timeline
    twin: Twin | None
    playing: bool
    large: bool
    check: Check | None
    band: Band | None
    spectra: Spectra | None
    offers: tuple[Offer, ...] | None
    moments: Moments
    findings: dict[str, tuple[Finding, float]]

    def _forget(self) -> None:
        """Forget all of it: there is another run."""
        self.check = self.band = self.spectra = self.offers = None
        self.moments, self.findings = Moments(), {}
        self._resolved_at = self._looked_at = self._asked_at = -math.inf
        self._look_takes = 0.0

    def _extras(self, alone: bool, again: Slice | None) -> dict[str, Any]:
        """Return the fields of the next slice that ask for these, and say what is known of them.

        alone: whether the slice has nothing else to do; again: the slice that is sent once more.
        """
        resolving = self._resolving(alone)
        self._resolved_at = time.monotonic() if resolving else self._resolved_at
        examining = self._unexamined and alone
        examined = examining or self.offers is not None
        return {
            "check": self.check,
            "checking": self._unchecked and (self.playing or alone),
            "band": self.band if self.view.band else None,
            "drawing": self._undrawn and alone and not resolving,
            "spectra": self.spectra,
            "resolving": resolving,
            "examined": examined,
            "before": self._before_the_end() if examined else None,
            "moments": self.moments.of(self.view.quantity) if self.view.page == "layers" else None,
            "looking": self._looking() or (again is not None and again.looking),
            "diagnosing": self._diagnosing() or (again is not None and again.diagnosing),
            "findings": tuple(found for found, _ in self.findings.values()),
        }

    def _take_extras(self, outcome: Outcome) -> None:
        """Take what a slice has found."""
        self.check, self.band = outcome.check, outcome.band or self.band
        self.spectra = outcome.spectra or self.spectra
        self.offers = outcome.offers
        if outcome.findings is not None:
            self._note_findings(outcome.findings)
        self._look_takes = outcome.looked if outcome.moments else self._look_takes
        for moment in outcome.moments:
            self.moments = self.moments.extend(moment)

    @property
    def _more_to_find(self) -> bool:
        """Whether a paused run's frame is still to be added to: a check, draws, singular values."""
        return self._unchecked or self._undrawn or self._unresolved or self._unexamined

    @property
    def _unexamined(self) -> bool:
        """Whether the last steps of a run that diverged are still to be recomputed."""
        over = self.run.diverged is not None and self.view.page in EXAMINING
        return over and self.offers is None and not self.large and len(self.history) > 0

    @property
    def _undrawn(self) -> bool:
        """Whether the gradients lab is still to draw weights for its band."""
        if self.view.page != "gradients" or not self.view.band or not self.run.config.hidden:
            return False
        if self.playing or self.run.diverged is not None or not len(self.history):
            return False
        return self.band is None or self.band.draws < DRAWS

    @property
    def _unresolved(self) -> bool:
        """Whether the gradients lab is still to find the singular values of what is shown."""
        if self.view.page != "gradients" or self.view.apart == "product":
            return False
        if len(self.run.config.hidden) < 2 or not len(self.history):
            return False
        return self.spectra is None or not self.spectra.of(self.run.step)

    @property
    def _unchecked(self) -> bool:
        """Whether back-propagation has still to be compared with differences on what is shown.

        While playing, once a run; then at every pause, behind the frame that shows it.
        """
        if self.large or self.run.diverged is not None or not len(self.history):
            return False
        if self.twin is not None:
            return False
        if self.playing or self.check is None:
            return self.check is None
        made_for = self.check.step, self.check.dropout
        return made_for != (self.run.step, self.run.config.dropout)

    def _before_the_end(self) -> Run | None:
        """Return a state from which the last steps of a run that diverged can be recomputed."""
        assert self.run.diverged is not None
        with suppress(ValueError):
            since = exchanged(self.run) or 0
            return self.timeline.before(max(since, self.run.diverged.step - STEPS))
        return None

    def _looking(self) -> bool:
        """Return whether the next slice is to look at the layers: so many times a second."""
        if self.view.page != "layers" or self.large:
            return False
        now = time.monotonic()
        if self.playing and now - self._looked_at < max(LOOK_EVERY, LOOK_SHARE * self._look_takes):
            return False
        self._looked_at = now
        return True

    def _diagnosing(self) -> bool:
        """Return whether the next slice is to ask what is the matter: so many times a second."""
        if self.view.page != "layers" or self.large or not len(self.history):
            return False
        now = time.monotonic()
        pause = max(DIAGNOSE_EVERY, LOOK_SHARE * self._look_takes)
        if self.playing and now - self._asked_at < pause:
            return False
        self._asked_at = now
        return True

    def _note_findings(self, found: tuple[Finding, ...]) -> None:
        """Take what was found; what comes and goes from look to look stays for a moment."""
        now, new = time.monotonic(), {finding.key: finding for finding in found}
        held = {
            key: (finding, at)
            for key, (finding, at) in self.findings.items()
            if key not in new and self.playing and now - at < HOLD
        }
        self.findings = {**{key: (finding, now) for key, finding in new.items()}, **held}

    def _resolving(self, alone: bool) -> bool:
        """Return whether the next slice is to look for singular values.

        Those that take long wait for a paused run, and for a slice that does nothing else.
        """
        if not self._unresolved:
            return False
        seconds = self.spectra.seconds if self.spectra else 0.0
        quick = seconds <= RESOLVING and not self.large
        if not self.playing:
            return quick or alone
        whole = self.spectra is None or self.spectra.complete
        pause = max(RESOLVE_EVERY, RESOLVE_SHARE * seconds)
        return quick and whole and time.monotonic() - self._resolved_at > pause
