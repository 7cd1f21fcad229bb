"""The data of a saved run: a built-in set by its hash, any other by value."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dnn.config import Config
from dnn.data.datasets import Dataset, Units, load
from dnn.data.planes import Plane
from dnn.engine.layout import Array
from dnn.engine.trainer import LIMIT
from dnn.files.checked_json import part, texts
from dnn.files.limits import check_table
from dnn.files.npz import Archive
from dnn.run.training import Run, data_of
from dnn.settings import shown

#: How inputs and targets were measured.
UNITS = ("shift", "scale", "target_shift", "target_scale")
PARTS = ("X_train", "Y_train", "X_test", "Y_test")


def written(run: Run) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what about.json says of the data, and its arrays where they are saved by value."""
    data = data_of(run)
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
        "image": data.image,
        "units": None,
    }
    if data.units is not None:
        numbers = data.units.target_shift is not None
        about["units"] = UNITS if numbers else UNITS[:2]
        arrays |= {f"data.{name}": getattr(data.units, name) for name in about["units"]}
    if data.given_plane is not None:
        plane = asdict(data.given_plane)
        arrays |= {f"data.{name}": plane.pop(name) for name in ("origin", "axes")}
        about["plane"] = plane
    return about, arrays


def opened(file: Archive, about: dict[str, Any], origin: Config) -> Dataset:
    """Return the data of a run that began with `origin`. Raises ValueError for other data."""
    key = part(about, "sha256", str)
    if part(about, "built_in", bool):
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
    parts: dict[str, Any] = {
        name: file.expected(f"data.{name}", (None, None), "float64") for name in PARTS
    }
    names = {name: texts(about, name) for name in ("feature_names", "class_names")}
    points: dict[str, Any] = {}
    if part(about, "points", bool):
        for name in ("points_train", "points_test"):
            points[name] = file.expected(f"data.{name}", (2, None), "float64")
    return Dataset(
        **parts, **points, image=_image(about),
        units=_units(file, about, inputs, headers["Y_train"].shape[0]),
        name=part(about, "name", str), target=part(about, "target", str),
        feature_names=names["feature_names"], class_names=names["class_names"] or None,
        plane=_plane(file, about.get("plane"), inputs),
    )  # fmt: skip


def _image(about: dict[str, Any]) -> list[int]:
    """Return the shape of the pictures; a file from before pictures says nothing of it."""
    shape = about.get("image", [])
    if not isinstance(shape, list) or not all(type(n) is int and 0 < n < 10**6 for n in shape):
        raise ValueError(f"image: {shown(shape)} is not allowed")
    return shape


def _units(file: Archive, about: dict[str, Any], inputs: int, outputs: int) -> Units | None:
    names = about.get("units")
    if names is None:
        return None
    if names not in (list(UNITS), list(UNITS[:2])):
        raise ValueError(f"units: {shown(names)} is not allowed")
    rows = {"shift": inputs, "scale": inputs}
    arrays = {name: file.finite(f"data.{name}", (rows.get(name, outputs), 1)) for name in names}
    if any((arrays[name] == 0).any() for name in names if name.endswith("scale")):
        raise ValueError("units: a scale of 0 is not allowed")
    return Units(**arrays)


def _plane(file: Archive, about: Any, inputs: int) -> Plane | None:
    if about is None:
        return None
    words = ("kind", "x_label", "y_label", "note")
    if not isinstance(about, dict) or set(about) != {*words, "x_range", "y_range", "features"}:
        raise ValueError(f"plane: {shown(about)} is not allowed")
    features = Config(features=tuple(texts(about, "features"))).features
    if about["kind"] not in ("inputs", "components"):
        raise ValueError(f"plane: kind {shown(about['kind'])} is not known")
    return Plane(
        **{name: part(about, name, str) for name in words},
        x_range=_range(about, "x_range"), y_range=_range(about, "y_range"), features=features,
        origin=file.finite("data.origin", (inputs, 1)),
        axes=file.finite("data.axes", (inputs, len(features))),
    )  # fmt: skip


def _range(about: dict[str, Any], name: str) -> tuple[float, float]:
    values = part(about, name, list)
    good = len(values) == 2 and all(isinstance(v, float) and abs(v) <= LIMIT for v in values)
    if not good or not values[0] < values[1]:
        raise ValueError(f"{name}: {shown(values)} is not allowed; it is [low, high]")
    return values[0], values[1]
