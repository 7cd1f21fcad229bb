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

from dnn.changes import LAST_STEP
from dnn.config import FIELDS, LIVE_FIELDS, Config
from dnn.datasets import Dataset, load
from dnn.history import COLUMNS, History
from dnn.layout import Array, Layout
from dnn.limits import check_table
from dnn.npz import Archive, packed
from dnn.optimizers import OPTIMIZERS
from dnn.planes import Plane
from dnn.settings import shown
from dnn.trainer import LIMIT
from dnn.training import (
    LARGEST_EDIT,
    Change,
    Divergence,
    Run,
    check_start,
    parameter_place,
)

FORMAT, VERSION = "neural-lab run", 1
ABOUT = "about.json"
#: Bytes of about.json, and changes in it.
LONGEST_ABOUT, MOST_CHANGES = 16_000_000, 50_000
MOST_RECORDS = 10_000
ARRAYS = ("parameters", "initial", "state", "running")
PARTS = ("X_train", "Y_train", "X_test", "Y_test")
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
    if run.data is None:
        raise ValueError("data: this Run was unpickled without its data; use dnn.attach(run, data)")
    if len(run.changes) > MOST_CHANGES:
        raise ValueError(
            f"changes: {len(run.changes):,} are too many for a file; "
            f"allowed: up to {MOST_CHANGES:,}"
        )
    history = history or History()
    arrays = {name: getattr(run, name) for name in ARRAYS}
    arrays |= {f"history.{name}": column for name, column in history.columns.items()}
    data, given = _data_of(run)
    about = {
        "format": FORMAT,
        "version": VERSION,
        "config": {name: getattr(run.origin, name) for name in FIELDS},
        "changes": [[made.step, made.field, made.value] for made in run.changes],
        "step": run.step,
        "epoch": run.epoch,
        "position": run.position,
        # As a text, because it may be infinite, which JSON has no word for.
        "diverged": {**asdict(run.diverged), "value": repr(run.diverged.value)}
        if run.diverged
        else None,
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


def _data_of(run: Run) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what about.json says of the data, and its arrays where they are saved by value."""
    data = run.data
    assert data is not None
    if load(run.origin).key == data.key:
        return {"built_in": True, "sha256": data.key}, {}
    arrays = {f"data.{name}": getattr(data, name) for name in PARTS}
    if data.given_points is not None:
        train, test = data.given_points
        arrays |= {"data.points_train": train, "data.points_test": test}
    about: dict[str, Any] = {
        "built_in": False,
        "sha256": data.key,
        "name": data.name,
        "target": data.target,
        "feature_names": data.feature_names,
        "class_names": data.class_names,
        "points": data.given_points is not None,
        "plane": None,
    }
    if data.given_plane is not None:
        plane = asdict(data.given_plane)
        arrays |= {f"data.{name}": plane.pop(name) for name in ("origin", "axes")}
        about["plane"] = plane
    return about, arrays


# --- opening -------------------------------------------------------------------------------------


def from_bytes(blob: bytes) -> Saved:
    """Return the run and history of a file. Raises ValueError with one sentence where it can't."""
    file = Archive(blob)
    about = _about(file)
    origin = _config(_part(about, "config", dict))
    data = _data(file, _part(about, "data", dict), origin)
    layout = check_start(origin, data)
    if about.get("blocks") != _blocks(layout):
        raise ValueError("blocks: not those of a network with these settings and data")
    changes = _changes(_part(about, "changes", list), layout)
    config = _changed(origin, changes, data)
    step, epoch = _whole(about, "step", LAST_STEP), _whole(about, "epoch", LAST_STEP)
    if changes and changes[-1].step > step:
        raise ValueError(f"changes: one is made at step {changes[-1].step:,}, behind step {step:,}")
    batches = -(-data.m_train // min(config.batch_size or data.m_train, data.m_train))
    start = _initial_state(file, config, layout)
    run = Run(
        config, data, data.key, layout, origin, **start,
        step=step, epoch=epoch, position=_whole(about, "position", batches - 1),
        changes=changes, diverged=_divergence(about.get("diverged"), layout, step),
    )  # fmt: skip
    return Saved(run, _history(file, _part(about, "history", dict), run))


def _about(file: Archive) -> dict[str, Any]:
    if ABOUT not in file.members:
        raise ValueError(
            f"This is not a saved run: it has no {ABOUT} (the button Share saves runs as files)"
        )
    text = file.text(ABOUT, LONGEST_ABOUT)
    try:
        about = json.loads(text.decode(), parse_constant=_not_a_number)
    except (ValueError, RecursionError):
        raise ValueError(f"{ABOUT} is damaged: it can't be read as JSON") from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(f'{ABOUT} is not that of a saved run: format is not "{FORMAT}"')
    if about.get("version") != VERSION:
        raise ValueError(
            f"version: {shown(about.get('version'))} can't be read here; allowed: {VERSION}"
        )
    return about


def _not_a_number(text: str) -> Any:
    raise ValueError(text)


def _part(about: dict[str, Any], name: str, kind: type) -> Any:
    value = about.get(name)
    if not isinstance(value, kind):
        words = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}[kind]
        raise ValueError(f"{name}: {shown(value)} is not allowed in {ABOUT}; it is {words}")
    return value


def _whole(about: dict[str, Any], name: str, most: int, least: int = 0) -> int:
    value = about.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(
            f"{name}: {shown(value)} is not allowed; "
            f"allowed: whole numbers from {least:,} to {most:,}"
        )
    return value


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
    step = _whole({"changes": item[0]}, "changes", LAST_STEP)
    if field in LIVE_FIELDS:
        return Change(step, field, FIELDS[field].normalized(field, value))
    layout.place(*parameter_place(field))
    number = isinstance(value, float | int) and not isinstance(value, bool)
    if not number or not -LARGEST_EDIT <= value <= LARGEST_EDIT:
        raise ValueError(
            f"changes: {field} can't be {shown(value)}; "
            f"allowed: numbers from {-LARGEST_EDIT:,.0f} to {LARGEST_EDIT:,.0f}"
        )
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
    found = {name: _array(file, name, shapes[name], config.dtype) for name in ARRAYS}
    for name in ("parameters", "initial", "running"):
        if not (np.abs(found[name]).max(initial=0.0) <= LIMIT):
            raise ValueError(
                f"{name} holds a value that is not finite, or beyond {LIMIT:g}: "
                "no run goes on from there"
            )
    if found["running"].size and found["running"][1].min() < 0:
        raise ValueError("running holds a negative variance")
    return found


def _array(
    file: Archive, name: str, shape: tuple[int | None, ...], dtypes: str | tuple[str, ...]
) -> Array:
    """Return a read-only array of this shape, None being any length, and dtype."""
    dtypes = (dtypes,) if isinstance(dtypes, str) else dtypes
    header = file.header(name)
    fits = len(header.shape) == len(shape) and all(
        wanted in (None, is_) for wanted, is_ in zip(shape, header.shape, strict=True)
    )
    if not fits or header.dtype not in [np.dtype(dtype) for dtype in dtypes]:
        wanted_shape = str(shape).replace("None", "any")
        raise ValueError(
            f"{name} has shape {header.shape} and type {header.dtype}; here it must have "
            f"{wanted_shape} and {' or '.join(dtypes)}"
        )
    array = file.array(name)
    array.flags.writeable = False
    return array


def _divergence(about: Any, layout: Layout, step: int) -> Divergence | None:
    if about is None:
        return None
    if not isinstance(about, dict) or set(about) != {"step", "layer", "quantity", "value"}:
        raise ValueError(f"diverged: {shown(about)} is not allowed in {ABOUT}")
    value = about["value"]
    number = isinstance(value, str) and NUMBER.fullmatch(value)
    if about["quantity"] not in QUANTITIES or not number:
        raise ValueError(f"diverged: {shown(about)} is not allowed in {ABOUT}")
    return Divergence(
        _whole(about, "step", step + 1), _whole(about, "layer", layout.layers, 1),
        about["quantity"], float(value),
    )  # fmt: skip


# --- data ----------------------------------------------------------------------------------------


def _data(file: Archive, about: dict[str, Any], origin: Config) -> Dataset:
    key = _part(about, "sha256", str)
    if _part(about, "built_in", bool):
        data = load(origin)
        if data.key != key:
            raise ValueError(
                f"data: {shown(origin.dataset)} is not the same here as where the run was saved "
                "(another version of a library, or a damaged file), so it can't go on from there"
            )
        return data
    data = _given(file, about)
    if data.key != key:
        raise ValueError("data: it has been changed since the run was saved (its hash differs)")
    return data


def _given(file: Archive, about: dict[str, Any]) -> Dataset:
    headers = {name: file.header(f"data.{name}") for name in PARTS}
    for name, header in headers.items():
        if len(header.shape) != 2:
            raise ValueError(f"data.{name} has shape {header.shape}; it needs two axes")
    inputs = headers["X_train"].shape[0]
    check_table(headers["X_train"].shape[1] + headers["X_test"].shape[1], inputs)
    parts = {name: _array(file, f"data.{name}", (None, None), "float64") for name in PARTS}
    names = {name: _texts(about, name) for name in ("feature_names", "class_names")}
    points: dict[str, Array] = {}
    if _part(about, "points", bool):
        for name in ("points_train", "points_test"):
            points[name] = _array(file, f"data.{name}", (2, None), "float64")
    return Dataset(
        **parts, **points, name=_part(about, "name", str), target=_part(about, "target", str),
        feature_names=names["feature_names"], class_names=names["class_names"] or None,
        plane=_plane(file, about.get("plane"), inputs),
    )  # fmt: skip


def _texts(about: dict[str, Any], name: str) -> list[str]:
    texts = _part(about, name, list)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{name}: allowed are texts only")
    return texts


def _plane(file: Archive, about: Any, inputs: int) -> Plane | None:
    if about is None:
        return None
    texts = ("kind", "x_label", "y_label", "note")
    if not isinstance(about, dict) or set(about) != {*texts, "x_range", "y_range", "features"}:
        raise ValueError(f"plane: {shown(about)} is not allowed in {ABOUT}")
    features = Config(features=tuple(_texts(about, "features"))).features
    if about["kind"] not in ("inputs", "components"):
        raise ValueError(f"plane: kind {shown(about['kind'])} is not known")
    return Plane(
        **{name: _part(about, name, str) for name in texts},
        x_range=_range(about, "x_range"), y_range=_range(about, "y_range"), features=features,
        origin=_finite(file, "data.origin", (inputs, 1)),
        axes=_finite(file, "data.axes", (inputs, len(features))),
    )  # fmt: skip


def _range(about: dict[str, Any], name: str) -> tuple[float, float]:
    values = _part(about, name, list)
    good = len(values) == 2 and all(isinstance(v, float) and abs(v) <= LIMIT for v in values)
    if not good or not values[0] < values[1]:
        raise ValueError(f"{name}: {shown(values)} is not allowed; it is [low, high]")
    return values[0], values[1]


def _finite(file: Archive, name: str, shape: tuple[int, ...]) -> Array:
    array = _array(file, name, shape, "float64")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds a value that is not finite")
    return array


# --- history -------------------------------------------------------------------------------------


def _history(file: Archive, about: dict[str, Any], run: Run) -> History:
    capacity = _whole(about, "capacity", MOST_RECORDS, 2)
    history = History(capacity, _whole(about, "stride", 2**40, 1))
    if "history.step" not in file.names:
        return history
    columns = {}
    count = math.prod(file.header("history.step").shape[:1])
    if not 1 <= count <= MOST_RECORDS:
        raise ValueError(f"history: {count:,} records; allowed: from 1 to {MOST_RECORDS:,}")
    for name in COLUMNS:
        shape = (count, run.layout.layers) if name in PER_LAYER else (count,)
        dtypes: tuple[str, ...] = ("int64",) if name in WHOLE else ("float64", "float32")
        columns[name] = _array(file, f"history.{name}", shape, dtypes)
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
