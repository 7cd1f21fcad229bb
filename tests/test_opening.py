"""Saving a run as a file and opening one: the loop, the dialog, and what goes on unharmed."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from test_page import shown
from test_saved import GIVEN, SOUND, assert_equal, given, midway
from visits import config, errors, opened

import dnn
from dnn.config import Config
from dnn.files import saved
from lab.link import LONGEST, changes_text
from lab.live.executors import InlineExecutor
from lab.live.session.loop import Loop
from lab.live.trials import Measurement
from lab.view import View

QUERY = {"dataset": "circle", "samples": "60", "hidden": "3-2", "batch_size": "7"}


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")


def loop_of(**view) -> Loop:
    return Loop(InlineExecutor(), Config(samples=80, hidden=(5, 4)), View(**view), False)


def in_dialog(at: AppTest) -> AppTest:
    at.button(key="share").click().run()
    assert not at.exception
    return at


# --- the loop ------------------------------------------------------------------------------------


def test_an_opened_run_is_on_screen_and_goes_on_with_the_same_bits():
    loop, file = loop_of(), saved.from_bytes(SOUND)
    shown(loop)
    loop.play()
    loop.open(file)
    shown(loop)
    assert not loop.state.playing
    assert_equal(loop.state.run, file.run)
    assert loop.state.config == file.run.config
    np.testing.assert_array_equal(
        loop.state.history["train_cost"][:-1], file.history["train_cost"][:-1]
    )
    loop.step(9)
    shown(loop)
    assert_equal(loop.state.run, dnn.advance(file.run, 9)[0])


def test_a_run_on_data_of_its_own_keeps_it_until_other_data_is_chosen():
    loop, file = loop_of(), saved.from_bytes(GIVEN)
    loop.open(file)
    shown(loop)
    loop.step(5)
    shown(loop)
    assert_equal(loop.state.run, dnn.advance(file.run, 5)[0])
    assert loop.state.run.data.class_names == given().class_names
    loop.configure(dnn.Config(**{**vars(loop.state.config), "hidden": (3,)}))
    shown(loop)
    assert loop.state.run.data_key == file.run.data_key
    loop.configure(dnn.Config(**{**vars(loop.state.config), "seed": 5}))
    loop.reset()
    assert loop.state.run.data_key == file.run.data_key
    assert loop.state.epoch_steps == -(-40 // loop.state.config.batch_size)
    loop.configure(dnn.Config(**{**vars(loop.state.config), "dataset": "moons"}))
    shown(loop)
    assert loop.state.given is None
    assert loop.state.run.data.name == "Two moons"


def test_what_was_saved_while_playing_is_the_run_as_it_was():
    loop = loop_of()
    loop.step(20)
    shown(loop)
    loop.edit(1, 0, 1, 0.75)
    shown(loop)
    again = saved.from_bytes(saved.to_bytes(*loop.saved()))
    assert_equal(again.run, loop.state.run)
    assert again.run.changes[-1].field == "w1.0.1"


def test_twins_open_no_file_and_go_on():
    loop = loop_of(page="twins")
    shown(loop)
    before = loop.state.run
    with pytest.raises(ValueError, match="one run"):
        loop.open(saved.from_bytes(SOUND))
    assert loop.state.run is before


def test_the_lab_opens_a_file():
    loop, file = loop_of(page="gradients"), saved.from_bytes(SOUND)
    loop.open(file)
    shown(loop)
    assert loop.state.run.step == file.run.step
    assert loop.calls.frame.data


def test_trainability_is_measured_on_the_data_of_the_file():
    at = opened("gradients.py", dataset="circle", samples="60", hidden="4-4")
    at.session_state["loop"].open(saved.from_bytes(GIVEN))
    shown(at.session_state["loop"])
    at.number_input(key="trainability_steps").set_value(50)
    at.button(key="measure_trainability").click().run()
    assert not at.exception
    measurement = at.session_state["trials"].beside("trainability", Measurement)
    assert measurement.data_name == "data of a file"
    assert measurement.examples == 40


# --- the dialog ----------------------------------------------------------------------------------


def test_the_dialog_opens_what_it_saved():
    run, history = midway(Config(dataset="xor", samples=60, hidden=(4,), batch_size=8))
    at = in_dialog(opened(**QUERY))
    at.file_uploader(key="open_run").set_value(
        ("run.npz", saved.to_bytes(run, history), "application/octet-stream")
    )
    at.button(key="share").click().run()
    assert not at.exception
    loop = at.session_state["loop"]
    shown(loop)
    assert_equal(loop.state.run, run)
    assert not loop.state.playing
    assert "file" in loop.state.notice
    assert config(at) == run.config, "the address has the settings that are on screen"


@pytest.mark.parametrize("blob", [b"", b"nonsense", SOUND[:200], SOUND[:-200] + bytes(200)])
def test_a_file_that_is_none_is_refused_in_a_sentence_and_the_run_stays(blob):
    at = in_dialog(opened(**QUERY))
    before = at.session_state["loop"].state.run
    at.file_uploader(key="open_run").set_value(("run.npz", blob, "application/octet-stream"))
    at.button(key="share").click().run()
    assert not at.exception
    assert errors(at).startswith("Not opened:")
    assert at.session_state["loop"].state.run is before


def test_the_file_is_offered_where_a_link_leaves_changes_out():
    at = opened(**QUERY)
    loop = at.session_state["loop"]
    shown(loop)
    for k in range(400):
        loop.state.run = dnn.edit(dnn.advance(loop.state.run, 1)[0], 1, 0, 0, k / 7)
    assert len(changes_text(loop.state.run.changes)) > LONGEST
    in_dialog(at)
    assert "The file below has all of them" in at.warning[0].value
    assert at.download_button(key="save_run").label == "Save this run as a file"


def test_a_link_says_that_it_carries_no_data():
    at = opened(**QUERY)
    at.session_state["loop"].open(saved.from_bytes(GIVEN))
    in_dialog(at)
    assert "no link can carry" in at.warning[0].value
    assert "step" not in at.code[0].value
