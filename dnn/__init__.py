"""Neural Lab's network: a deep neural network from scratch in NumPy.

    config = dnn.Config(hidden=(4, 2), activation="tanh", learning_rate=0.03)
    run = dnn.start(config)                       # or dnn.start(config, dnn.Dataset(X, Y))
    run, records = dnn.advance(run, 1000, watch=dnn.Watch(every=100))

Columns are examples. Every function returns new values; a Run is never altered.
"""

from dnn.config import Config
from dnn.data.datasets import Dataset, load
from dnn.files.saved import restore, save
from dnn.run.gradcheck import Check, gradcheck
from dnn.run.history import History, Record
from dnn.run.inference import cost, gradients, penalty, predict
from dnn.run.training import (
    Change,
    Divergence,
    Run,
    Watch,
    advance,
    applied,
    attach,
    change,
    edit,
    replay,
    start,
)

__all__ = [
    "Change", "Check", "Config", "Dataset", "Divergence", "History", "Record", "Run", "Watch",
    "advance", "applied", "attach", "change", "cost", "edit", "gradcheck", "gradients", "load",
    "penalty", "predict", "replay", "restore", "save", "start",
]  # fmt: skip
