"""Questions and lessons: the part of a Loop that knows what has been answered and reached."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dnn.config import Config
from dnn.run.training import Run
from lab.live.session.lock import heard, locked
from lab.live.worker import Outcome
from lab.teaching.attending import Attending, chosen, lesson_of, question_of, revealed, withheld
from lab.teaching.lessons import Lesson
from lab.view import View


class Asking:
    """The part of a Loop that asks. attending: what has been answered and reached so far."""

    attending: Attending
    config: Config
    playing: bool
    run: Run
    view: View
    _dirty: bool

    def reset(self, config: Config | None = None) -> None:
        """Start again from step 0."""
        raise NotImplementedError

    def set_twin(self, setting: Any) -> None:
        """Choose in what the second network differs."""
        raise NotImplementedError

    def tick(self) -> Any:
        """Collect and submit what is due."""
        raise NotImplementedError

    @property
    def lesson(self) -> Lesson | None:
        """The lesson that is attended, if there is one."""
        return lesson_of(self.view)

    @property
    def withheld(self) -> bool:
        """Whether verdicts, badges and mends wait for an answer."""
        return withheld(self.view, self.attending)

    @heard
    def answer(self, choice: int) -> None:
        """Take a prediction, the first one; other numbers than a choice's are ignored."""
        question = question_of(self.view)
        if question is None or self.attending.chosen is not None:
            return
        if 0 <= choice < len(question.choices):
            self.attending = chosen(self.attending, choice, self.run.step, self.view)
            self._dirty = True
            self.tick()

    @heard
    def reveal(self, shown: bool) -> None:
        """Show what is hidden until somebody has answered, or hide it again."""
        self.attending = revealed(self.attending, shown)
        self._dirty = True
        self.tick()

    @heard
    def attend_again(self) -> None:
        """Begin the lesson on screen once more: its network, its question, its goals."""
        lesson = self.lesson
        if lesson is None:
            return
        self.attending, self.playing = Attending(), False
        if lesson.twin and self.view.page == "twins":
            self.set_twin(lesson.twin)
        self.reset(lesson.config)
        self.tick()

    @locked
    def leave_lesson(self) -> None:
        """Go on without the lesson, with the network as it is."""
        self.view = replace(self.view, lesson="", predict=False)
        self.attending, self._dirty = Attending(), True
        self.tick()

    def _ask_anew(self) -> None:
        """Ask again about another network, or on another page; a lesson is of several networks."""
        if self.lesson is None:
            self.attending = Attending()

    def _take_attending(self, outcome: Outcome) -> None:
        """Take what a slice has seen reached; what was answered meanwhile stays."""
        if outcome.attending is not None:
            self.attending = replace(
                self.attending, reached=outcome.attending.reached, outcome=outcome.attending.outcome
            )
