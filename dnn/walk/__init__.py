"""One example, and then a batch, through a network and back: each stage as data to be shown."""

from dnn.walk.batch import batch_stages
from dnn.walk.chain import chain_stages, chain_traces
from dnn.walk.example import example_stages
from dnn.walk.small import small_run
from dnn.walk.source import Lines, source_lines
from dnn.walk.stage import Passage, Stage, coloured
from dnn.walk.trace import MOST_PARAMETERS, Layer, Trace, trace

__all__ = [
    "MOST_PARAMETERS",
    "Layer",
    "Lines",
    "Passage",
    "Stage",
    "Trace",
    "batch_stages",
    "chain_stages",
    "chain_traces",
    "coloured",
    "example_stages",
    "small_run",
    "source_lines",
    "trace",
]
