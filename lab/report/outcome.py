"""What came of a run: changes, costs, curves, verdicts with their evidence, and its answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np

from dnn.engine.trainer import loss_key
from dnn.parts.losses import LOSSES
from dnn.run.history import History
from dnn.run.inference import guessing_cost
from dnn.run.training import Run, borrowed_trainer
from lab import figures
from lab.analysis import metrics
from lab.analysis.diagnosis import RULES, diagnose
from lab.analysis.diagnosis.verdict import judge
from lab.figures.svg import dashed, svg
from lab.live.worker import Slice
from lab.panels.gradients import signal_at
from lab.panels.results import Answers
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


def networks(work: Slice) -> list[str]:
    """Return the sections on what came of the run, or of each of two."""
    if work.twin is None:
        return _network(work, "")
    data = work.run.data
    second = replace(
        work, run=replace(work.twin.run, data=data), history=work.twin.history, twin=None
    )
    return [*_network(work, " of A"), *_network(second, " of B")]


def _network(work: Slice, name: str) -> list[str]:
    return [
        _changes(work.run, name),
        _course(work, name),
        _curves(work, name),
        _verdicts(work, name),
        _score(work, name),
    ]


def _changes(run: Run, name: str) -> str:
    if not run.changes:
        return ""
    shown = run.changes[:CHANGES]
    left = len(run.changes) - len(shown)
    rows = _rows((count(c.step), change_label(c.field, c.value)) for c in shown)
    more = f"<p>And {count(left)} more.</p>" if left else ""
    return (
        f"<h2>Changes while it trained{name}</h2><table class='words'><thead>"
        f"<tr><th>Step</th><th>From there on</th></tr></thead><tbody>{rows}</tbody></table>{more}"
    )


def _course(work: Slice, name: str) -> str:
    """Return costs and scores at some steps, as a table."""
    history, real = work.history, _real(work.run)
    score, write = ("R²", number) if real else ("accuracy", percent)
    head = ("Step", "Epoch", "Train cost", "Test cost", f"Train {score}", f"Test {score}")
    rows = [
        (
            *(count(float(history[n][k])) for n in ("step", "epoch")),
            *(number(float(history[n][k])) for n in ("train_cost", "test_cost")),
            *(write(float(history[n][k])) for n in ("train_score", "test_score")),
        )
        for k in figures.subset(len(history), ROWS)
    ]
    guess = guessing_cost(work.run)
    words = f"Guessing costs {number(guess)}." if guess is not None else ""
    test = np.asarray(history["test_cost"], float) if len(history) else np.zeros(0)
    if np.isfinite(test).any():
        k = int(np.nanargmin(np.where(np.isfinite(test), test, np.nan)))
        at = count(float(history["step"][k]))
        words += f" The lowest test cost on record is {number(float(test[k]))}, at step {at}."
    if work.run.diverged and not withheld(work.view, work.attending):
        words += f" The run stopped at step {count(work.run.diverged.step)}."
    return (
        f"<h2>Cost and {score}{name}</h2><table><thead>{_rows([head], 'th')}</thead>"
        f"<tbody>{_rows(rows)}</tbody></table><p>{escape(words.strip())}</p>"
    )


def _real(run: Run) -> bool:
    assert run.data is not None
    return run.data.target == "real"


def _curves(work: Slice, name: str) -> str:
    """Return the curves of the cost and of each layer's gradient."""
    run, history, view = work.run, work.history, work.view
    held = withheld(view, work.attending)
    assert run.data is not None
    unit = LOSSES[loss_key(run.config, run.data)].unit
    cost = figures.cost_figure(
        history, unit="Cross-entropy (nats)" if unit == "nats" else "Half squared error",
        log=view.cost_axis == "log", theme="light", chance=guessing_cost(run), changes=run.changes,
        diverged=None if held else run.diverged,
    )  # fmt: skip
    said = "" if held else cost_sentence(history, run.diverged, guessing_cost(run))
    parts = [f"<h2>Curves{name}</h2>", _figure(cost, f"Cost{name}", said)]
    if not charts_held(view, work.attending):
        gradient = figures.gradient_figure(history, kind=view.gradient, theme="light", unit=unit)
        said = "" if held else gradient_sentence(history, view.gradient)
        said = f"{said} {figures.drawn_note(run.layout.layers)}".strip()
        parts.append(_figure(dashed(gradient, DASHES), f"Gradient of each layer{name}", said))
    return "".join(parts)


def _figure(figure: dict[str, Any], title: str, said: str) -> str:
    caption = f"<figcaption>{escape(title)}. <span>{escape(said)}</span></figcaption>"
    return f"<figure>{caption}{svg(figure, title)}</figure>"


# --- verdicts ------------------------------------------------------------------------------------


def _verdicts(work: Slice, name: str) -> str:
    """Return what the signal at step 0 and the rules of the diagnosis say, with their evidence."""
    if withheld(work.view, work.attending):
        return ""
    found = "" if "verdict" in work.view.hide else _at_start(work)
    if "diagnosis" not in work.view.hide:
        found += _diagnosis(work.run, work.history)
    return f"<h2>Verdicts{name}</h2>{found}" if found else ""


def _at_start(work: Slice) -> str:
    history, origin = work.history, work.run.origin
    if not len(history) or history["step"][0] or len(origin.hidden) < 2:
        return ""
    found = judge(origin, signal_at(history, 0))
    return f"<h3>At step 0</h3>{_finding(found.title, found.text)}"


def _diagnosis(run: Run, history: History) -> str:
    found = diagnose(run, history) if len(history) else ()
    words = "".join(
        _finding(f.sentence, f.evidence, f"What may mend it: {f.suggestion.button}.") for f in found
    )
    nothing = f"<p>None of the {len(RULES)} rules of the diagnosis finds anything wrong.</p>"
    return f"<h3>At step {count(run.step)}</h3>{words or nothing}"


def _finding(*lines: str) -> str:
    return f"<div class='finding'>{''.join(f'<p>{escape(line)}</p>' for line in lines)}</div>"


# --- the answers ---------------------------------------------------------------------------------


def _score(work: Slice, name: str) -> str:
    """Return the confusion matrix, or the errors of numbers: of the test part, if there is one."""
    with borrowed_trainer(work.run) as trainer, np.errstate(all="ignore"):
        answers = Answers(replace(work, view=replace(work.view, part="test")), trainer)
        if not answers.finite:
            return ""
        words = _errors(answers) if _real(work.run) else _confusion(answers)
    return f"<h2>Answers{name}</h2>{words}"


def _errors(a: Answers) -> str:
    found = metrics.errors(*a.measured(a.Y, a.A))
    measured = " As it was measured." if a.in_units else ""
    return (
        f"<p>{a.examples}: R² {number(found.r2)}, root mean square error {number(found.rmse)}, "
        f"mean absolute error {number(found.mae)}.{measured}</p>"
    )


def _confusion(a: Answers) -> str:
    counts = metrics.confusion(a.labels, a.predicted, a.classes)
    right = int(np.trace(counts))
    at = f" Threshold {a.view.threshold}." if a.data.target == "binary" else ""
    words = f"<p>{count(right)} of {a.examples} are right.{at}</p>"
    if a.classes > MOST_CLASSES:
        return words
    # Long names stand once, beside the rows, and a number says which column is theirs.
    short = max(map(len, a.data.class_names)) <= SHORT and a.classes <= SHORT
    plain = all(name.isdigit() for name in a.data.class_names)
    columns = [name if short or plain else str(k) for k, name in enumerate(a.data.class_names, 1)]
    names = [
        name if columns[k] == name else f"{k + 1} {_cut(name)}"
        for k, name in enumerate(a.data.class_names)
    ]
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    rows = "".join(
        f"<tr><th>{escape(names[i])}</th>"
        + "".join(f"<td{' data-right' if i == j else ''}>{n}</td>" for j, n in enumerate(row))
        + "</tr>"
        for i, row in enumerate(counts.tolist())
    )
    return (
        f"{words}<table class='confusion'><thead><tr><th>true ↓ predicted →</th>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _cut(name: str) -> str:
    return name if len(name) <= LONG else f"{name[: LONG - 1]}…"


def _rows(rows: Iterable[Sequence[str]], tag: str = "td") -> str:
    return "".join(
        "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>" for row in rows
    )
