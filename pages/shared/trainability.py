"""Measured trainability below the lab's panels: a grid of networks trained on request."""

from __future__ import annotations

import streamlit as st

from dnn.config import Config
from dnn.parts.activations import ACTIVATIONS
from lab.analysis.signal import weight_scales
from lab.analysis.trainability import (
    BATCH,
    EXAMPLES,
    MOST_STEPS,
    RATE,
    STEPS,
    WIDTH,
    WIDTHS,
    Plan,
    grid,
    line,
    planned,
    sentence,
)
from lab.figures.trainability import trainability_figure
from lab.live.trials import Measurement
from lab.text.numbers import short
from pages.shared import session

#: Seconds between two looks at a measurement under way.
LOOK = 0.4
#: Height of the chart in pixels.
HEIGHT = 400
ABOUT = (
    "How deep can this kind of network be and still learn? A grid of networks is trained, each for "
    "a short while, over weight scale and depth, on the data set on screen."
)
SOURCE = (
    "The line is six times ξ_c, the layers over which the correlation of two examples comes nearer "
    "to its fixed point by e, from mean-field theory. Schoenholz et al. 2017 (section 5, figure 5) "
    "could train their networks down to about this depth. Theirs were 300 units wide and learned "
    "MNIST by stochastic gradient descent for thousands of steps; these are narrow, and learn a "
    "small set in a few hundred. How far they agree is what the counts above say of this run only."
)


def _measurement() -> Measurement:
    return session.trials().beside("trainability", Measurement)


def trainability() -> None:
    """Draw the section: the button, how far it is, and what was measured last."""
    with st.expander("Measured trainability", icon=":material/grid_on:"):
        # A fragment that looks again only while something runs.
        running = _measurement().collect()
        st.fragment(_section, run_every=LOOK if running else None)()


def _section() -> None:
    measurement = _measurement()
    was, running = measurement.running, measurement.collect()
    if was and not running:
        st.rerun()
    config = session.state().config
    st.caption(ABOUT)
    if running:
        _progress(measurement)
    else:
        _ask(measurement, config)
    if measurement.failed:
        st.error(measurement.failed)
    if measurement.plan is not None and measurement.columns:
        _result(measurement, measurement.plan, config)


def _progress(measurement: Measurement) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Stop", icon=":material/stop:", key="stop_trainability"):
            measurement.stop()
            st.rerun()
        st.progress(measurement.share, f"Trained: {measurement.share:.0%} of the grid")


def _ask(measurement: Measurement, config: Config) -> None:
    """Draw the two sizes and the button that measures."""
    # The two are not drawn while it runs, and would come back as they were at first.
    plan = measurement.plan
    was = (plan.width, plan.steps) if plan else (WIDTH, STEPS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        width = st.number_input("Units a layer", *WIDTHS, was[0], step=8, key="trainability_width",
                                width=130)  # fmt: skip
        steps = st.number_input("Steps of training", *MOST_STEPS, was[1], step=50,
                                key="trainability_steps", width=130)  # fmt: skip
        pressed = st.button("Measure", icon=":material/play_arrow:", key="measure_trainability",
                            disabled=not config.hidden)  # fmt: skip
    if pressed:
        try:
            loop = session.loop()
            # Names in a file are anybody's, and a caption is Markdown.
            name = "" if loop.state.given is None else "data of a file"
            measurement.start(planned(config, width, steps), loop.data(), name)
        except ValueError as error:
            st.error(str(error))
            return
        st.rerun()


def _result(measurement: Measurement, plan: Plan, config: Config) -> None:
    """Draw what was measured, with what it was measured of."""
    now = planned(config, plan.width, plan.steps) if config.hidden else None
    place = (weight_scales(config)[0], len(config.hidden)) if now == plan else None
    theme = getattr(st.context.theme, "type", None) or "light"
    st.markdown(f"**{sentence(plan, measurement.columns)}**")
    st.plotly_chart(
        trainability_figure(
            plan.sigma_w, plan.depths, grid(plan, measurement.columns),
            line(measurement.columns), place, theme=theme, height=HEIGHT,
        ),
        theme=None, config={"displayModeBar": False}, key="trainability_chart",
    )  # fmt: skip
    words = [f"Measured: {_setting(plan, measurement)}; one network a cell."]
    if measurement.examples == EXAMPLES:
        words.append(f"Only the first {EXAMPLES} training examples are used.")
    if not measurement.running:
        part = f"{len(measurement.columns)} of {len(plan.sigma_w)} weight scales"
        words.append(f"{part} in {measurement.seconds:.0f} s.")
    if place is None:
        words.insert(0, "**This is not the network on screen, but the one measured last.**")
    else:
        words.append(
            f"The network on screen (σ_w {short(round(place[0], 3))}, {place[1]} hidden layers), "
            "which has its own width and training, is marked where it lies within the grid."
        )
    st.caption(" ".join(words) + "\n\n" + SOURCE)


def _setting(plan: Plan, measurement: Measurement) -> str:
    """Return in words what was trained, and on what."""
    c = plan.config
    name = ACTIVATIONS[c.activations[0]].label
    return (
        f"{name}, σ_b {short(c.sigma_b)}, {plan.width} units a layer; "
        f"{measurement.data_name}, {measurement.examples} examples, seed {c.seed}; "
        f"{plan.steps} steps of plain gradient descent, batches of {BATCH}, learning rate {RATE}"
    )
