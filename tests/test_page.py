"""The page without a browser: every control pressed, every message read."""

from __future__ import annotations

import time

import pytest
from visits import base, buttons, checked, config, errors, found, opened, press, query

import dnn
from dnn.config import FIELDS, Config, to_query
from dnn.data.datasets import DATASETS
from lab.figures import unpack
from lab.figures.frame import Received
from lab.live.executors import InlineExecutor
from lab.live.session.loop import SPEEDS, Loop, dataset
from lab.teaching.presets import PRESETS
from lab.view import View
from pages.shared import live


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")


def test_the_first_visit_trains_the_spiral():
    at = opened()
    assert "pause" in buttons(at)
    assert config(at) == PRESETS["spiral"].config
    assert found(at.selectbox, "start_from").value == "spiral"


def test_a_shared_link_opens_paused_unless_it_says_play():
    assert "play" in buttons(opened(dataset="circle"))
    assert "pause" in buttons(opened(dataset="circle", play="1"))
    assert "play" in buttons(opened(cost_axis="linear"))


@pytest.mark.parametrize("key", PRESETS)
def test_starting_points_are_one_click_away(key):
    at = opened(dataset="circle")
    found(at.selectbox, "start_from").set_value(key).run()
    assert not at.exception
    assert config(at) == PRESETS[key].config
    # The exploding network may have stopped itself before the page was drawn, and only that one.
    diverged = at.session_state["loop"].state.run.diverged is not None
    assert ("pause" in buttons(at)) or (diverged and key == "exploding")


def test_the_transport():
    at = press(opened(), "pause")
    assert "play" in buttons(at)
    for key in ("step", "epoch", "reset", "play", "pause"):
        press(at, key)
    seed = config(at).seed
    press(at, "new_seed")
    assert config(at).seed == seed + 1


def test_every_speed():
    at = opened()
    for speed in SPEEDS:
        found(at.segmented_control, "speed").set_value(speed).run()
        assert not at.exception
        checked(at)
        assert found(at.segmented_control, "speed").value == speed


#: A data set of each kind: the side bar differs by kind only.
KINDS = {(d.planar, d.target): d.key for d in DATASETS.values()}


@pytest.mark.parametrize("dataset_key", KINDS.values())
def test_every_control_of_the_side_bar(dataset_key):
    """Every option of every choice, and a changed value in every other widget, reach the Config."""
    at = opened(dataset=dataset_key, initializer="normal", optimizer="momentum")
    for box in list(at.selectbox):
        field = base(box.key).removeprefix("config_")
        if field not in FIELDS:
            continue
        for option in list(FIELDS[field].choices) if field != "dataset" else []:
            before = getattr(config(at), field)
            found(at.selectbox, box.key).set_value(option).run()
            assert not at.exception
            # What does not fit the data, such as a cost, is refused by name and changes nothing.
            refused = bool(errors(at))
            assert not refused or (field == "loss" and "loss" in errors(at))
            assert getattr(config(at), field) == (before if refused else option)
    pressed = set()
    for number in list(at.number_input):
        # A choice made above may have taken a number away.
        if base(number.key) in [base(n.key) for n in at.number_input]:
            pressed.add(base(number.key))
            before = found(at.number_input, number.key).value
            found(at.number_input, number.key).increment().run()
            assert not at.exception
            assert not errors(at)
            assert found(at.number_input, number.key).value != before
    assert {"config_hidden_0", "config_seed"} <= pressed


@pytest.mark.parametrize("key", DATASETS)
def test_a_data_set_is_chosen_by_its_picture_or_its_name(key):
    other = "xor" if key != "xor" else "moons"
    at = opened(dataset=other)
    found(at.segmented_control, "dataset_picture").set_value(key).run()
    assert not at.exception
    assert config(at).dataset == key
    checked(at)
    assert found(at.selectbox, "config_dataset").value == key
    found(at.selectbox, "config_dataset").set_value(other).run()
    checked(at)
    assert config(at).dataset == other
    assert found(at.segmented_control, "dataset_picture").value == other


def test_layers_are_added_removed_resized_and_given_activations_of_their_own():
    at = press(opened(), "add_layer")
    assert config(at).hidden == (8, 8, 6, 4, 4)
    press(at, "remove_layer")
    press(at, "remove_layer")
    assert config(at).hidden == (8, 8, 6)
    found(at.number_input, "config_hidden_1").set_value(5).run()
    assert config(at).hidden == (8, 5, 6)
    found(at.selectbox, "config_activation_1").set_value("relu").run()
    assert config(at).activation == ("tanh", "relu", "tanh")
    press(at, "add_layer")
    assert config(at).activation == ("tanh", "relu", "tanh", "tanh")
    found(at.selectbox, "config_activation").set_value("sigmoid").run()
    assert config(at).activation == "sigmoid"
    while config(at).hidden:
        press(at, "remove_layer")
    assert config(at).hidden == ()


def test_many_layers_are_typed():
    at = opened(hidden="-".join(["4"] * 10))
    found(at.text_input, "config_hidden_text").set_value("3-3-3").run()
    assert config(at).hidden == (3, 3, 3)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("learning_rate", "0.25", 0.25),
        ("learning_rate", "1e-5", 1e-5),
        ("l2", "0.002", 0.002),
        ("l1", "10", 10.0),
    ],
)
def test_a_rate_is_typed_or_picked(field, text, value):
    at = opened()
    found(at.text_input, f"config_{field}_text").set_value(text).run()
    assert getattr(config(at), field) == value
    picked = 0.003
    found(at.select_slider, f"config_{field}").set_value(picked).run()
    assert getattr(config(at), field) == picked


@pytest.mark.parametrize("size", [1, 30])
def test_an_epoch_of_a_batch_size_is_each_example_once(size):
    at = opened(dataset="xor", batch_size="30")
    found(at.selectbox, "config_batch_size").set_value(str(size)).run()
    assert config(at).batch_size == size
    loop = at.session_state["loop"]
    press(at, "epoch")
    end = time.monotonic() + 30
    while loop.state.run.step < loop.state.epoch_steps and time.monotonic() < end:
        loop.tick()
        time.sleep(0.01)
    assert loop.state.run.step == loop.state.epoch_steps == -(-loop.state.run.data.m_train // size)


def test_a_batch_size_is_typed_or_picked():
    at = opened()
    found(at.selectbox, "config_batch_size").set_value("full").run()
    assert config(at).batch_size is None
    found(at.selectbox, "config_batch_size").set_value("64").run()
    assert config(at).batch_size == 64


def test_inputs_are_switched_on_and_off():
    at = opened()
    found(at.pills, "config_features").set_value(["x1", "x2", "x1sq"]).run()
    assert config(at).features == ("x1", "x2", "x1sq")
    found(at.pills, "config_features").set_value([]).run()
    assert "features" in errors(at)
    assert config(at).features == ("x1", "x2", "x1sq")


def test_what_is_not_allowed_is_one_sentence_and_changes_nothing():
    at = opened()
    before = config(at)
    found(at.text_input, "config_learning_rate_text").set_value("fast").run()
    assert "allowed" in errors(at)
    assert "learning" in errors(at)
    assert config(at) == before
    found(at.text_input, "config_learning_rate_text").set_value("0.1").run()
    assert not errors(at)


def test_a_bad_link_says_so_and_shows_a_working_page():
    at = opened(hidden="8-banana", learning_rate="-3", cost_axis="diagonal", speed="warp")
    for field in ("hidden", "learning", "cost", "speed"):
        assert field in errors(at)
    assert "play" in buttons(at)
    press(at, "step")


def test_a_regression_problem_changes_the_cost_with_it():
    at = opened(loss="logistic")
    found(at.selectbox, "config_dataset").set_value("reg_plane").run()
    assert not errors(at)
    assert config(at).loss is None
    assert config(at).samples == 1200


# --- the loop, driven by its own function as no tick comes without a browser ----------------------


def loop(**fields) -> Loop:
    return Loop(InlineExecutor(), Config(**fields), View(), playing=True)


def shown(live_loop: Loop) -> dict:
    """Return the next frame, or the last one where none is to come."""
    before = live_loop.calls.shown
    for _ in range(6):
        seq, frame, _ = live_loop.tick()
        if seq > before:
            break
    return unpack(frame)


def test_ticks_train_one_epoch_a_frame_to_begin_with():
    running = loop()
    assert [shown(running)["numbers"]["step"] for _ in range(4)] == [8, 16, 24, 32]


@pytest.mark.parametrize(("speed", "steps"), [("step", 1), ("epoch", 8), ("ten", 80)])
def test_speeds_set_the_steps_a_frame(speed, steps):
    running = loop()
    running.set_speed(speed)
    before = shown(running)["numbers"]["step"]
    assert before == steps
    assert shown(running)["numbers"]["step"] - before == steps


def test_full_speed_trains_for_a_bounded_time():
    running = loop()
    running.set_speed("full")
    shown(running)
    assert shown(running)["numbers"]["step"] > 100


def test_pause_step_epoch_and_reset():
    running = loop()
    shown(running)
    running.pause()
    shown(running)  # the slice that was under way
    first = shown(running)
    assert not first["playing"]
    running.step(1)
    assert shown(running)["numbers"]["step"] == first["numbers"]["step"] + 1
    running.step(running.state.epoch_steps)
    assert shown(running)["numbers"]["step"] == first["numbers"]["step"] + 9
    running.reset()
    assert shown(running)["numbers"]["step"] == 0
    again = dnn.start(running.state.config, dataset(running.state.config))
    assert (running.state.run.parameters == again.parameters).all()


def test_a_live_change_is_applied_without_a_reset_and_marked():
    running = loop()
    shown(running)
    running.configure(Config(learning_rate=0.003))
    shown(running)
    frame = shown(running)
    assert frame["numbers"]["learning_rate"] == 0.003
    assert [c.field for c in running.state.run.changes] == ["learning_rate"]
    notes = [a["text"] for a in frame["panels"]["cost"]["figure"]["layout"]["annotations"]]
    assert any("learning rate" in note for note in notes)


def test_another_network_resets_says_so_and_leaves_a_ghost():
    running = loop()
    for _ in range(4):
        shown(running)
    running.configure(Config(hidden=(4,)))
    shown(running)
    frame = shown(running)
    assert "New network" in frame["notice"]
    assert running.state.ghost is not None
    assert len(frame["panels"]["cost"]["figure"]["data"]) >= 3


def test_what_cannot_be_built_leaves_the_run_alone():
    running = loop()
    shown(running)
    before = running.state.run
    with pytest.raises(ValueError, match="loss"):
        running.configure(Config(dataset="reg_plane", loss="logistic"))
    assert running.state.run is before


def test_divergence_names_step_layer_and_cause_and_one_fix():
    running = Loop(InlineExecutor(), PRESETS["exploding"].config, View(), playing=True)
    for _ in range(20):
        frame = shown(running)
    assert running.state.run.diverged is not None
    assert not running.state.playing
    cost = frame["panels"]["cost"]
    assert str(running.state.run.diverged.step) in cost["subtitle"]
    assert "layer" in cost["subtitle"]
    assert cost["banner"]["buttons"][0]["key"] == "divergence"
    live.handle(running, {"type": "fix", "key": "divergence"})
    for _ in range(20):
        frame = shown(running)
    assert running.state.run.diverged is None
    assert running.state.run.step > 50


def test_events_of_the_panels():
    running = loop()
    shown(running)
    live.handle(running, {"type": "control", "key": "cost_axis", "value": "linear"})
    live.handle(running, {"type": "control", "key": "show_test", "value": False})
    running.page_is(theme="dark")
    live.handle(running, {"type": "control", "key": "__class__", "value": "x"})
    live.handle(running, {"type": "nonsense"})
    live.handle(running, {})
    view = running.state.view
    assert (view.cost_axis, view.show_test, view.theme) == ("linear", False, "dark")
    with pytest.raises(ValueError, match="cost_axis"):
        running.look(cost_axis="diagonal")


def test_data_points_are_sent_until_the_page_has_them():
    running, received = loop(), Received()

    def points() -> str:
        """Give the page the next frame, and return the version of the points that it brings."""
        seq = received.seq
        while seq <= received.seq:
            seq, frame, _ = running.tick(received.seq)
        received.take(frame)
        return running.calls.frame.points

    first = points()
    assert first
    assert "panels/boundary/static" in received.parts
    assert not points()
    running.page_is("dark")
    assert first != points() != "", "their colours are others"
    assert not points()
    received.seq = 0
    assert points(), "the page has been loaded again"


def test_a_hidden_page_pauses_and_goes_on():
    running = loop()
    shown(running)
    running.hide(True)
    assert not running.state.playing
    running.hide(False)
    assert running.state.playing
    assert "hidden" in running.state.notice
    running.pause()
    running.hide(True)
    running.hide(False)
    assert not running.state.playing


def test_a_failing_worker_call_is_a_sentence():
    class Failing(InlineExecutor):
        def submit(self, fn, /, *args, **kwargs):
            def fail():
                raise MemoryError("no room")

            return super().submit(fail)

    running = Loop(Failing(), Config(), View(), playing=True)
    for _ in range(3):
        running.tick()
    assert not running.state.playing
    assert running.settled
    assert "no room" in running.state.failed


@pytest.mark.parametrize("page", ["", "gradients.py", "twins.py"])
@pytest.mark.parametrize("of", [Config(), Config(dtype="float32"), PRESETS["lab"].config])
def test_the_address_always_names_the_network(page, of):
    at = opened(page)
    at.session_state["loop"].configure(of)
    again = opened(page, **query(checked(at)))
    assert again.session_state["loop"].state.config == of


def test_the_first_visit_trains_again_after_a_reload():
    at = opened()
    assert query(at) == {}
    assert "pause" in buttons(opened(**query(at)))


def test_every_link_is_what_opens_the_same_page():
    at = opened(hidden="4-3", activation="relu", learning_rate="0.02", gradient="gradient_norm")
    assert config(at) == Config(hidden=(4, 3), activation="relu", learning_rate=0.02)
    assert query(at)["gradient"] == "gradient_norm"
    assert to_query(config(at)).items() <= query(at).items()
