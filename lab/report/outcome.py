"""What came of a run: changes, costs, curves, verdicts with their evidence, and its answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from markupsafe import Markup

from dnn.run.inference import guessing_cost
from dnn.run.training import borrowed_trainer
from lab import figures
from lab.analysis import metrics
from lab.analysis.diagnosis import RULES, diagnose
from lab.analysis.diagnosis.verdict import judge
from lab.analysis.signal import signal_at
from lab.figures.svg import dashed, svg
from lab.live.shown import Shown
from lab.panels.answers import Answers
from lab.teaching.attending import charts_held, withheld
from lab.text.numbers import change_label, count, number, percent
from lab.text.sentences import cost_sentence, gradient_sentence

#: So many records make the table, and so many changes are written out.
ROWS, CHANGES = 9, 40
#: A confusion matrix of more classes than these does not fit on a page.
MOST_CLASSES = 12
#: Names of up to so many letters, of up to so many classes, stand above the columns too; names are
#: written out up to so many letters.
SHORT, LONG = 8, 24
#: Lines are told apart without colours.
DASHES = ("", "7px,3px", "2px,3px", "9px,3px,2px,3px", "4px,2px")


def networks(shown: Shown) -> list[dict[str, Any]]:
    """Return what the template says of the run, or of each of two."""
    if shown.twin is None:
        return [_network(shown, "")]
    run = replace(shown.twin.run, data=shown.run.data)
    second = replace(shown, run=run, history=shown.twin.history, twin=None)
    return [_network(shown, " of A"), _network(second, " of B")]


def _network(shown: Shown, name: str) -> dict[str, Any]:
    run, held = shown.run, shown.withheld
    changes = [(count(c.step), change_label(c.field, c.value)) for c in run.changes]
    return {
        "name": name,
        "step": count(run.step),
        "changes": changes[:CHANGES],
        "more_changes": count(len(changes) - CHANGES) if len(changes) > CHANGES else "",
        "figures": _figures(shown, name),
        "at_start": None if held or "verdict" in shown.view.hide else _at_start(shown),
        "diagnosis": None if held or "diagnosis" in shown.view.hide else _diagnosis(shown),
        "answers": _answers(shown),
        **_course(shown),
    }


def _course(shown: Shown) -> dict[str, Any]:
    """Return costs and scores at some steps, and the lowest test cost of all."""
    history, real = shown.history, shown.data.target == "real"
    score, write = ("R²", number) if real else ("accuracy", percent)
    columns = (
        ("step", count),
        ("epoch", count),
        ("train_cost", number),
        ("test_cost", number),
        ("train_score", write),
        ("test_score", write),
    )
    kept = figures.subset(len(history), ROWS)
    rows = [tuple(text(float(history[name][k])) for name, text in columns) for k in kept]
    guess = guessing_cost(shown.run)
    words = [f"Guessing costs {number(guess)}."] if guess is not None else []
    test = np.asarray(history["test_cost"], float) if len(history) else np.zeros(0)
    if np.isfinite(test).any():
        k = int(np.where(np.isfinite(test), test, np.inf).argmin())
        at = count(float(history["step"][k]))
        words.append(f"The lowest test cost on record is {number(float(test[k]))}, at step {at}.")
    if shown.run.diverged and not shown.withheld:
        words.append(f"The run stopped at step {count(shown.run.diverged.step)}.")
    parts = ("Train cost", "Test cost", f"Train {score}", f"Test {score}")
    return {
        "score": score,
        "course_head": ("Step", "Epoch", *parts),
        "course": rows,
        "course_words": " ".join(words),
    }


def _figures(shown: Shown, name: str) -> list[dict[str, Any]]:
    """Return the curves of the cost and of each layer's gradient."""
    run, history, view = shown.run, shown.history, shown.view
    held = withheld(view, shown.attending)
    guess, unit = guessing_cost(run), shown.unit
    cost = figures.cost_figure(
        history, unit=unit, log=view.cost_axis == "log", theme="light", chance=guess,
        changes=run.changes, diverged=None if held else run.diverged,
    )  # fmt: skip
    said = "" if held else cost_sentence(history, run.diverged, guess)
    found = [_drawn(cost, f"Cost{name}", said)]
    if not charts_held(view, shown.attending):
        gradient = figures.gradient_figure(history, kind=view.gradient, theme="light", unit=unit)
        said = "" if held else gradient_sentence(history, view.gradient)
        said = f"{said} {figures.drawn_note(run.layout.layers)}".strip()
        found.append(_drawn(dashed(gradient, DASHES), f"Gradient of each layer{name}", said))
    return found


def _drawn(figure: dict[str, Any], title: str, said: str) -> dict[str, Any]:
    return {"title": title, "said": said, "svg": Markup(svg(figure, title))}


def _at_start(shown: Shown) -> tuple[str, str] | None:
    """Return the verdict on the signal at step 0."""
    history, origin = shown.history, shown.run.origin
    if not len(history) or history["step"][0] or len(origin.hidden) < 2:
        return None
    found = judge(origin, signal_at(history, 0))
    return found.title, found.text


def _diagnosis(shown: Shown) -> dict[str, Any]:
    """Return what the rules of the diagnosis find, with their evidence."""
    found = diagnose(shown.run, shown.history) if len(shown.history) else ()
    lines = [(f.sentence, f.evidence, f"What may fix it: {f.fix.label}.") for f in found]
    return {"found": lines, "rules": len(RULES)}


def _answers(shown: Shown) -> dict[str, Any] | None:
    """Return the confusion matrix, or the errors of numbers: of the test part, if there is one."""
    with borrowed_trainer(shown.run) as trainer, np.errstate(all="ignore"):
        view = replace(shown.view, part="test")
        answers = Answers(
            replace(shown, trainer=trainer, display=replace(shown.display, view=view))
        )
        if not answers.finite:
            return None
        return _errors(answers) if shown.data.target == "real" else _confusion(answers)


def _errors(a: Answers) -> dict[str, Any]:
    found = metrics.errors(*a.measured(a.Y, a.A))
    measured = " As it was measured." if a.in_units else ""
    words = (
        f"{a.examples}: R² {number(found.r2)}, root mean square error {number(found.rmse)}, "
        f"mean absolute error {number(found.mae)}.{measured}"
    )
    return {"words": words, "counts": None}


def _confusion(a: Answers) -> dict[str, Any]:
    counts, named = metrics.confusion(a.labels, a.predicted, a.classes), a.data.class_names
    at = f" Threshold {a.view.threshold}." if a.data.target == "binary" else ""
    # Long names stand once, beside the rows, and a number says which column is theirs.
    brief = max(map(len, named)) <= SHORT and a.classes <= SHORT
    whole = brief or all(name.isdigit() for name in named)
    return {
        "words": f"{count(int(np.trace(counts)))} of {a.examples} are right.{at}",
        "counts": counts.tolist() if a.classes <= MOST_CLASSES else None,
        "columns": named if whole else [str(k) for k, _ in enumerate(named, 1)],
        "rows": named if whole else [f"{k} {_cut(name)}" for k, name in enumerate(named, 1)],
    }


def _cut(name: str) -> str:
    return name if len(name) <= LONG else f"{name[: LONG - 1]}…"
