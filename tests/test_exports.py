"""Exports, read back by csv and NumPy alone."""

import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest

import dnn
from dnn.files.exports import LAYER, NETWORK, history_columns, history_csv, parameters_npz
from dnn.run.history import History
from lab.live.worker import start_record

CONFIG = dnn.Config(
    dataset="circle", hidden=(6, 4), samples=100, schedule="exponential", schedule_steps=10
)


def watched(config, steps, data=None):
    run = dnn.start(config, data)
    history = History().extend(start_record(run))
    run, records = dnn.advance(run, steps, dnn.Watch(5))
    return run, history.extend(records)


def lines(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def loaded(run):
    return dict(np.load(io.BytesIO(parameters_npz(run)), allow_pickle=False))


def test_the_history_reads_back_to_the_last_bit():
    run, history = watched(CONFIG, 40)
    rows = lines(history_csv(run, history))
    assert tuple(rows[0]) == history_columns(3)
    assert len(rows) == len(history) == 9
    for i, row in enumerate(rows):
        for name in NETWORK:
            assert float(row[name]) == history[name][i]
        for name in LAYER:
            for l in range(3):
                assert float(row[f"{name}_{l + 1}"]) == history[name][i][l]
        step = int(row["step"])
        assert float(row["learning_rate"]) == pytest.approx(0.01 * 0.5 ** (step / 10))


def test_the_learning_rate_is_the_one_of_the_time():
    run, history = watched(replace(CONFIG, schedule="constant"), 20)
    run = dnn.edit(dnn.change(run, learning_rate=0.003), 1, 0, 0, 0.5)
    run, records = dnn.advance(run, 20, dnn.Watch(5))
    rows = lines(history_csv(run, history.extend(records)))
    rates = {int(row["step"]): float(row["learning_rate"]) for row in rows}
    assert rates[15] == 0.01
    assert rates[20] == 0.003, "of the step that follows"
    assert rates[40] == 0.003


def test_what_does_not_exist_is_empty():
    X, Y = np.arange(8.0).reshape(2, 4), np.array([[0, 1, 0, 1]])
    data = dnn.Dataset(X, Y, X[:, :0], Y[:, :0])
    run, history = watched(dnn.Config(hidden=(), batch_size=None), 5, data)
    row = lines(history_csv(run, history))[-1]
    assert row["test_cost"] == row["test_score"] == ""
    assert math.isfinite(float(row["train_cost"]))


def test_without_records_there_is_the_header():
    run = dnn.start(CONFIG)
    assert history_csv(run, History()) == ",".join(history_columns(3)) + "\n"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_parameters_give_the_same_predictions(dtype):
    run, _ = dnn.advance(dnn.start(replace(CONFIG, dtype=dtype)), 50)
    read = loaded(run)
    A = run.data.X_test.astype(dtype)
    for l in (1, 2, 3):
        assert read[f"W{l}"].dtype == dtype
        Z = read[f"W{l}"] @ A + read[f"b{l}"]
        A = np.tanh(Z) if l < 3 else 1 / (1 + np.exp(-Z))
    np.testing.assert_allclose(A, dnn.predict(run, run.data.X_test), rtol=1e-5, atol=1e-6)
    for l, (W, b) in enumerate(run.weights, 1):
        assert np.array_equal(read[f"W{l}"], W)
        assert np.array_equal(read[f"b{l}"], b)
    assert read["step"] == run.step == 50
    assert read["epoch"] == run.epoch
    assert str(read["loss"]) == "logistic"


def test_normalised_units_bring_their_moments():
    run, _ = dnn.advance(dnn.start(replace(CONFIG, batch_norm=True, activation="relu")), 50)
    read = loaded(run)
    A = run.data.X_test
    for l in (1, 2):
        U = read[f"W{l}"] @ A + read[f"b{l}"]
        N = (U - read[f"mean{l}"]) / np.sqrt(read[f"var{l}"] + read["epsilon"])
        A = np.maximum(0, read[f"gamma{l}"] * N + read[f"beta{l}"])
    A = 1 / (1 + np.exp(-(read["W3"] @ A + read["b3"])))
    np.testing.assert_allclose(A, dnn.predict(run, run.data.X_test), rtol=1e-9)


def test_the_settings_make_the_same_run_again():
    run, _ = dnn.advance(dnn.start(replace(CONFIG, activation=("tanh", "relu"))), 20)
    run = dnn.edit(dnn.change(run, learning_rate=0.003, batch_size=None), 1, 2, 1, 0.25)
    run, _ = dnn.advance(run, 10)
    read = loaded(run)
    config = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in json.loads(str(read["config"])).items()
    }
    assert dnn.Config(**config) == run.config
    origin = json.loads(str(read["origin"]))
    again = dnn.start(dnn.Config(**origin))
    again = replace(again, changes=tuple(dnn.Change(*c) for c in json.loads(str(read["changes"]))))
    again = dnn.replay(again, int(read["step"]))
    assert np.array_equal(again.parameters, run.parameters)
