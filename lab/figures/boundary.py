"""The plane of the data: its axes, the examples as points, and the colours of the field under them.

The field itself travels beside the figure, as bytes (81 x 81, row 0 at the bottom): 0..255 from the
lowest to the highest output, or the number of the likeliest of three classes or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.lines import points
from lab.figures.theme import (
    axis,
    boundary_ramp,
    diverging,
    fade,
    figure,
    mix,
    oklch,
    plain,
    ramp_key,
    tokens,
)
from lab.text.numbers import count, number, short

Array = np.ndarray
#: At most so many points are drawn.
POINTS = 1_500
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "triangle-down", "star", "x")
SIZES = {"circle": 6.8, "diamond": 7.5, "star": 8.5}
#: Shift and scale of targets that are shown as they are stored.
AS_STORED = (0.0, 1.0)
PLANE_MARGIN = {"l": 44, "r": 14, "t": 8, "b": 42}
#: Hues of the classes after the first two, apart from orange and blue.
HUES = (155, 330, 25, 280, 195, 105, 350, 130)


def class_color(k: int, theme: str, text: bool = False) -> str:
    """Return the colour of class k: orange, blue, then hues of their own."""
    c = tokens(theme)
    if k < 2:
        return (c["negT"], c["posT"])[k] if text else (c["neg"], c["pos"])[k]
    L = (0.78 if text else 0.74) if theme == "dark" else (0.45 if text else 0.55)
    return oklch(L, 0.13, HUES[(k - 2) % len(HUES)])


def symbol(k: int) -> str:
    """Return the shape of class k."""
    return SYMBOLS[k % len(SYMBOLS)]


def boundary_figure(plane: Any, theme: str, *, classes: int = 2) -> dict[str, Any]:
    """Return the axes of a plane (x_label, y_label, x_range, y_range), without traces.

    classes: how many, 0 for real targets. layout.meta.field holds the colours of the field: low,
    mid, high and line, and for three classes or more a palette, of which a byte is the index;
    of two classes also what a byte reads as, from low at 0 to high at 255.
    """
    field: dict[str, Any] = {**boundary_ramp(theme)}
    if classes == 2:
        field["reads"] = {"name": "p =", "low": 0, "high": 1}
    if classes > 2:
        c, share = tokens(theme), 0.62 if theme == "dark" else 0.5
        field["palette"] = [mix(c["panel"], class_color(k, theme), share) for k in range(classes)]
    return figure(
        theme,
        [],
        plane_axis(theme, plane.x_label, plane.x_range),
        plane_axis(theme, plane.y_label, plane.y_range),
        margin=PLANE_MARGIN,
        hovermode="closest",
        meta={"field": field, "square": True},
    )


def plane_axis(theme: str, title: str, limits: Sequence[float]) -> dict[str, Any]:
    """Return an axis of a plane over these limits, ticks at round values, that does not zoom."""
    low, high = (float(v) for v in limits)
    return axis(theme, plain(title), **scales.even_axis(low, high))


def point_traces(
    U_train: Array,
    Y_train: Array,
    U_test: Array,
    Y_test: Array,
    target: str,
    show_test: bool,
    theme: str,
    *,
    class_names: Sequence[str] = (),
    scale: float | None = None,
    units: tuple[float, float] = AS_STORED,
) -> list[dict[str, Any]]:
    """Return the examples at plane coordinates U (2, m): train filled, test hollow, train on top.

    target: "binary", "classes" or "real", the last coloured by value from -scale to scale
    (scale: by default the largest target). units: shift and scale of a target as it was measured.
    At most 1,500 points, shared among train and test.
    """
    parts = [("train", U_train, Y_train)]
    if show_test and U_test.shape[1]:
        parts.insert(0, ("test", U_test, Y_test))
    total = sum(U.shape[1] for _, U, _ in parts)
    reach = scale or max(1e-9, *(float(np.abs(Y).max(initial=0)) for _, _, Y in parts))
    traces = []
    for part, U, Y in parts:
        keep = _evenly(U.shape[1], POINTS * U.shape[1] // max(total, 1) if total > POINTS else None)
        U, Y = U[:, keep], Y[:, keep]
        if target == "real":
            traces.append(_value_trace(part, U, Y[0], reach, theme, units))
        else:
            traces += _class_traces(part, U, Y, class_names, theme)
    return traces


def _evenly(n: int, most: int | None) -> Array:
    return np.arange(n) if most is None or n <= most else np.arange(most) * n // most


def _labels(Y: Array) -> Array:
    return (Y[0] if len(Y) == 1 else Y.argmax(axis=0)).astype(np.int64)


def _class_traces(
    part: str, U: Array, Y: Array, names: Sequence[str], theme: str
) -> list[dict[str, Any]]:
    labels, traces, panel = _labels(Y), [], tokens(theme)["panel"]
    # The class of the last example on top: what has just been drawn by hand is the last.
    for k in sorted(np.unique(labels).tolist(), key=lambda k: bool(k == labels[-1])):
        look: tuple[str, str, float] = (class_color(k, theme), panel, 1.0)
        if part == "test":
            look = (fade(panel, 0.35), class_color(k, theme, text=True), 1.4)
        name = f"{plain(class_name(k, names))}, {part}"
        traces.append(_points(U[:, labels == k], name, *look, symbol(k)))
    return traces


def _value_trace(
    part: str, U: Array, y: Array, reach: float, theme: str, units: tuple[float, float]
) -> dict[str, Any]:
    c, colors = tokens(theme), [_value_color(float(v), reach, theme) for v in y]
    look: tuple[Any, Any, float] = (colors, c["t3"], 0.8)
    if part == "test":
        look = (fade(c["panel"], 0.35), colors, 1.8)
    text = [number(v) for v in y * units[1] + units[0]]
    said = {"text": text, "hovertemplate": f"%{{text}}, {part}<extra></extra>"}
    return _points(U, part, *look) | said


def _value_color(value: float, reach: float, theme: str) -> str:
    # 21 shades are told apart; equal ones are painted together.
    return diverging(max(-1.0, min(1.0, round(10 * value / reach) / 10)), theme)


def _points(
    U: Array, name: str, fill: Any, edge: Any, width: float, shape: str = "circle"
) -> dict[str, Any]:
    return points(
        np.ascontiguousarray(U[0]), np.ascontiguousarray(U[1]), name, fill, symbol=shape,
        size=SIZES.get(shape, 7), edge=edge, width=width,
        hovertemplate="%{fullData.name}<extra></extra>",
    )  # fmt: skip


def class_name(k: int, names: Sequence[str]) -> str:
    """Return what class k is called: its name, or its number where it has none."""
    name = names[k] if k < len(names) else str(k)
    return f"class {name}" if name.isdigit() else name


def legend(
    target: str,
    theme: str,
    *,
    class_names: Sequence[str] = (),
    show_test: bool = True,
    scale: float = 1.0,
    units: tuple[float, float] = AS_STORED,
) -> list[dict[str, Any]]:
    """Return the keys of the plane: {symbol, color, edge, label}, for the page to draw.

    scale: the stored target of full colour; units: as point_traces has them.
    """
    c = tokens(theme)
    if target == "real":
        low, high = (_target_text(v, units) for v in (-scale, scale))
        keys = [ramp_key(theme, low, high)]
        if show_test:
            keys.append({"symbol": "circle", "color": None, "edge": c["t2"], "label": "test"})
        return keys
    names = class_names or ("0", "1")
    keys = class_keys(names, theme)
    if show_test:
        also = {"symbol": "diamond", "color": None, "edge": c["posT"]}
        hollow = {"symbol": "circle", "color": None, "edge": c["negT"], "also": also}
        keys.append({**hollow, "label": "test points"})
    if len(names) == 2:
        keys.append({"symbol": "line", "color": c["t1"], "label": "p = 0.5"})
    return keys


def class_keys(names: Sequence[str], theme: str) -> list[dict[str, Any]]:
    """Return the key of each class: {symbol, color, label}."""
    return [
        {"symbol": symbol(k), "color": class_color(k, theme), "label": class_name(k, names)}
        for k in range(len(names))
    ]


def _target_text(stored: float, units: tuple[float, float]) -> str:
    return short(float(f"{stored * units[1] + units[0]:.3g}"))


def value_keys(
    low: float, high: float, scale: float, units: tuple[float, float], theme: str
) -> list[dict[str, Any]]:
    """Return the keys of values to be put on the plane: {symbol, color, label, value}.

    Round numbers, as they were measured, between the stored targets low and high, or a tenth of
    their distance beyond; value: as stored.
    """
    shift, unit = units
    a, b = (v * unit + shift for v in (low, high))
    beyond = 0.1 * (b - a)
    values = (
        scales.multiples(a - beyond, b + beyond, scales.tick_step(b - a, 5))
        if b > a
        else np.array([a])
    )
    return [
        {"symbol": "circle", "color": _value_color((v - shift) / unit, scale, theme),
         "label": short(float(f"{v:.6g}")), "value": float((v - shift) / unit)}
        for v in values
    ]  # fmt: skip


def boundary_sentence(m_train: int, m_test: int, show_test: bool, note: str = "") -> str:
    """Return the plane's note, and how many points are drawn where it is not all of them."""
    total = m_train + (m_test if show_test else 0)
    some = f"{count(POINTS)} of {count(total)} points drawn." if total > POINTS else ""
    return " ".join(text for text in (note, some) if text)
