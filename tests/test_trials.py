"""A session's experiments: run in a worker, told how far, stopped, kept; and their page."""

from __future__ import annotations

import time
from dataclasses import replace
from html import unescape
from pathlib import Path

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from lab import figures
from lab.experiments import EXPERIMENTS, Outcome, Series
from lab.experiments.experiment import NOT_HERE, REPRODUCED
from lab.live.executors import InlineExecutor, WorkerPool
from lab.live.trials import Trials
from pages.shared.publications import typeset

MAIN = Path(__file__).parents[1] / "pages" / "main.py"
#: One that takes a second or two.
QUICK = "depth_scale"


def finish(trials, seconds=60):
    end = time.monotonic() + seconds
    while trials.collect():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def pool():
    with WorkerPool(1) as made:
        yield made


def test_an_experiment_runs_in_a_worker_and_tells_how_far_it_is(pool):
    trials, shares = Trials(pool), []
    trials.start(QUICK)
    assert trials.running == QUICK
    trials.start("saxe")
    assert trials.running == QUICK, "one at a time"
    while trials.collect():
        shares.append(trials.share)
        time.sleep(0.01)
    assert shares == sorted(shares)
    assert 0 < max(shares) <= 1
    assert trials.outcomes[QUICK].verdict == REPRODUCED
    assert trials.seconds[QUICK] > 0
    assert not trials.running


def test_one_is_stopped_and_the_next_runs_to_its_end(pool):
    trials = Trials(pool)
    trials.start("he_training")
    trials.stop()
    finish(trials)
    assert not trials.outcomes
    assert not trials.failed
    trials.start(QUICK)
    finish(trials)
    assert set(trials.outcomes) == {QUICK}


def test_one_that_fails_says_so(monkeypatch):
    trials = Trials(InlineExecutor())

    def broken(progress):
        raise RuntimeError("no weights left")

    monkeypatch.setattr(
        "lab.live.trials.EXPERIMENTS", {QUICK: type("E", (), {"run": staticmethod(broken)})}
    )
    trials.start(QUICK)
    finish(trials)
    assert "RuntimeError: no weights left" in trials.failed
    monkeypatch.undo()
    with pytest.raises(ValueError, match=r"^experiment: 'nope' is not known"):
        trials.start("nope")


# --- its chart -----------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("log", [True, False])
def test_curves_are_valid_and_named(theme, log):
    curves = [
        Series("one", (0.0, 1.0, 2.0), (1.0, 2.0, 3.0)),
        Series("two", (0.0, 1.0, 2.0), (1.0, float("nan"), 3.01)),
        Series("none", (0.0,), (float("inf"),)),
        Series("zero", (0.0, 1.0), (0.0, 3.02)),
    ]
    spec = figures.series_figure(curves, "layer", "cost (nats)", log=log, theme=theme)
    go.Figure(spec)
    assert [trace["name"] for trace in spec["data"]] == ["one", "two", "zero"]
    assert spec["layout"]["showlegend"]
    assert len(spec["data"][2]["x"]) == (1 if log else 2), "zero has no logarithm"
    go.Figure(figures.series_figure([], "x", "y", log=log, theme=theme))


# --- the page ------------------------------------------------------------------------------------


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")
    test = AppTest.from_file(str(MAIN), default_timeout=60)
    test.switch_page("experiments.py")
    return test


def said(page):
    """Return what the page's own HTML says."""
    return unescape("".join(e.proto.body for e in page.get("html")))


def outcome(verdict):
    return Outcome(
        ((1.0, 0.5), ("all", float("nan"))),
        "It was 0.5.",
        verdict,
        "As asked.",
    )


def test_every_experiment_can_be_chosen_and_the_address_says_which(page):
    page.run()
    assert not page.exception
    for key, experiment in EXPERIMENTS.items():
        page.button(f"experiment_{key}").click().run()
        assert not page.exception
        assert page.query_params["experiment"] in (key, [key])
        assert typeset(experiment.paper) in said(page)
        assert typeset(experiment.formula) in said(page)


def test_a_link_to_nowhere_is_told_in_a_sentence(page):
    page.query_params["experiment"] = "<b>nope"
    page.run()
    page.run()
    assert not page.exception
    assert any("is not known" in e.value for e in page.error)


def test_what_a_run_found_is_shown_with_its_verdict(page):
    page.query_params["experiment"] = QUICK
    page.run()
    page.button("run_experiment").click().run()
    page.run()
    assert not page.exception
    assert "✓ reproduced" in said(page)
    assert "Measured in this run" in said(page)
    page.session_state["trials"].outcomes[QUICK] = outcome(NOT_HERE)
    page.run()
    assert "≠ not at this size" in said(page)
    assert "It was 0.5." in said(page)
    assert "<td>all</td><td>–</td>" in said(page)
    assert "<td>1</td><td>0.500</td>" in said(page)


def test_words_become_signs():
    assert typeset("sigma_w^2 = 1, 2-5x100-10, U(-1/sqrt n)") == "σ_w² = 1, 2-5×100-10, U(−1/√n)"
    assert typeset("sqrt(pi / (pi - 1)), picked 1e-8") == "√(π / (π - 1)), picked 1e-8"


def test_what_was_found_is_typeset(page):
    page.query_params["experiment"] = QUICK
    page.run()
    found = replace(
        outcome(NOT_HERE), measured="It was 0.5 of sqrt(2).", why="Criterion: sigma_w^2."
    )
    page.session_state["trials"].outcomes[QUICK] = found
    page.session_state["trials"].seconds[QUICK] = 1.0
    page.run()
    assert "It was 0.5 of √(2)." in said(page)
    assert "Criterion: σ_w²." in said(page)


def test_a_link_runs_it_once(page):
    page.query_params["experiment"] = "playground"
    page.query_params["run"] = "1"
    page.run()
    assert not page.exception
    assert "run" not in page.query_params
    page.run()
    trials = page.session_state["trials"]
    assert set(trials.outcomes) == {"playground"}
    trials.outcomes.clear()
    page.run()
    assert not trials.running
    assert "not run yet" in said(page)


def test_its_network_opens_in_the_lab(page):
    page.query_params["experiment"] = "he_training"
    page.run()
    page.button("to_lab").click().run()
    assert not page.exception
    loop = page.session_state["loop"]
    assert loop.state.view.page == "gradients"
    assert loop.state.config == EXPERIMENTS["he_training"].config
