"""The plane of weight and bias scales: where gradients vanish and where they explode.

The field under the axes travels beside the figure, as bytes (see dnn.figures.boundary).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.layers import ROW, text_width
from lab.figures.lines import line
from lab.figures.placement import LABEL, Room
from lab.figures.theme import axis, fade, layout, mix, plain, tokens
from lab.figures.theme import label as words
from lab.text.numbers import number, short

Array = np.ndarray

#: Vanishing and exploding: teal and magenta, no other data's colours.
PAIR = {"light": ("#0e7c86", "#b02a8f"), "dark": ("#4cc3cd", "#ee7fce")}
#: The factor at the ends of the colours; beyond it they stay.
REACH = 2.0
#: What a byte of the field reads as: a power of REACH.
READS = {"name": "amplitude a layer", "low": -1, "high": 1, "base": REACH}
#: The smallest plot in pixels that labels are placed for.
WIDTH, HEIGHT = 330.0, 210.0
PAD = 5.0


def phase_figure(
    sigma_w: Sequence[float] | Array,
    sigma_b: Sequence[float] | Array,
    chi: Array,
    critical: Sequence[float] | Array,
    here: Sequence[float] | None,
    *,
    theme: str,
    label: str = "",
    active: bool = True,
    factor: float | None = None,
) -> dict[str, Any]:
    """Return the plane's axes, critical line and words; the field itself is phase_field's.

    sigma_w (k,), sigma_b (m,): evenly spaced, rising; chi: (m, k), the factor a layer of a SQUARED
    gradient; critical: (m,) sigma_w per sigma_b, NaN where there is none; here: (sigma_w, sigma_b)
    of the network, or None; factor: its gradient's amplitude factor a layer, by default read off
    chi. label: the activation's name. active=False: training has begun, and the point is greyed.
    layout.meta.field holds the field's colours. Raises ValueError for shapes that do not match.
    """
    w, b = np.asarray(sigma_w, float), np.asarray(sigma_b, float)
    chi, critical = np.asarray(chi, float), np.asarray(critical, float)
    if chi.shape != (len(b), len(w)) or critical.shape != b.shape or min(chi.shape) < 2:
        raise ValueError(f"chi: {chi.shape} for {len(b)} sigma_b and {len(w)} sigma_w")
    c = tokens(theme)
    logs = _log_factor(chi)
    box = (float(w[0]), float(w[-1]), float(b[0]), float(b[-1]))
    room = Room(WIDTH, HEIGHT)
    inside = (critical >= box[0]) & (critical <= box[1])
    for run in _runs(inside):
        room.line(_pixels(critical[run], b[run], box), 20.0)
    data, notes = _here_marks(here, factor, _log_factor(chi, 1000.0), box, room, active, theme)
    notes += _line_label(critical, b, inside, box, room, label, c)
    notes += _phase_labels(logs, room, box, c)
    if not active:
        notes += _set(room, "theory speaks of step 0", np.zeros(room.cost.shape), box, c["t2"], c)
    style = {"color": c["t1"], "width": 2}
    lines = [
        line(critical[run], b[run], "critical line", style, hoverinfo="skip")
        for run in _runs(np.isfinite(critical))
    ]
    return {
        "data": lines + data,
        "layout": layout(
            theme,
            margin={"l": 50, "r": 16, "t": 8, "b": 42},
            hovermode=False,
            xaxis=_scale_axis(theme, "Weight scale σ_w (unitless)", box[0], box[1]),
            yaxis=_scale_axis(theme, "Bias scale σ_b (unitless)", box[2], box[3]),
            annotations=notes,
            meta={
                "field": field_colors(theme) | {"reads": READS},
                "square": False,
                "clickable": True,
            },
            dragmode=False,
        ),
    }


def field_colors(theme: str) -> dict[str, str]:
    """Return the field's colours at ×0.5, ×1 and ×2 a layer, and that of the critical line."""
    c = tokens(theme)
    low, high = (mix(c["panel"], color, 0.8) for color in PAIR[theme])
    return {"low": low, "mid": c["mid"], "high": high, "line": c["t1"]}


def phase_legend(theme: str) -> list[dict[str, Any]]:
    """Return the key of the colours, for the page to draw."""
    c = field_colors(theme)
    ends = [f"×{short(1 / REACH)}", f"×{short(REACH)} per layer"]
    return [{"symbol": "ramp", "colors": [c["low"], c["mid"], c["high"]], "label": ends}]


def phase_field(chi: Array, size: int = 81) -> tuple[Array, int]:
    """Return u8 of size * size values, row 0 (the smallest sigma_b) at the bottom, and size.

    chi: (m, k) of evenly spaced scales; log2 of the amplitude's factor sqrt(chi), cut off at -1
    and 1, is 0..255. 127.5 would be the critical line; where chi is not a number it is 128.
    """
    logs = _log_factor(np.asarray(chi, float))
    rows = np.linspace(0, logs.shape[0] - 1, size)
    columns = np.linspace(0, logs.shape[1] - 1, size)
    made = _between(logs, rows[:, None], columns[None, :])
    return np.rint(127.5 + 127.5 * made).astype(np.uint8).ravel(), size


def _log_factor(chi: Array, far: float = 1.0) -> Array:
    """Return log2 sqrt(chi), cut off at -far and far; 0 where chi is not a number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log2(chi) / 2 / math.log2(REACH)
    return np.clip(np.nan_to_num(logs, nan=0.0, posinf=far, neginf=-far), -far, far)


def _between(grid: Array, row: Array, column: Array) -> Array:
    """Return the grid's values between its places, linearly."""
    r = np.clip(np.floor(row).astype(int), 0, max(0, grid.shape[0] - 2))
    k = np.clip(np.floor(column).astype(int), 0, max(0, grid.shape[1] - 2))
    r1, k1 = np.minimum(r + 1, grid.shape[0] - 1), np.minimum(k + 1, grid.shape[1] - 1)
    t, s = row - r, column - k
    low = grid[r, k] * (1 - s) + grid[r, k1] * s
    high = grid[r1, k] * (1 - s) + grid[r1, k1] * s
    return low * (1 - t) + high * t


def _runs(good: Array) -> list[slice]:
    """Return the stretches of two or more places that are good."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(int), [0]])))
    return [slice(a, z) for a, z in edges.reshape(-1, 2) if z - a > 1]


def _scale_axis(theme: str, title: str, low: float, high: float) -> dict[str, Any]:
    step = scales.tick_step(high - low, 6)
    at = np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step
    values = [float(f"{v:.6g}") for v in at]
    return axis(
        theme, title, fixedrange=True, range=[low, high], tickvals=values,
        ticktext=[short(v) for v in values],
    )  # fmt: skip


Box = tuple[float, float, float, float]


def _pixels(x: Any, y: Any, box: Box) -> Array:
    across = (np.asarray(x, float) - box[0]) / (box[1] - box[0]) * WIDTH
    up = (np.asarray(y, float) - box[2]) / (box[3] - box[2]) * HEIGHT
    return np.stack([across, up], axis=-1)


def _data(x: float, y: float, box: Box) -> tuple[float, float]:
    return (
        box[0] + x / WIDTH * (box[1] - box[0]),
        box[2] + y / HEIGHT * (box[3] - box[2]),
    )


def _plate(
    text: str,
    color: str,
    c: dict[str, str],
    bold: bool = False,
    *,
    place: dict[str, Any],
    **options: Any,
) -> dict[str, Any]:
    made = words(
        text, color, name="plate", bgcolor=fade(c["panel"], 0.82), borderpad=3, yanchor="middle",
        **place, **options,
    )  # fmt: skip
    if bold:
        made["font"] = {**made["font"], "weight": 600}
    return made


def _width(text: str) -> float:
    return text_width(text) + 2 * PAD


def _set(
    room: Room, text: str, avoid: Array, box: Box, color: str, c: dict[str, str],
    bold: bool = False, most: float = math.inf,
) -> list[Any]:  # fmt: skip
    """Return words where they cover least, and farthest from what is there; none above `most`.

    avoid: what each of the room's cells costs beside what is in the way.
    """
    wide, high = _width(text), ROW + 6
    x, y = np.meshgrid(np.arange(wide / 2 + 4, WIDTH - wide / 2 - 3, 6), np.arange(14, HEIGHT, 8))
    x, y = x.ravel(), y.ravel()
    if not x.size:
        return []
    trial = Room(WIDTH, HEIGHT)
    trial.cost = room.cost + avoid
    cost = trial.covered(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    roomy = trial.covered(*(np.clip(v, 0, m) for v, m in (
        (x - wide / 2 - 24, WIDTH), (y - high / 2 - 24, HEIGHT),
        (x + wide / 2 + 24, WIDTH), (y + high / 2 + 24, HEIGHT),
    )))  # fmt: skip
    cost = cost + 0.1 * np.abs(y - HEIGHT / 2)
    best = int((cost + 0.02 * np.minimum(roomy, 5 * LABEL)).argmin())
    if cost[best] > most:
        return []
    room.box(x[best] - wide / 2, y[best] - high / 2, x[best] + wide / 2, y[best] + high / 2)
    at = _data(float(x[best]), float(y[best]), box)
    return [_plate(text, color, c, bold, place={"x": at[0], "y": at[1]}, xanchor="center")]


def _phase_labels(logs: Array, room: Room, box: Box, c: dict[str, str]) -> list[Any]:
    """Return what gradients do on either side, where there is such a side."""
    rows, columns = room.cost.shape
    at = _between(
        logs,
        np.linspace(0, logs.shape[0] - 1, rows)[:, None],
        np.linspace(0, logs.shape[1] - 1, columns)[None, :],
    )
    notes = []
    for text, sign in (("gradients vanish", -1), ("gradients explode", 1)):
        # A little off the line, and into where the colour is strong.
        wrong = np.where(sign * at <= 0.02, LABEL, 0.0) + 0.5 * (1 - np.clip(sign * at, 0, 0.6))
        notes += _set(room, text, wrong, box, c["t1"], c, bold=True, most=LABEL - 1)
    return notes


def _line_label(
    critical: Array, b: Array, inside: Array, box: Box, room: Room, name: str, c: dict[str, str]
) -> list[Any]:
    if not inside.any():
        who = f"{plain(name)} has no" if name else "no"
        return _set(room, f"{who} critical line here", np.zeros(room.cost.shape), box, c["t2"], c)
    text = "critical line, ×1 per layer"
    at = _pixels(critical[inside], b[inside], box)
    wide, high, gap = _width(text), ROW + 6, 8.0
    best: tuple[float, float, float, str] | None = None
    for side in ("left", "right"):
        x0 = at[:, 0] + gap if side == "left" else at[:, 0] - gap - wide
        cost = room.covered(x0, at[:, 1] - high / 2, x0 + wide, at[:, 1] + high / 2)
        cost = cost + 0.3 * np.abs(at[:, 1] - 0.8 * HEIGHT) + (0 if side == "left" else 6)
        i = int(cost.argmin())
        if np.isfinite(cost[i]) and (best is None or cost[i] < best[0]):
            best = (float(cost[i]), float(x0[i]), float(at[i, 1]), side)
            place = {"x": float(critical[inside][i]), "y": float(b[inside][i])}
    if best is None:
        return []
    _, left, up, side = best
    room.box(left, up - high / 2, left + wide, up + high / 2)
    shift = gap + PAD if side == "left" else -gap - PAD
    return [_plate(text, c["t1"], c, xanchor=side, xshift=shift, place=place)]


def _here_marks(
    here: Sequence[float] | None, factor: float | None, logs: Array, box: Box, room: Room,
    active: bool, theme: str,
) -> tuple[list[dict[str, Any]], list[Any]]:  # fmt: skip
    """Return the ring where the network is and its words; only words where it is off the map."""
    if here is None:
        return [], []
    c = tokens(theme)
    w, b = float(here[0]), float(here[1])
    color = c["t1"] if active else c["t3"]
    if not (box[0] <= w <= box[1] and box[2] <= b <= box[3]):
        text = f"you are off this map: σ_w {number(w)}, σ_b {number(b)}"
        return [], _set(room, text, np.zeros(room.cost.shape), box, color, c)
    if factor is None:
        row = (b - box[2]) / (box[3] - box[2]) * (logs.shape[0] - 1)
        column = (w - box[0]) / (box[1] - box[0]) * (logs.shape[1] - 1)
        factor = REACH ** float(_between(logs, np.array(row), np.array(column)))
    text = f"you are here, ×{number(factor, 2)}"
    ring = {
        "type": "scatter", "mode": "markers", "x": np.array([w]), "y": np.array([b]),
        "name": "you are here", "hoverinfo": "skip", "cliponaxis": False,
        "marker": {
            "symbol": "circle", "size": 15, "color": c["panel"],
            "line": {"width": 4, "color": color},
        },
    }  # fmt: skip
    at = _pixels(w, b, box)
    room.box(at[0] - 12, at[1] - 12, at[0] + 12, at[1] + 12)
    return [ring], _ring_label(text, color, (w, b), at, room, active, c)


def _ring_label(
    text: str, color: str, here: tuple[float, float], at: Array, room: Room, active: bool,
    c: dict[str, str],
) -> list[Any]:  # fmt: skip
    wide, high = _width(text), ROW + 6
    sides = ((0, "center"), (-10, "left"), (10, "right"), (2, "left"), (-2, "right"))
    places = [(dx, dy, anchor) for dy in (26, -26) for dx, anchor in sides]
    places += [(20, 0, "left"), (-20, 0, "right")]
    best: tuple[float, Any] | None = None
    for dx, dy, anchor in places:
        left = {"left": 0.0, "center": wide / 2, "right": wide}[anchor]
        x0, y0 = at[0] + dx - left, at[1] + dy - high / 2
        cost = float(room.covered(*(np.array(v) for v in (x0, y0, x0 + wide, y0 + high))))
        if math.isfinite(cost) and (best is None or cost < best[0]):
            best = (cost, (dx, dy, anchor, x0, y0))
    if best is None:
        return []
    dx, dy, anchor, x0, y0 = best[1]
    room.box(x0, y0, x0 + wide, y0 + high)
    inset = {"left": PAD, "center": 0.0, "right": -PAD}[anchor]
    place = {"x": here[0], "y": here[1], "xanchor": anchor, "xshift": dx + inset, "yshift": dy}
    return [_plate(text, color, c, active, place=place)]
