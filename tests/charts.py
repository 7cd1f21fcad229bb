"""What every chart of the gradients lab must hold."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lab import figures

go = pytest.importorskip("plotly.graph_objects")


def plain(value):
    """Return the figure as JSON would carry it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def check(spec: dict) -> dict:
    """Validate with Plotly; all that is drawn is finite and lies in the axes' ranges."""
    go.Figure(plain(spec))
    json.dumps(plain(spec), allow_nan=False)
    figures.pack({"figure": spec})
    layout = spec["layout"]
    log = layout["yaxis"].get("type") == "log"
    for axis in ("xaxis", "yaxis"):
        low, high = layout[axis]["range"]
        assert low < high
        assert len(layout[axis]["tickvals"]) == len(layout[axis]["ticktext"]) >= 1
    low, high = layout["yaxis"]["range"]
    for trace in spec["data"]:
        x, y = np.asarray(trace["x"], float), np.asarray(trace["y"], float)
        assert len(x) == len(y)
        assert np.isfinite(x).all()
        assert np.isfinite(y).all()
        if log:
            assert (y > 0).all()
            y = np.log10(y)
        if trace["name"] != "critical line":
            assert (y >= low - 1e-4).all()
            assert (y <= high + 1e-4).all()
            assert (x >= layout["xaxis"]["range"][0]).all()
            assert (x <= layout["xaxis"]["range"][1]).all()
    return spec


def texts(spec: dict) -> list[str]:
    """Return the words painted into a chart."""
    return [a["text"] for a in spec["layout"]["annotations"]]
