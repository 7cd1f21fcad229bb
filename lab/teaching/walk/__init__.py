"""One example, and then a batch, through a network and back: each stage as data to be shown."""

from lab.teaching.walk.batch import batch_stages
from lab.teaching.walk.chain import chain_stages, chain_traces
from lab.teaching.walk.example import example_stages
from lab.teaching.walk.small import small_run
from lab.teaching.walk.source import Lines, source_lines
from lab.teaching.walk.stage import Passage, Stage, coloured
from lab.teaching.walk.trace import MOST_PARAMETERS, Layer, Trace, trace

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
