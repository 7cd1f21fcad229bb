"""A run as one file: NPZ with JSON inside, no pickle, to be opened with or without this package.

about.json has the settings the run started with, its changes, and where it is; the arrays are its
parameters (now and at step 0), the state of optimiser and normalisation, its history, and its data:
by value, or for a built-in data set by a hash that is checked. Opening gives an equal Run:
advancing it gives the bits of one that was never saved.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dnn.config import FIELDS, LIVE_FIELDS, Config
from dnn.data.datasets import Dataset
from dnn.engine.layout import Array, Layout
from dnn.engine.trainer import LIMIT
from dnn.files import saved_data
from dnn.files.checked_json import part, whole
from dnn.files.limits import LAST_STEP, MAX_ROWS
from dnn.files.npz import Archive, packed
from dnn.parts.optimizers import OPTIMIZERS
from dnn.run.history import COLUMNS, History
from dnn.run.training import (
    DATA,
    Change,
    Divergence,
    Run,
    check_start,
    check_weight,
    parameter_place,
)
from dnn.settings import shown

FORMAT, VERSION = "neural-lab run", 1
ABOUT = "about.json"
#: Bytes of about.json, and changes in it.
LONGEST_ABOUT, MOST_CHANGES = 16_000_000, 50_000
MOST_RECORDS = 10_000
ARRAYS = ("parameters", "initial", "state", "running")
QUANTITIES = ("pre-activation", "gradient", "weight", "cost")
#: How Python writes a number that is not negative.
NUMBER = re.compile(r"[0-9]{1,20}\.?[0-9]{0,20}(e[+-][0-9]{1,3})?|inf|nan")
WHOLE = ("step", "epoch")
PER_LAYER = ("gradient_rms", "gradient_norm", "delta_rms", "activation_rms")


class Saved(NamedTuple):
    """What a file holds."""

    run: Run
    history: History


def save(path: str | Path, run: Run, history: History | None = None) -> None:
    """Write a run, and the history of its records where given, as a file."""
    Path(path).write_bytes(to_bytes(run, history))


def restore(path: str | Path) -> Saved:
    """Return the run and history that `save` wrote. Raises ValueError for any other file."""
    return from_bytes(Path(path).read_bytes())


def to_bytes(run: Run, history: History | None = None) -> bytes:
    """Return the file of a run. Raises ValueError for one without data or with too many changes."""
    data, given = saved_data.written(run)
    if len(run.changes) > MOST_CHANGES:
        raise ValueError(
            f"changes: {len(run.changes):,} are too many for a file; "
            f"allowed: up to {MOST_CHANGES:,}"
        )
    history = history or History()
    arrays = {name: getattr(run, name) for name in ARRAYS}
    arrays |= {f"history.{name}": column for name, column in history.columns.items()}
    about = {
        "format": FORMAT,
        "version": VERSION,
        "config": {name: getattr(run.origin, name) for name in FIELDS},
        "changes": [[made.step, made.field, made.value] for made in run.changes],
        "step": run.step,
        "epoch": run.epoch,
        "position": run.position,
        # As a text, because it may be infinite, which JSON has no word for.
        "diverged": run.diverged and {**asdict(run.diverged), "value": repr(run.diverged.value)},
        "sizes": run.layout.sizes,
        "blocks": _blocks(run.layout),
        "data": data,
        "history": {"capacity": history.capacity, "stride": history.stride},
    }
    text = json.dumps(about, indent=1, allow_nan=False).encode()
    return packed({**arrays, **given}, {ABOUT: text})


def _blocks(layout: Layout) -> list[dict[str, Any]]:
    """Return where each block of the parameters lies, for those who read a file without dnn."""
    return [
        {"name": block.name, "start": block.start, "shape": list(block.shape)}
        for block in layout.blocks
    ]


# --- opening -------------------------------------------------------------------------------------


def from_bytes(blob: bytes) -> Saved:
    """Return the run and history of a file. Raises ValueError with one sentence where it can't."""
    file = Archive(blob)
    about = _about(file)
    origin = _config(part(about, "config", dict))
    data = saved_data.opened(file, part(about, "data", dict), origin)
    layout = check_start(origin, data)
    if about.get("blocks") != _blocks(layout):
        raise ValueError("blocks: not those of a network with these settings and data")
    changes = _changes(part(about, "changes", list), layout)
    config = _changed(origin, changes, data)
    step, epoch = whole(about, "step", LAST_STEP), whole(about, "epoch", LAST_STEP)
    if changes and changes[-1].step > step:
        raise ValueError(f"changes: one is made at step {changes[-1].step:,}, behind step {step:,}")
    batches = -(-data.m_train // min(config.batch_size or data.m_train, data.m_train))
    start = _initial_state(file, config, layout)
    run = Run(
        config, data, data.key, layout, origin, **start,
        step=step, epoch=epoch, position=whole(about, "position", batches - 1),
        changes=changes, diverged=_divergence(about.get("diverged"), layout, step),
    )  # fmt: skip
    return Saved(run, _history(file, part(about, "history", dict), run))


def _about(file: Archive) -> dict[str, Any]:
    if ABOUT not in file.members:
        raise ValueError(
            f"This is not a saved run: it has no {ABOUT} (the button Share saves runs as files)"
        )
    text = file.text(ABOUT, LONGEST_ABOUT)
    try:
        # NaN and Infinity, which JSON does not have, are refused by int.
        about = json.loads(text.decode(), parse_constant=int)
    except (ValueError, RecursionError):
        raise ValueError(f"{ABOUT} is damaged: it can't be read as JSON") from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(f'{ABOUT} is not that of a saved run: format is not "{FORMAT}"')
    if about.get("version") != VERSION:
        raise ValueError(
            f"version: {shown(about.get('version'))} can't be read here; allowed: {VERSION}"
        )
    return about


def _config(fields: dict[str, Any]) -> Config:
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        raise ValueError(f"config: {shown(unknown[0])} is not a setting of this version")
    return Config(**fields)


def _changes(items: Sequence[Any], layout: Layout) -> tuple[Change, ...]:
    if len(items) > MOST_CHANGES:
        raise ValueError(f"changes: {len(items):,} are too many; allowed: up to {MOST_CHANGES:,}")
    made = tuple(_change(item, layout) for item in items)
    for before, after in pairwise(made):
        if after.step < before.step:
            raise ValueError(f"changes: step {after.step} comes after step {before.step}")
    return made


def _change(item: Any, layout: Layout) -> Change:
    if not isinstance(item, list) or len(item) != 3 or not isinstance(item[1], str):
        raise ValueError(f"changes: {shown(item)} is not allowed; each is [step, what, value]")
    field, value = item[1], item[2]
    step = whole({"changes": item[0]}, "changes", LAST_STEP)
    if field in LIVE_FIELDS:
        return Change(step, field, FIELDS[field].normalized(field, value))
    if field == DATA:
        return Change(step, field, whole({field: value}, field, MAX_ROWS))
    layout.place(*parameter_place(field))
    check_weight(f"changes: {field}", value)
    return Change(step, field, float(value))


def _changed(origin: Config, changes: Sequence[Change], data: Dataset) -> Config:
    """Return the settings that the changes lead to. Raises ValueError where they are too much."""
    live = {made.field: made.value for made in changes if made.field in LIVE_FIELDS}
    for size in {made.value for made in changes if made.field == "batch_size"}:
        check_start(replace(origin, batch_size=size), data)
    return replace(origin, **live)


def _initial_state(file: Archive, config: Config, layout: Layout) -> dict[str, Array]:
    """Return the four arrays of a Run. Raises ValueError where one does not fit its settings."""
    slots = OPTIMIZERS[config.optimizer].slots
    shapes = {
        "parameters": (layout.size,),
        "initial": (layout.size,),
        "state": (slots, layout.size),
        "running": (2, layout.running_size),
    }
    found = {name: file.expected(name, shapes[name], config.dtype) for name in ARRAYS}
    for name in ("parameters", "initial", "running"):
        if not (np.abs(found[name]).max(initial=0.0) <= LIMIT):
            raise ValueError(
                f"{name} holds a value that is not finite, or beyond {LIMIT:g}: "
                "no run goes on from there"
            )
    if found["running"].size and found["running"][1].min() < 0:
        raise ValueError("running holds a negative variance")
    return found


def _divergence(about: Any, layout: Layout, step: int) -> Divergence | None:
    if about is None:
        return None
    known = isinstance(about, dict) and set(about) == {"step", "layer", "quantity", "value"}
    value = about["value"] if known and about["quantity"] in QUANTITIES else None
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        raise ValueError(f"diverged: {shown(about)} is not allowed")
    layer = whole(about, "layer", layout.layers, 1)
    return Divergence(whole(about, "step", step + 1), layer, about["quantity"], float(value))


# --- history -------------------------------------------------------------------------------------


def _history(file: Archive, about: dict[str, Any], run: Run) -> History:
    capacity = whole(about, "capacity", MOST_RECORDS, 2)
    history = History(capacity, whole(about, "stride", 2**40, 1))
    if "history.step" not in file.names:
        return history
    columns = {}
    count = math.prod(file.header("history.step").shape[:1])
    if not 1 <= count <= MOST_RECORDS:
        raise ValueError(f"history: {count:,} records; allowed: from 1 to {MOST_RECORDS:,}")
    for name in COLUMNS:
        shape = (count, run.layout.layers) if name in PER_LAYER else (count,)
        dtypes: tuple[str, ...] = ("int64",) if name in WHOLE else ("float64", "float32")
        columns[name] = file.expected(f"history.{name}", shape, dtypes)
    steps = columns["step"]
    if steps[0] < 0 or steps[-1] > run.step or (np.diff(steps) < 0).any():
        raise ValueError(f"history: its steps don't rise from 0 to the run's, {run.step:,}")
    return replace(history, columns=_drawable(columns))


def _drawable(columns: dict[str, Array]) -> dict[str, Array]:
    """Return the records that a chart can show: one of an exploding network may be infinite."""
    keep = np.abs(columns["train_cost"]) <= LIMIT
    for column in columns.values():
        keep &= ~np.isinf(column).reshape(len(column), -1).any(axis=1)
    return {name: column[keep] for name, column in columns.items()} if keep.any() else {}
