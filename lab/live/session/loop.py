"""The live loop of one session, without Streamlit: what people ask for, and what becomes of it.

All of a session's live state is in one State; Calls, Measurements, Replay and Attendance each do
one thing with it. What is pressed ticks at once: the page's next question finds the answer under
way. Buttons change it from Streamlit's threads, ticks from those that answer the page's requests
for frames: every public method holds the lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

import dnn
from dnn.config import LIVE_FIELDS, Config
from dnn.data.datasets import Dataset
from dnn.engine.trainer import loss_key
from dnn.files.saved import Saved
from dnn.run.history import History
from dnn.run.training import Run, check_edit
from lab.analysis.signal import signal_only
from lab.intake.hand_drawn import Stroke, by_hand, check_stroke, made_again
from lab.link import Link
from lab.live.executors import WorkerPool
from lab.live.request import Display
from lab.live.session.attendance import Attendance
from lab.live.session.builtin_data import dataset, same_data, same_network
from lab.live.session.calls import Calls
from lab.live.session.lock import announced, synchronized
from lab.live.session.measurements import Measurements
from lab.live.session.replay import Replay
from lab.live.session.state import SPEEDS, TOO_LARGE, State, Weights
from lab.live.session.timeline import Timeline
from lab.live.shown import Shown
from lab.live.twins import Twin, twin
from lab.panels import needs_of
from lab.teaching.attending import Attending
from lab.teaching.presets import PRESETS
from lab.view import View

#: What the second of two networks begins with.
DIFFERS: Mapping[str, Any] = {"initializer": "he"}
ONE_RUN = "A file holds one run, and twins are two: open it on the page Playground or Gradients."
ONE_SETTING = "Twins differ in one setting only. Edit weights in the playground."
ONE_RUN_DRAWS = "Twins are on the same data. Draw in the playground."
ENDED = "This run has ended: reset it first, then draw."


class Loop:
    """One session's run and what is done with it. state: what is on screen, to be read only."""

    def __init__(
        self,
        executor: Executor,
        config: Config,
        view: View,
        playing: bool,
        twin_setting: Mapping[str, Any] = DIFFERS,
    ):
        self.lock = threading.RLock()
        #: Called after every change that somebody asked for, from any thread.
        self.waiting: set[Callable[[], object]] = set()
        #: The versions of side bar and transport that the page was drawn with.
        self.drawn = ("", "")
        run, large = _started(config, dataset(config), None, view)
        self.state = State(config, run, view, playing, twin_setting=dict(twin_setting))
        self.measurements = Measurements(self.state)
        self.replay = Replay(self.state, self.measurements)
        self.attendance = Attendance(self.state)
        self.calls = Calls(executor, self.state, self.measurements, self.replay)
        paired = "twin" in needs_of(view.page)
        pair = twin(config, twin_setting, dataset(config)) if paired else None
        self._show(config, run, large, pair)

    # --- training --------------------------------------------------------------------------------

    @announced
    def play(self) -> None:
        """Go on training; a diverged run stays where it is."""
        state = self.state
        state.playing, self.replay.seconds = not (state.ended or state.large), 0.0
        state.notice, state.resume = TOO_LARGE if state.large else "", False
        state.dirty = state.dirty or state.large

    @announced
    def pause(self, notice: str = "") -> None:
        """Stop after the call under way; notice says why, where it was not a person."""
        self.state.stop(notice)
        self.tick()

    @announced
    def step(self, steps: int) -> None:
        """Pause, then make so many steps."""
        self.state.stop(TOO_LARGE if self.state.large else "")
        self.state.queued = 0 if self.state.large else steps
        self.tick()

    @announced
    def reset(self, config: Config | None = None) -> None:
        """Start again from step 0, with the same seed the same network; keep the old curve."""
        self._begin(config or self.state.config, keep_ghost=True)

    @announced
    def set_speed(self, speed: str) -> None:
        """Choose how much is trained between two frames: a key of SPEEDS."""
        if speed not in SPEEDS:
            raise ValueError(f"speed: {speed!r} is not known; choose one of {', '.join(SPEEDS)}")
        self.state.speed, self.state.dirty = speed, True

    @announced
    def hide(self, hidden: bool) -> None:
        """Pause while nobody can see the page, and go on where that had paused it."""
        state = self.state
        if hidden and state.playing:
            self.pause()
            state.resume = True
        elif not hidden and state.resume:
            self.play()
            state.notice = "Training was paused while this page was hidden."

    # --- settings --------------------------------------------------------------------------------

    @announced
    def configure(self, config: Config) -> None:
        """Take a new Config: live where that is possible, else by a reset that says so.

        Raises ValueError where no network can be made of it; the run on screen goes on.
        """
        state = self.state
        changed = [n for n in config.__dict__ if getattr(config, n) != getattr(state.config, n)]
        if not changed:
            return
        if all(name in LIVE_FIELDS for name in changed):
            self.replay.leave()
            state.config, state.dirty = config, True
            if state.ended:
                state.notice = "This run has ended: Reset starts it again, with the new setting."
            self.tick()  # the next call need not wait until the page asks for its frame
            return
        had = len(state.history) > 1
        self._begin(config, keep_ghost=True)
        if had:
            grey = " The grey curve is the previous run." if state.ghost else ""
            state.notice = f"New network: this change needs one.{grey}"
        self.tick()

    @announced
    def set_twin(self, setting: Mapping[str, Any]) -> None:
        """Choose in what the second network differs, and start both.

        Raises ValueError where no network can be made of it; the runs on screen go on.
        """
        state = self.state
        if dict(setting) == state.twin_setting:
            return
        replace(state.config, **setting)
        before, state.twin_setting = state.twin_setting, dict(setting)
        try:
            self._begin(state.config)
        except ValueError:
            state.twin_setting = before
            raise

    @announced
    def train_on(
        self, config: Config, data: Dataset | None = None, weights: Weights | None = None
    ) -> None:
        """Train on data of its own, or with None on the built-in set that config names.

        weights: what to start from instead of the initialiser's, now and at every reset. Raises
        ValueError where no network can be made of it; the run on screen goes on.
        """
        state = self.state
        if state.shows_pair:
            state.view = replace(state.view, page="playground")
        before, state.start_weights = state.start_weights, (config, weights) if weights else None
        try:
            self._begin(config, keep_ghost=True, data=data or dataset(config))
        except ValueError:
            state.start_weights = before
            raise
        self.play()

    @synchronized
    def data(self, config: Config | None = None) -> Dataset:
        """Return the data that a run with this Config would be on: a file's own, or a built-in."""
        state, config = self.state, config or self.state.config
        if state.given is not None and same_data(config, state.config):
            return state.given
        given = state.given
        if given is not None and by_hand(given) and state.config.dataset == config.dataset:
            return made_again(given, config.features, config.scaling)
        return dataset(config)

    # --- by hand ---------------------------------------------------------------------------------

    @announced
    def edit(self, layer: int, unit: int, source: int | None, value: float) -> None:
        """Set a weight by hand, or a bias (source None or -1), behind the call under way.

        Raises ValueError where there is no such weight or it can't be set.
        """
        state = self.state
        if state.large:
            raise ValueError(TOO_LARGE)
        if state.twin is not None:
            raise ValueError(ONE_SETTING)
        place = check_edit(state.run, layer, unit, source, value)
        self.replay.leave()
        state.edits[place], state.dirty = (layer, unit, source, value), True
        self.tick()

    @announced
    def draw(self, strokes: list[tuple[int, Stroke]]) -> None:
        """Take numbered strokes behind the call under way; those that were taken before are not.

        The weights go on as they are; earlier moments, which were on other data, are no more.
        Raises ValueError where nothing can be drawn.
        """
        state = self.state
        new = [(number, stroke) for number, stroke in strokes if number > state.drawn]
        if not new:
            return
        if state.twin is not None:
            raise ValueError(ONE_RUN_DRAWS)
        if state.run.diverged is not None or state.large:
            raise ValueError(ENDED)
        for _, stroke in new:
            check_stroke(self.data(), stroke)
        self.replay.leave()
        state.strokes += [stroke for _, stroke in new]
        state.drawn, state.dirty = max(number for number, _ in new), True
        self.tick()

    # --- fixes -----------------------------------------------------------------------------------

    @announced
    def apply_fix(self, key: str) -> None:
        """Make the change of a button: live, from an earlier step, or in a new network that plays.

        On the page that shows step 0 the new network stays there. Raises KeyError where the newest
        frame has no such button, ValueError for what can't be.
        """
        state, fix = self.state, self.measurements.fix(key)
        if fix.from_step is not None:
            self.go_to(fix.from_step)
            self.replay.branch(fix.from_step, fix.fields)
            self.tick()
            return
        config = replace(state.config, **fix.fields)
        if state.shows_start or (fix.live and state.run.diverged is None):
            self.configure(config)
            return
        self.reset(config)
        self.play()

    # --- moments and files -----------------------------------------------------------------------

    @announced
    def follow(self, link: Link) -> None:
        """Make a link's changes at their steps, and recompute the step that it asks for.

        Raises ValueError where that can't be done; nothing has changed then.
        """
        self.replay.follow(link)

    @announced
    def go_to(self, step: int) -> None:
        """Show an earlier moment of this run, paused: recomputed from the state kept before it.

        From there it can go on as it went, or be changed, which makes another branch of it. The
        last step that it has come to is shown as it is. Raises ValueError where there is no past.
        """
        end, step = self.replay.end_at(step)
        self.calls.abandon()
        self.state.stop()
        self.replay.go_to(end, step)
        self.tick()

    @announced
    def open(self, saved: Saved) -> None:
        """Show the run of a file as it was saved: paused, with its history, changes and edits.

        Raises ValueError where this page can't show it; the run on screen goes on.
        """
        state, run = self.state, saved.run
        if state.shows_pair:
            raise ValueError(ONE_RUN)
        assert run.data is not None
        self._begin(run.origin, data=run.data)
        state.run, state.config, state.history = run, run.config, saved.history
        state.ghost, state.playing = None, False
        start = replace(dnn.replay(run, 0), data=None)
        state.timeline = Timeline().add(start).add(replace(run, data=None))
        state.notice = f"This is the run of the file, at step {run.step:,}."
        self.tick()

    @synchronized
    def saved(self) -> Saved:
        """Return the run and history as they are now, to be put into a file."""
        return Saved(self.state.run, self.state.history)

    @synchronized
    def shown_now(self) -> Shown:
        """Return the run, or both of two, and what has been asked and answered, at one moment."""
        state = self.state
        display = Display(state.view, attending=state.attending)
        return Shown(state.run, state.history, display, twin=state.twin)

    # --- questions and lessons -------------------------------------------------------------------

    @announced
    def answer(self, choice: int) -> None:
        """Take a prediction, the first one; other numbers than a choice's are ignored."""
        if self.attendance.answer(choice):
            self.tick()

    @announced
    def reveal(self, shown: bool) -> None:
        """Show what is hidden until somebody has answered, or hide it again."""
        self.attendance.reveal(shown)
        self.tick()

    @announced
    def attend_again(self) -> None:
        """Begin the lesson on screen once more: its network, its question, its goals."""
        lesson = self.state.lesson
        if lesson is None:
            return
        self.state.attending, self.state.playing = Attending(), False
        if lesson.twin and self.state.shows_pair:
            self.set_twin(lesson.twin)
        self.reset(lesson.config)
        self.tick()

    @announced
    def leave_lesson(self) -> None:
        """Go on without the lesson, with the network as it is."""
        self.attendance.leave()
        self.tick()

    # --- the page --------------------------------------------------------------------------------

    @announced
    def say(self, sentence: str) -> None:
        """Show a sentence above the panels."""
        self.state.notice, self.state.dirty = sentence, True
        self.tick()

    @announced
    def look(self, **fields: object) -> None:
        """Change the View. Raises ValueError for a value that is not allowed."""
        state = self.state
        view = replace(state.view, **fields)  # type: ignore[arg-type]
        if view == state.view:
            return
        moved, was_pair = view.page != state.view.page, state.shows_pair
        state.view, state.dirty = view, True
        if moved:
            state.ask_anew()
        if state.shows_pair != was_pair:
            self._pair()
        if state.large and not state.shows_start:
            self._begin(PRESETS["spiral"].config)
            state.notice = "The lab's network is too large to train: this is the first visit's."

    @synchronized
    def page_is(self, theme: str) -> None:
        """Take what only the browser knows: its theme."""
        if theme in ("light", "dark") and theme != self.state.view.theme:
            self.look(theme=theme)

    @property
    def sidebar_version(self) -> str:
        """What the side bar depends on, as a short text: another one, and it is to be redrawn."""
        s = self.state
        given = s.given.key if s.given is not None else ""
        setting = tuple(sorted((name, str(value)) for name, value in s.twin_setting.items()))
        view = s.view.page, s.view.present, s.view.lesson, s.view.predict
        return f"{hash((s.config, given, setting, view, s.withheld)) & 0xFFFFFFFFFFFF:x}"

    @property
    def transport_version(self) -> str:
        """What the buttons above the panels depend on, as a short text."""
        return f"{self.state.phase} {self.state.failed}"

    @property
    def page_behind(self) -> bool:
        """Whether the page shows a side bar or buttons of before: it has to ask for new ones."""
        return self.drawn != (self.sidebar_version, self.transport_version)

    @property
    def answers_at_once(self) -> bool:
        """Whether ticks leave all work to other processes."""
        return isinstance(self.calls.executor, WorkerPool)

    @synchronized
    def tick(self, seen: int | None = None) -> tuple[int, bytes, Future | None]:
        """Collect and submit what is due; return the newest frame, its number, and what is awaited.

        seen: of the page that asks, the number of its last frame. The number is 0 while there is no
        frame for it: one that shows what has been asked for, newer than the page's, and whole or a
        change of the page's. Never waits. At full speed a tick asks the call under way to finish.
        """
        calls = self.calls
        if calls.under_way is not None:
            calls.hurry()
            self._collect()
        fits = not calls.stale
        if seen is not None:
            fits = fits and calls.give(seen)
        if calls.under_way is None and not self.settled and time.perf_counter() >= calls.due_at:
            calls.submit_due()
        return calls.shown if fits else 0, calls.frame.data, calls.under_way

    @property
    def settled(self) -> bool:
        """Whether nothing more will change until somebody acts."""
        state = self.state
        busy = state.playing or self.calls.under_way or state.queued or state.dirty
        return not (busy or self.measurements.more_to_find)

    # --- inside ----------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Take the result of the call under way, if it is there."""
        state, result = self.state, self.calls.collect()
        if result is None:
            return
        self.replay.keep_moment()
        self.measurements.take(result)
        self.attendance.take(result)
        if state.ended:
            state.playing = False
        self.replay.make_due_changes()
        self.replay.count(result.seconds)

    def _begin(self, config: Config, keep_ghost: bool = False, data: Dataset | None = None) -> None:
        """Put a new run on screen. Raises ValueError; the run on screen goes on then."""
        state, data = self.state, data or self.data(config)
        known = state.start_weights is not None and same_network(config, state.start_weights[0])
        weights = state.start_weights[1] if state.start_weights and known else None
        run, large = _started(config, data, weights, state.view)
        pair = twin(config, state.twin_setting, data) if state.shows_pair else None
        if keep_ghost:
            whole = state.timeline.end.history if state.timeline.end else state.history
            state.ghost = whole if len(whole) > 1 else state.ghost
        if state.ghost is not None and _incomparable(state.run, run):
            state.ghost = None
        if state.goal is not None:
            state.playing = state.playing and state.goal_plays
        self.calls.abandon()
        self.calls.keep_own(None if data.key == dataset(config).key else data)
        self._show(config, run, large, pair)

    def _show(self, config: Config, run: Run, large: bool, pair: Twin | None) -> None:
        """Let the state be that of a run that has just started, or of two."""
        state = self.state
        state.link, state.later, state.goal = None, (), None
        state.edits, state.edited, state.strokes = {}, False, []
        state.config, state.run, state.large = config, run, large
        state.playing = state.playing and not large
        state.history, state.timeline, state.recording = History(), Timeline(), 0.0
        state.twin = pair
        self.measurements.forget()
        state.ask_anew()
        self.replay.keep_moment()
        state.notice, state.queued, state.dirty = "", 0, True

    def _pair(self) -> None:
        """Begin anew with a second network, or go on without it."""
        state = self.state
        if not state.shows_pair:
            state.twin = None
            return
        stepped = state.run.step > 0
        try:
            self._begin(state.config)
        except ValueError:
            state.twin_setting = dict(DIFFERS)
            self._begin(PRESETS["twins"].config)
        if stepped:
            state.notice = "Twins start together: the run began again."


def _started(
    config: Config, data: Dataset, weights: Weights | None, view: View
) -> tuple[Run, bool]:
    """Return a run at step 0, and whether it is too large to train, which only the lab shows.

    Raises ValueError where no network can be made.
    """
    try:
        return dnn.start(config, data, weights), False
    except ValueError:
        if "start" not in needs_of(view.page):
            raise
        return signal_only(config, data), True


def _incomparable(before: Run, run: Run) -> bool:
    """Return whether the cost of a run to come is another quantity than the one so far."""
    assert before.data is not None
    assert run.data is not None
    same = before.config.dataset == run.config.dataset and before.data.name == run.data.name
    return not same or loss_key(before.config, run.data) != loss_key(run.config, run.data)
