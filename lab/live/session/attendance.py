"""Questions and lessons: what has been answered and reached in a session."""

from __future__ import annotations

from dataclasses import replace

from lab.live.request import Result
from lab.live.session.state import State
from lab.teaching.attending import Attending, chosen, question_of, revealed


class Attendance:
    """What a viewer does about the question on the page."""

    def __init__(self, state: State):
        self.state = state

    def answer(self, choice: int) -> bool:
        """Take a prediction, the first one; return whether there was one to take."""
        state, question = self.state, question_of(self.state.view)
        if question is None or state.attending.chosen is not None:
            return False
        if not 0 <= choice < len(question.choices):
            return False
        state.attending = chosen(state.attending, choice, state.run.step, state.view)
        state.dirty = True
        return True

    def reveal(self, shown: bool) -> None:
        """Show what is hidden until somebody has answered, or hide it again."""
        self.state.attending, self.state.dirty = revealed(self.state.attending, shown), True

    def leave(self) -> None:
        """Go on without the lesson, with the network as it is."""
        state = self.state
        state.view = replace(state.view, lesson="", predict=False)
        state.attending, state.dirty = Attending(), True

    def take(self, result: Result) -> None:
        """Take what a call has seen reached; what was answered meanwhile stays."""
        found = result.attending
        if found is not None:
            self.state.attending = replace(
                self.state.attending, reached=found.reached, outcome=found.outcome
            )
