"""What is asked of a worker for one frame, as two values, and what comes back.

Training says what to train, Display how to show it; Measured is what has been measured of a run
beside its steps, which goes back and forth. All are picklable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dnn.data.datasets import Dataset
from dnn.run.gradcheck import Check
from dnn.run.history import History, Record
from dnn.run.training import Run
from lab.analysis.diagnosis import Finding
from lab.analysis.diagnosis.fix import Fix
from lab.analysis.moments import Moment, Moments
from lab.analysis.signal import Band
from lab.analysis.spectra import Spectra
from lab.live.twins import Twin
from lab.teaching.attending import Attending
from lab.view import View

#: What can be measured in a call beside its steps: back-propagation against differences, the
#: signals of other draws, singular values, distributions of the layers, the diagnosis, and the last
#: steps of a run that diverged.
MEASUREMENTS = frozenset({"check", "draws", "spectra", "moments", "diagnosis", "autopsy"})


#: Seconds after which a call ends.
BUDGET = 0.25


@dataclass(frozen=True, eq=False)
class Measured:
    """What has been measured of a run so far; None or empty where nothing has.

    check: back-propagation against finite differences; band: signals of other draws of the
    weights; spectra: singular values; moments: what the layers looked like, None where that is not
    shown; findings: of the diagnosis; examined: whether the last steps of a run that diverged have
    been looked at.
    """

    check: Check | None = None
    band: Band | None = None
    spectra: Spectra | None = None
    moments: Moments | None = None
    findings: tuple[Finding, ...] = ()
    examined: bool = False


@dataclass(frozen=True, eq=False)
class Training:
    """What to train, and what to measure beside it.

    run, history: as they are; twin: the second network on the page Twins. steps: to be made at
    most, None for as many as fit; either way the call ends `budget` seconds from its start, or when
    the flag `slot` stands at `seq`. session: whose call it is, for what its worker keeps, "" where
    that is nothing; kept: where run and history are not sent, the number of the call that has left
    them in the worker; data_key: of the data they are on. every: steps between two records.
    pressed: whether somebody asked for just these steps. edited: whether weights have been set by
    hand since the last call. large: whether the network is too large to train; keep_start: whether
    step 0 is recorded even where its cost is out of range. data: sent along after the worker missed
    it. measured: what is known already; wanted: what to measure, of MEASUREMENTS. before: a state
    from which to recompute the last steps of a run that diverged.
    """

    run: Run
    history: History
    twin: Twin | None = None
    steps: int | None = 0
    every: int = 1
    budget: float = BUDGET
    slot: int = 0
    seq: int = 0
    session: str = ""
    kept: int = 0
    data_key: str = ""
    pressed: bool = False
    edited: bool = False
    large: bool = False
    keep_start: bool = False
    data: Dataset | None = None
    measured: Measured = field(default_factory=Measured)
    wanted: frozenset[str] = frozenset()
    before: Run | None = None

    def __post_init__(self) -> None:
        unknown = self.wanted - MEASUREMENTS
        if unknown:
            allowed = ", ".join(sorted(MEASUREMENTS))
            raise ValueError(f"wanted: {sorted(unknown)} is not allowed; choose of {allowed}")


@dataclass(frozen=True, eq=False)
class Display:
    """How to show it.

    ghost: the previous run's history, drawn in grey; rate: steps a second; points_due: whether the
    frame must bring what does not change during a run (the data points). goal: the step that is
    being recomputed for a link or the timeline; end: while an earlier moment is shown, the step
    that the run had come to. drawn: the number of the newest stroke by hand that the data has.
    attending: what has been answered and reached of a question or a lesson. base: the number of the
    frame that the page will have, 0 for none.
    """

    view: View = field(default_factory=View)
    playing: bool = False
    ghost: History | None = None
    rate: float = 0.0
    notice: str = ""
    points_due: bool = True
    goal: int | None = None
    end: int | None = None
    drawn: int = 0
    attending: Attending = field(default_factory=Attending)
    base: int = 0


class Frame(NamedTuple):
    """A message for the page, gzipped where it is whole.

    base: the number of the frame that it is a change of, 0 if it is whole; points: the version of
    the data points that it brings, "" for none.
    """

    data: bytes = b""
    base: int = 0
    points: str = ""


NO_FRAME = Frame()


@dataclass(frozen=True, eq=False)
class Result:
    """What became of a call; run is None where the worker misses the data, or what it should keep.

    history: None where it is that of the call with the records `added`. frame: for the page, empty
    where none was made. seconds: of training. measured: with what was wanted, but for moments,
    which come one by one in `looks`. looked: seconds that those took; recording: seconds that the
    record of the last step took, 0 where it had one already. diagnosed: whether the findings are
    new. fixes: what the buttons of the frame do, by key.
    """

    run: Run | None
    history: History | None
    frame: Frame = NO_FRAME
    steps: int = 0
    seconds: float = 0.0
    twin: Twin | None = None
    measured: Measured = field(default_factory=Measured)
    looks: tuple[Moment, ...] = ()
    looked: float = 0.0
    recording: float = 0.0
    diagnosed: bool = False
    added: tuple[Record, ...] | None = None
    attending: Attending | None = None
    fixes: Mapping[str, Fix] = field(default_factory=dict)
