"""The settings of a run in words, by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dnn.config import FIELDS, Config, to_query
from dnn.data.datasets import Dataset
from dnn.engine.trainer import loss_key
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES
from lab.live.shown import Shown
from lab.live.twins import setting_words
from lab.text.numbers import OFF_AT_ZERO, count, short

GROUPS = {"data": "Data", "network": "Network", "training": "Training"}
#: So many names are written out.
NAMES = 12
#: More equal layers than these are counted.
MANY = 6


def settings(shown: Shown, own: bool) -> dict[str, Any]:
    """Return what the template says of the settings: groups, names, twins and own_data.

    own: whether the data is a person's own, and not what the settings name.
    """
    origin, data = shown.run.origin, shown.data
    meant = {
        "initializer": INITIALIZERS[origin.initializer_key].label,
        "loss": LOSSES[loss_key(origin, data)].label,
    }
    twins = None
    if shown.twin is not None:
        (name,) = shown.twin.setting
        twins = [setting_words(name, config) for config in (origin, shown.twin.run.origin)]
    groups = [group for group in GROUPS if not (own and group == "data")]
    return {
        "groups": [(GROUPS[group], _rows(group, origin, meant)) for group in groups],
        "names": _names(data, own or not FIELDS["features"].applies(origin)),
        "twins": twins,
        "own_data": _own_data(data) if own else None,
    }


def _rows(group: str, config: Config, meant: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a group's settings; meant: what those that follow from others come to."""
    changed, usual, rows = to_query(config), Config(), []
    for name, about in FIELDS.items():
        if about.group != group or not about.applies(config):
            continue
        mark = meant.get(name, "") if getattr(config, name) is None else ""
        if name in changed:
            mark = f"default: {value_words(name, usual)}"
        value = value_words(name, config)
        rows.append({"label": about.label, "value": value, "mark": mark, "set": name in changed})
    return rows


def value_words(name: str, config: Config) -> str:
    """Return a setting of a Config as a person reads it: "Adam", "8–8–6–4", "off"."""
    about, value = FIELDS[name], getattr(config, name)
    if value is None:
        return about.none_label
    if value == 0 and name in OFF_AT_ZERO:
        return "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return short(value)
    if isinstance(value, int):
        return str(value) if name == "seed" else count(value)
    if about.kind == "layers":
        if len(value) > MANY and len(set(value)) == 1:
            return f"{len(value)} layers of {value[0]}"
        return "–".join(map(str, value)) or "none"
    labels: Any = about.choices
    keys = [value] if isinstance(value, str) else list(value)
    return ", ".join(labels[key].label if isinstance(labels, Mapping) else key for key in keys)


def _own_data(data: Dataset) -> list[tuple[str, str]]:
    """Return what there is to know of data that no setting makes."""
    return [
        ("Data set", data.name or "a person's own"),
        ("Training examples", count(data.m_train)),
        ("Test examples", count(data.m_test)),
        ("Inputs", count(data.n_inputs)),
    ]


def _names(data: Dataset, inputs: bool) -> list[tuple[str, str]]:
    """Return what inputs and classes are called, where the settings do not say it."""
    named = any(not name.isdigit() for name in data.class_names)
    found = [
        ("Inputs", data.feature_names if inputs else ()),
        ("Classes", data.class_names if named else ()),
    ]
    return [(what, _listed(names)) for what, names in found if names]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMES
    return ", ".join(names[:NAMES]) + (f" and {count(more)} more" if more > 0 else "")
