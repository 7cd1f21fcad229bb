"""The signal of a network layer by layer, measured, over what theory says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures.gradients import subset
from lab.figures.layers import (
    FAR,
    HEIGHT,
    MARGIN,
    ROW,
    WAY,
    WIDTH,
    at_bottom,
    carried,
    drawn,
    exponent_at,
    gridline_note,
    layer_x,
    linked,
    log_y,
    stretched,
    text_width,
)
from lab.figures.lines import line
from lab.figures.placement import BAND, LINE, Room, leader, pinned, pixels
from lab.figures.theme import axis, depth, fade, label, layer_color, layout, tokens
from lab.text.numbers import number
from lab.text.sentences import check_kind, edge_note, per_layer

Array = np.ndarray

TITLES = {
    "activation": "Activation RMS (unitless)",
    "delta": "δ RMS (nats per unit)",
    "gradient": "∂J/∂W RMS (nats per unit weight)",
}


def signal_figure(
    kind: str,
    values: Sequence[float] | Array,
    predicted: Sequence[float] | Array | None,
    low: Sequence[float] | Array | None,
    high: Sequence[float] | Array | None,
    *,
    theme: str,
    trained: bool = False,
    marked: int | None = None,
    draws: int = 0,
    unit: str = "nats",
    also: Sequence[Array] = (),
) -> dict[str, Any]:
    """Return `kind` per layer: "activation", "delta" or "gradient"; dots over theory's line.

    values, predicted, low, high: one a layer, layer 1 first; low and high bound the band of so
    many draws. predicted, low and high may be None. trained: theory and band are greyed, for they
    speak of step 0. marked: a layer from 1; one that is not there is not marked. unit: the cost's.
    also: other values per layer that the axes have room for.
    Exact zeros lie at the lower edge; what is not finite is left out; a note says so. Raises
    ValueError for another kind, no layers or arrays that differ in length.
    """
    check_kind(kind)
    v = per_layer(values)
    n, c = len(v), tokens(theme)
    theory, band = _checked(predicted, n), (_checked(low, n), _checked(high, n))
    note = edge_note(v)
    zeros = bool((v == 0).any())
    base = 14 if zeros else 5
    below = base + ROW * (1 + bool(note))
    above = 17 + (ROW if trained else 0)
    y, every = log_y([a for a in (v, theory, *band, *also) if a is not None], below, above)
    floor = 10.0 ** exponent_at(y, 7.0)
    marked = marked if marked is not None and 1 <= marked <= n else None

    data = _band_traces(band, floor, trained, c)
    data += _theory_traces(theory, floor, trained, c)
    data.append(_dots(v, floor, theme))
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    if trained:
        notes += _keys(band[0] is not None, theory is not None, c)
    else:
        room = _room(data, n, y, below, above)
        shapes, notes = _direct_labels(room, data, n, y, draws, theme)
    if note:
        notes.append(at_bottom(note, c["t1"], base))
    if kind == "delta":
        notes.append(at_bottom(WAY, c["t2"], base + ROW * bool(note)))
    if every:
        notes.append(gridline_note(every, c["t2"], base + ROW * bool(note)))
    if marked is not None:
        data += _ring(v, marked, floor, theme)
        shapes.append(_upright(marked, c))
        notes.append(_marked_label(v, marked, c))
    title = TITLES[kind].replace("nats", unit)
    return {
        "data": carried(data),
        "layout": layout(
            theme,
            margin=MARGIN,
            xaxis=layer_x(theme, max(n, *map(len, also), 1)),
            yaxis=axis(theme, title, showgrid=True, fixedrange=True, **y),
            shapes=shapes,
            annotations=notes,
            dragmode=False,
            # In words over the chart: a box at the pointer would hide half of it.
            hovermode=False,
            meta=linked(
                [number(x, 2) for x in v[drawn(v, floor)[0] - 1]],
                c,
                [] if theory is None else [number(x, 2) for x in theory],
                "theory (step 0)" if trained else "theory",
            ),
        ),
    }


def _checked(values: Sequence[float] | Array | None, n: int) -> Array | None:
    if values is None:
        return None
    v = per_layer(values)
    if len(v) != n:
        raise ValueError(f"predicted, low, high: {len(v)} layers where values has {n}")
    return v


def _band_traces(
    band: tuple[Array | None, Array | None], floor: float, trained: bool, c: dict[str, str]
) -> list[dict[str, Any]]:
    low, high = band
    if low is None or high is None:
        return []
    whole = np.isfinite(low) & np.isfinite(high)
    if not whole.any():
        return []
    clear = {"color": fade(c["t3"], 0), "width": 1}
    traces = []
    for name, side in (("5 %", low), ("95 %", high)):
        x, y = stretched(*drawn(np.where(whole, side, np.nan), floor), len(low))
        traces.append(line(x, y, name, clear, hovertemplate="%{y:.3g}"))
    traces[1] |= {"fill": "tonexty", "fillcolor": fade(c["t3"], 0.12 if trained else 0.22)}
    return traces


def _theory_traces(
    theory: Array | None, floor: float, trained: bool, c: dict[str, str]
) -> list[dict[str, Any]]:
    if theory is None:
        return []
    x, y = stretched(*drawn(theory, floor), len(theory))
    style = {"color": c["t1"], "width": 1.6}
    if trained:
        style = {"color": c["t3"], "width": 1.4, "dash": "4px,3px"}
    name = "theory (step 0)" if trained else "theory"
    return [line(x, y, name, style, hovertemplate="%{y:.3g}")] if len(y) else []


def _dots(v: Array, floor: float, theme: str) -> dict[str, Any]:
    x, y = drawn(v, floor)
    n = len(v)
    trace = {
        "type": "scatter", "mode": "markers", "x": x, "y": y, "name": "measured",
        "marker": {
            "symbol": "circle", "size": 6.5 if n <= 60 else 5,
            "color": [layer_color(depth(int(l) - 1, n), theme) for l in x],
            "line": {"width": 1, "color": tokens(theme)["panel"]},
        },
        "hovertemplate": "%{y:.3g}",
    }  # fmt: skip
    if (v == 0).any():
        trace |= {"text": [number(v[int(l) - 1]) for l in x], "hovertemplate": "%{text}"}
    return trace


def _ring(v: Array, marked: int, floor: float, theme: str) -> list[dict[str, Any]]:
    """Return the marked layer's dot, larger."""
    value = v[marked - 1]
    if not (np.isfinite(value) and value >= 0):
        return []
    y = np.array([min(max(float(value), floor), FAR)])
    marker = {
        "symbol": "circle", "size": 11, "color": layer_color(depth(marked - 1, len(v)), theme),
        "line": {"width": 1.6, "color": tokens(theme)["t1"]},
    }  # fmt: skip
    return [{
        "type": "scatter", "mode": "markers", "x": np.array([marked]), "y": y,
        "name": "marked", "marker": marker, "hoverinfo": "skip",
    }]  # fmt: skip


def _upright(x: float, c: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1,
        "line": {"color": c["t2"], "width": 1, "dash": "2px,2px"},
    }  # fmt: skip


def _marked_label(v: Array, marked: int, c: dict[str, str]) -> dict[str, Any]:
    left = marked > (len(v) + 1) / 2
    side = {"xanchor": "right", "xshift": -5} if left else {"xanchor": "left", "xshift": 5}
    made = label(
        f"layer {marked}: {number(v[marked - 1], 2)}", c["t1"], name="marked", x=marked,
        yref="paper", y=1, yanchor="top", **side,
    )  # fmt: skip
    made["font"] = {**made["font"], "weight": 600}
    return made


def _keys(band: bool, theory: bool, c: dict[str, str]) -> list[dict[str, Any]]:
    """Return words in a row of their own: while dots move, labels beside them would jump."""
    words = [("● measured", c["t1"])]
    if theory:
        words.append(("– theory (step 0)", c["t3"]))
    if band and theory:
        words.append(("■ 5–95 %", c["t3"]))
    at = 4.0
    made: list[dict[str, Any]] = []
    for text, color in words:
        made.append(
            label(text, color, name="key", xref="paper", x=0, xanchor="left", xshift=at,
                  yref="paper", y=round(1 - 17 / HEIGHT, 4), yanchor="top")
        )  # fmt: skip
        at += text_width(text) + 6
    return made


def _room(
    data: list[dict[str, Any]], n: int, y: dict[str, Any], below: float, above: float
) -> Room:
    room = Room(WIDTH, HEIGHT)
    at = {t["name"]: pixels(t["x"], t["y"], n, y["range"]) for t in data}
    if "5 %" in at:
        room.area(at["5 %"][:, 0], at["5 %"][:, 1], at["95 %"][:, 1], BAND)
    if "theory" in at:
        room.line(at["theory"], LINE)
    room.dots(at["measured"], LINE)
    room.box(0, HEIGHT - above + 1, WIDTH, HEIGHT)
    room.box(0, 0, WIDTH, below - 1)
    return room


def _direct_labels(
    room: Room, data: list[dict[str, Any]], n: int, y: dict[str, Any], draws: int, theme: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return lines and words that name what is drawn, where they cover least."""
    c = tokens(theme)
    by_name = {t["name"]: pixels(t["x"], t["y"], n, y["range"]) for t in data}
    wanted = []
    if "5 %" in by_name:
        # Near the band's edge, for dots and line are in its middle.
        low, high = by_name["5 %"], by_name["95 %"]
        edges = np.concatenate([0.85 * low + 0.15 * high, 0.15 * low + 0.85 * high])
        text = f"band: 5–95 % of {draws:,} draws" if draws else "band: 5–95 %"
        wanted.append((text, c["t2"], edges))
    if "theory" in by_name:
        ends = by_name["theory"]
        wanted.append(("theory", c["t1"], (ends[:-1] + ends[1:]) / 2 if len(ends) > 1 else ends))
    if len(by_name["measured"]):
        wanted.append(("measured", "", by_name["measured"]))
    shapes, notes = [], []
    for text, color, targets in wanted:
        found = room.beside(text_width(text), targets[subset(len(targets), 24)])
        if found is None:
            continue
        to, at, anchor = found
        t = min(1.0, max(0.0, float(to[0]) / WIDTH))
        shapes.append(leader(at, to, n, y["range"], c))
        notes.append(
            pinned(text, color or layer_color(t, theme, text=True), at, anchor, n, y["range"])
        )
    return shapes, notes
