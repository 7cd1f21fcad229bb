"""The calls of one session to its workers: one under way at a time, and the newest frame."""

from __future__ import annotations

import secrets
import threading
import time
import weakref
from concurrent.futures import Executor, Future
from dataclasses import replace

import dnn
from dnn.config import LIVE_FIELDS
from dnn.data.datasets import Dataset
from dnn.engine.cache import forget
from dnn.run.training import exchange
from lab.frame import answer
from lab.intake.hand_drawn import drawn
from lab.live.executors import WorkerPool, tell_all
from lab.live.kept import Kept, without_run
from lab.live.request import BUDGET, Display, Frame, Result, Training
from lab.live.session.measurements import Measurements
from lab.live.session.replay import Replay
from lab.live.session.state import State
from lab.live.session.timeline import Timeline
from lab.panels.plane import points_version

#: More calls than a session makes between two looks at its flag: what is under way is among them.
FAR_ON = 1_000_000
#: Seconds that a notice stays while training goes on.
NOTICE = 8.0
#: At high speed, no more records than these: each costs as much as some dozen steps. Those of a
#: large network, each of which costs more than a step, take no more than this share of the time.
RECORDS_A_SECOND, RECORDING = 40, 0.1
#: Calls are one after the other, for the steps a second, where so many seconds lie between results.
FOLLOWS = 1.5
#: Seconds of a call at full speed while others train: the page that waits for it does not end it.
BUDGET_AMONG_OTHERS = 0.1
#: Records of a run that is recomputed for a link.
RECORDS_TO_GOAL = 200


def _leave(executor: WorkerPool, slot: int) -> None:
    """End the call under way, if any, and give the flag to the next session."""
    executor.raise_flag(slot, executor.flag_at(slot) + FAR_ON)
    executor.give_flag(slot)


def _forget(executor: Executor, own: set[str]) -> None:
    """Let workers forget the data of a session that is gone."""

    def tell() -> None:
        for key in own:
            tell_all(executor, forget, key)

    # In a thread of its own: this one may be collecting garbage with any lock in its hands.
    threading.Thread(target=tell, daemon=True).start()


class Calls:
    """What is asked of the workers, and what came back.

    frame, shown: the newest frame and its number; failed calls are told in state.failed.
    """

    def __init__(
        self, executor: Executor, state: State, measurements: Measurements, replay: Replay
    ):
        self.executor, self.state = executor, state
        self.measurements, self.replay = measurements, replay
        self.slot, self.seq, self.session = 0, 0, secrets.token_hex(8)
        #: What the session's worker has of it.
        self._kept: Kept | None = None
        if isinstance(executor, WorkerPool):
            self.slot = executor.take_flag()
            self.seq = executor.flag_at(self.slot)
            weakref.finalize(self, _leave, executor, self.slot)  # when its session is dropped
        #: Forgotten with it: what workers keep of this session, and data that is nobody else's.
        self._own = {self.session}
        weakref.finalize(self, _forget, executor, self._own).atexit = False
        self.frame, self.shown = Frame(), 0
        #: The number of the frame that the page has been given, 0 where it needs a whole one.
        self.given = 0
        #: Which data points the page has been given.
        self.points_there = ""
        self.under_way: Future[Result] | None = None
        self._training, self._display = Training(state.run, state.history), Display()
        self._due, self._sent, self._collected = 0, 0.0, 0.0
        self._noted = ("", 0.0)

    @property
    def stale(self) -> bool:
        """Whether the frame does not show yet what has been asked for."""
        return self.state.dirty or self.shown < self._due

    def give(self, seen: int) -> bool:
        """Return whether the frame is one for a page whose last one is `seen`: it is given it then.

        Of a change of another frame the page can make nothing: a whole one is drawn instead.
        """
        if self.given != seen:  # the page is new, or a frame has been lost on its way
            self.given, self.points_there = 0, ""
        if self.shown <= seen:
            return False
        if self.frame.base not in (0, seen):
            self.state.dirty = True
            return False
        self.given, self.points_there = self.shown, self.frame.points or self.points_there
        return True

    def keep_own(self, data: Dataset | None) -> None:
        """Take data that is not built in; what was there before is forgotten, in workers too."""
        before, self.state.given = self.state.given, data
        if before is not None and (data is None or before.key != data.key):
            self._own.discard(before.key)
            tell_all(self.executor, forget, before.key)
        if data is not None:
            self._own.add(data.key)

    def abandon(self) -> None:
        """Wait no more for the call under way."""
        if self.under_way is not None:
            self._finish()
            self.under_way.cancel()
            self.under_way = None

    def hurry(self) -> None:
        """Ask the call under way to finish, where somebody wants its frame as soon as can be."""
        state = self.state
        hurried = state.speed == "full" and state.goal is None
        if hurried if state.playing else not self._training.pressed:
            self._finish()

    def _finish(self) -> None:
        if isinstance(self.executor, WorkerPool):
            self.executor.raise_flag(self.slot, self.seq)

    @property
    def due_at(self) -> float:
        """When the next call is due, by time.perf_counter: at once where somebody waits for it."""
        state = self.state
        if not isinstance(self.executor, WorkerPool) or not state.playing or state.dirty:
            return 0.0
        return self._sent + self.executor.interval() if state.goal is None else 0.0

    def _budget(self) -> float:
        """Return the seconds after which a call ends in any case."""
        shared = isinstance(self.executor, WorkerPool) and self.executor.interval() > 0
        return BUDGET_AMONG_OTHERS if shared else BUDGET

    def submit_due(self) -> None:
        """Submit the next call, of as many steps as are due."""
        state = self.state
        steps = self._steps_a_frame() if state.playing else state.queued
        now = self.replay.until_next_change(steps)
        state.queued = 0 if state.playing else (steps or 0) - (now or 0)
        self._submit(now)

    def _steps_a_frame(self) -> int | None:
        state = self.state
        if state.goal is not None:
            return state.goal - state.run.step
        epoch = state.epoch_steps
        return {"step": 1, "epoch": epoch, "ten": 10 * epoch, "full": None}[state.speed]

    def _every(self) -> int:
        """Return the steps between records: few enough to cost little, and enough for a curve."""
        state = self.state
        if state.speed == "step":
            every, least = 1, float(state.history.stride)
        else:
            most = state.rate * max(1 / RECORDS_A_SECOND, state.recording / RECORDING)
            every, least = state.epoch_steps, max(state.history.stride, most)
            if state.goal is not None:  # nobody waits for the frames on the way
                least = max(state.history.stride, state.goal / RECORDS_TO_GOAL)
        while every < least:
            every *= 2
        return every

    def _submit(self, steps: int | None) -> None:
        """Submit a call of so many steps, of the run with all that has been asked for."""
        state = self.state
        self._change_run()
        data = self._draw()
        edited, state.edited = state.edited, False
        self.seq += 1
        wanted = self.measurements.wanted(alone=not (state.dirty or steps))
        self._due = self.seq if state.dirty else self._due
        state.dirty, state.failed = False, ""
        self._forget_notice()
        before = self.measurements.before_the_end() if "autopsy" in wanted else None
        end = state.timeline.end
        self._training = Training(
            state.run, state.history, state.twin, steps, self._every(), slot=self.slot,
            seq=self.seq, session=self.session, data_key=state.run.data_key,
            pressed=not state.playing, budget=self._budget(), edited=edited, large=state.large,
            data=data, keep_start=state.shows_start,
            measured=self.measurements.so_far(), wanted=wanted, before=before,
        )  # fmt: skip
        self._display = Display(
            state.view, state.playing, state.ghost, state.rate, state.notice,
            points_due=self.points_there != points_version(state.run, state.view),
            goal=state.goal, end=end.run.step if end else None, drawn=state.drawn,
            attending=state.attending, base=self.given,
        )  # fmt: skip
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        training, display = self._training, self._display
        kept = self._kept
        if kept is not None and training.run is kept.run and training.history is kept.history:
            training = without_run(training, kept.seq)
        # Behind a draw of a very large network one would wait longer than another worker is cold.
        if isinstance(self.executor, WorkerPool) and not training.large:
            self.under_way = self.executor.submit_for(self.slot, answer, training, display)
        else:
            self.under_way = self.executor.submit(answer, training, display)

    def _change_run(self) -> None:
        """Let the run follow the settings, and set the weights that have been asked for."""
        state = self.state
        changes = {
            name: getattr(state.config, name)
            for name in LIVE_FIELDS
            if getattr(state.config, name) != getattr(state.run.config, name)
        }
        if changes and state.large:
            state.run = replace(state.run, config=state.config, origin=state.config)
        elif changes and state.run.diverged is None:
            state.run = dnn.change(state.run, **changes)
        if state.twin is not None:
            state.twin = state.twin.following(state.config)
        before, edits, state.edits = state.run, state.edits, {}
        if before.diverged is None:
            for place in edits.values():
                state.run = dnn.edit(state.run, *place)
        state.edited = state.edited or state.run is not before
        if state.edited:
            self.measurements.forget_weights()

    def _draw(self) -> Dataset | None:
        """Let the run go on with what was drawn since the last call; return its data."""
        state = self.state
        strokes, state.strokes = state.strokes, []
        if not strokes or state.run.diverged is not None:
            return None
        assert state.run.data is not None
        data = drawn(state.run.data, strokes)
        try:
            state.run = exchange(state.run, data)
        except ValueError as error:  # so many points that a full batch is too much
            state.notice = f"Not drawn: {error}"
            return None
        self.keep_own(data)
        state.timeline = Timeline().add(replace(state.run, data=None))
        self.measurements.forget_weights()
        state.edited = True
        return data

    def _forget_notice(self) -> None:
        """Take a sentence off the page when it has been there for a while and training goes on."""
        state, now = self.state, time.monotonic()
        if state.notice != self._noted[0]:
            self._noted = (state.notice, now)
        elif state.playing and now - self._noted[1] > NOTICE:
            state.notice = ""

    def collect(self) -> Result | None:
        """Take the result of the call under way into the state, if it is there, and return it."""
        state = self.state
        if self.under_way is None or not self.under_way.done():
            return None
        future, self.under_way = self.under_way, None
        try:
            result = future.result()
        except Exception as error:
            # No worker can draw this: the page is told in words, and the run waits for a press.
            state.failed = f"Training stopped: {type(error).__name__}: {error}"[:300]
            state.playing, state.dirty = False, False
            return None
        kept, self._kept = self._kept, None
        if result.run is None:
            # The same call once more, with what the worker misses: the run, or the data.
            if kept is None:
                self._training = replace(self._training, data=state.run.data)
            self._send()
            return None
        data = state.run.data
        state.run = replace(result.run, data=data)
        if state.twin is not None and result.twin is not None:
            state.twin = replace(result.twin, run=replace(result.twin.run, data=data))
        if self._training.pressed and not state.ended:
            state.queued += (self._training.steps or 0) - result.steps  # what did not fit
        if result.history is not None:
            state.history = result.history
        else:
            state.history = self._training.history.extend(list(result.added or ()))
            self._kept = Kept(self._training.seq, state.run, state.history)
        state.recording = result.recording or state.recording
        if result.frame.data:
            self.frame, self.shown = result.frame, self._training.seq
        self._note_rate(result.steps)
        return result

    def _note_rate(self, steps: int) -> None:
        """Reckon the steps a second, from one call to the next where they follow each other."""
        state, now = self.state, time.perf_counter()
        since = self._collected if now - self._collected < FOLLOWS else self._sent
        self._collected = now
        if steps:
            rate = steps / max(now - since, 1e-6)
            state.rate += (rate - state.rate) * (0.2 if state.rate else 1.0)
