"""Malformed files thrown at every reader: a ValueError of one sentence, or a sound result.

Some 500 files a reader; NEURAL_LAB_FUZZ=10000 in the environment throws that many.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_readers import CLASSES, GAPS, IRIS, LABELS, MARKS, PICTURES, X, hdf5, npz
from test_saved import GIVEN, SOUND, parts, rebuilt

import dnn
from dnn.files import saved
from lab.intake import MISSING, read_arrays, read_images, read_table
from lab.intake.hdf5 import read

FILES = int(os.environ.get("NEURAL_LAB_FUZZ", "500"))
fuzzed = settings(
    max_examples=FILES, deadline=None, derandomize=FILES <= 500,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                           HealthCheck.filter_too_much, HealthCheck.large_base_example],
)  # fmt: skip


def answered(call: Callable):
    """Return what a call gives, or None where it raised a ValueError of one short sentence."""
    try:
        return call()
    except ValueError as error:
        text = str(error)
        assert text
        assert "\n" not in text
        assert len(text) < 1000, text
        assert "Traceback" not in text
        return None


def damaged(*bases: bytes) -> st.SearchStrategy[bytes]:
    """Return a strategy of these files with bytes changed, cut out, repeated or put in."""

    @st.composite
    def of(draw: st.DrawFn) -> bytes:
        blob = bytearray(draw(st.sampled_from(bases)))
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, max(0, len(blob) - 1)))
            kind = draw(st.sampled_from(["set", "cut", "end", "insert", "repeat", "number"]))
            if kind == "set" and blob:
                blob[at] = draw(st.integers(0, 255))
            elif kind == "cut":
                del blob[at : at + draw(st.integers(1, 64))]
            elif kind == "end":
                del blob[at:]
            elif kind == "insert":
                blob[at:at] = draw(st.binary(max_size=16))
            elif kind == "repeat":
                blob[at:at] = blob[at : at + draw(st.integers(1, 64))]
            else:
                value = draw(st.sampled_from([0, 1, 2**31 - 1, 2**32 - 1, 2**63, 2**64 - 1]))
                size = draw(st.sampled_from([2, 4, 8]))
                blob[at : at + size] = (value % 256**size).to_bytes(size, "little")
        return bytes(blob)

    return of()


# --- saved runs ----------------------------------------------------------------------------------


def opened_and_trained(blob: bytes):
    run, history = saved.from_bytes(blob)
    assert (
        dnn.advance(run, 2)[0].step == run.step + 2
        or run.diverged
        or dnn.advance(run, 2)[0].diverged
    )
    assert len(history) <= 10_000
    return run


@fuzzed
@given(st.one_of(damaged(SOUND, GIVEN), st.binary(max_size=300)))
def test_a_damaged_run_is_refused(blob):
    answered(lambda: opened_and_trained(blob))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
PLACES = st.sampled_from(
    [
        *[(name,) for name in parts(SOUND)[0]],
        *[("config", name) for name in parts(SOUND)[0]["config"]],
        *[("data", name) for name in parts(GIVEN)[0]["data"]],
        *[("changes", k, i) for k in range(3) for i in range(3)],
        ("history", "capacity"), ("history", "stride"), ("blocks", 0), ("sizes", 0),
    ]
)  # fmt: skip


@fuzzed
@given(st.sampled_from([SOUND, GIVEN]), PLACES, JSON)
def test_a_run_with_any_json_in_any_place_is_refused_or_trains(base, place, value):
    about, members = parts(base)
    inner = about
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    answered(lambda: opened_and_trained(rebuilt(json.dumps(about).encode(), members)))


def any_array(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from(["<f8", "<f4", "<i8", ">f8", "|b1", "<U3", "|S2", "<c16", "|O"]))
    # Mostly shapes that fit each other: others are refused before anything else is looked at.
    fitting = st.sampled_from([(12, 3), (3, 12), (12,), (1, 12), (12, 1), (12, 12), (12, 2, 2)])
    shape = draw(st.one_of(fitting, st.lists(st.integers(0, 40), max_size=3).map(tuple)))
    value = draw(st.sampled_from([0, 1, 1e300, -5, np.nan, np.inf]))
    with np.errstate(all="ignore"):
        array = np.full(shape, value).astype(kind)
        if kind != "|O" and array.size and draw(st.booleans()):
            array.flat[:: draw(st.integers(1, 5))] = draw(st.integers(0, 3))
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asarray(array, order=draw(st.sampled_from("CF"))))
    return out.getvalue()


@st.composite
def with_other_arrays(draw: st.DrawFn) -> bytes:
    about, members = parts(draw(st.sampled_from([SOUND, GIVEN])))
    for name in draw(st.lists(st.sampled_from(sorted(members)), min_size=1, max_size=3)):
        members[name] = any_array(draw)
    return rebuilt(about, members)


@fuzzed
@given(with_other_arrays())
def test_a_run_with_any_array_in_any_place_is_refused_or_trains(blob):
    answered(lambda: opened_and_trained(blob))


# --- tables --------------------------------------------------------------------------------------


CELL = st.one_of(
    st.sampled_from(["", "NA", "?", "1", "2", "0", "-3.5", "1,5", "1e999", "nan", "a", "b", "=1+1",
                     "<b>", '"', "\u202e", "é", "9" * 400, "1_0", "٣", "\x1c", " "]),
    st.text(max_size=6),
    st.floats().map(str),
)  # fmt: skip
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=14)


@st.composite
def table(draw: st.DrawFn) -> bytes:
    rows = draw(ROWS)
    if rows and draw(st.booleans()):
        rows = [(row * 5)[: len(rows[0])] for row in rows]
    separator = draw(st.sampled_from([",", ";", "\t", "|", " ", ", "]))
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(separator.join(row) for row in rows)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-32"]))
    return text.encode(encoding, "replace")


def every_way(blob: bytes):
    found = read_table(blob)
    assert len(set(found.names)) == len(found.names)
    assert all(name.isprintable() for name in found.names)
    for target in found.names[:3]:
        for missing in MISSING:
            for kind in (None, "real", "classes"):
                examples = answered(
                    lambda t=target, m=missing, k=kind: found.examples(t, None, m, k)
                )
                if examples is not None:
                    trained(examples)


def trained(examples):
    """Train on examples, if they can be trained on."""
    for scaling in ("standard", "minmax", "none", "by_255"):
        made = answered(lambda s=scaling: examples.prepared(0.6, s, 1))
        if made is not None and scaling == "standard":
            assert made.data.n_inputs == len(made.data.feature_names)
            answered(lambda d=made.data: dnn.advance(dnn.start(dnn.Config(hidden=(2,)), d), 2))


@fuzzed
@given(st.one_of(table(), damaged(IRIS.encode(), GAPS), st.binary(max_size=200)))
def test_any_table_is_read_or_refused(blob):
    answered(lambda: every_way(blob))


# --- arrays --------------------------------------------------------------------------------------


@st.composite
def arrays(draw: st.DrawFn) -> bytes:
    names = ["X", "Y", "x", "y", "X_train", "Y_train", "X_test", "Y_test", "class_names", "../Z"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", draw(st.sampled_from([0, zipfile.ZIP_DEFLATED]))) as file:
        for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=6, unique=True)):
            file.writestr(f"{name}.npy", any_array(draw))
    return out.getvalue()


def both_ways(blob: bytes):
    found = read_arrays(blob)
    for columns in (None, True, False):
        for kind in (None, "real", "classes"):
            examples = answered(lambda c=columns, k=kind: found.examples(c, k))
            if examples is not None:
                trained(examples)


ARRAYS = npz(X=X, Y=LABELS, feature_names=["p", "q", "r"])


@fuzzed
@given(st.one_of(arrays(), damaged(ARRAYS, SOUND), st.binary(max_size=200)))
def test_any_arrays_are_read_or_refused(blob):
    answered(lambda: both_ways(blob))


# --- images --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def images() -> bytes:
    options = {"compression": "gzip", "shuffle": True}
    return hdf5(train_set_x=(options, PICTURES), train_set_y=MARKS, list_classes=CLASSES)


def said(blob: bytes) -> str:
    """Return what reading gives, in the process of the HDF5 library."""
    try:
        return str(read(blob, "")["X"].shape)
    except ValueError as error:
        return str(error)


def test_damaged_images_are_refused_and_end_no_server(images):
    """The HDF5 library may die of a file: then the process that it has to itself does, no other."""
    spawn = get_context("spawn")
    pools = [ProcessPoolExecutor(1, spawn)]
    deaths = []

    @fuzzed
    @given(damaged(images))
    def throw(blob):
        try:
            text = pools[-1].submit(said, blob).result(60)
            assert text
            assert "\n" not in text
        except BrokenProcessPool:
            pools.append(ProcessPoolExecutor(1, spawn))
            if len(deaths) < 5:
                deaths.append(blob)

    throw()
    for pool in pools:
        pool.shutdown()
    for blob in deaths:
        assert answered(lambda b=blob: read_images(b)) is None
