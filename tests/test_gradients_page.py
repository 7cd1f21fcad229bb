"""The gradients lab's page without a browser: every control, what the panels send, other pages."""

from __future__ import annotations

import math

import pytest
from visits import base, buttons, checked, config, errors, found, opened, press, query

from dnn.config import FIELDS, Config
from lab.figures import unpack
from lab.teaching.presets import PRESETS
from pages.shared import live, widgets
from pages.shared.controls import LAB

PAGE = "gradients.py"
FIRST = PRESETS["lab"].config
#: A small network to which every widget of the side bar applies.
SMALL = {
    "dataset": "circle", "hidden": "8-8-8", "initializer": "mean_field", "sigma_w": "0.5",
    "residual": "on", "optimizer": "sgd",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")


@pytest.fixture
def send(monkeypatch):
    """Return a function that sends the page an event, as its panels do."""
    events = []

    def stage(*args, real=live.stage):
        if events:
            live.on_event()
            events.clear()
        real(*args)

    monkeypatch.setattr(widgets, "event", lambda: dict(events[0]))
    monkeypatch.setattr(live, "stage", stage)

    def sent(at, **event):
        events.append(event)
        return checked(at)

    return sent


def loop(at):
    return at.session_state["loop"]


def frame(at) -> dict:
    """Return the frame that the page's panels come to show."""
    running = loop(at)
    running.look(band=False)
    for _ in range(20):
        if running.settled:
            break
        running.tick()
    assert not running.state.failed
    return unpack(running.calls.frame.data)


def labelled(at, kind: str) -> list[str]:
    return [base(w.key).removeprefix("config_") for w in getattr(at, kind)]


# --- opening it ----------------------------------------------------------------------------------


def test_the_first_visit_is_a_deep_network_that_waits():
    at = opened(PAGE)
    assert config(at) == FIRST
    assert "play" in buttons(at)
    assert found(at.selectbox, "start_from").value == "lab"
    assert found(at.slider, "lab_depth").value == 30
    assert found(at.number_input, "lab_width").value == 64
    assert loop(at).state.view.page == "gradients"


def test_a_link_opens_its_own_network():
    at = opened(PAGE, hidden="6-6", activation="relu", band="off")
    assert config(at) == Config(hidden=(6, 6), activation="relu")
    assert not loop(at).state.view.band
    assert query(at)["band"] == "off"
    assert "play" in buttons(at)
    assert "pause" in buttons(opened(PAGE, hidden="6-6", play="1"))


def test_a_bad_link_says_so_and_shows_a_working_page():
    at = opened(PAGE, hidden="8-banana", sigma_w="1e9", band="maybe")
    for field in ("hidden", "sigma", "band"):
        assert field in errors(at)
    assert "play" in buttons(at)
    press(at, "step")
    assert frame(at)["numbers"]["step"] == 1


# --- the side bar --------------------------------------------------------------------------------


def test_the_side_bar_has_a_widget_for_each_of_its_fields():
    at = opened(PAGE, **SMALL)
    drawn = {
        name
        for kind in ("selectbox", "number_input", "toggle", "select_slider")
        for name in labelled(at, kind)
    }
    assert {name for names in LAB.values() for name in names} <= drawn
    sigma = {"sigma_w", "sigma_b", "branch_scale"}
    plain = opened(PAGE, dataset="circle", hidden="8-8", initializer="he")
    assert not sigma & set(labelled(plain, "number_input"))


def test_every_choice_reaches_the_network():
    at = opened(PAGE, **SMALL)
    for field in ("activation", "initializer", "optimizer", "dataset"):
        for option in FIELDS[field].choices:
            found(at.selectbox, f"config_{field}").set_value(option).run()
            assert not at.exception
            assert not errors(at)
            assert getattr(config(at), field) == option
            assert getattr(loop(at).state.config, field) == option


@pytest.mark.parametrize("key", PRESETS)
def test_starting_points(key):
    at = opened(PAGE, **SMALL)
    found(at.selectbox, "start_from").set_value(key).run()
    assert not at.exception
    assert config(at) == PRESETS[key].config


def test_every_number_and_switch_reaches_the_network():
    at = opened(PAGE, **SMALL)
    for name in ("sigma_w", "sigma_b", "branch_scale", "seed"):
        before = getattr(config(at), name)
        box = found(at.number_input, f"config_{name}")
        (box.decrement() if name == "branch_scale" else box.increment()).run()
        assert not at.exception
        assert not errors(at)
        after = getattr(config(at), name)
        assert after != before
        assert found(at.number_input, f"config_{name}").value == after
    for name in ("batch_norm", "residual"):
        before = getattr(config(at), name)
        found(at.toggle, f"config_{name}").set_value(not before).run()
        assert not at.exception
        assert getattr(config(at), name) is not before


def test_rates_change_live():
    at = press(opened(PAGE, **SMALL), "step")
    for name in ("learning_rate", "clip_norm"):
        mark = FIELDS[name].marks[2]
        found(at.select_slider, f"config_{name}").set_value(mark).run()
        assert getattr(config(at), name) == mark
        found(at.text_input, f"config_{name}_text").set_value("0.25").run()
        assert getattr(config(at), name) == 0.25
    assert frame(at)["numbers"]["step"] == 1, "a new network would be at step 0"
    assert {c.field for c in loop(at).state.run.changes} == {"learning_rate", "clip_norm"}


def test_depth_and_width():
    at = opened(PAGE, **SMALL)
    found(at.slider, "lab_depth").set_value(5).run()
    assert not at.exception
    assert config(at).hidden == (8,) * 5
    found(at.number_input, "lab_width").set_value(12).run()
    assert config(at).hidden == (12,) * 5
    found(at.slider, "lab_depth").set_value(100).run()
    assert config(at).hidden == (12,) * 100
    found(at.slider, "lab_depth").set_value(1).run()
    assert config(at).hidden == (12,)
    assert found(at.slider, "lab_depth").value == 1
    assert len(frame(at)["panels"]["signal_activation"]["figure"]["data"]) >= 1


def test_a_network_of_many_widths_gets_one_when_it_is_reshaped():
    at = opened(PAGE, hidden="8-6-4", activation="relu,tanh,relu")
    assert config(at).activation == ("relu", "tanh", "relu")
    found(at.slider, "lab_depth").set_value(4).run()
    assert not at.exception
    assert config(at).hidden == (8,) * 4
    assert config(at).activation == ("relu", "tanh", "relu", "relu")


def test_a_network_without_hidden_layers_can_be_given_some():
    at = opened(PAGE, hidden="none") if FIELDS["hidden"].none else opened(PAGE, hidden="")
    assert config(at).hidden == ()
    found(at.slider, "lab_depth").set_value(2).run()
    assert not at.exception
    assert config(at).hidden == (64, 64)


def test_the_transport():
    at = press(opened(PAGE, **SMALL), "play")
    assert "pause" in buttons(at)
    for key in ("pause", "step", "epoch"):
        press(at, key)
    assert frame(at)["numbers"]["step"] > 1
    press(at, "reset")
    assert frame(at)["numbers"]["step"] == 0
    press(at, "new_seed")
    assert config(at).seed == 1


# --- what the panels send ------------------------------------------------------------------------


def test_the_fix_makes_the_signal_flow(send):
    at = opened(PAGE, **SMALL | {"hidden": "16-16-16-16-16-16-16-16", "residual": "off"})
    message = frame(at)
    assert message["verdict"]["kind"] == "vanishing"
    assert message["verdict"]["button"]["key"] == "verdict"
    send(at, type="fix", key="verdict")
    assert config(at).sigma_w == pytest.approx(1.0)
    assert found(at.number_input, "config_sigma_w").value == config(at).sigma_w
    assert frame(at)["verdict"]["kind"] == "healthy"
    before = config(at)
    send(at, type="fix", key="verdict")
    assert config(at) == before
    assert not errors(at)


def test_the_fix_does_nothing_before_there_is_a_verdict(send):
    at = opened(PAGE, **SMALL)
    before = config(at)
    send(at, type="fix", key="verdict")
    assert config(at) == before


def test_a_click_in_the_phase_diagram_moves_there(send):
    at = press(opened(PAGE, dataset="circle", hidden="8-8", initializer="he"), "step")
    send(at, type="point", panel="phase", x=1.2345, y=0.4567)
    made = config(at)
    assert (made.initializer, made.sigma_w, made.sigma_b) == ("mean_field", 1.23, 0.46)
    assert found(at.number_input, "config_sigma_w").value == 1.23
    assert frame(at)["numbers"]["step"] == 0
    send(at, type="point", panel="phase", x=0, y=-0.001)
    assert (config(at).sigma_w, config(at).sigma_b) == (0.0, 0.0)


def test_the_switch_of_the_band(send):
    at = opened(PAGE, **SMALL)
    send(at, type="control", panel="signal_delta", key="band", value=False)
    assert query(at)["band"] == "off"
    send(at, type="control", panel="signal_delta", key="band", value=True)
    assert "band" not in query(at)


HOSTILE = [
    {"type": "point", "panel": "phase", "x": x, "y": y}
    for x, y in [
        (math.nan, 0.1), (0.1, math.nan), (math.inf, 0.0), (-math.inf, 1.0), (1e300, 0.0),
        (10**400, 0.0), ("1", "2"), (None, None), ([1], {"a": 1}), (1.0, "x"),
    ]
] + [
    {"type": "point", "panel": "phase"},
    {"type": "point", "panel": "product", "x": 1.0, "y": 1.0},
    {"type": "point", "panel": ["phase"], "x": 1.0, "y": 1.0},
    {"type": "point"},
    {"type": ["point"]},
    {"type": "fix", "key": {"verdict": 1}},
    {"type": "fix", "key": "__class__"},
    {"type": "fix"},
    {"type": "control", "key": "page", "value": "twins"},
    {"type": "control", "key": "band", "value": "maybe"},
    {"type": "control", "key": "band", "value": math.nan},
    {"type": "control", "key": "band", "value": [True] * 1000},
    {"type": "control", "key": "cost_axis", "value": "x" * 100_000},
    {"type": "control", "key": "x" * 100_000, "value": True},
    {"type": "control", "key": {"band": 1}, "value": True},
    {"type": "control"},
    {"type": "nonsense", "value": "x" * 100_000},
    {},
]  # fmt: skip


@pytest.mark.parametrize("event", HOSTILE, ids=lambda e: repr(e)[:60])
def test_no_event_harms_the_page(send, event):
    at = opened(PAGE, **SMALL)
    kind = frame(at)["verdict"]["kind"]
    before, view, run = config(at), loop(at).state.view, loop(at).state.run
    send(at, **event)
    assert config(at) == before
    assert loop(at).state.view == view
    assert loop(at).state.run is run
    assert len(errors(at)) < 400
    assert frame(at)["verdict"]["kind"] == kind


# --- too large, and other pages ------------------------------------------------------------------


@pytest.fixture
def little(monkeypatch):
    """Let the operator allow little: 8 units a layer are trained, 32 are measured only."""
    monkeypatch.setattr("dnn.config.MAX_PARAMETERS", 1_000)
    monkeypatch.setattr("lab.analysis.signal.MAX_SIGNAL", 10_000)


@pytest.mark.usefixtures("little")
def test_too_large_to_train_is_measured_and_says_so():
    at = opened(PAGE, **SMALL)
    found(at.number_input, "lab_width").set_value(32).run()
    assert not at.exception
    assert not errors(at)
    assert config(at).hidden == (32,) * 3
    assert "Too large to train" in frame(at)["status"]["text"]
    press(at, "play")
    assert "play" in buttons(at)
    assert "too large" in frame(at)["notice"]


@pytest.mark.usefixtures("little")
def test_a_link_to_one_too_large_to_train_does_not_pretend_to():
    at = opened(PAGE, **SMALL | {"hidden": "32-32-32", "play": "1"})
    assert not errors(at)
    assert "play" in buttons(at)
    assert "Too large to train" in frame(at)["status"]["text"]


@pytest.mark.usefixtures("little")
def test_too_large_even_to_measure_is_one_sentence_and_the_run_stays():
    at = press(opened(PAGE, **SMALL), "step")
    frame(at)
    run = loop(at).state.run
    found(at.number_input, "lab_width").set_value(512).run()
    assert not at.exception
    checked(at)
    assert len(at.error) == 1
    assert "allowed" in errors(at)
    assert "512" in errors(at)
    assert loop(at).state.run is run
    assert config(at).hidden == (8, 8, 8)
    assert found(at.number_input, "lab_width").value == 8
    found(at.number_input, "lab_width").set_value(10).run()
    assert not errors(at)


def test_a_link_too_large_even_to_measure_shows_a_working_page(monkeypatch):
    monkeypatch.setattr("dnn.config.MAX_PARAMETERS", 200_000)
    monkeypatch.setattr("lab.analysis.signal.MAX_SIGNAL", 200_000)
    at = opened(PAGE, hidden="512-512")
    assert "allowed" in errors(at)
    press(at, "step")


def test_other_pages_and_back_lose_nothing():
    at = press(opened(PAGE, **SMALL), "epoch")
    step = frame(at)["numbers"]["step"]
    running, run, history = loop(at), loop(at).state.run, loop(at).state.history
    assert step > 0
    for page, name in (("playground.py", "playground"), (PAGE, "gradients")) * 2:
        at.switch_page(page)
        checked(at)
        assert loop(at) is running
        assert running.state.view.page == name
        message = frame(at)
        assert message["numbers"]["step"] == step
        assert ("boundary" in message["panels"]) == (name == "playground")
        assert (message["verdict"] is not None) == (name == "gradients")
        assert running.state.run.parameters is run.parameters
        assert len(running.state.history) == len(history)
        assert config(at).hidden == (8, 8, 8)
    at.switch_page("experiments.py")
    checked(at)
    at.switch_page(PAGE)
    checked(at)
    assert loop(at).state.run.step == step


@pytest.mark.usefixtures("little")
def test_the_playground_is_left_a_network_that_it_can_train():
    at = opened(PAGE, **SMALL | {"hidden": "32-32-32"})
    at.switch_page("playground.py")
    checked(at)
    assert config(at) == PRESETS["spiral"].config
    assert "too large" in frame(at)["notice"]
    press(at, "step")
    assert frame(at)["numbers"]["step"] == 1
