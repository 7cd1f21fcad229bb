"""The page Data: what a removed file takes along, arrays that are no pictures, what is said."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from test_bring import brought, csv, npz, opened_loop, trained, widget, words
from visits import checked, errors, opened

from dnn.data.datasets import DATASETS
from lab.intake import Examples, classic
from lab.intake.problem import Problem
from pages.shared.sources import AT_HAND, Source, at_hand

FIRST = ("a.csv", csv(), "text/csv")
SECOND = ("b.csv", b"p,q\n" + b"".join(b"%d,%d\n" % (k, k % 2) for k in range(33)), "text/csv")
BAD = ("c.csv", b"", "text/csv")
RNG = np.random.default_rng(4)


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")


def give(at, *files):
    """Let the uploader hold these files, as if somebody had added or removed some."""
    at.file_uploader(key="own_data").set_value(list(files))
    return checked(at)


def can_train(at) -> bool:
    return any(b.key == "train_own" for b in at.button)


# --- files that go -------------------------------------------------------------------------------


def test_to_remove_the_file_in_view_drops_its_data():
    at = give(opened("data.py"), FIRST)
    loop = trained(at)
    run = loop.state.run
    at.switch_page("data.py")
    give(checked(at), SECOND)
    assert can_train(at)
    give(at)
    assert not can_train(at)
    assert "33 rows" not in words(at)
    assert loop.state.run.data is run.data, "the run on screen stays"


def test_to_remove_another_file_changes_nothing():
    at = give(opened("data.py"), FIRST)
    give(at, FIRST, SECOND)
    widget(at.selectbox, "scaling").set_value("none").run()
    give(at, SECOND)
    assert "33 rows" in words(at)
    assert widget(at.selectbox, "scaling").value == "none"
    give(at, SECOND, BAD)
    assert errors(at)
    give(at, SECOND)
    assert not errors(at), "what was said of the file has gone with it"
    assert widget(at.selectbox, "scaling").value == "none"
    at.button(key="look_iris").click().run()
    give(at)
    assert "150 examples of 4 inputs" in words(at)


def test_a_file_that_is_still_there_takes_the_place_of_the_one_removed():
    at = give(opened("data.py"), FIRST)
    give(at, FIRST, SECOND)
    give(at, FIRST)
    assert "60 rows" in words(at)
    assert can_train(at)


def test_data_stays_while_other_pages_are_looked_at():
    at = give(opened("data.py"), FIRST)
    opened_loop(at)
    assert not at.file_uploader(key="own_data").value
    assert "60 rows" in words(at)


def test_the_side_bar_leads_to_data_only_where_it_is_in_view():
    at = give(opened("data.py"), FIRST)
    trained(at)
    at.switch_page("playground.py")
    label = "Target, inputs and scaling"
    links = lambda: [e.proto.label for e in checked(at).get("page_link")]  # noqa: E731
    assert label in links()
    at.session_state["source"] = None  # as for a run that was opened from a file
    assert label not in links()
    at.session_state["source"] = at_hand("iris")  # other data than the run's
    assert label not in links()


# --- arrays --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(16, 16, 2), (3, 16, 16), (20, 2)])
def test_arrays_that_are_no_pictures_are_plain_inputs_and_train(shape):
    X = RNG.integers(0, 255, (60, *shape)).astype(np.uint8)
    at = brought(("a.npz", npz(X=X, Y=np.arange(60) % 2)))
    assert not at.get("image")
    assert "is no picture" in words(at)
    assert widget(at.selectbox, "scaling").value == "standard"
    assert trained(at).state.run.data.image == ()


@pytest.mark.parametrize("scale", [1, 255.0])
def test_grey_pictures_have_a_gallery_and_stay_pictures(scale):
    X = RNG.integers(0, 255, (60, 8, 8)).astype(np.uint8)
    X = X if scale == 1 else X / scale - 0.5  # also numbers below zero
    at = brought(("a.npz", npz(X=X, Y=np.arange(60) % 2)))
    assert at.get("image")
    assert widget(at.selectbox, "scaling").value == ("by_255" if scale == 1 else "standard")
    assert trained(at).state.run.data.image == (8, 8, 1)


def test_no_page_shows_where_the_server_keeps_its_files():
    config = tomllib.loads((Path(__file__).parents[1] / ".streamlit/config.toml").read_text())
    assert config["client"]["showErrorDetails"] == "none"


# --- names and reasons ---------------------------------------------------------------------------


def test_colours_have_names():
    at = brought(("a.csv", csv()))
    keys = [h.proto.body for h in at.get("html") if "<p class='nl-keys'" in h.proto.body]
    assert len(keys) == 1
    assert keys[0].index(">a</span>") < keys[0].index(">b</span>")
    at.button(key="look_diabetes").click().run()
    keys = [h.proto.body for h in at.get("html") if "<p class='nl-keys'" in h.proto.body]
    assert len(keys) == 1
    assert keys[0].index("training</span>") < keys[0].index("test</span>")


def test_without_scaling_nothing_is_said_of_before_and_after():
    at = brought(("a.csv", csv()))
    assert "after 1.00 for all" in words(at)
    widget(at.selectbox, "scaling").set_value("none").run()
    assert "Not scaled. Standard deviations" in words(at)
    assert "before" not in words(at).partition("Not scaled")[2].partition("</p>")[0]


@pytest.mark.parametrize("key", AT_HAND)
def test_a_real_table_says_why_its_target_is_what_it_is(key):
    entry, reason = DATASETS[key], at_hand(key).what.problem.reason
    if entry.class_names:
        assert f"{len(entry.class_names)} different labels ({entry.class_names[0]}, " in reason
        assert reason.endswith("so these are classes.")
    else:
        assert reason.endswith("so it is predicted as a number.")


def test_the_classic_demo_s_button_comes_before_what_is_said_of_the_network_proposed():
    at = opened("data.py")
    X = RNG.integers(0, 256, (64 * 64 * 3, 24)).astype(float)
    problem = Problem("binary", (np.arange(24) % 2)[None].astype(float), ("a", "b"), "")
    names = tuple(f"x{k}" for k in range(len(X)))
    found = Examples("cats", X, problem, names, n_train=16, image=(64, 64, 3))
    assert classic.is_classic(found)
    at.session_state["source"] = Source("cats", found)
    checked(at)
    drawn = [
        "demo" if e.type == "button" and e.key == "train_demo"
        else "own" if e.type == "button" and e.key == "train_own"
        else "said" if "with scaling" in str(getattr(e, "proto", "")) else ""
        for e in at.main
    ]  # fmt: skip
    assert [word for word in drawn if word] == ["demo", "said", "own"]
