"""A run as a report to print and hand in: one HTML file without scripts or outside resources.

Everything that a person may have named, data, inputs and classes, is escaped. While a question
waits for its answer, what would give it away is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np

from dnn import figures, metrics
from dnn.attending import ANSWERING, Attending, lesson_of, strip, withheld
from dnn.config import FIELDS, Config, to_query
from dnn.diagnosis import RULES, diagnose
from dnn.figures import (
    change_label,
    cost_sentence,
    count,
    gradient_sentence,
    number,
    percent,
)
from dnn.figures.svg import dashed, svg
from dnn.figures.words import OFF_AT_ZERO
from dnn.history import History
from dnn.inference import guessing_cost
from dnn.initializers import INITIALIZERS
from dnn.lab import signal_at
from dnn.live import Slice
from dnn.losses import LOSSES
from dnn.qr import LONGEST, qr_svg
from dnn.report_style import CSS
from dnn.results import Answers
from dnn.trainer import loss_key
from dnn.training import Run, borrowed_trainer
from dnn.twins import Twin, setting_words
from dnn.verdict import judge
from dnn.view import View

#: So many records make the table, so many changes and names are written out.
ROWS, CHANGES, NAMES = 9, 40, 12
#: Of a link with more characters than these the code is printed larger.
FINE = 150
#: A confusion matrix of more classes than these does not fit on a page.
MOST_CLASSES = 12
GROUPS = {"data": "Data", "network": "Network", "training": "Training"}
#: Lines are told apart without colours.
DASHES = ("", "7px,3px", "2px,3px", "9px,3px,2px,3px", "4px,2px")
HELD = (
    "Verdicts are left out: the question has not been answered yet. Answer it on the page, or "
    "press V there, and save the report again."
)


def report(
    run: Run,
    history: History,
    *,
    view: View | None = None,
    attending: Attending | None = None,
    twin: Twin | None = None,
    link: str = "",
    note: str = "",
) -> str:
    """Return the report of a run with its data and records, as a standalone HTML page.

    view, attending: what has been asked and answered; twin: the other of two networks; link: the
    address that makes the run again, "" where none can; note: what there is to say of it. Raises
    ValueError for a run without its data.
    """
    if run.data is None:
        raise ValueError("data: this Run was unpickled without its data; use dnn.attach(run, data)")
    work = Slice(
        run, history, view=replace(view or View(), theme="light"),
        attending=attending or Attending(), twin=twin,
    )  # fmt: skip
    title, place = _title(work)
    body = [
        f"<h1>{escape(title)}</h1><p class='what'>{escape(place)}</p>",
        "<div class='fill'><p>Name <span contenteditable></span></p>"
        "<p>Date <span contenteditable></span></p></div>",
        _question(work),
        _settings(work),
        *_networks(work),
        "<h2>In my own words</h2><div class='own' contenteditable></div>",
        _again(link, note),
        "<footer>Made by Neural Lab. Costs are means per example, without penalties. The same "
        "settings give the same run, to rounding on other machines.</footer>",
    ]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head><body>"
        + "\n".join(part for part in body if part)
        + "</body></html>\n"
    )


def _title(work: Slice) -> tuple[str, str]:
    """Return what the report is called, and the line below it."""
    lesson, data = lesson_of(work.view), work.run.data
    assert data is not None
    name = data.name or FIELDS["dataset"].choices[work.run.origin.dataset].label  # type: ignore[call-overload]
    examples = f"{count(data.m_train)} training and {count(data.m_test)} test examples"
    step = f"step {count(work.run.step)}, epoch {count(work.run.epoch)}"
    place = f"Report of a run on the data set {name}: {examples}, at {step}."
    return (lesson.title if lesson else f"A neural network on {name}"), place


def _rows(rows: Iterable[Sequence[str]], tag: str = "td") -> str:
    return "".join(
        "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>" for row in rows
    )


# --- the question --------------------------------------------------------------------------------


def _question(work: Slice) -> str:
    """Return the question with what was predicted and what came of it; "" without one."""
    asked = strip(work)
    if asked is None:
        return ""
    chosen, answer = asked["chosen"], asked["answer"]
    choices = "".join(
        f"<li{' data-chosen' if i == chosen else ''}>{escape(text)}"
        f"{' ← predicted' if i == chosen else ''}</li>"
        for i, text in enumerate(asked["choices"])
    )
    parts = [f"<h2>The question</h2><p>{escape(asked['question'])}</p>"]
    parts.append(f"<ol class='choices'>{choices}</ol>")
    if answer is not None:
        came = answer["came"] or "the run does not say yet"
        parts.append(f"<p><b>Outcome:</b> {escape(came)}</p>")
    held = withheld(work.view, work.attending)
    for goal in asked["goals"]:
        # What is missing says how far the run has got, which may be the answer.
        missing = f" ({goal['missing']})" if goal["missing"] and not held else ""
        parts.append(f"<p>{'☑' if goal['done'] else '☐'} {escape(goal['text'] + missing)}</p>")
    if asked["take_away"]:
        parts.append(f"<p><b>Take away:</b> {escape(asked['take_away'])}</p>")
    if held:
        parts.append(f"<p class='held'>{HELD}</p>")
    return "".join(parts)


# --- settings ------------------------------------------------------------------------------------


def _settings(work: Slice) -> str:
    """Return all settings that the run began with, those in bold that are not the defaults."""
    origin = work.run.origin
    assert work.run.data is not None
    meant = {
        "initializer": INITIALIZERS[origin.initializer_key].label,
        "loss": LOSSES[loss_key(origin, work.run.data)].label,
    }
    tables = "".join(_group(group, origin, meant) for group in GROUPS)
    other = ""
    if work.twin is not None:
        (name,) = work.twin.setting
        first, second = setting_words(name, origin), setting_words(name, work.twin.run.origin)
        other = f"<p>Two networks: A has {escape(first)}, B {escape(second)}.</p>"
    return (
        "<h2>Settings</h2><p>As the run began. Bold: not the default, which stands below.</p>"
        f"{other}<div class='settings'>{tables}</div>{_data(work.run)}"
    )


def _group(group: str, config: Config, meant: Mapping[str, str]) -> str:
    """Return a group's settings; meant: what those that follow from others come to."""
    changed, usual = to_query(config), Config()
    rows = []
    for name, about in FIELDS.items():
        if about.group != group or not about.applies(config):
            continue
        value, mark = value_words(name, config), ""
        if getattr(config, name) is None and name in meant:
            mark = f"<br><small>{escape(meant[name])}</small>"
        if name in changed:
            before = value_words(name, usual)
            mark = f"<br><small>default: {escape(before)}</small>"
        rows.append(
            f"<tr{' data-set' if name in changed else ''}><td>{escape(about.label)}</td>"
            f"<td>{escape(value)}{mark}</td></tr>"
        )
    head = f"<thead><tr><th>{GROUPS[group]}</th><th></th></tr></thead>"
    return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"


def value_words(name: str, config: Config) -> str:
    """Return a setting of a Config as a person reads it: "Adam", "8–8–6–4", "off"."""
    about, value = FIELDS[name], getattr(config, name)
    if value is None:
        return about.none_label
    if value == 0 and name in OFF_AT_ZERO:
        return "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return figures.short(value)
    if isinstance(value, int):
        return str(value) if name == "seed" else count(value)
    if about.kind == "layers":
        return "–".join(map(str, value)) or "none"
    names = [value] if isinstance(value, str) else list(value)
    return ", ".join(_label(about.choices, key) for key in names)


def _label(choices: Mapping[str, Any] | tuple[str, ...], key: str) -> str:
    return choices[key].label if isinstance(choices, Mapping) else key


def _data(run: Run) -> str:
    """Return what inputs and classes are called, where the settings do not say it."""
    data = run.data
    assert data is not None
    named = any(not name.isdigit() for name in data.class_names)
    found = [
        ("Inputs", () if FIELDS["features"].applies(run.origin) else data.feature_names),
        ("Classes", data.class_names if named else ()),
    ]
    return "".join(f"<p>{what}: {escape(_listed(names))}.</p>" for what, names in found if names)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMES
    return ", ".join(names[:NAMES]) + (f" and {count(more)} more" if more > 0 else "")


# --- what came of it -----------------------------------------------------------------------------


def _networks(work: Slice) -> list[str]:
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
    if work.run.diverged:
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
        diverged=run.diverged,
    )  # fmt: skip
    said = "" if held else cost_sentence(history, run.diverged, guessing_cost(run))
    parts = [f"<h2>Curves{name}</h2>", _figure(cost, f"Cost{name}", said)]
    if not (held and view.page in ANSWERING):
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
    head = "".join(f"<th>{escape(n)}</th>" for n in a.data.class_names)
    rows = "".join(
        f"<tr><th>{escape(a.names[i])}</th>"
        + "".join(f"<td{' data-right' if i == j else ''}>{n}</td>" for j, n in enumerate(row))
        + "</tr>"
        for i, row in enumerate(counts.tolist())
    )
    return (
        f"{words}<table class='confusion'><thead><tr><th>true ↓ predicted →</th>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


# --- the link ------------------------------------------------------------------------------------


def _again(link: str, note: str) -> str:
    """Return the link that makes the run again, as text and as a code."""
    parts = ["<h2>This run again</h2>"]
    if note:
        parts.append(f"<p>{escape(note)}</p>")
    if link:
        code = qr_svg(link) if len(link) <= LONGEST else ""
        long = "" if code else "<p>This link is too long for a QR code.</p>"
        address = f"<a href='{escape(link)}'>{escape(link)}</a>"
        fine = " data-fine" if len(link) > FINE else ""
        parts.append(f"{long}<div class='again'{fine}>{code}<p>{address}</p></div>")
    return "".join(parts) if note or link else ""
