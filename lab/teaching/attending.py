"""Attending a lesson, or answering a question: what has been reached, what is hidden, what is said.

A Question without a lesson is asked by predict=1: one for each page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lab.teaching.lessons import LESSONS
from lab.teaching.lessons.lesson import Lesson, Notes, Question, State
from lab.teaching.questions import QUESTIONS, USUAL
from lab.text.numbers import count, number, short
from lab.view import View

#: Pages whose charts are the answer itself: they are not there before it has been guessed.
ANSWERING = ("gradients",)


@dataclass(frozen=True)
class Attending:
    """What a viewer has done about the question on the page.

    chosen: the number of the choice, at: the step at which it was chosen, late: whether what came
    of it could be seen by then; revealed: whether the teacher has shown what is hidden, seen:
    whether that was ever so; reached: what each goal reached has noted, by its key; outcome: the
    number of the choice that came true.
    """

    chosen: int | None = None
    at: int = 0
    late: bool = False
    revealed: bool = False
    seen: bool = False
    reached: Mapping[str, Notes] = field(default_factory=dict)
    outcome: int | None = None

    @property
    def open(self) -> bool:
        """Whether what the question asks may be shown."""
        return self.revealed or self.chosen is not None

    @property
    def notes(self) -> dict[str, float]:
        """All that has been noted."""
        return {name: value for noted in self.reached.values() for name, value in noted.items()}


def lesson_of(view: View) -> Lesson | None:
    """Return the lesson that a view names, None where it names none."""
    return LESSONS.get(view.lesson)


def question_of(view: View) -> Question | None:
    """Return the question on the page: the lesson's, or the page's where predictions are asked."""
    lesson = lesson_of(view)
    if lesson is not None:
        return lesson.question
    return QUESTIONS.get(view.page, USUAL) if view.predict else None


def chosen(attending: Attending, choice: int, step: int, view: View) -> Attending:
    """Return what has been done after a choice at a step: late where the run had decided already.

    Charts that wait for the answer have shown nothing, unless they were revealed.
    """
    shown = attending.seen or not charts_held(view, attending)
    late = attending.outcome is not None and shown
    return replace(attending, chosen=choice, at=step, late=late)


def revealed(attending: Attending, shown: bool) -> Attending:
    """Return what has been done after showing what is hidden, or hiding it again."""
    return replace(attending, revealed=shown, seen=attending.seen or shown)


def charts_held(view: View, attending: Attending) -> bool:
    """Return whether there are no charts before an answer: they would be the answer itself."""
    question = question_of(view)
    return withheld(view, attending) and (
        view.page in ANSWERING or (question is not None and question.charts)
    )


def withheld(view: View, attending: Attending) -> bool:
    """Return whether verdicts, badges and fixes are hidden: until somebody has answered."""
    return view.predict and not attending.open


def attended(attending: Attending, state: State) -> Attending:
    """Return what has been reached by now; what was reached before stays."""
    question, lesson = question_of(state.view), lesson_of(state.view)
    if question is None or not len(state.history):
        return attending
    if lesson is not None:
        if lesson.strays(state.config):
            return attending
        found = {g.key: g.check(state) for g in lesson.goals if g.key not in attending.reached}
        new = {key: noted for key, noted in found.items() if isinstance(noted, dict)}
        if new:
            attending = replace(attending, reached={**attending.reached, **new})
    outcome = question.outcome(state, attending.notes)
    return attending if outcome is None else replace(attending, outcome=outcome)


def lesson_message(attending: Attending, state: State) -> dict[str, Any] | None:
    """Return what the page says of the question and the lesson; None where there is neither."""
    view = state.view
    question = question_of(view)
    if question is None:
        return None
    shown: dict[str, Any] = {
        "title": "Predict, then run",
        "place": "",
        "question": question.text,
        "choices": list(question.choices),
        "chosen": attending.chosen,
        "answer": _answer(question, attending),
        "held": charts_held(view, attending),
        "goals": [],
        "done": False,
        "take_away": None,
        "next": None,
        "lesson": False,
    }
    lesson = lesson_of(view)
    return shown if lesson is None else shown | _of_lesson(lesson, attending, state)


def _of_lesson(lesson: Lesson, attending: Attending, state: State) -> dict[str, Any]:
    keys = list(LESSONS)
    at = keys.index(lesson.key)
    done = all(goal.key in attending.reached for goal in lesson.goals)
    following = LESSONS[keys[at + 1]] if at + 1 < len(keys) else None
    take_away = None
    if done and not withheld(state.view, attending):
        numbers = {
            name: short(value) if name in lesson.plain else _written(value)
            for name, value in attending.notes.items()
        }
        take_away = lesson.take_away.format(**numbers)
    return {
        "title": lesson.title,
        "place": f"Lesson {at + 1} of {len(keys)}",
        "goals": _goals(lesson, attending, state),
        "done": done,
        "take_away": take_away,
        "next": following and {"title": following.title, "key": following.key},
        "lesson": True,
    }


def _written(value: float) -> str:
    return count(value) if value % 1 == 0 and abs(value) < 1e9 else number(value)


def _goals(lesson: Lesson, attending: Attending, state: State) -> list[dict[str, Any]]:
    """Return the goals, each with what is still missing."""
    reached = attending.reached
    strays, held = lesson.strays(state.config), charts_held(state.view, attending)
    said = []
    for goal in lesson.goals:
        missing: Any = ""
        if goal.key not in reached:
            # Where charts wait for an answer, how near a goal is would be one too.
            told = len(state.history) and not held
            missing = strays or (goal.check(state) if told else "")
        said.append({
            "text": goal.text, "done": goal.key in reached,
            "missing": missing if isinstance(missing, str) else "",
        })  # fmt: skip
    return said


def _answer(question: Question, attending: Attending) -> dict[str, Any] | None:
    """Return the prediction beside the outcome; None before anything may be shown."""
    if not attending.open:
        return None
    said = "" if attending.chosen is None else question.choices[attending.chosen]
    came = "" if attending.outcome is None else question.choices[attending.outcome]
    judged = bool(said and came) and not attending.late
    right = judged and attending.chosen == attending.outcome
    at = f" (at step {count(attending.at)})" if said and attending.at else ""
    mark = ""
    if said and attending.late:
        mark = "answered after the run"
    elif judged:
        mark = "✓ as predicted" if right else "✗ not as predicted"
    return {
        "verb": "Answered" if attending.late else "Predicted", "said": said + at, "came": came,
        "right": right if judged else None, "mark": mark,
    }  # fmt: skip
