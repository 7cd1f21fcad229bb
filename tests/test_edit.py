"""Weights set by hand: remembered, made anew bit for bit, refused where there is nothing to set."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_page import loop, shown

import dnn
from dnn.config import Config
from dnn.run.training import Divergence, parameter_name, parameter_place
from lab.figures import unpack
from lab.live.executors import InlineExecutor
from lab.live.session.loop import Loop
from lab.view import View
from pages.shared import live

SMALL = {"dataset": "xor", "samples": 60, "hidden": (3, 2), "batch_size": 7}


@pytest.fixture
def run():
    return dnn.advance(dnn.start(Config(**SMALL, optimizer="adam")), 11)[0]


@pytest.mark.parametrize(("layer", "unit", "source"), [(1, 2, 0), (2, 1, 2), (3, 0, 1)])
def test_a_weight_is_set_and_nothing_else(run, layer, unit, source):
    edited = dnn.edit(run, layer, unit, source, 0.5)
    for l, ((W, b), (V, c)) in enumerate(zip(run.weights, edited.weights, strict=True), 1):
        expected = W.copy()
        if l == layer:
            expected[unit, source] = 0.5
        assert (expected == V).all()
        assert (c == b).all()
    assert (edited.state == run.state).all(), "what the optimiser remembers stays"
    assert [(c.step, c.value) for c in edited.changes] == [(11, 0.5)]


@pytest.mark.parametrize("source", [None, -1])
def test_a_bias_is_set(run, source):
    edited = dnn.edit(run, 2, 1, source, -3)
    assert edited.weights[1][1][1, 0] == -3
    assert (edited.weights[1][0] == run.weights[1][0]).all()
    assert edited.changes[0].field == "b2.1"


def test_float32_remembers_what_is_there():
    run = dnn.edit(dnn.start(Config(**SMALL, dtype="float32")), 1, 0, 0, 0.1)
    assert run.changes[0].value == float(np.float32(0.1)) == run.weights[0][0][0, 0]


def test_under_batch_normalisation_a_dense_weight_is_set():
    run = dnn.edit(dnn.start(Config(**SMALL, batch_norm=True)), 2, 0, 1, 9.0)
    assert run.weights[1][0][0, 1] == 9.0


def test_a_drag_within_a_step_is_one_change(run):
    for value in (0.1, 0.2, 0.3):
        run = dnn.edit(run, 1, 0, 0, value)
    run = dnn.edit(run, 1, 0, 1, 1.0)
    assert [(c.field, c.value) for c in run.changes] == [("w1.0.0", 0.3), ("w1.0.1", 1.0)]
    assert dnn.edit(run, 1, 0, 1, 1.0) is run, "no change, no mark"
    later = dnn.edit(dnn.advance(run, 1)[0], 1, 0, 0, 0.4)
    assert len(later.changes) == 3


BAD = [
    ((0, 0, 0, 1.0), "layer: 0 .* from 1 to 3"),
    ((4, 0, 0, 1.0), "layer: 4 .* from 1 to 3"),
    ((1, 3, 0, 1.0), "unit: 3 .* from 0 to 2"),
    ((1, -1, 0, 1.0), "unit: -1 "),
    ((1, 0, 2, 1.0), "source: 2 .* from -1 to 1"),
    ((1, 0, -2, 1.0), "source: -2 "),
    ((1, 0, 0, float("nan")), "value: nan .* 1,000,000"),
    ((1, 0, 0, float("inf")), "value: inf "),
    ((1, 0, 0, 1e7), "value: 10000000.0 "),
    ((1, 0, 0, 10**400), "value: 1000"),
    ((1, 0, 0, "1"), "value: '1' "),
    ((1, 0, 0, True), "value: True "),
    ((1, 0, 0, None), "value: None "),
    ((1.0, 0, 0, 1.0), "layer: 1.0 "),
    (("1", 0, 0, 1.0), "layer: '1' "),
    ((1, True, 0, 1.0), "unit: True "),
    ((1, 0, [0], 1.0), "source: "),
]


@pytest.mark.parametrize(("what", "message"), BAD)
def test_what_cannot_be_set_is_refused(run, what, message):
    with pytest.raises(ValueError, match=message):
        dnn.edit(run, *what)


def test_a_diverged_run_refuses(run):
    over = replace(run, diverged=Divergence(11, 1, "weight", 1e13))
    with pytest.raises(ValueError, match="diverged"):
        dnn.edit(over, 1, 0, 0, 1.0)


@pytest.mark.parametrize(
    ("layer", "unit", "source", "name"),
    [(1, 2, 0, "w1.2.0"), (3, 0, None, "b3.0"), (12, 7, -1, "b12.7")],
)
def test_names_of_parameters(layer, unit, source, name):
    assert parameter_name(layer, unit, source) == name
    assert parameter_name(*parameter_place(name)) == name


@pytest.mark.parametrize("name", ["w1", "w1.2", "b1.2.3", "x1.2.3", "w1.-2.0", "w1.2.0 ", "w١.2.0"])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match="name of a weight"):
        parameter_place(name)


events = st.one_of(
    st.tuples(st.just("step"), st.integers(1, 9)),
    st.tuples(st.just("edit"), st.sampled_from([(1, 0, 0), (1, 2, -1), (2, 1, 2), (3, 0, None)]),
              st.floats(-3, 3)),
    st.tuples(st.just("change"), st.sampled_from([
        ("learning_rate", 0.1), ("learning_rate", 0.003), ("batch_size", 5), ("batch_size", 11),
        ("l2", 0.01), ("dropout", 0.5), ("schedule", "cosine")])),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["sgd", "momentum", "adam"]),
    st.booleans(),
    st.lists(events, min_size=1, max_size=12),
)
def test_a_replay_gives_the_same_bits(optimizer, norm, made):
    """Edits and live changes in any order, at any steps, are made anew by replay."""
    run = dnn.start(Config(**SMALL, optimizer=optimizer, batch_norm=norm))
    for kind, *what in made:
        if kind == "step":
            run, _ = dnn.advance(run, what[0])
        elif kind == "edit":
            run = dnn.edit(run, *what[0], what[1])
        else:
            run = dnn.change(run, **{what[0][0]: what[0][1]})
    again = dnn.replay(run, run.step)
    for name in ("parameters", "state", "running"):
        assert (getattr(again, name) == getattr(run, name)).all(), name
    assert (again.config, again.epoch, again.position) == (run.config, run.epoch, run.position)


# --- in the live loop ----------------------------------------------------------------------------


def test_an_edit_of_a_paused_run_is_shown_at_once():
    running = loop()
    shown(running)
    running.pause()
    shown(running)
    before = shown(running)
    running.edit(1, 0, 0, 4.0)
    after = shown(running)
    assert after["numbers"]["step"] == before["numbers"]["step"]
    assert after["numbers"]["train_cost"] != before["numbers"]["train_cost"]
    assert after["numbers"]["fingerprint"] != before["numbers"]["fingerprint"]
    assert running.state.run.weights[0][0][0, 0] == 4.0
    assert after["numbers"]["train_cost"] == pytest.approx(
        dnn.cost(running.state.run, running.state.run.data.X_train, running.state.run.data.Y_train)
    )


def test_many_edits_of_a_paused_run_leave_two_records_of_its_step():
    running = loop()
    shown(running)
    running.pause()
    shown(running)
    for value in range(1, 12):
        running.edit(1, 0, 0, float(value))
        shown(running)
    steps = running.state.history["step"]
    assert (steps == running.state.run.step).sum() == 2
    assert len(running.state.run.changes) == 1


class Slow(Executor):
    """Runs a call when it is told to: until then the slice is under way."""

    def submit(self, fn, /, *args, **kwargs):
        self.future, self.call = Future(), lambda: fn(*args, **kwargs)
        return self.future

    def release(self):
        self.future.set_result(self.call())


def test_an_edit_while_playing_waits_for_the_slice_under_way_and_is_marked():
    slow = Slow()
    running = Loop(slow, Config(), View(), playing=True)
    for _ in range(3):
        running.tick()
        slow.release()
    running.tick()
    at = running.state.run.step
    running.edit(2, 1, None, -2.0)
    running.edit(1, 0, 0, 1.5)
    assert running.state.run.changes == ()
    slow.release()
    running.tick()
    assert [(c.step, c.field) for c in running.state.run.changes] == [
        (at + 8, "b2.1"),
        (at + 8, "w1.0.0"),
    ]
    slow.release()
    frame = unpack(running.tick()[1])
    assert running.state.run.step == at + 16
    notes = [a["text"] for a in frame["panels"]["cost"]["figure"]["layout"]["annotations"]]
    assert "2 parameters by hand" in notes
    again = dnn.replay(running.state.run, running.state.run.step)
    assert (again.parameters == running.state.run.parameters).all()


def test_an_edit_has_back_propagation_checked_again():
    running = loop()
    shown(running)
    running.pause()
    for _ in range(4):
        shown(running)
    before = running.measurements.known.check
    assert before is not None
    running.edit(1, 0, 0, 2.0)
    for _ in range(4):
        shown(running)
    assert running.measurements.known.check is not None
    assert running.measurements.known.check is not before


def test_edit_events_set_what_they_name():
    running = loop()
    shown(running)
    live.handle(
        running,
        {"type": "edit", "panel": "network", "layer": 1, "unit": 2, "source": 1, "value": 0.25},
    )
    shown(running)
    assert [(c.field, c.value) for c in running.state.run.changes] == [("w1.2.1", 0.25)]


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=3), st.integers()),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["layer", "unit", "source", "value", "panel"]), ANYTHING))
def test_hostile_edit_events_are_a_sentence(event):
    running = Loop(InlineExecutor(), Config(**SMALL), View(), playing=False)
    shown(running)
    live.handle(running, {"type": "edit", **event})
    frame = shown(running)
    if not running.state.run.changes:
        assert frame["notice"] is None or frame["notice"].startswith("Not changed: ")
        assert len(frame["notice"] or "") < 200
    assert np.isfinite(running.state.run.parameters).all()


def test_twins_are_not_edited():
    running = Loop(InlineExecutor(), Config(**SMALL), View(page="twins"), playing=False)
    shown(running)
    live.handle(running, {"type": "edit", "layer": 1, "unit": 0, "source": 0, "value": 1.0})
    assert "one setting" in shown(running)["notice"]
    assert running.state.run.changes == ()


def test_a_reset_forgets_edits():
    running = loop()
    shown(running)
    running.edit(1, 0, 0, 7.0)
    running.reset()
    shown(running)
    assert running.state.run.changes == ()
    assert 7.0 not in running.state.run.parameters
