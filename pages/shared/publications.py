"""The list of published experiments, and what is to be said of the one chosen."""

from __future__ import annotations

import math

import streamlit as st

from dnn import figures
from dnn.config import Config
from dnn.experiments import EXPERIMENTS, REPRODUCED, Experiment, Outcome
from pages.shared import session
from pages.shared.trials import Trials

#: Seconds between two looks at an experiment under way.
LOOK = 0.5
#: Height of a chart in pixels.
HEIGHT = 300


def chosen() -> str:
    """Return the key of the experiment that the address names, else the first."""
    return session.chosen("experiment", EXPERIMENTS, next(iter(EXPERIMENTS)))


def listing(trials: Trials) -> None:
    """Draw the experiments as buttons, the chosen one marked, with the verdicts found so far."""
    st.html("<div class='nl-section'>Published experiments</div>")
    current = chosen()
    for key, experiment in EXPERIMENTS.items():
        outcome = trials.outcomes.get(key)
        mark = "" if outcome is None else " ✓" if outcome.verdict == REPRODUCED else " ≠"
        if st.button(
            experiment.label + mark,
            key=f"experiment_{key}",
            width="stretch",
            type="secondary" if key == current else "tertiary",
            help=f"{experiment.help} ({experiment.source})",
        ):
            session.choose("experiment", key)
            st.rerun()
    st.caption(
        "What papers found about vanishing and exploding gradients, measured again. Nothing is "
        "stored: every figure comes from a run that you start; the verdict is computed from it."
    )


def details(trials: Trials) -> None:
    """Draw the chosen experiment: the paper's finding, the settings, and this run's."""
    key = chosen()
    experiment = EXPERIMENTS[key]
    st.html(f"<h3 class='nl-title'>{experiment.label}</h3>")
    st.markdown(
        f"**{experiment.help}**\n\n"
        f"*The paper* ({experiment.source}): {experiment.paper}\n\n"
        f"*Settings here:* `{experiment.formula}`"
    )
    _run(key)
    if key in trials.outcomes:
        _outcome(trials.outcomes[key], trials.seconds[key])
    _to_the_lab(experiment)


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
        label = EXPERIMENTS[trials.running].label
        st.progress(trials.share, f"Running: {label}")
        if st.button("Stop", icon=":material/stop:", key="stop_experiment"):
            trials.stop()
        return
    if trials.failed:
        st.error(trials.failed)
    if st.button("Run it", icon=":material/play_arrow:", type="primary", key="run_experiment"):
        trials.start(key)
        st.rerun()


def _outcome(outcome: Outcome, seconds: float) -> None:
    """Draw what a run found: verdict, figures, table and chart."""
    say = st.success if outcome.verdict == REPRODUCED else st.warning
    say(f"**{outcome.verdict.capitalize()}.** {outcome.why}")
    st.markdown(f"*This run* ({seconds:.0f} s): {outcome.measured}")
    rows = [[_cell(cell) for cell in row] for row in outcome.rows]
    st.table({name: [row[i] for row in rows] for i, name in enumerate(outcome.columns)})
    if outcome.series:
        theme = getattr(st.context.theme, "type", None) or "light"
        st.plotly_chart(
            figures.series_figure(
                outcome.series,
                outcome.x_label,
                outcome.y_label,
                log=outcome.log_y,
                theme=theme,
                height=HEIGHT,
            ),
            theme=None,
            config={"displayModeBar": False},
        )


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return "–" if math.isnan(value) else figures.number(value)


def _to_the_lab(experiment: Experiment) -> None:
    """Draw the button that opens a network of the kind in the lab."""
    if st.button("Open its network in the lab", icon=":material/labs:", key="to_lab"):
        _show(experiment.config)
        st.switch_page("gradients.py")


def _show(config: Config) -> None:
    loop = session.visit("gradients")
    loop.configure(config)
