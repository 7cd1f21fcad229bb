"""The report as a page: its template filled with what there is to say of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jinja2
from markupsafe import Markup

from dnn.config import FIELDS
from dnn.run.history import History
from dnn.run.training import Run
from lab.live.twins import Twin
from lab.live.worker import Slice
from lab.report.outcome import networks
from lab.report.qr import LONGEST, qr_svg
from lab.report.settings import settings
from lab.teaching.attending import Attending, lesson_of, strip, withheld
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
    work = Slice(
        run, history, view=replace(view or View(), theme="light"),
        attending=attending or Attending(), twin=twin,
    )  # fmt: skip
    title, place = _title(work)
    return TEMPLATES.get_template("report.html").render(
        title=title,
        place=place,
        asked=strip(work),
        held=withheld(work.view, work.attending),
        held_words=HELD,
        networks=networks(work),
        link=link,
        code=Markup(qr_svg(link)) if 0 < len(link) <= LONGEST else "",
        fine=len(link) > FINE,
        note=note,
        **settings(work, own),
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
