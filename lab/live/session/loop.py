"""The live loop of one session, without Streamlit: what runs, what is asked for, what is shown.

All of a session's live state is in one object. What is pressed ticks at once: the page's next
question finds the answer under way. Buttons change it from Streamlit's threads, ticks
from those that answer the page's requests for frames: every public method holds the lock.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

import dnn
from dnn.config import LIVE_FIELDS, Config
from dnn.data.datasets import Dataset, data_fields
from dnn.engine.cache import forget
from dnn.engine.trainer import loss_key
from dnn.files.saved import Saved
from dnn.run.history import History
from dnn.run.training import Change, Run, check_edit
from lab.analysis.diagnosis.advice import advise
from lab.analysis.signal import signal_only
from lab.intake.hand_drawn import by_hand, made_again
from lab.link import Link
from lab.live.executors import WorkerPool, tell_all
from lab.live.session.lock import heard, locked
from lab.live.session.questions import Asking
from lab.live.session.strokes import Drawing
from lab.live.session.timeline import Timeline
from lab.live.twins import Twin, twin, twins_slice
from lab.live.worker import Outcome, Slice, signal_slice, train_slice
from lab.panels.gradients import fitting
from lab.panels.playground import points_version
from lab.teaching.attending import Attending
from lab.teaching.presets import PRESETS
from lab.view import View

SPEEDS = {
    "step": "1 step",
    "epoch": "1 epoch",
    "ten": "10 epochs",
    "full": "Full speed",
}
#: More calls than a session makes between two looks at its flag: what is under way is among them.
FAR_ON = 1_000_000
TOO_LARGE = (
    "This network is too large to train here (the operator sets how large). "
    "Its signal at the start is measured all the same."
)
Weights = list[tuple[np.ndarray, np.ndarray]]
#: What the second of two networks begins with.
DIFFERS: Mapping[str, Any] = {"initializer": "he"}
ONE_RUN = "A file holds one run, and twins are two: open it on the page Playground or Gradients."
ONE_SETTING = "Twins differ in one setting only. Edit weights in the playground."
#: Seconds that a notice stays while training goes on.
NOTICE = 8.0
#: At high speed, no more records than these: each costs as much as some dozen steps. Those of a
#: large network, each of which costs more than a step, take no more than this share of the time.
RECORDS_A_SECOND, RECORDING = 40, 0.1
#: Records of a run that is recomputed for a link.
RECORDS_TO_GOAL = 200


@lru_cache(maxsize=32)
def _load(fields: tuple, config_of: Callable[[], Config]) -> Dataset:
    return dnn.load(config_of())


class _Held:
    """A Config that compares equal to any other: it rides along with a cache key."""

    def __init__(self, config: Config):
        self.config = config

    def __call__(self) -> Config:
        return self.config

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


def dataset(config: Config) -> Dataset:
    """Return the built-in data set of config; sets are shared, their arrays are read-only."""
    return _load(data_fields(config), _Held(config))


def _same_data(config: Config, other: Config) -> bool:
    """Return whether two Configs name the same data; the seed of a file's own data is none."""
    one, two = (data_fields(replace(c, seed=0)) for c in (config, other))
    return one == two


def _same_network(config: Config, other: Config) -> bool:
    """Return whether two Configs differ at most in what can change during a run."""
    live = {name: getattr(config, name) for name in LIVE_FIELDS}
    return config == replace(other, **live)


def _leave(executor: WorkerPool, slot: int) -> None:
    """End the slice under way, if any, and give the flag to the next session."""
    executor.raise_flag(slot, executor.flag_at(slot) + FAR_ON)
    executor.give_flag(slot)


def _forget(executor: Executor, own: set[str]) -> None:
    """Let workers forget the data of a session that is gone."""
    # In a thread of its own: this one may be collecting garbage with any lock in its hands.
    threading.Thread(
        target=lambda: [tell_all(executor, forget, key) for key in own], daemon=True
    ).start()


class Loop(Asking, Drawing):
    """One session's run, its history, and the slice that is under way."""

    def __init__(
        self,
        executor: Executor,
        config: Config,
        view: View,
        playing: bool,
        twin_setting: Mapping[str, Any] = DIFFERS,
    ):
        self.executor, self._lock = executor, threading.RLock()
        #: Called after every change that somebody asked for, from any thread.
        self.waiting: set[Callable[[], object]] = set()
        self.slot = 0
        if isinstance(executor, WorkerPool):
            self.slot = executor.take_flag()
            weakref.finalize(self, _leave, executor, self.slot)  # when its session is dropped
        #: Keys of data that is nobody else's, which no worker is to keep.
        self._own: set[str] = set()
        weakref.finalize(self, _forget, executor, self._own).atexit = False
        self.view, self.speed, self.playing = view, "epoch", playing
        self.notice, self.failed = "", ""
        self._said = ("", 0.0)
        self.ghost: History | None = None
        self.frame, self.shown = b"", 0
        self.seq = executor.flag_at(self.slot) if isinstance(executor, WorkerPool) else 0
        self._due = 0
        self.rate = 0.0
        self.shown_version = ""
        self._future: Future[Outcome] | None = None
        self._queued = 0
        self._dirty = True
        self._resume = False
        self._forget()
        self.attending = Attending()
        self.timeline = Timeline()
        self._edits: dict[int, tuple[int, int, int | None, float]] = {}
        self.link: Link | None = None
        self._left: tuple[Change, ...] = ()
        self.goal: int | None = None
        self.followed, self._recomputed = 0, 0.0
        self._edited = self._plays_on = False
        #: The data set of a file, where the run is not on a built-in one.
        self.given: Dataset | None = None
        self.drawn, self._strokes = 0, []
        #: What a reset starts from, with which settings, where weights came along with the data.
        self._weights: tuple[Config, Weights] | None = None
        #: In what the second network differs, where there is one.
        self.twin_setting = dict(twin_setting)
        self.twin: Twin | None = None
        self._begin(config)

    # --- what people ask for ---------------------------------------------------------------------

    @heard
    def play(self) -> None:
        """Go on training; a diverged run stays where it is."""
        self.playing, self._recomputed = not (self.ended or self.large), 0.0
        self.notice, self._resume = TOO_LARGE if self.large else "", False
        self._dirty = self._dirty or self.large

    @heard
    def pause(self, notice: str = "") -> None:
        """Stop after the slice under way; notice says why, where it was not a person."""
        self._stop(notice)
        self.tick()

    @heard
    def step(self, steps: int) -> None:
        """Pause, then make so many steps."""
        self._stop(TOO_LARGE if self.large else "")
        self._queued = 0 if self.large else steps
        self.tick()

    @heard
    def reset(self, config: Config | None = None) -> None:
        """Start again from step 0, with the same seed the same network; keep the old curve."""
        self._begin(config or self.config, keep_ghost=True)

    @heard
    def edit(self, layer: int, unit: int, source: int | None, value: float) -> None:
        """Set a weight by hand, or a bias (source None or -1), behind the slice under way.

        Raises ValueError where there is no such weight or it can't be set.
        """
        if self.large:
            raise ValueError(TOO_LARGE)
        if self.twin is not None:
            raise ValueError(ONE_SETTING)
        place = check_edit(self.run, layer, unit, source, value)
        self._leave_link()
        self._edits[place], self._dirty = (layer, unit, source, value), True
        self.tick()

    @heard
    def open(self, saved: Saved) -> None:
        """Show the run of a file as it was saved: paused, with its history, changes and edits.

        Raises ValueError where this page can't show it; the run on screen goes on.
        """
        run = saved.run
        if self.view.page == "twins":
            raise ValueError(ONE_RUN)
        assert run.data is not None
        self._begin(run.origin, data=run.data)
        self.run, self.config, self.history = run, run.config, saved.history
        self.ghost, self.playing = None, False
        start = replace(dnn.replay(run, 0), data=None)
        self.timeline = Timeline().add(start).add(replace(run, data=None))
        self.notice = f"This is the run of the file, at step {run.step:,}."
        self.tick()

    @heard
    def take(
        self, config: Config, data: Dataset | None = None, weights: Weights | None = None
    ) -> None:
        """Train on data of its own, or with None on the built-in set that config names.

        weights: what to start from instead of the initialiser's, now and at every reset. Raises
        ValueError where no network can be made of it; the run on screen goes on.
        """
        if self.view.page == "twins":
            self.view = replace(self.view, page="playground")
        before, self._weights = self._weights, (config, weights) if weights else None
        try:
            self._begin(config, keep_ghost=True, data=data or dataset(config))
        except ValueError:
            self._weights = before
            raise
        self.play()

    @locked
    def saved(self) -> Saved:
        """Return the run and history as they are now, to be put into a file."""
        return Saved(self.run, self.history)

    @locked
    def shown_now(self) -> Slice:
        """Return the run, or both of two, and what has been asked and answered, at one moment."""
        return Slice(
            self.run, self.history, view=self.view, attending=self.attending, twin=self.twin
        )

    @locked
    def data(self, config: Config | None = None) -> Dataset:
        """Return the data that a run with this Config would be on: a file's own, or a built-in."""
        config = config or self.config
        if self.given is not None and _same_data(config, self.config):
            return self.given
        if self.given is not None and by_hand(self.given) and self.config.dataset == config.dataset:
            return made_again(self.given, config.features, config.scaling)
        return dataset(config)

    @heard
    def hide(self, hidden: bool) -> None:
        """Pause while nobody can see the page, and go on where that had paused it."""
        if hidden and self.playing:
            self.pause()
            self._resume = True
        elif not hidden and self._resume:
            self.play()
            self.notice = "Training was paused while this page was hidden."

    @locked
    def fall_behind(self) -> None:
        """Let the side bar be drawn anew as soon as the browser has painted what was asked for."""
        self.followed += 1

    @locked
    def mended(self) -> Config | None:
        """Return the Config with the mend for a diverged run, or None where there is none."""
        if self.run.diverged is None:
            return None
        return replace(self.config, **advise(self.run).fields)

    @locked
    def fitted(self) -> Config | None:
        """Return the Config with the mend that the lab's verdict offers, or None without one."""
        fields = fitting(self.run.origin, self.history, self.run.data)
        return replace(self.config, **fields) if fields else None

    @heard
    def take_suggestion(self, key: str) -> None:
        """Make the change that a finding of the diagnosis suggests: live, or from the start again.

        Raises KeyError where there is no such finding (any more), ValueError for what can't be.
        """
        found = self.findings[key][0].suggestion
        config = replace(self.config, **found.fields)
        if found.live and self.run.diverged is None:
            self.configure(config)
            return
        self.reset(config)
        self.play()

    @heard
    def say(self, sentence: str) -> None:
        """Show a sentence above the panels."""
        self.notice, self._dirty = sentence, True
        self.tick()

    @heard
    def set_speed(self, speed: str) -> None:
        """Choose how much is trained between two frames: a key of SPEEDS."""
        if speed not in SPEEDS:
            raise ValueError(f"speed: {speed!r} is not known; choose one of {', '.join(SPEEDS)}")
        self.speed, self._dirty = speed, True

    @heard
    def look(self, **fields: object) -> None:
        """Change the View. Raises ValueError for a value that is not allowed."""
        view = replace(self.view, **fields)  # type: ignore[arg-type]
        if view == self.view:
            return
        moved = view.page != self.view.page
        paired = moved and "twins" in (view.page, self.view.page)
        self.view, self._dirty = view, True
        if moved:
            self._ask_anew()
        if paired:
            self._pair()
        if self.large and view.page != "gradients":
            self._begin(PRESETS["spiral"].config)
            self.notice = "The lab's network is too large to train: this is the first visit's."

    @heard
    def configure(self, config: Config) -> None:
        """Take a new Config: live where that is possible, else by a reset that says so.

        Raises ValueError where no network can be made of it; the run on screen goes on.
        """
        changed = [n for n in config.__dict__ if getattr(config, n) != getattr(self.config, n)]
        if not changed:
            return
        if all(name in LIVE_FIELDS for name in changed):
            self._leave_link()
            self.config, self._dirty = config, True
            if self.ended:
                self.notice = "This run has ended: Reset starts it again, with the new setting."
            self.tick()  # the next slice need not wait until the page asks for its frame
            return
        had = len(self.history) > 1
        self._begin(config, keep_ghost=True)
        if had:
            grey = " The grey curve is the previous run." if self.ghost else ""
            self.notice = f"New network: this change needs one.{grey}"
        self.tick()

    @heard
    def set_twin(self, setting: Mapping[str, Any]) -> None:
        """Choose in what the second network differs, and start both.

        Raises ValueError where no network can be made of it; the runs on screen go on.
        """
        if dict(setting) == self.twin_setting:
            return
        replace(self.config, **setting)
        before, self.twin_setting = self.twin_setting, dict(setting)
        try:
            self._begin(self.config)
        except ValueError:
            self.twin_setting = before
            raise

    @property
    def ended(self) -> bool:
        """Whether every network on show has diverged."""
        over = self.run.diverged is not None
        return over and (self.twin is None or self.twin.run.diverged is not None)

    @property
    def epoch_steps(self) -> int:
        """Steps in an epoch at the batch size in force."""
        m = self.data().m_train
        return -(-m // min(self.config.batch_size or m, m))

    @property
    def phase(self) -> str:
        """What the run is doing: playing, paused, or diverged, from where only a reset leads on."""
        if self.ended:
            return "diverged"
        return "playing" if self.playing else "paused"

    @property
    def play_label(self) -> str:
        """What the button is called that starts training: in the lab one comes for the start."""
        return "Train" if self.view.page == "gradients" else "Play"

    @property
    def settled(self) -> bool:
        """Whether nothing more will change until somebody acts."""
        return not (
            self.playing or self._future or self._queued or self._dirty or self._more_to_find
        )

    # --- what the page does ----------------------------------------------------------------------

    @locked
    def page_is(self, theme: str, has: str) -> None:
        """Take what only the browser knows: its theme, and which data points have arrived."""
        self.shown_version = has
        if theme in ("light", "dark") and theme != self.view.theme:
            self.look(theme=theme)

    @locked
    def tick(self) -> tuple[int, bytes, Future | None]:
        """Collect and submit what is due; return the newest frame, its number, and what is awaited.

        The number is 0 while the frame does not show yet what has been asked for: a page that takes
        it is not there for the next one. Never waits. At full speed a tick asks the slice under way
        to finish.
        """
        if self._future is not None:
            if self._hurried:
                self._finish()
            self._collect()
        if self._future is None and not self.settled:
            steps = self._steps_a_frame() if self.playing else self._queued
            now = self._up_to_next_change(steps)
            self._queued = 0 if self.playing else steps - now
            self._submit(now)
        stale = self._dirty or self.shown < self._due
        return 0 if stale else self.shown, self.frame, self._future

    # --- inside ----------------------------------------------------------------------------------

    @property
    def _hurried(self) -> bool:
        """Whether the slice under way is to end as soon as somebody wants a frame."""
        if not self.playing:
            return not self._work.pressed
        return self.speed == "full" and self.goal is None

    def _pair(self) -> None:
        """Begin anew with a second network, or go on without it."""
        if self.view.page != "twins":
            self.twin = None
            return
        stepped = self.run.step > 0
        try:
            self._begin(self.config)
        except ValueError:
            self.twin_setting = dict(DIFFERS)
            self._begin(PRESETS["twins"].config)
        if stepped:
            self.notice = "Twins start together: the run began again."

    def _stop(self, notice: str = "") -> None:
        self.playing, self.notice, self._dirty = False, notice, True
        self._resume = False

    def _begin(self, config: Config, keep_ghost: bool = False, data: Dataset | None = None) -> None:
        data = data or self.data(config)
        known = self._weights is not None and _same_network(config, self._weights[0])
        weights = self._weights[1] if self._weights and known else None
        try:
            run, large = dnn.start(config, data, weights), False
        except ValueError:
            if self.view.page != "gradients":
                raise
            run, large = signal_only(config, data), True
        pair = twin(config, self.twin_setting, data) if self.view.page == "twins" else None
        if keep_ghost:
            whole = self.timeline.end.history if self.timeline.end else self.history
            self.ghost = whole if len(whole) > 1 else self.ghost
        if self.ghost is not None and self._incomparable(run):
            self.ghost = None
        if self.goal is not None:
            self.playing = self.playing and self._plays_on
        self.link, self._left, self.goal = None, (), None
        self._edits, self._edited, self._strokes = {}, False, []
        self._abandon()
        self._keep_own(None if data.key == dataset(config).key else data)
        self.config, self.run, self.large = config, run, large
        self.playing = self.playing and not large
        self.history, self.twin = History(), pair
        self.timeline = Timeline()
        #: Seconds that a record of this network takes.
        self._recording = 0.0
        self._forget()
        self._ask_anew()
        self._keep_moment()
        self.notice, self._queued, self._dirty = "", 0, True

    def _keep_own(self, data: Dataset | None) -> None:
        """Take data that is not built in; what was there before is forgotten, in workers too."""
        before, self.given = self.given, data
        if before is not None and (data is None or before.key != data.key):
            self._own.discard(before.key)
            tell_all(self.executor, forget, before.key)
        if data is not None:
            self._own.add(data.key)

    def _abandon(self) -> None:
        """Wait no more for the slice under way."""
        if self._future is not None:
            self._finish()
            self._future.cancel()
            self._future = None

    def _incomparable(self, run: Run) -> bool:
        """Return whether the cost of a run to come is another quantity than the one so far."""
        before = self.run
        assert before.data is not None
        assert run.data is not None
        same = before.config.dataset == run.config.dataset and before.data.name == run.data.name
        return not same or loss_key(before.config, run.data) != loss_key(run.config, run.data)

    def _steps_a_frame(self) -> int | None:
        if self.goal is not None:
            return self.goal - self.run.step
        epoch = self.epoch_steps
        return {"step": 1, "epoch": epoch, "ten": 10 * epoch, "full": None}[self.speed]

    def _every(self) -> int:
        """Return the steps between records: few enough to cost little, and enough for a curve."""
        if self.speed == "step":
            every, least = 1, self.history.stride
        else:
            most = self.rate * max(1 / RECORDS_A_SECOND, self._recording / RECORDING)
            every, least = self.epoch_steps, max(self.history.stride, most)
            if self.goal is not None:  # nobody waits for the frames on the way
                least = max(self.history.stride, self.goal / RECORDS_TO_GOAL)
        while every < least:
            every *= 2
        return every

    def _forget_notice(self) -> None:
        """Take a sentence off the page when it has been there for a while and training goes on."""
        now = time.monotonic()
        if self.notice != self._said[0]:
            self._said = (self.notice, now)
        elif self.playing and now - self._said[1] > NOTICE:
            self.notice = ""

    def _finish(self) -> None:
        """Ask the slice under way to finish."""
        if isinstance(self.executor, WorkerPool):
            self.executor.raise_flag(self.slot, self.seq)

    def _submit(self, steps: int | None, data: Dataset | None = None) -> None:
        changes = {
            name: getattr(self.config, name)
            for name in LIVE_FIELDS
            if getattr(self.config, name) != getattr(self.run.config, name)
        }
        if changes and self.large:
            self.run = replace(self.run, config=self.config, origin=self.config)
        elif changes and self.run.diverged is None:
            self.run = dnn.change(self.run, **changes)
        if self.twin is not None:
            self.twin = self.twin.following(self.config)
        self._make_edits()
        again = self._work if data is not None else None
        data = self._take_strokes() or (data and self.data())
        edited = self._edited or (again is not None and again.edited)
        self._edited = False
        self.seq += 1
        extras = self._extras(alone=not (self._dirty or steps), again=again)
        self._due = self.seq if self._dirty else self._due
        self._dirty, self.failed = False, ""
        self._forget_notice()
        work = Slice(
            self.run, self.history, self.ghost, self.view, steps, self._every(), self.slot,
            seq=self.seq, playing=self.playing,
            fixed=self.shown_version != points_version(self.run, self.view),
            rate=self.rate, notice=self.notice, data=data, pressed=not self.playing,
            large=self.large, twin=self.twin, edited=edited, goal=self.goal, drawn=self.drawn,
            followed=self.followed, end=self.timeline.end and self.timeline.end.run.step,
            attending=self.attending, **extras,
        )  # fmt: skip
        self._work, self._sent = work, time.perf_counter()
        paired = twins_slice if self.twin is not None else train_slice
        call = signal_slice if self.large else paired
        # Behind a draw of a very large network one would wait longer than another worker is cold.
        if isinstance(self.executor, WorkerPool) and not self.large:
            self._future = self.executor.submit_for(self.slot, call, work)
        else:
            self._future = self.executor.submit(call, work)

    def _make_edits(self) -> None:
        """Set the weights that have been asked for since the last slice."""
        before, edits, self._edits = self.run, self._edits, {}
        if before.diverged is None:
            for place in edits.values():
                self.run = dnn.edit(self.run, *place)
        self._edited = self._edited or self.run is not before
        if self._edited:
            self.check = self.spectra = None  # of other weights

    def _collect(self) -> None:
        """Take the outcome of the slice under way, if it is there."""
        if self._future is None or not self._future.done():
            return
        future, self._future = self._future, None
        try:
            outcome = future.result()
        except Exception as error:
            # No worker can draw this: the page is told in words, and the run waits for a press.
            self.failed = f"Training stopped: {type(error).__name__}: {error}"[:300]
            self.playing, self._dirty = False, False
            return
        if outcome.run is None:
            self._submit(self._work.steps, self.data())
            return
        data = self.data()
        self.run = replace(outcome.run, data=data)
        if self.twin is not None and outcome.twin is not None:
            self.twin = replace(outcome.twin, run=replace(outcome.twin.run, data=data))
        if self._work.pressed and not self.ended:
            self._queued += (self._work.steps or 0) - outcome.steps  # what did not fit
        self.history = outcome.history
        self._recording = outcome.recording or self._recording
        if outcome.frame:
            self.frame, self.shown = outcome.frame, self._work.seq
        self._keep_moment()
        self._take_extras(outcome)
        self._take_attending(outcome)
        if self.ended:
            self.playing = False
        self._take_due()
        self._bound(outcome.seconds)
        if outcome.steps:
            rate = outcome.steps / max(time.perf_counter() - self._sent, 1e-6)
            self.rate += (rate - self.rate) * (0.2 if self.rate else 1.0)
