"""Predict, then run, on the page Experiments: what is measured waits for a prediction."""

from __future__ import annotations

from html import escape

import streamlit as st

from lab.experiments import EXPERIMENTS, NOT_HERE, REPRODUCED
from lab.live.trials import Trials
from pages.shared import parameters, session

QUESTION = "Will a run here, at this size, find what the paper found?"
CHOICES = {REPRODUCED: "Yes: reproduced", NOT_HERE: "No: not at this size"}


def withheld(trials: Trials, key: str) -> bool:
    """Return whether an experiment's outcome is hidden: until somebody has predicted it."""
    return session.predicting() and not trials.revealed and key not in trials.predicted


def question(trials: Trials, key: str) -> None:
    """Draw the question with its choices, or the prediction beside the outcome."""
    if not session.predicting():
        return
    parameters.write("predict", "on")
    with st.container(border=True, key="predict"):
        st.html(f"<h4 class='nl-chart-title'>Predict, then run</h4><p>{QUESTION}</p>")
        with st.container(horizontal=True, vertical_alignment="center"):
            if withheld(trials, key):
                for verdict, words in CHOICES.items():
                    st.button(
                        words, key=f"predict_{verdict.replace(' ', '_')}", on_click=trials.predict,
                        args=(key, verdict),
                    )  # fmt: skip
            else:
                st.html(_answer(trials, key))
            # By the return value: a callback, which may be called twice, would hide it again.
            if st.button(
                "Reveal", key="reveal", icon=":material/visibility:", shortcut="V",
                help="Shows outcomes without an answer; V again hides them.",
            ):  # fmt: skip
                trials.revealed = not trials.revealed
                st.rerun()


def _answer(trials: Trials, key: str) -> str:
    """Return the prediction beside what came of it."""
    said, outcome = trials.predicted.get(key), trials.outcomes.get(key)
    predicted = f"<span>Predicted: </span><b>{escape(CHOICES[said])}</b> " if said else ""
    came = "has not been started yet" if outcome is None else EXPERIMENTS[key].concluded(outcome)
    mark = ""
    if said and outcome is not None:
        right = said == outcome.verdict
        mark = (
            f" <b data-right='{str(right).lower()}'>"
            f"{'✓ as predicted' if right else '✗ not as predicted'}</b>"
        )
    return f"<p>{predicted}<span>The run: </span><b>{escape(came)}</b>{mark}</p>"
