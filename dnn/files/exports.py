"""A run's history as CSV, and its parameters alone as NPZ.

A run to be opened again is saved by dnn.files.saved; as a script, by dnn.files.script.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from dnn.config import LIVE_FIELDS, Config
from dnn.engine.layout import Array
from dnn.engine.trainer import loss_key
from dnn.files.npz import packed
from dnn.parts.normalization import EPSILON
from dnn.parts.schedules import rate_at
from dnn.run.history import History
from dnn.run.training import Run

#: The columns of the whole network, beside the learning rate, and those of each layer: the column's
#: name in a History, and what it is called in the file.
NETWORK = ("step", "epoch", "train_cost", "test_cost", "train_score", "test_score")
LAYER = ("gradient_rms", "gradient_norm", "delta_rms", "activation_rms")


def history_columns(layers: int) -> tuple[str, ...]:
    """Return the columns of history_csv for a network of so many layers, the output the last."""
    each = (f"{name}_{l}" for name in LAYER for l in range(1, layers + 1))
    return (*NETWORK, "learning_rate", *each)


def history_csv(run: Run, history: History) -> str:
    """Return the history as CSV with a header, one line a record, as history_columns has it.

    step, epoch; train_cost, test_cost: mean loss per example, without penalties; train_score,
    test_score: accuracy 0 to 1, or R^2; learning_rate: of the step that follows, the schedule and
    live changes in it. For each layer l = 1 .. L: gradient_rms_l, over examples and weights of each
    example's own gradient; gradient_norm_l, of the mean gradient; delta_rms_l and activation_rms_l,
    over examples and units. Numbers are written so that reading gives the same float64; what does
    not exist (the test part of data without one) is empty, infinite is inf.
    """
    layers = run.layout.layers
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(history_columns(layers))
    for row in range(len(history)):
        numbers = [history[name][row] for name in NETWORK]
        rate = rate_at(config_at(run, int(numbers[0])), int(numbers[0]))
        each = [history[name][row][l] for name in LAYER for l in range(layers)]
        writer.writerow([_written(value) for value in (*numbers, rate, *each)])
    return text.getvalue()


def _written(value: Any) -> str:
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return "" if np.isnan(value) else repr(float(value))


def config_at(run: Run, step: int) -> Config:
    """Return the Config that the step behind `step` updates was made with, or will be."""
    made = {c.field: c.value for c in run.changes if c.step <= step and c.field in LIVE_FIELDS}
    return replace(run.origin, **made)


def parameters_npz(run: Run) -> bytes:
    """Return the parameters as an NPZ file, which numpy.load reads with allow_pickle=False.

    For each layer l = 1 .. L, the output the last: Wl (n_l, n_{l-1}) and bl (n_l, 1), in the run's
    dtype. With batch normalisation, for each hidden layer: gammal, betal, meanl and varl, (n_l, 1),
    the last two being the running moments; epsilon is added to the variance. step and epoch: whole
    numbers. config: the settings now, as JSON text; origin: those it started with; changes: the
    live changes and edits made, as JSON text [[step, field, value], ...]. loss: the one in use.

        A = X;  A = g(W1 @ A + b1);  ...;  Z = WL @ A + bL

    X holds examples as columns, with the features and the scaling that config names.
    """
    arrays: dict[str, Array] = {}
    for l, (W, b) in enumerate(run.weights, 1):
        arrays[f"W{l}"], arrays[f"b{l}"] = W, b
    first = 0
    for l, V in enumerate(run.layout.views(run.parameters, "norm"), 1):
        moments = run.running[:, first : first + len(V), None]
        arrays |= {f"gamma{l}": V[:, :1], f"beta{l}": V[:, 1:]}
        arrays |= {f"mean{l}": moments[0], f"var{l}": moments[1]}
        first += len(V)
    if first:
        arrays["epsilon"] = np.array(EPSILON)
    changes = [[c.step, c.field, c.value] for c in run.changes]
    texts = {
        "config": json.dumps(asdict(run.config)),
        "origin": json.dumps(asdict(run.origin)),
        "changes": json.dumps(changes),
        "loss": loss_key(run.config, run.data) if run.data is not None else "",
    }
    arrays |= {name: np.array(text) for name, text in texts.items()}
    arrays |= {"step": np.array(run.step), "epoch": np.array(run.epoch)}
    return packed(arrays, {})
