"""The diagnosis on the page: when it is asked for, what is shown, and its buttons."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_timeline import trained
from visits import settled

from dnn.config import Config
from lab.analysis.diagnosis import diagnose
from lab.figures import unpack
from lab.live.executors import InlineExecutor
from lab.live.session import measurements as extras
from lab.live.session.loop import Loop
from lab.view import View
from pages.shared.live import handle

LAYERS = View(page="layers")
SIGMOID = Config(
    dataset="circle", samples=60, hidden=(8,) * 6, activation="sigmoid", optimizer="sgd",
    learning_rate=0.1,
)  # fmt: skip
HEALTHY = Config(dataset="circle", samples=60, hidden=(6, 4), seed=1)
TOO_FAST = Config(
    dataset="circle", samples=60, hidden=(8, 8), activation="linear", loss="squared_error",
    optimizer="sgd", learning_rate=1.0,
)  # fmt: skip


def loop_of(config, view=LAYERS):
    loop = Loop(InlineExecutor(), config, view, playing=False)
    return loop, settled(loop)


def test_what_is_found_is_shown_with_evidence_and_a_button():
    loop, message = loop_of(SIGMOID)
    (found,) = diagnose(loop.state.run, loop.state.history)
    (shown,) = message["findings"]
    assert (shown["key"], shown["sentence"]) == ("vanishing", found.sentence)
    assert (shown["button"], shown["live"]) == (found.fix.label, False)
    assert shown["layer"] == found.layers[0] == 1


def test_a_healthy_run_has_a_list_and_nothing_in_it():
    loop, message = loop_of(HEALTHY)
    assert message["findings"] == []
    trained(loop, 40)
    assert unpack(loop.calls.frame.data)["findings"] == []


def test_other_pages_do_not_ask():
    loop, message = loop_of(SIGMOID, View())
    assert "findings" not in message
    assert loop.measurements.findings == {}


def test_it_can_be_hidden():
    assert loop_of(SIGMOID, replace(LAYERS, hide=("diagnosis",)))[1]["findings"] is None


def press(loop, key):
    handle(loop, {"type": "fix", "key": key})
    loop.pause()
    return settled(loop)


def test_a_suggestion_that_needs_a_new_network_starts_one():
    loop, _ = loop_of(SIGMOID)
    trained(loop, 20)
    fields = loop.measurements.findings["vanishing"][0].fix.fields
    message = press(loop, "vanishing")
    assert loop.state.config == replace(SIGMOID, **fields)
    assert message["findings"] == []


def test_a_live_suggestion_is_a_change_of_the_run():
    slow = replace(HEALTHY, optimizer="sgd", learning_rate=1e-5)
    loop, _ = loop_of(slow)
    trained(loop, 150)
    fix = loop.measurements.findings["rate_low"][0].fix
    assert fix.live
    press(loop, "rate_low")
    assert loop.state.run.step >= 150
    assert [c.field for c in loop.state.run.changes] == list(fix.fields)


def test_a_diverged_run_starts_again():
    loop, _ = loop_of(TOO_FAST)
    trained(loop, 200)
    assert loop.state.phase == "diverged"
    assert list(loop.measurements.findings) == ["divergence"]
    press(loop, "divergence")
    assert loop.state.run.diverged is None
    assert loop.state.config.learning_rate < TOO_FAST.learning_rate


@pytest.mark.parametrize("key", ["", "nonsense", "plateau"])
def test_a_button_of_what_is_not_there_does_nothing(key):
    loop, _ = loop_of(SIGMOID)
    before = loop.state.run.parameters
    press(loop, key)
    assert (loop.state.run.parameters == before).all()


def test_what_comes_and_goes_stays_for_a_moment_while_playing(monkeypatch):
    loop, _ = loop_of(SIGMOID)
    (found,) = (finding for finding, _ in loop.measurements.findings.values())
    now = [100.0]
    monkeypatch.setattr(extras.time, "monotonic", lambda: now[0])
    loop.state.playing = True
    loop.measurements.note_findings((found,))
    now[0] += extras.HOLD / 2
    loop.measurements.note_findings(())
    assert list(loop.measurements.findings) == ["vanishing"]
    now[0] += extras.HOLD
    loop.measurements.note_findings(())
    assert loop.measurements.findings == {}
    loop.measurements.note_findings((found,))
    loop.state.playing = False
    loop.measurements.note_findings(())
    assert loop.measurements.findings == {}
