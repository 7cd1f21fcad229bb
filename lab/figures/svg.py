"""Drawings as SVG text: the elements, and a chart of lines without Plotly, for paper.

A chart is drawn of what charts of lines are made of: lines, axes with the ticks given, straight
lines and bands across, and words. A layout's annotations lie, on a log axis, at the logarithm of
their value; its shapes at the value itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from lab.figures.lines import HEIGHT
from lab.figures.theme import MARGIN

#: The drawing's width in pixels of a screen; its plot is as high as labels are placed for.
WIDTH = 680.0
LEFT, RIGHT, TOP, BOTTOM = MARGIN["l"] + 4.0, WIDTH - MARGIN["r"] - 6.0, 10.0, 10.0 + HEIGHT
#: Labels of lines lie at least so far apart.
APART = 14.0
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
#: How far below its place a line of text begins, in parts of its size.
SINK = {"top": 0.95, "middle": 0.35, "bottom": -0.2}


def element(tag: str, content: str = "", **attributes: Any) -> str:
    """Return an element; content: as it is; _ in a name stands for -, a number has one decimal."""
    written = "".join(
        f' {name.replace("_", "-")}="{f"{value:.1f}" if isinstance(value, float) else value}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def drawing(content: str, size: tuple[float, float], **attributes: Any) -> str:
    """Return a whole drawing of this width and height."""
    box = f"0 0 {size[0]:g} {size[1]:g}"
    return element("svg", content, xmlns="http://www.w3.org/2000/svg", viewBox=box, **attributes)


def words(x: float, y: float, text: str, anchor: str = "middle", **attributes: Any) -> str:
    """Return text, which is escaped."""
    return element("text", escape(text), x=float(x), y=float(y), text_anchor=anchor, **attributes)


def segment(
    start: Sequence[float], end: Sequence[float], color: str, width: float = 1, **attributes: Any
) -> str:
    """Return a straight line."""
    (x1, y1), (x2, y2) = (map(float, place) for place in (start, end))
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=color, stroke_width=width,
                   **attributes)  # fmt: skip


def svg(figure: Mapping[str, Any], title: str) -> str:
    """Return a figure of lines as an SVG element that is as wide as its place; title: what it is.

    All text of the figure and the title are escaped.
    """
    layout = figure["layout"]
    name = "plot-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in title.lower())
    box: Any = {"x": LEFT, "y": TOP - 1, "width": RIGHT - LEFT + 1, "height": HEIGHT + 2}
    plot = [_shape(shape, layout) for shape in layout.get("shapes", ())]
    plot += [_line(trace, layout) for trace in figure["data"]]
    parts = [
        _axis(layout, "x"),
        _axis(layout, "y"),
        element("clipPath", element("rect", **box), id=name),
        element("g", "".join(plot), clip_path=f"url(#{name})"),
        *_notes(layout),
    ]
    said: Any = {"role": "img", "aria_label": escape(title), "font_size": 12}
    return drawing("".join(parts), (WIDTH, BOTTOM + MARGIN["b"] + 2), **said)


def _place(
    layout: Mapping[str, Any], ref: str, up: bool, logged: bool = False
) -> Callable[[float], float]:
    """Return the function from a value to its place; logged: whether values are logarithms."""
    axis, (a, b) = layout["yaxis" if up else "xaxis"], (BOTTOM, TOP) if up else (LEFT, RIGHT)
    low, high = (0.0, 1.0) if ref == "paper" else axis["range"]
    of_value = axis.get("type") == "log" and ref != "paper" and not logged
    return lambda v: a + ((math.log10(v) if of_value else v) - low) / (high - low) * (b - a)


def _axis(layout: Mapping[str, Any], name: str) -> str:
    axis, up = layout[f"{name}axis"], name == "y"
    place = _place(layout, name, up)
    foot = (LEFT, BOTTOM)
    parts = [segment(foot, (LEFT, TOP) if up else (RIGHT, BOTTOM), "#333333")]
    for value, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
        at = place(value)
        if up:
            parts.append(segment((LEFT, at), (RIGHT, at), "#dddddd"))
            parts.append(segment((LEFT - 4, at), (LEFT, at), "#333333"))
            parts.append(words(LEFT - 7, at + 4, text, "end"))
        else:
            parts.append(segment((at, BOTTOM), (at, BOTTOM + 4), "#333333"))
            parts.append(words(at, BOTTOM + 17, text))
    x, y = (12.0, (TOP + BOTTOM) / 2) if up else ((LEFT + RIGHT) / 2, BOTTOM + 36)
    turned = {"transform": f"rotate(-90 12 {y:.1f})"} if up else {}
    return "".join([*parts, words(x, y, axis["title"]["text"], **turned)])


def _dash(style: Mapping[str, Any]) -> dict[str, str]:
    dash = style.get("dash", "").replace("px", "")
    return {"stroke_dasharray": dash} if dash not in ("", "solid") else {}


def _line(trace: Mapping[str, Any], layout: Mapping[str, Any]) -> str:
    style, across, up = trace["line"], _place(layout, "x", False), _place(layout, "y", True)
    x, y = np.asarray(trace["x"], float), np.asarray(trace["y"], float)
    good = np.isfinite(y) & ((y > 0) | (layout["yaxis"].get("type") != "log"))
    places = [(across(a), up(b)) for a, b in zip(x[good].tolist(), y[good].tolist(), strict=True)]
    if len(places) == 1:  # a run's first record
        return element("circle", cx=places[0][0], cy=places[0][1], r=3, fill=style["color"])
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    look = {"fill": "none", "stroke": style["color"], "stroke_width": style.get("width", 1)}
    return element("polyline", points=points, **look, **_dash(style))


def _shape(shape: Mapping[str, Any], layout: Mapping[str, Any]) -> str:
    across = _place(layout, shape.get("xref", "x"), False)
    up = _place(layout, shape.get("yref", "y"), True)
    (x0, x1), (y0, y1) = (sorted(map(place, (shape[f"{n}0"], shape[f"{n}1"])))
                          for n, place in (("x", across), ("y", up)))  # fmt: skip
    if shape["type"] == "rect":
        return element("rect", x=x0, y=y0, width=x1 - x0, height=y1 - y0, fill="#eeeeee")
    style = shape["line"]
    return segment((x0, y0), (x1, y1), style["color"], style.get("width", 1), **_dash(style))


def _notes(layout: Mapping[str, Any]) -> list[str]:
    """Return the words within the axes; labels of lines at the floor go up."""
    found = []
    for note in layout.get("annotations", ()):
        x = _place(layout, note.get("xref", "x"), False, logged=True)(note["x"])
        y = _place(layout, note.get("yref", "y"), True, logged=True)(note["y"])
        if x <= RIGHT + 1:
            found.append((y - note.get("yshift", 0), x + note.get("xshift", 0), note))
    found.sort(key=lambda each: -each[0])
    parts, lowest = [], BOTTOM
    for y, x, note in found:
        if note.get("name") == "end-label":
            y = min(y, lowest)
            lowest = y - APART
        font, anchor = note["font"], ANCHORS[note.get("xanchor", "center")]
        y += font["size"] * SINK[note.get("yanchor", "middle")]
        bold = {"font_weight": font["weight"]} if "weight" in font else {}
        parts.append(words(x, y, note["text"], anchor, fill=font["color"], **bold))
    return parts


def dashed(figure: dict[str, Any], patterns: Sequence[str]) -> dict[str, Any]:
    """Return a figure whose lines are told apart without colours: by these dashes, in turn."""
    data = [
        trace | {"line": trace["line"] | {"dash": patterns[i % len(patterns)]}}
        for i, trace in enumerate(figure["data"])
    ]
    return {**figure, "data": data}
