"""Walk and glossary without a browser: keys, choices, links, and links that are wrong."""

from __future__ import annotations

import re

import pytest
from visits import errors, found, opened, press, query

from dnn.config import Config
from dnn.run.training import start
from lab.teaching.glossary import GLOSSARY
from lab.teaching.walk.example import example_stages
from lab.teaching.walk.small import small_run
from lab.teaching.walk.trace import Trace
from pages.shared.walk_picture import picture

pytestmark = pytest.mark.usefixtures("inline")


def test_the_small_network_is_walked_to_the_end_and_back():
    at = opened("walk.py")
    seen = []
    while not at.button(key="walk_next").disabled:
        press(at, "walk_next")
        seen.append(query(at)["stage"])
    assert seen[:4] == ["z1", "a1", "z2", "a2"]
    assert seen[-1] == "batch_update2"
    press(at, "walk_back")
    assert query(at)["stage"] == "batch_update1"


def test_a_stage_is_picked_from_the_list_and_an_example_chosen():
    at = press(opened("walk.py"), "stage_dW1")
    assert query(at)["stage"] == "dW1"
    first = [l.value for l in at.latex]
    found(at.number_input, "walk_example").set_value(2).run()
    assert query(at)["example"] == "2"
    assert [l.value for l in at.latex] != first


@pytest.mark.parametrize("subject", ["run", "chain"])
def test_other_subjects_begin_at_their_first_stage(subject):
    at = opened("walk.py", stage="z1")
    found(at.segmented_control, "walk_subject").set_value(subject).run()
    assert not at.exception
    assert query(at).items() >= {"walk": subject}.items()
    assert "stage" not in query(at)
    press(at, "walk_next")


@pytest.mark.parametrize(
    ("name", "value"), [("walk", "x"), ("stage", "z99"), ("example", "0"), ("example", "1e9")]
)
def test_a_wrong_link_is_a_sentence(name, value):
    at = opened("walk.py", **{name: value}).run()
    assert not at.exception
    assert name in errors(at)


def test_the_links_of_the_glossary_into_the_walk_open():
    wheres = {term.where for term in GLOSSARY.values() if term.where.startswith("walk?")}
    for where in wheres:
        asked = dict(part.split("=") for part in where.partition("?")[2].split("&"))
        at = opened("walk.py", **asked).run()
        assert not errors(at), where


@pytest.mark.parametrize("subject", ["small", "run", "chain"])
def test_the_projector_is_entered_and_left_at_the_same_stage(subject):
    stage = "slope" if subject == "chain" else "z2"
    at = press(opened("walk.py", walk=subject, stage=stage), "present")
    assert query(at).items() >= {"present": "on", "stage": stage, "walk": subject}.items()
    assert at.session_state["loop"].state.view.present
    at = press(at, "present")
    assert "present" not in query(at)
    assert query(at).items() >= {"stage": stage, "walk": subject}.items()
    assert not at.session_state["loop"].state.view.present


def test_a_link_for_a_projector_can_be_left():
    at = press(opened("walk.py", present="1", stage="dW1"), "present")
    assert query(at) == {"stage": "dW1"}


def key_of(t, stages, key):
    html = picture(next(s for s in stages if s.key == key), t, "light").partition("</svg>")[2]
    return re.sub("<.*?>", "", html)


def test_the_key_says_what_the_picture_shows():
    run = small_run()
    t = Trace(run, run.data.X_train[:, :1], run.data.Y_train[:, :1])
    stages = example_stages(t)
    told = {
        "z1": "At the units: input x, layer 1 z[1]. At the marked links: W[1].",
        "a2": "At the units: input x, layer 1 a[1], output a[2].",
        "dW2": "At the units: input x, layer 1 a[1], output δ[2]. At the marked links: dW[2].",
        "delta1": "At the units: input x, layer 1 δ[1], output δ[2]. At the marked links: W[2].",
    }
    assert {key: key_of(t, stages, key) for key in told} == told


def test_the_key_tells_delta_before_batch_normalisation_and_links_without_numbers():
    run = start(Config(dataset="circle", hidden=(4, 4), batch_norm=True))
    t = Trace(run, run.data.X_train[:, :1], run.data.Y_train[:, :1])
    stages = example_stages(t)
    assert "layer 2 δᵤ[2]" in key_of(t, stages, "dW2")
    assert "layer 2 δ[2]" in key_of(t, stages, "delta2")
    assert "layer 1 δ[1], layer 2 δᵤ[2]" in key_of(t, stages, "delta1")
    assert "Marked: the links of dW[2], too many for numbers." in key_of(t, stages, "dW2")


def test_the_glossary_is_searched():
    at = opened("glossary.py")
    found(at.text_input, "glossary_search").set_value("chain rule").run()
    assert not at.exception
    assert query(at) == {"search": "chain rule"}
    assert any("Chain rule" in html.proto.body for html in at.get("html"))


def test_a_link_to_a_run_at_a_step_opens_that_step():
    asked = {"walk": "run", "dataset": "circle", "hidden": "3", "step": "5", "stage": "z1"}
    at = opened("walk.py", **asked)
    for _ in range(20):
        if at.session_state["loop"].state.goal is None:
            break
        at.run()
    at.run()
    assert not at.exception
    assert at.session_state["loop"].state.run.step == 5
    assert query(at).items() >= {"step": "5", "walk": "run", "stage": "z1"}.items()


def test_a_network_that_is_too_large_gives_way_to_the_small_one(monkeypatch):
    monkeypatch.setattr("lab.teaching.walk.trace.MOST_PARAMETERS", 20)
    at = opened("walk.py", walk="run")
    assert "up to 20 can be walked through" in at.info[0].value
    press(at, "walk_next")
