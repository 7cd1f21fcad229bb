"""The page Data without a browser: files of each format, what is wrong with them, and training."""

from __future__ import annotations

import gc
import io
import os
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from test_page import shown
from visits import base, checked, errors, opened, query

import dnn
from dnn.config import Config
from dnn.engine.cache import CACHE
from lab.intake import classic
from lab.intake.proposal import proposed
from lab.intake.scaling_effect import effect
from lab.live.executors import InlineExecutor, WorkerPool
from lab.live.session.loop import Loop
from lab.live.worker import warm_up
from lab.view import View
from pages.shared.sources import AT_HAND, at_hand, read_files

FOLDER = os.environ.get("NEURAL_LAB_DATA", "")
ROWS = 60


@pytest.fixture(autouse=True)
def _inline(monkeypatch):
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")


def csv(separator: str = ",", gaps: bool = False) -> bytes:
    rows = [["length", "weight", "colour", "<b>kind</b>"]]
    for i in range(ROWS):
        length = "" if gaps and i % 10 == 0 else f"{i % 7}.5"
        rows.append([length, str(1000 * (i % 11)), ("red", "blue", "green")[i % 3], "ab"[i % 2]])
    return "\n".join(separator.join(row) for row in rows).encode()


def npz(**arrays) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def hdf5(part: str, m: int) -> bytes:
    import h5py

    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        pixels = np.random.default_rng(m).integers(0, 256, (m, 4, 4, 3))
        file[f"{part}_set_x"] = pixels.astype(np.uint8)
        file[f"{part}_set_y"] = np.arange(m) % 2
        file["list_classes"] = np.array([b"non-cat", b"cat"])
    return out.getvalue()


def brought(*files: tuple[str, bytes]) -> AppTest:
    at = opened("data.py")
    at.file_uploader(key="own_data").set_value(
        [(name, blob, "application/octet-stream") for name, blob in files]
    )
    return checked(at)


def widget(kind, name: str):
    """Return the widget of a choice; a number behind its name says for which file it is."""
    return next(w for w in kind if base(w.key).rpartition("_")[0] == f"choice_{name}")


def trained(at: AppTest) -> Loop:
    at.button(key="train_own").click().run()
    assert not at.exception
    assert not errors(at)
    loop = at.session_state["loop"]
    assert loop.state.playing
    for _ in range(30):
        shown(loop)
    assert not loop.state.failed
    return loop


def words(at: AppTest) -> str:
    """Return all that the page says in HTML."""
    return " ".join(str(getattr(e, "body", "")) for e in at.get("html"))


# --- files of each format ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "separator", "word"), [("a.csv", ",", "comma"), ("b.tsv", "\t", "tab")]
)
def test_a_table_is_shown_in_words_and_trained_on(name, separator, word):
    at = brought((name, csv(separator)))
    said = words(at)
    assert f"60 rows, 4 columns, separated by {word}; the first row is the header" in said
    assert "one sigmoid unit and the logistic cost" in said
    assert "&lt;b&gt;kind&lt;/b&gt;" in said
    assert "<b>kind</b>" not in said
    loop = trained(at)
    assert loop.state.run.data.feature_names == (
        "length", "weight", "colour = blue", "colour = green", "colour = red",
    )  # fmt: skip
    assert loop.state.run.data.class_names == ("a", "b")
    assert (loop.state.run.data.m_train, loop.state.run.data.m_test) == (42, 18)
    assert query(at)["data"] == "own"


def test_target_inputs_missing_values_and_scaling_are_choices():
    at = brought(("a.csv", csv(gaps=True)))
    assert "Rows in which something is missing are left out: 6 of 60" in words(at)
    widget(at.radio, "missing").set_value("fill")
    widget(at.selectbox, "scaling").set_value("minmax")
    at.run()
    assert "left out" not in words(at)
    widget(at.toggle, "every").set_value(False).run()
    widget(at.multiselect, "features_of_<b>kind</b>").set_value(["length", "weight"]).run()
    loop = trained(at)
    assert loop.state.run.data.feature_names == ("length", "weight")
    assert loop.state.run.data.m_train + loop.state.run.data.m_test == ROWS
    assert loop.state.run.data.X_train.min() == pytest.approx(-1)
    assert loop.state.config.scaling == "minmax"


def test_a_number_is_learned_as_a_number():
    at = brought(("a.csv", csv()))
    widget(at.selectbox, "target").set_value("weight").run()
    assert "softmax" in words(at), "eleven whole numbers are classes, unless somebody says"
    widget(at.button_group, "kind_of_weight").set_value("real").run()
    assert "half the squared error" in words(at)
    assert trained(at).state.run.data.target == "real"


@pytest.mark.parametrize("columns", [False, True])
def test_arrays_come_in_both_ways_round_by_one_question(columns):
    X = np.random.default_rng(0).normal(size=(12, 12))
    at = brought(("a.npz", npz(X=X, Y=np.arange(12) % 2)))
    asked = widget(at.radio, "columns")
    assert asked.value is False, "as in most tables"
    asked.set_value(columns).run()
    loop = trained(at)
    both = np.hstack([loop.state.run.data.X_train, loop.state.run.data.X_test])
    raw = X if columns else X.T
    # Standardised, so that the order of values in each input is that of the raw ones.
    assert sorted(map(tuple, np.argsort(np.argsort(both, 1), 1).T.tolist())) == sorted(
        map(tuple, np.argsort(np.argsort(raw, 1), 1).T.tolist())
    )


def test_arrays_that_fit_one_way_only_ask_nothing():
    at = brought(("a.npz", npz(X=np.random.default_rng(0).normal(size=(3, 40)), Y=np.ones(40))))
    assert "one value only" in errors(at)
    y = np.arange(40) % 2
    at = brought(("a.npz", npz(X=np.random.default_rng(0).normal(size=(3, 40)), Y=y)))
    assert not [r for r in at.radio if "columns" in r.key]
    assert any("columns are examples" in c.value.replace("\\", "") for c in at.caption)
    assert trained(at).state.run.data.n_inputs == 3


@pytest.mark.parametrize("turned", [False, True])
def test_pictures_come_in_two_files_in_any_order(turned):
    files = [("my_train.h5", hdf5("train", 20)), ("my_test.h5", hdf5("test", 8))]
    at = brought(*(reversed(files) if turned else files))
    assert "28 pictures of 4 × 4 × 3" in words(at)
    loop = trained(at)
    assert (loop.state.run.data.m_train, loop.state.run.data.m_test) == (20, 8)
    assert loop.state.run.data.X_train.max() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    "files",
    [
        [("a.csv", b"")],
        [("a.csv", b"PK\x03\x04 a spreadsheet")],
        [("a.csv", b"a,b\n1,2\n1,2,3\n")],
        [("a.csv", b"\x00\x01\x02")],
        [("a.npz", b"nonsense")],
        [("a.npz", npz(Z=np.zeros(3)))],
        [("a.npz", npz(X=np.array([{}, []], object), Y=np.zeros(2)))],
        [("a.h5", b"\x89HDF\r\n\x1a\nnonsense")],
        [("a.csv", b"a,b\n1,2\n"), ("b.csv", b"a,b\n1,2\n")],
        [("a.h5", b"no"), ("b.h5", b"no")],
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_one_sentence_and_the_run_goes_on(files):
    at = opened("data.py", dataset="circle", samples="60", hidden="3")
    loop = opened_loop(at)
    before = loop.state.run
    at.file_uploader(key="own_data").set_value([(n, b, "text/csv") for n, b in files])
    checked(at)
    said = errors(at).replace("\\", "")
    assert said.startswith("Not read: ")
    assert "Traceback" not in said
    assert len(at.error) == 1
    assert loop.state.run is before
    assert not [b for b in at.button if b.key == "train_own"]


def opened_loop(at: AppTest) -> Loop:
    """Return the session's loop, which the playground has made."""
    at.switch_page("playground.py")
    checked(at)
    at.switch_page("data.py")
    checked(at)
    return at.session_state["loop"]


def test_data_without_a_sensible_target_is_a_sentence_too():
    at = brought(("a.csv", b"name,age\n" + b"".join(b"p%d,3\n" % i for i in range(80))))
    assert len(at.error) == 1
    assert not [b for b in at.button if b.key == "train_own"]


def test_another_file_takes_the_place_of_the_one_before():
    at = opened("data.py")
    first = ("a.csv", csv(), "text/csv")
    at.file_uploader(key="own_data").set_value([first])
    checked(at)
    assert "60 rows" in words(at)
    second = ("b.csv", b"p,q\n" + b"".join(b"%d,%d\n" % (k, k % 2) for k in range(33)), "text/csv")
    at.file_uploader(key="own_data").set_value([first, second])
    checked(at)
    assert not at.error
    assert "33 rows" in words(at)
    bad = ("c.csv", b"", "text/csv")
    at.file_uploader(key="own_data").set_value([first, second, bad])
    checked(at)
    assert len(at.error) == 1
    assert "33 rows" in words(at), "what could be read stays"


def test_the_header_can_be_denied():
    at = brought(("a.csv", csv()))
    widget(at.toggle, "header").set_value(False).run()
    assert not at.exception
    assert "61 rows" in words(at)


def test_choices_outlast_a_visit_to_another_page():
    at = brought(("a.csv", csv()))
    widget(at.selectbox, "scaling").set_value("none").run()
    opened_loop(at)
    assert widget(at.selectbox, "scaling").value == "none"
    assert "60 rows" in words(at)


# --- real data at hand, the classic demo ---------------------------------------------------------


@pytest.mark.parametrize("key", AT_HAND)
def test_real_tables_are_trained_in_one_click(key):
    at = opened("data.py")
    at.button(key=f"train_{key}").click().run()
    assert not at.exception
    loop = at.session_state["loop"]
    assert loop.state.playing
    assert loop.state.given is None
    assert loop.state.config.dataset == key
    assert query(at)["dataset"] == key
    assert loop.state.run.data.name == dnn.load(loop.state.config).name


@pytest.mark.parametrize(
    ("key", "epochs", "score"),
    [("breast_cancer", 30, 0.94), ("iris", 60, 0.9), ("wine", 60, 0.93), ("digits", 30, 0.93)],
)
def test_what_is_proposed_learns(key, epochs, score):
    data = at_hand(key).what.prepared().data
    config = proposed(data)
    run = dnn.start(config, data)
    steps = epochs * -(-data.m_train // config.batch_size)
    _, records = dnn.advance(run, steps, dnn.Watch(steps))
    assert records[-1].test_score >= score


def test_a_look_at_a_real_table_shows_it_before_it_trains():
    at = opened("data.py")
    at.button(key="look_wine").click().run()
    assert not at.exception
    assert "178 examples of 13 inputs" in words(at)
    assert trained(at).state.config.dataset == "wine"


@pytest.mark.skipif(not FOLDER, reason="NEURAL_LAB_DATA names no folder")
def test_the_classic_demo_in_one_click_starts_from_the_original_s_weights():
    at = opened("data.py")
    at.button(key="train_classic").click().run()
    assert not at.exception
    assert not errors(at)
    loop = at.session_state["loop"]
    assert loop.state.run.layout.sizes == (12288, 15, 12, 7, 5, 2, 1)
    assert loop.state.speed == "full"
    loop.pause()
    loop.reset()
    draw = np.random.RandomState(42)  # what numpy.random.seed(42) seeds
    W1 = draw.randn(15, 12288) * np.sqrt(2 / 12288)
    np.testing.assert_array_equal(loop.state.run.weights[0][0], W1)


@pytest.mark.skipif(not FOLDER, reason="NEURAL_LAB_DATA names no folder")
def test_the_classic_demo_when_its_files_are_uploaded():
    at = brought(*((name, Path(FOLDER, name).read_bytes()) for name in classic.FILES))
    at.button(key="train_demo").click().run()
    assert not at.exception
    assert at.session_state["loop"].state.run.config == classic.CONFIG


# --- a person's own ------------------------------------------------------------------------------


def own_data() -> dnn.Dataset:
    rng = np.random.default_rng(8)
    return dnn.Dataset(rng.normal(size=(3, 40)), np.arange(40) % 2, name="secret")


def keys_of(data: dnn.Dataset) -> list:
    return [key for key in CACHE._entries if isinstance(key, tuple) and data.key in key]


def test_no_process_keeps_data_of_a_run_that_is_gone():
    data = own_data()
    loop = Loop(InlineExecutor(), Config(samples=60, hidden=(3,)), View(), False)
    loop.train_on(Config(hidden=(3,)), data)
    shown(loop)
    assert keys_of(data)
    loop.train_on(Config(samples=60, hidden=(3,)))
    shown(loop)
    assert not keys_of(data)


def test_no_process_keeps_data_of_a_session_that_is_gone(waiting):
    data = own_data()
    loop = Loop(InlineExecutor(), Config(samples=60, hidden=(3,)), View(), False)
    loop.train_on(Config(hidden=(3,)), data)
    shown(loop)
    assert keys_of(data)
    gone = weakref.ref(loop)
    del loop
    gc.collect()
    assert gone() is None
    waiting(lambda: not keys_of(data))


def kept(key: str) -> int:
    """Return how many values the process that runs this keeps of a data set."""
    return len([k for k in CACHE._entries if isinstance(k, tuple) and key in k])


def trained_some(loop: Loop, waiting) -> None:
    """Let a loop make some steps, and pause it."""
    waiting(lambda: (loop.tick(), loop.state.run.step > 5)[1])
    loop.pause()
    waiting(lambda: (loop.tick(), loop.calls.under_way is None)[1])


def test_workers_forget_it_too(waiting):
    data, pool = own_data(), WorkerPool(2, warm_up)
    try:
        loop = Loop(pool, Config(samples=60, hidden=(3,)), View(), False)
        loop.train_on(Config(hidden=(3,)), data)
        trained_some(loop, waiting)
        in_all = lambda: [f.result(60) for f in pool.tell_all(kept, data.key)]  # noqa: E731
        assert sum(in_all()) > 0
        del loop
        gc.collect()
        waiting(lambda: sum(in_all()) == 0)
    finally:
        pool.shutdown()


@pytest.fixture
def waiting():
    """Return a function that waits until a condition holds."""
    import time

    def wait(holds, seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.02)

    return wait


def test_another_visitor_sees_nothing_of_it():
    first = brought(("a.csv", csv()))
    trained(first)
    second = opened("data.py")
    assert "rows, 4 columns" not in words(second)
    assert not [b for b in second.button if b.key == "train_own"]
    assert "source" not in second.session_state
    other = opened("playground.py", **query(first))
    assert other.session_state["loop"].state.given is None
    assert "no link carries" in errors(other).replace("\\", "")


def test_files_are_named_and_refused_by_their_ends():
    assert read_files([("flowers.csv", csv())]).name == "flowers"
    with pytest.raises(ValueError, match="3 files came together"):
        read_files([("a.h5", b""), ("b.h5", b""), ("c.h5", b"")])


def test_what_scaling_does_is_measured_on_the_network_proposed():
    at = brought(("a.csv", csv()))
    said = words(at)
    assert "Standardised:" in said
    assert "apart without scaling" in said
    # By hand: the gradients of layer 1's weights, input by input.
    examples = read_files([("a.csv", csv())]).examples({})
    data = {key: examples.prepared(0.7, key).data for key in ("standard", "none")}
    config = proposed(data["standard"])
    ratios = {}
    for key, found in data.items():
        run = dnn.start(replace(config, scaling=key), found)
        dW = dnn.gradients(run, found.X_train, found.Y_train)[0][0]
        sizes = np.linalg.norm(dW, axis=0)
        ratios[key] = effect(replace(config, scaling=key), found).apart
        assert ratios[key] == pytest.approx(sizes.max() / sizes.min(), rel=1e-4)
    assert ratios["none"] > 100 * ratios["standard"]
