"""The settings of a run as tables, those in bold that are not the defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dnn.config import FIELDS, Config, to_query
from dnn.engine.trainer import loss_key
from dnn.parts.initializers import INITIALIZERS
from dnn.parts.losses import LOSSES
from dnn.run.training import Run
from lab.live.twins import setting_words
from lab.live.worker import Slice
from lab.text.numbers import OFF_AT_ZERO, count, short

GROUPS = {"data": "Data", "network": "Network", "training": "Training"}
#: So many names are written out.
NAMES = 12
#: More equal layers than these are counted.
MANY = 6


def settings_section(work: Slice, own: bool) -> str:
    """Return all settings that the run began with, those in bold that are not the defaults."""
    origin = work.run.origin
    assert work.run.data is not None
    meant = {
        "initializer": INITIALIZERS[origin.initializer_key].label,
        "loss": LOSSES[loss_key(origin, work.run.data)].label,
    }
    groups = [group for group in GROUPS if not (own and group == "data")]
    tables = "".join(_group(group, origin, meant) for group in groups)
    tables = (_own_data(work.run) if own else "") + tables
    other = ""
    if work.twin is not None:
        (name,) = work.twin.setting
        first, second = setting_words(name, origin), setting_words(name, work.twin.run.origin)
        other = f"<p>Two networks: A has {escape(first)}, B {escape(second)}.</p>"
    return (
        "<h2>Settings</h2><p>As the run began. Bold: not the default, which stands below.</p>"
        f"{other}<div class='settings'>{tables}</div>{_names(work.run, own)}"
    )


def _group(group: str, config: Config, meant: Mapping[str, str]) -> str:
    """Return a group's settings; meant: what those that follow from others come to."""
    changed, usual = to_query(config), Config()
    rows = []
    for name, about in FIELDS.items():
        if about.group != group or not about.applies(config):
            continue
        value, mark = value_words(name, config), ""
        if getattr(config, name) is None and name in meant:
            mark = f"<br><small>{escape(meant[name])}</small>"
        if name in changed:
            before = value_words(name, usual)
            mark = f"<br><small>default: {escape(before)}</small>"
        rows.append(
            f"<tr{' data-set' if name in changed else ''}><td>{escape(about.label)}</td>"
            f"<td>{escape(value)}{mark}</td></tr>"
        )
    head = f"<thead><tr><th>{GROUPS[group]}</th><th></th></tr></thead>"
    return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"


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
    names = [value] if isinstance(value, str) else list(value)
    return ", ".join(_label(about.choices, key) for key in names)


def _label(choices: Mapping[str, Any] | tuple[str, ...], key: str) -> str:
    return choices[key].label if isinstance(choices, Mapping) else key


def _own_data(run: Run) -> str:
    """Return what there is to know of data that no setting makes."""
    data = run.data
    assert data is not None
    rows = [("Data set", data.name or "a person's own"), ("Training examples", count(data.m_train)),
            ("Test examples", count(data.m_test)), ("Inputs", count(data.n_inputs))]  # fmt: skip
    cells = "".join(f"<tr><td>{what}</td><td>{escape(words)}</td></tr>" for what, words in rows)
    return f"<table><thead><tr><th>Data</th><th></th></tr></thead><tbody>{cells}</tbody></table>"


def _names(run: Run, own: bool) -> str:
    """Return what inputs and classes are called, where the settings do not say it."""
    data = run.data
    assert data is not None
    planar = FIELDS["features"].applies(run.origin)
    named = any(not name.isdigit() for name in data.class_names)
    found = [
        ("Inputs", data.feature_names if own or not planar else ()),
        ("Classes", data.class_names if named else ()),
    ]
    return "".join(f"<p>{what}: {escape(_listed(names))}.</p>" for what, names in found if names)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMES
    return ", ".join(names[:NAMES]) + (f" and {count(more)} more" if more > 0 else "")
