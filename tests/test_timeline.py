"""Going back in a run: what is kept, and that a moment recomputed is the moment that was."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from visits import settled

import dnn
from dnn.config import Config
from lab.analysis.diagnosis.autopsy import autopsy
from lab.figures import unpack
from lab.live.executors import InlineExecutor
from lab.live.session.loop import Loop
from lab.live.session.timeline import End, Timeline
from lab.view import View

CONFIG = Config(
    dataset="circle", samples=60, hidden=(4, 3), optimizer="adam", batch_size=7, dropout=0.2,
    batch_norm=True, learning_rate=0.01,
)  # fmt: skip
ARRAYS = ("parameters", "state", "running")


def same(run, other):
    """Say that two runs are at the same moment, to the last bit."""
    assert (run.step, run.epoch, run.position) == (other.step, other.epoch, other.position)
    assert run.config == other.config
    assert run.changes == other.changes
    for name in ARRAYS:
        assert np.array_equal(getattr(run, name), getattr(other, name)), name


def loop_of(config=CONFIG, view=None):
    return Loop(InlineExecutor(), config, view or View(), playing=False)


def trained(loop, *parts):
    """Let the loop make these steps and changes; return its run after each of them."""
    found = []
    for part in parts:
        if isinstance(part, int):
            loop.step(part)
        elif isinstance(part, dict):
            loop.configure(replace(loop.state.config, **part))
        else:
            loop.edit(*part)
        settled(loop)
        found.append(loop.state.run)
    return found


# --- what is kept ---------------------------------------------------------------------------------


def states(steps, config=CONFIG):
    run = dnn.start(config)
    return [replace(run, step=step) for step in steps]


def filled(steps, **fields):
    line = Timeline(**fields)
    for run in states(steps):
        line = line.add(run)
    return line


def test_what_is_kept_is_bounded_and_even():
    run = dnn.start(CONFIG)
    one = run.parameters.nbytes + run.state.nbytes + run.running.nbytes
    line = filled(range(1000), budget=20 * one)
    steps = [kept.step for kept in line.snapshots]
    assert line.nbytes <= 20 * one
    assert steps[0] == 0
    assert 10 <= len(steps) <= 20
    assert {b - a for a, b in pairwise(steps)} == {line.gap}


def test_a_state_larger_than_the_budget_leaves_the_start():
    assert [kept.step for kept in filled([0, 5, 9], budget=10).snapshots] == [0]


def test_before_a_step():
    line = filled([0, 10, 20])
    assert [line.before(step).step for step in (0, 9, 10, 19, 20, 99)] == [0, 0, 10, 10, 20, 20]
    with pytest.raises(ValueError, match="before all that was kept"):
        filled([10]).before(9)


def test_a_branch_forgets_what_came_later():
    line = replace(filled([0, 10, 20]), end=End(*[None] * 3))
    cut = line.cut(15)
    assert ([kept.step for kept in cut.snapshots], cut.end) == ([0, 10], None)


# --- going back -----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0, 1, 13, 40, 41, 59, 60, 99])
def test_a_moment_is_the_one_that_was(step):
    loop = loop_of()
    trained(loop, 13, 27, {"learning_rate": 0.003}, 20, (1, 2, 0, 0.5), {"batch_size": 11}, 40)
    end = loop.state.run
    loop.go_to(step)
    message = settled(loop)
    same(loop.state.run, dnn.replay(end, step))
    assert loop.state.config == loop.state.run.config
    assert message["numbers"]["step"] == step == loop.state.history.last("step")
    assert message["timeline"] == {"step": step, "end": 100, "earlier": True}
    assert loop.state.ghost is loop.state.timeline.end.history


def test_no_step_of_an_earlier_moment_is_recorded_twice():
    loop = loop_of()
    trained(loop, 10, 10, 10)
    for step in (20, 11, 20, 13):
        loop.go_to(step)
        settled(loop)
        steps = loop.state.history["step"]
        assert steps[-1] == step
        assert (np.diff(steps) > 0).all(), (step, steps)


def test_it_goes_on_as_it_went():
    loop = loop_of()
    trained(loop, 30, {"dropout": 0.1}, 30, (2, 1, 2, -1.0), 40)
    end, history = loop.state.run, loop.state.history
    loop.go_to(11)
    settled(loop)
    assert loop.state.run.changes == ()
    trained(loop, 89)
    same(loop.state.run, end)
    assert loop.state.timeline.end is None
    assert loop.state.ghost is None
    assert loop.state.history.last("train_cost") == history.last("train_cost")
    trained(loop, 5)
    same(loop.state.run, dnn.advance(end, 5)[0])


def test_back_at_the_end_nothing_is_computed():
    loop = loop_of()
    trained(loop, 50)
    end, history = loop.state.run, loop.state.history
    loop.go_to(20)
    settled(loop)
    loop.go_to(99)
    message = settled(loop)
    same(loop.state.run, end)
    assert list(loop.state.history["step"]) == list(history["step"])
    assert message["timeline"] == {"step": 50, "end": 50, "earlier": False}


def test_a_changed_setting_is_another_branch():
    loop = loop_of()
    trained(loop, 30, {"dropout": 0.0}, 30)
    history = loop.state.history
    loop.go_to(20)
    settled(loop)
    trained(loop, {"learning_rate": 0.1})
    assert "Another branch from step 20" in loop.state.notice
    assert loop.state.ghost is history
    trained(loop, 60)
    assert [c.field for c in loop.state.run.changes] == ["learning_rate"]
    start = dnn.start(CONFIG)
    wanted = dnn.change(dnn.advance(start, 20)[0], learning_rate=0.1)
    same(loop.state.run, dnn.advance(wanted, 60)[0])
    # Its own past can be gone back to, and that is the new branch's.
    end = loop.state.run
    loop.go_to(50)
    settled(loop)
    same(loop.state.run, dnn.replay(end, 50))


def test_an_edited_weight_is_another_branch():
    loop = loop_of()
    trained(loop, 40)
    loop.go_to(10)
    settled(loop)
    trained(loop, (1, 0, 0, 2.0))
    assert loop.state.timeline.end is None
    assert loop.state.run.changes == (dnn.Change(10, "w1.0.0", 2.0),)


def test_a_diverged_run_has_a_past():
    loop = loop_of(replace(CONFIG, optimizer="sgd", batch_norm=False, activation="relu",
                           learning_rate=100.0, hidden=(8, 8, 8)))  # fmt: skip
    trained(loop, 200)
    assert loop.state.phase == "diverged"
    end = loop.state.run
    loop.go_to(max(0, end.step - 1))
    settled(loop)
    assert loop.state.phase == "paused"
    assert loop.state.run.diverged is None
    loop.go_to(end.step)
    settled(loop)
    same(loop.state.run, end)
    assert loop.state.run.diverged == end.diverged


def test_a_new_network_has_no_past():
    loop = loop_of()
    trained(loop, 20)
    loop.reset()
    settled(loop)
    assert [kept.step for kept in loop.state.timeline.snapshots] == [0]


def test_a_reset_at_an_earlier_moment_keeps_the_whole_curve():
    loop = loop_of()
    trained(loop, 50)
    history = loop.state.history
    loop.go_to(10)
    settled(loop)
    loop.reset()
    settled(loop)
    assert loop.state.ghost is history


def test_twins_and_networks_too_large_have_no_moments():
    loop = loop_of(view=View(page="twins"))
    settled(loop)
    with pytest.raises(ValueError, match="single run"):
        loop.go_to(0)


# --- behind a divergence --------------------------------------------------------------------------

TOO_FAST = replace(
    CONFIG, optimizer="sgd", batch_norm=False, activation="linear", hidden=(8, 8, 8),
    learning_rate=0.1,
)  # fmt: skip


def diverged(view=None):
    loop = loop_of(TOO_FAST, view)
    trained(loop, 80, {"learning_rate": 3.0}, 100)
    assert loop.state.phase == "diverged"
    return loop


def test_a_divergence_is_examined_and_named():
    loop = diverged()
    message = unpack(loop.calls.frame.data)
    panel = message["panels"]["autopsy"]
    assert "gradients" not in message["panels"]
    found = autopsy(loop.state.run)
    assert f"At step {found.broke.step}" in panel["subtitle"]
    labels = [button["label"] for button in panel["banner"]["buttons"]]
    assert labels == [offer.fix.label for offer in found.offers]
    keys = [button["key"] for button in panel["banner"]["buttons"]]
    assert [loop.measurements.fix(key) for key in keys] == [o.fix for o in found.offers]
    loop.look(autopsy="cost")
    chart = settled(loop)["panels"]["autopsy"]["figure"]
    assert [trace["name"] for trace in chart["data"]] == ["cost"]


@pytest.mark.parametrize("offer", [0, 1])
def test_back_behind_a_divergence_with_another_setting(offer):
    loop = diverged()
    end, made = loop.state.run, loop.measurements.fix(f"back {offer}")
    back = max(0, end.diverged.step - 50)
    loop.apply_fix(f"back {offer}")
    assert loop.state.playing
    loop.pause()
    settled(loop)
    assert loop.state.ghost is not None
    assert loop.state.run.changes == tuple(dnn.Change(back, *f) for f in made.fields.items())
    wanted = dnn.change(dnn.replay(end, back), **made.fields)
    same(loop.state.run, dnn.advance(wanted, loop.state.run.step - back)[0])


def test_an_offer_that_there_is_not():
    loop = diverged()
    with pytest.raises(KeyError):
        loop.apply_fix("back 2")
    loop.reset()
    with pytest.raises(KeyError):
        loop.apply_fix("back 0")
