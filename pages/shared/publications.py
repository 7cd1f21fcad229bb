"""The list of published experiments, and what is to be said of the one chosen."""

from __future__ import annotations

import math
import re
from html import escape

import streamlit as st

from dnn.config import Config
from lab import figures
from lab.experiments import EXPERIMENTS, REPRODUCED, Experiment, NotBy, Outcome
from lab.live.trials import Trials
from lab.text.numbers import count, number
from pages.shared import parameters, predictions, session, widgets
from pages.shared.controls import brand, message
from pages.shared.page import page_of

#: Seconds between two looks at an experiment under way.
LOOK = 0.5
#: Height of a chart in pixels.
HEIGHT = 300
ABOUT = (
    "What papers found about vanishing and exploding gradients, measured again. Nothing is "
    "stored: every figure comes from a run that you start; the verdict is computed from it."
)
#: What experiments' texts write in letters, and what it is a name of.
SIGNS = {"sigma_": "σ_", "chi_1": "χ₁", "sqrt ": "√", "sqrt(": "√(", "^2": "²"}
#: Whole words only: "pi" is part of others.
LETTERS = {"pi": "π"}
EMPTY = (
    "Nothing has been measured yet. A run takes a second to a minute; then its figures and the "
    "verdict computed from them are shown here."
)

HELD = "What the run measures is shown here once you have predicted."


def chosen() -> str:
    """Return the key of the experiment that the address names, else the first."""
    return parameters.chosen("experiment", EXPERIMENTS, next(iter(EXPERIMENTS)))


def listing(trials: Trials) -> None:
    """Draw the experiments as buttons, the chosen one marked, with the verdicts found so far."""
    st.html("<div class='nl-section'>Published experiments</div>")
    current = chosen()
    for key, experiment in EXPERIMENTS.items():
        if st.button(
            experiment.label + _mark(trials, key),
            key=f"experiment_{key}",
            width="stretch",
            type="secondary" if key == current else "tertiary",
            help=f"{experiment.help} ({experiment.source})",
        ):
            parameters.write("experiment", key)
            st.rerun()
    st.caption(ABOUT)


def _mark(trials: Trials, key: str) -> str:
    outcome = trials.outcomes.get(key)
    if outcome is not None and predictions.withheld(trials, key):
        return " ?"
    return "" if outcome is None else " ✓" if outcome.verdict == REPRODUCED else " ≠"


def details(trials: Trials) -> None:
    """Draw the chosen experiment: the paper's finding, the settings, and this run's."""
    key = chosen()
    experiment = EXPERIMENTS[key]
    if parameters.take("run") == "1":
        trials.start(key)
    _choice(key)
    st.html(_heading(experiment, *_state(trials, key)))
    st.html(
        "<div class='nl-cards'>"
        + _card("The paper found", typeset(experiment.paper), experiment.source)
        + _card("Settings here", typeset(experiment.formula))
        + "</div>"
    )
    predictions.question(trials, key)
    _run(key)
    if predictions.withheld(trials, key):
        st.html(f"<div class='nl-none'>{HELD}</div>")
    elif key in trials.outcomes:
        _outcome(experiment, trials.outcomes[key], trials.seconds[key])
    elif trials.running != key:
        st.html(f"<div class='nl-none'>{EMPTY}</div>")


def _choice(key: str) -> None:
    """Draw the list once more, as one box, for screens on which the side bar is folded away."""
    with st.container(key="pick"):
        found = st.selectbox(
            "Experiment", list(EXPERIMENTS), index=list(EXPERIMENTS).index(key),
            format_func=lambda k: EXPERIMENTS[k].label,
            key=widgets.key_for("chosen_experiment", key), label_visibility="collapsed",
        )  # fmt: skip
    if found != key:
        parameters.write("experiment", found)
        st.rerun()


def _state(trials: Trials, key: str) -> tuple[str, str]:
    """Return what is known of an experiment as a badge: its kind and its words."""
    if trials.running == key:
        return "running", "running"
    if key in trials.outcomes:
        if predictions.withheld(trials, key):
            return "none", "measured"
        outcome = trials.outcomes[key]
        words = EXPERIMENTS[key].concluded(outcome)
        return ("ok", f"✓ {words}") if outcome.verdict == REPRODUCED else ("not", f"≠ {words}")
    return "none", "stopped" if trials.stopped == key else "not run yet"


def _heading(experiment: Experiment, kind: str, words: str) -> str:
    badge = f"<span class='nl-verdict-badge' data-kind='{kind}'>{escape(words)}</span>"
    return (
        f"<h3 class='nl-title'>{escape(experiment.label)} {badge}</h3>"
        f"<p class='nl-claim'>{escape(experiment.help)}</p>"
    )


def _card(title: str, text: str, source: str = "") -> str:
    foot = f"<p class='nl-source'>{escape(source)}</p>" if source else ""
    return f"<section class='nl-card'><h4>{title}</h4><p>{escape(text)}</p>{foot}</section>"


def typeset(text: str) -> str:
    """Return text with the signs that a program writes as words: σ_w², √, 5×1000."""
    for written, sign in SIGNS.items():
        text = text.replace(written, sign)
    for written, sign in LETTERS.items():
        text = re.sub(rf"\b{written}\b", sign, text)
    return re.sub(r"(?<=\d)x(?=\d)", "×", re.sub(r"(?<![\w.])-(?=\d)", "−", text))


def _run(key: str) -> None:
    """Draw the button that starts it, or how far it is."""
    # A fragment that looks again only while something runs.
    running = session.trials().collect()
    st.fragment(_progress, run_every=LOOK if running else None)(key)


def _progress(key: str) -> None:
    trials = session.trials()
    was, running = trials.running, trials.collect()
    if was and not running:
        st.rerun()
    if running:
        _under_way(trials)
        return
    if trials.failed:
        st.error(trials.failed)
    with st.container(horizontal=True, vertical_alignment="center"):
        again = "Run it again" if key in trials.outcomes else "Run it"
        if st.button(again, icon=":material/play_arrow:", type="primary", key="run_experiment"):
            trials.start(key)
            st.rerun()
        _to_the_lab(EXPERIMENTS[key])
        st.html(
            f"<a class='nl-link' target='_blank' href='?experiment={key}&run=1'>"
            "Link that runs it ↗</a>",
            width="content",
        )


def _under_way(trials: Trials) -> None:
    label = EXPERIMENTS[trials.running].label
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Stop", icon=":material/stop:", key="stop_experiment"):
            trials.stop()
        st.progress(trials.share, f"{label}: {trials.share:.0%}, {trials.elapsed:.0f} s")


def _outcome(experiment: Experiment, outcome: Outcome, seconds: float) -> None:
    """Draw what a run found: verdict, figures, chart and table."""
    kind = "ok" if outcome.verdict == REPRODUCED else "not"
    st.html(
        f"<section class='nl-card nl-found' data-kind='{kind}'>"
        f"<h4>{escape(experiment.concluded(outcome).capitalize())}</h4><p>{escape(typeset(outcome.why))}</p>"
        f"<h4>Measured in this run <span>({seconds:.0f} s)</span></h4>"
        f"<p>{escape(typeset(outcome.measured))}</p></section>"
    )
    if outcome.series:
        _chart(experiment, outcome)
    st.html(_table(experiment, outcome))


def _chart(experiment: Experiment, outcome: Outcome) -> None:
    theme = getattr(st.context.theme, "type", None) or "light"
    y, x = experiment.y_label, experiment.x_label
    with st.container(border=True, key="experiment_chart"):
        st.html(f"<h4 class='nl-chart-title'>{escape(y[:1].upper() + y[1:])}, by {escape(x)}</h4>")
        st.plotly_chart(
            figures.series_figure(
                outcome.series, x[:1].upper() + x[1:], y[:1].upper() + y[1:],
                log=experiment.log_y, theme=theme, height=HEIGHT,
            ),
            theme=None,
            config={"displayModeBar": False},
        )  # fmt: skip


def _table(experiment: Experiment, outcome: Outcome) -> str:
    """Return the rows as a table; numbers stand at the right."""
    head = "".join(f"<th>{escape(typeset(name))}</th>" for name in experiment.columns)
    columns = [_column(cells) for cells in zip(*outcome.rows, strict=True)]
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>"
        for row in zip(*columns, strict=True)
    )
    return (
        "<div class='nl-table'><table><thead><tr>"
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _column(cells: tuple[str | float, ...]) -> list[str]:
    """Return a column's cells in words: without decimals where all are whole numbers."""
    numbers = [cell for cell in cells if not isinstance(cell, str) and math.isfinite(cell)]
    whole = all(number == round(number) and abs(number) < 1e5 for number in numbers)
    return [_cell(cell, whole) for cell in cells]


def _cell(value: str | float, whole: bool) -> str:
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "–"
    if isinstance(value, NotBy):
        return f"not by {count(value.last)}"
    return count(value) if whole and math.isfinite(value) else number(value)


def _to_the_lab(experiment: Experiment) -> None:
    """Draw the button that opens a network of the kind in the lab."""
    if st.button("Open its network in the lab", icon=":material/labs:", key="to_lab"):
        _show(experiment.config)
        st.switch_page("gradients.py")


def _show(config: Config) -> None:
    loop = session.visit(page_of("gradients"))
    loop.configure(config)


def experiments_page() -> None:
    """Draw the page, with the list of experiments in the side bar."""
    session.read_link()
    with st.sidebar:
        brand()
        listing(session.trials())
    message()
    details(session.trials())
