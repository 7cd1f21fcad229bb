"""The report as a page: title, question, the sections on the run, and its link."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from dnn.config import FIELDS
from dnn.run.history import History
from dnn.run.training import Run
from lab.live.twins import Twin
from lab.live.worker import Slice
from lab.report.outcome import networks
from lab.report.qr import LONGEST, qr_svg
from lab.report.settings import settings_section
from lab.report.style import CSS
from lab.teaching.attending import Attending, lesson_of, strip, withheld
from lab.text.numbers import count
from lab.view import View

#: Of a link with more characters than these the code is printed larger.
FINE = 150
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
    own: bool = False,
) -> str:
    """Return the report of a run with its data and records, as a standalone HTML page.

    view, attending: what has been asked and answered; twin: the other of two networks; link: the
    address that makes the run again, "" where none can; note: what there is to say of it; own:
    whether the data is a person's own, and not what the settings name. Raises ValueError for a run
    without its data.
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
        settings_section(work, own),
        *networks(work),
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


def _question(work: Slice) -> str:
    """Return the question with what was predicted and what came of it; "" without one."""
    asked = strip(work)
    if asked is None:
        return ""
    chosen, answer = asked["chosen"], asked["answer"]
    choices = "".join(
        f"<li{' data-chosen' if i == chosen else ''}>{escape(text)}"
        f"{' ← ' + answer['verb'].lower() if answer and i == chosen else ''}</li>"
        for i, text in enumerate(asked["choices"])
    )
    parts = [f"<h2>The question</h2><p>{escape(asked['question'])}</p>"]
    parts.append(f"<ol class='choices'>{choices}</ol>")
    if answer is not None:
        came = answer["came"] or "the run does not say yet"
        if answer["said"]:
            parts.append(f"<p><b>{answer['verb']}:</b> {escape(answer['said'])}</p>")
        mark = f" {answer['mark']}" if answer["mark"] else ""
        parts.append(f"<p><b>Outcome:</b> {escape(came + mark)}</p>")
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
