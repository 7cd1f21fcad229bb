"""Measured trainability: cells are plain training runs, the counts are right, it can be stopped."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

import dnn
from dnn.engine.cache import CACHE
from dnn.run.inference import guessing_cost
from lab import theory
from lab.analysis import trainability
from lab.analysis.trainability import (
    Column,
    Plan,
    examples,
    grid,
    line,
    measured,
    planned,
    sentence,
)
from lab.figures.trainability import trainability_figure
from lab.live.executors import InlineExecutor, WorkerPool
from lab.live.trials import Measurement, Trials
from lab.teaching.presets import PRESETS

LAB = PRESETS["lab"].config
MAIN = Path(__file__).parents[1] / "pages" / "main.py"


def small(config=LAB, depths=(4, 9), columns=(3, 6), **sizes) -> Plan:
    plan = planned(config, **{"width": 8, "steps": 20, **sizes})
    return replace(plan, depths=depths, sigma_w=tuple(plan.sigma_w[i] for i in columns))


def constructed(limits, ratios) -> dict[int, Column]:
    """Return columns by hand: a limit in layers and the ratios of each."""
    found = {}
    for i, (limit, ratio) in enumerate(zip(limits, ratios, strict=True)):
        found[i] = Column(np.array(ratio, float), np.full(5, float(i)), np.full(5, float(limit)))
    return found


# --- the grid ------------------------------------------------------------------------------------


def test_a_cell_is_a_plain_training_run_of_the_stated_network():
    plan, data = small(), dnn.load(LAB)
    for index, sigma_w in enumerate(plan.sigma_w):
        column = measured(plan, examples(data), index)
        for row, depth in enumerate(plan.depths):
            config = dnn.Config(
                dataset="circle", hidden=(8,) * depth, activation="tanh", sigma_w=sigma_w,
                sigma_b=0.3, initializer="mean_field", optimizer="sgd", batch_size=32,
                learning_rate=trainability.RATE,
            )  # fmt: skip
            run, _ = dnn.advance(dnn.start(config, examples(data)), 20)
            wanted = dnn.cost(run, data.X_train, data.Y_train) / guessing_cost(run)
            assert column.ratio[row] == wanted
        centre = theory.depth_scales("tanh", sigma_w, 0.3).xi_c
        assert column.limit[2] == pytest.approx(6 * centre)


def test_the_columns_lie_around_the_critical_point_where_there_is_one():
    plan = planned(LAB)
    assert plan.critical in [pytest.approx(w) for w in plan.sigma_w]
    assert np.ptp(np.diff(plan.sigma_w)) < 1e-12
    assert planned(replace(LAB, activation="silu", sigma_b=0.0)).critical is None
    assert max(planned(replace(LAB, activation="sigmoid")).sigma_w) <= 10


def test_depth_and_weight_scale_on_screen_do_not_change_what_is_measured():
    same = replace(LAB, hidden=(5,) * 7, sigma_w=1.7, optimizer="adam", dropout=0.5)
    assert planned(same) == planned(LAB)
    for other in ({"sigma_b": 0.1}, {"activation": "relu"}, {"seed": 1}, {"dataset": "xor"}):
        assert planned(replace(LAB, **other)) != planned(LAB)


def test_what_diverges_is_infinite_and_leaves_no_trainer_behind(monkeypatch):
    monkeypatch.setattr(CACHE, "limit", 2**40)  # nothing else leaves it meanwhile
    config = replace(LAB, activation="relu", sigma_b=0.0)
    plan = small(config, depths=(4, 60), columns=(0, 15))
    before = CACHE.nbytes
    ratio = measured(plan, examples(dnn.load(config)), 1).ratio
    assert np.isinf(ratio[1])
    assert CACHE.nbytes == before


def test_large_data_is_cut_to_its_first_examples():
    data = dnn.load(replace(LAB, samples=3000))
    cut = examples(data)
    assert cut.m_train == trainability.EXAMPLES
    assert (cut.X_train == data.X_train[:, : cut.m_train]).all()
    assert cut.m_test == 0


@pytest.mark.parametrize(
    "sizes", [{"width": 4096}, {"steps": 0}, {"steps": 10**9}, {"width": 8.0}, {"steps": True},
              {"width": "8" * 999}],
)  # fmt: skip
def test_hostile_sizes_are_refused_in_a_sentence(sizes):
    with pytest.raises(ValueError, match=r"is not allowed; whole numbers from \d+ to \d+$") as e:
        planned(LAB, **sizes)
    assert len(str(e.value)) < 130
    with pytest.raises(ValueError, match="hidden"):
        planned(replace(LAB, hidden=()))


# --- the sentence --------------------------------------------------------------------------------


def test_the_sentence_counts_who_learned_on_both_sides():
    plan = small(depths=(4, 10, 20), columns=(0, 1, 2))
    columns = constructed(
        (3.0, 10.0, np.inf), ([0.1, 1.0, 1.0], [0.49, 0.2, np.inf], [0.0, 0.5, 0.1])
    )
    # No deeper: 4 and 10 of the second, all of the third; learned: all of these but 0.5.
    text = sentence(plan, columns)
    assert "Of the 5 networks no deeper than 6 ξ_c, 80% learned" in text
    assert "of the 4 deeper ones, 25%." in text
    assert "1 diverged" in text
    assert "infinite" not in text, "one column is the critical point itself"


def test_the_sentence_where_theory_sets_no_limit_or_has_no_critical_point():
    plan = replace(small(columns=(0, 1)), critical=None)
    text = sentence(plan, constructed((np.inf, np.inf), ([0.1, 1.0], [0.1, 0.1])))
    assert "Of 4 networks 75% learned" in text
    assert "none of them is deeper" in text
    assert "no critical point" in text
    assert "infinite at 2" in text
    assert "measured yet" in sentence(plan, {})


# --- the figure ----------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_figure_is_valid_at_every_stage(theme):
    plan = small(depths=(4, 10, 20), columns=(0, 1, 2))
    full = constructed((3.0, 10.0, np.inf), ([0.1, 1, 1], [0.4, 0.2, np.inf], [0.0, 0.5, 0.1]))
    for columns in ({}, {1: full[1]}, full, constructed([np.inf] * 3, [[1, 1, 1]] * 3)):
        for place in (None, (plan.sigma_w[1], 9), (99.0, 9)):
            spec = trainability_figure(
                plan.sigma_w, plan.depths, grid(plan, columns), line(columns), place, theme=theme
            )
            go.Figure(spec)
            names = [trace["name"] for trace in spec["data"]]
            assert ("you are here" in names) == (place is not None and place[0] < 99)
    with pytest.raises(ValueError, match="ratio"):
        trainability_figure([1, 2], [3, 4], np.ones((3, 2)), line({}), None, theme=theme)


def test_cells_end_half_way_between_depths_on_the_log_axis():
    spec = trainability_figure([1, 2], [4, 9], np.ones((2, 2)), line({}), None, theme="light")
    cells = spec["data"][0]
    assert cells["y"] == pytest.approx([8 / 3, 6, 13.5])
    assert cells["x"] == pytest.approx([0.5, 1.5, 2.5])


# --- in the pool ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pool():
    with WorkerPool(2) as made:
        yield made


def test_columns_come_one_by_one_and_leave_a_worker_free(pool):
    measurement, shares = Measurement(pool), []
    measurement.start(small(columns=(0, 3, 6)), dnn.load(LAB))
    end = time.monotonic() + 20
    while measurement.collect():
        shares.append(measurement.share)
        assert len(measurement._under_way) == 1
        assert time.monotonic() < end
        time.sleep(0.01)
    assert shares == sorted(shares)
    assert measurement.share == 1
    assert not measurement.failed
    inline = measured(measurement.plan, examples(dnn.load(LAB)), 1)
    assert (measurement.columns[1].ratio == inline.ratio).all()


def test_it_is_stopped_within_a_column_and_measures_again(pool):
    measurement = Measurement(pool)
    measurement.start(small(depths=(48,) * 40, width=64, steps=800), dnn.load(LAB))
    under_way = next(iter(measurement._under_way.values()))
    measurement.start(small(), dnn.load(LAB))
    assert len(measurement.plan.depths) == 40, "one at a time"
    measurement.stop()
    assert not measurement.running
    assert under_way.result(timeout=4) is None
    assert not measurement.columns
    measurement.start(small(), dnn.load(LAB))
    while measurement.collect():
        time.sleep(0.01)
    assert measurement.share == 1


def test_a_failing_column_is_a_sentence():
    one = dnn.Dataset(np.ones((2, 30)), np.zeros((1, 30)), target="real")
    measurement = Measurement(InlineExecutor())
    measurement.start(small(), one)
    assert not measurement.collect()
    assert "nothing to learn" in measurement.failed


def test_a_session_keeps_one_measurement():
    trials = Trials(InlineExecutor())
    first = trials.beside("trainability", Measurement)
    assert trials.beside("trainability", Measurement) is first


# --- on the page ---------------------------------------------------------------------------------


def test_measure_is_pressed_on_the_page(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")
    monkeypatch.setattr(trainability, "DEPTHS", (4, 6))
    at = AppTest.from_file(str(MAIN), default_timeout=30)
    at.switch_page("gradients.py")
    at.run()
    at.number_input("trainability_width").set_value(8).run()
    at.number_input("trainability_steps").set_value(10).run()
    at.button("measure_trainability").click().run()
    assert not at.exception
    measurement = at.session_state["trials"].beside("trainability", Measurement)
    while measurement.collect():
        pass
    at.run()
    assert not at.exception
    said = "".join(m.value for m in at.markdown)
    captions = "".join(c.value for c in at.caption)
    assert "learned (cost below half of guessing)" in said
    assert "Measured: Tanh, σ_b 0.3, 8 units a layer; Circle, 250 examples" in captions
    assert "not the network on screen" not in captions
    assert at.number_input("trainability_width").value == 8
    assert at.number_input("trainability_steps").value == 10
    at.session_state["loop"].configure(replace(LAB, sigma_b=0.1))
    at.run()
    assert not at.exception
    assert "not the network on screen" in "".join(c.value for c in at.caption)
    assert "σ_b 0.3" in "".join(c.value for c in at.caption), "the old result is kept"
