"""History: bounded, evenly thinned, ending where the run is."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dnn
from dnn.run.history import COLUMNS, History, Record


def record(step, layers=3):
    """Return a Record whose numbers tell its step."""
    values = {
        f.name: step + np.arange(layers) / 10 if f.type == "Array" else float(step)
        for f in fields(Record)
    }
    return Record(**{**values, "step": step, "epoch": step // 8})


def records(steps):
    return [record(s) for s in steps]


def test_columns():
    history = History().extend(records([1, 2, 5]))
    assert set(history.columns) == set(COLUMNS)
    assert history["step"].tolist() == [1, 2, 5]
    assert history["train_cost"].tolist() == [1, 2, 5]
    assert history["gradient_rms"].shape == (3, 3)
    assert history["gradient_rms"][1].tolist() == [2.0, 2.1, 2.2]
    assert (len(history), history.last("step")) == (3, 5)
    assert history.last("delta_rms").tolist() == [5.0, 5.1, 5.2]


def test_an_empty_history():
    history = History()
    assert len(history) == 0
    assert history.extend([]) is history


def test_extending_leaves_the_old_value_alone():
    old = History().extend(records([1, 2]))
    new = old.extend(records([3]))
    assert (len(old), len(new)) == (2, 3)


def test_thinning_doubles_the_stride_and_stays_even():
    history = History(capacity=10)
    for step in range(21):
        history = history.extend(records([step]))
        assert history.last("step") == step
    assert history.stride == 4
    assert history["step"].tolist() == [0, 4, 8, 12, 16, 20]
    history = history.extend(records([21]))
    assert history["step"].tolist() == [0, 4, 8, 12, 16, 20, 21]
    history = history.extend(records([22]))
    assert history["step"].tolist() == [0, 4, 8, 12, 16, 20, 22], "the end gives way"
    assert history["test_score"].tolist() == history["step"].tolist(), "columns stay together"


@settings(max_examples=150, deadline=None)
@given(
    st.integers(2, 40),
    st.integers(1, 12),
    st.lists(st.lists(st.booleans(), max_size=20), min_size=1, max_size=12),
)
def test_bounded_even_and_complete(capacity, every, slices):
    history, step, offered = History(capacity=capacity), 0, []
    for taken in slices:
        new = []
        for extra in taken:
            # Records of a Watch, and some between them as a single step or a pause makes.
            step += every if not extra else 1
            new.append(step)
        offered += new
        before = history.stride
        history = history.extend(records(new))
        kept = history["step"].tolist() if len(history) else []
        assert len(kept) <= capacity
        assert kept == sorted(set(kept))
        assert set(kept) <= set(offered)
        assert kept[-1:] == offered[-1:], "the newest is kept"
        assert history.stride in {before * 2**k for k in range(20)}
        expected = [s for s in offered if s % history.stride == 0]
        assert [s for s in kept if s % history.stride == 0] == expected, "all that the stride names"


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 30), st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_cuts_do_not_matter(capacity, cuts):
    whole = History(capacity=capacity).extend(records(range(1, sum(cuts) + 1)))
    history, step = History(capacity=capacity), 0
    for n in cuts:
        history = history.extend(records(range(step + 1, step + n + 1)))
        step += n
    assert history.stride == whole.stride
    assert history["step"].tolist() == whole["step"].tolist()


@pytest.mark.parametrize("every", [1, 8, 7])
def test_a_long_run_stays_bounded_and_even(every):
    history = History(capacity=100)
    for first in range(every, 20_000 * every, 500 * every):
        history = history.extend(records(range(first, first + 500 * every, every)))
    steps = history["step"]
    assert 50 <= len(steps) <= 100
    assert len(set(np.diff(steps[:-1]).tolist())) == 1
    assert sum(column.nbytes for column in history.columns.values()) < 100 * 8 * 20


def test_records_of_a_run_fit():
    run, records_ = dnn.advance(dnn.start(dnn.Config()), 50, dnn.Watch(10))
    history = History().extend(records_)
    assert history["step"].tolist() == [10, 20, 30, 40, 50]
    assert history["activation_rms"].shape == (5, len(run.weights))
