"""The report as a page: its template filled with what there is to say of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jinja2
from markupsafe import Markup

from dnn.config import FIELDS
from dnn.run.history import History
from dnn.run.training import Run
from lab.live.request import Display
from lab.live.shown import Shown
from lab.live.twins import Twin
from lab.report.outcome import networks
from lab.report.qr import LONGEST, qr_svg
from lab.report.settings import settings
from lab.teaching.attending import Attending, lesson_message, lesson_of
from lab.text.numbers import count
from lab.view import View

#: Of a link with more characters than these the code is printed larger.
FINE = 150
HELD = (
    "Verdicts are left out: the question has not been answered yet. Answer it on the page, or "
    "press V there, and save the report again."
)
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
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
    display = Display(replace(view or View(), theme="light"), attending=attending or Attending())
    shown = Shown(run, history, display, twin=twin)
    title, place = _title(shown)
    return TEMPLATES.get_template("report.html").render(
        title=title,
        place=place,
        asked=lesson_message(shown.attending, shown.state),
        held=shown.withheld,
        held_words=HELD,
        networks=networks(shown),
        link=link,
        code=Markup(qr_svg(link)) if 0 < len(link) <= LONGEST else "",
        fine=len(link) > FINE,
        note=note,
        **settings(shown, own),
    )


def _title(shown: Shown) -> tuple[str, str]:
    """Return what the report is called, and the line below it."""
    lesson, data = lesson_of(shown.view), shown.data
    name = data.name or FIELDS["dataset"].choices[shown.run.origin.dataset].label  # type: ignore[call-overload]
    examples = f"{count(data.m_train)} training and {count(data.m_test)} test examples"
    step = f"step {count(shown.run.step)}, epoch {count(shown.run.epoch)}"
    place = f"Report of a run on the data set {name}: {examples}, at {step}."
    return (lesson.title if lesson else f"A neural network on {name}"), place
