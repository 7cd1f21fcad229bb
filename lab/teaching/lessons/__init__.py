"""Lessons, a file each, found by themselves: LESSONS[key]; adding one is adding a file."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from lab.teaching.lessons.lesson import Goal, Lesson, Notes, Question, State


def _found() -> dict[str, Lesson]:
    """Return the lessons in this folder by key, in order. Raises ValueError for a key twice."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    lessons = sorted((m.LESSON for m in modules if hasattr(m, "LESSON")), key=lambda one: one.order)
    found = {lesson.key: lesson for lesson in lessons}
    if len(found) < len(lessons):
        raise ValueError("two lessons have the same key")
    return found


LESSONS: dict[str, Lesson] = _found()

__all__ = ["LESSONS", "Goal", "Lesson", "Notes", "Question", "State"]
