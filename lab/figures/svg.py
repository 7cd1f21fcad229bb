"""A chart of lines as SVG: the figures of this package drawn without Plotly, for paper.

Draws what charts of lines are made of: lines, axes with the ticks given, straight lines and bands
across, and words. A layout's annotations lie, on a log axis, at the logarithm of their value; its
shapes at the value itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from lab.figures.lines import HEIGHT
from lab.figures.theme import MARGIN

Array = np.ndarray
Place = Callable[[float], float]

#: The drawing's width in pixels of a screen; its plot is as high as labels are placed for.
WIDTH = 680.0
#: Labels of lines lie at least so far apart.
APART = 14.0
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
#: How far below its place a line of text begins, in parts of its size.
SINK = {"top": 0.95, "middle": 0.35, "bottom": -0.2}


class _Frame:
    """The plot's box in a drawing, and where values lie in it."""

    def __init__(self, layout: Mapping[str, Any]):
        self.left, self.right = MARGIN["l"] + 4.0, WIDTH - MARGIN["r"] - 6.0
        self.top, self.bottom = 10.0, 10.0 + HEIGHT
        self.x_axis, self.y_axis = layout["xaxis"], layout["yaxis"]

    def across(self, ref: str, logged: bool = False) -> Place:
        return self._place(self.x_axis, self.left, self.right, ref, logged)

    def up(self, ref: str, logged: bool = False) -> Place:
        return self._place(self.y_axis, self.bottom, self.top, ref, logged)

    @staticmethod
    def _place(axis: Mapping[str, Any], a: float, b: float, ref: str, logged: bool) -> Place:
        """Return the function from a value to its place; logged: whether values are logarithms."""
        low, high = (0.0, 1.0) if ref == "paper" else axis["range"]
        of_value = axis.get("type") == "log" and ref != "paper" and not logged

        def place(value: float) -> float:
            at = math.log10(value) if of_value else value
            return a + (at - low) / (high - low) * (b - a)

        return place


def svg(figure: Mapping[str, Any], title: str) -> str:
    """Return a figure of lines as an SVG element that is as wide as its place; title: what it is.

    All text of the figure and the title are escaped.
    """
    layout = figure["layout"]
    frame = _Frame(layout)
    height = frame.bottom + MARGIN["b"] + 2
    parts = [
        *_x_axis(frame),
        *_y_axis(frame),
        _clip(frame, _name(title)),
        f'<g clip-path="url(#{_name(title)})">',
        *(_shape(shape, frame) for shape in layout.get("shapes", ())),
        *(_line(trace, frame) for trace in figure["data"]),
        "</g>",
        *(_words(note, x, y) for note, x, y in _placed(layout.get("annotations", ()), frame)),
    ]  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" role="img" '
        f'aria-label="{escape(title)}" font-size="12">' + "".join(parts) + "</svg>"
    )


def _name(title: str) -> str:
    """Return a title as the name of a part of the page."""
    return "plot-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in title.lower())


def _clip(frame: _Frame, name: str) -> str:
    wide, high = frame.right - frame.left + 1, HEIGHT + 2
    box = f'x="{frame.left:g}" y="{frame.top - 1:g}" width="{wide:g}" height="{high:g}"'
    return f'<clipPath id="{name}"><rect {box}/></clipPath>'


def _text(x: float, y: float, words: str, anchor: str, **options: Any) -> str:
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in options.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def _segment(x1: float, y1: float, x2: float, y2: float, color: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"{more}/>'


def _x_axis(frame: _Frame) -> list[str]:
    axis, place, y = frame.x_axis, frame.across("x"), frame.bottom
    parts = [_segment(frame.left, y, frame.right, y, "#333333")]
    for value, words in zip(axis["tickvals"], axis["ticktext"], strict=True):
        x = place(value)
        parts.append(_segment(x, y, x, y + 4, "#333333"))
        parts.append(_text(x, y + 17, words, "middle"))
    middle = (frame.left + frame.right) / 2
    return [*parts, _text(middle, y + 36, axis["title"]["text"], "middle")]


def _y_axis(frame: _Frame) -> list[str]:
    axis, place, x = frame.y_axis, frame.up("y"), frame.left
    parts = [_segment(x, frame.top, x, frame.bottom, "#333333")]
    for value, words in zip(axis["tickvals"], axis["ticktext"], strict=True):
        y = place(value)
        parts.append(_segment(x, y, frame.right, y, "#dddddd"))
        parts.append(_segment(x - 4, y, x, y, "#333333"))
        parts.append(_text(x - 7, y + 4, words, "end"))
    middle = (frame.top + frame.bottom) / 2
    turned = f"rotate(-90 12 {middle:.1f})"
    return [*parts, _text(12, middle, axis["title"]["text"], "middle", transform=turned)]


def _stroke(style: Mapping[str, Any]) -> str:
    dash = style.get("dash", "").replace("px", "")
    more = f' stroke-dasharray="{dash}"' if dash not in ("", "solid") else ""
    return f' stroke-width="{style.get("width", 1):g}"{more}'


def _line(trace: Mapping[str, Any], frame: _Frame) -> str:
    style = trace["line"]
    places = _places(np.asarray(trace["x"], float), np.asarray(trace["y"], float), frame)
    if len(places) == 1:  # a run's first record
        (x, y) = places[0]
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{style["color"]}"/>'
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline points="{points}" fill="none" stroke="{style["color"]}"{_stroke(style)}/>'


def _places(x: Array, y: Array, frame: _Frame) -> list[tuple[float, float]]:
    across, up = frame.across("x"), frame.up("y")
    good = np.isfinite(y) & ((y > 0) | (frame.y_axis.get("type") != "log"))
    return [(across(float(a)), up(float(b))) for a, b in zip(x[good], y[good], strict=True)]


def _shape(shape: Mapping[str, Any], frame: _Frame) -> str:
    across, up = frame.across(shape.get("xref", "x")), frame.up(shape.get("yref", "y"))
    x0, x1 = across(shape["x0"]), across(shape["x1"])
    y0, y1 = up(shape["y0"]), up(shape["y1"])
    if shape["type"] == "rect":
        return (
            f'<rect x="{min(x0, x1):.1f}" y="{min(y0, y1):.1f}" width="{abs(x1 - x0):.1f}" '
            f'height="{abs(y1 - y0):.1f}" fill="#eeeeee"/>'
        )
    return _segment(x0, y0, x1, y1, shape["line"]["color"], _stroke(shape["line"]))


def _placed(
    notes: Iterable[Mapping[str, Any]], frame: _Frame
) -> list[tuple[Mapping[str, Any], float, float]]:
    """Return the words within the axes and where they stand; labels of lines at the floor go up."""
    found = []
    for note in notes:
        x = frame.across(note.get("xref", "x"), logged=True)(note["x"])
        y = frame.up(note.get("yref", "y"), logged=True)(note["y"])
        if x <= frame.right + 1:
            found.append((note, x + note.get("xshift", 0), y - note.get("yshift", 0)))
    found.sort(key=lambda each: -each[2])
    lowest = frame.bottom
    for i, (note, x, y) in enumerate(found):
        if note.get("name") == "end-label":
            found[i] = note, x, min(y, lowest)
            lowest = found[i][2] - APART
    return found


def _words(note: Mapping[str, Any], x: float, y: float) -> str:
    font = note["font"]
    y += font["size"] * SINK[note.get("yanchor", "middle")]
    weight = {"font_weight": font["weight"]} if "weight" in font else {}
    anchor = ANCHORS[note.get("xanchor", "center")]
    return _text(x, y, note["text"], anchor, fill=font["color"], **weight)


def dashed(figure: dict[str, Any], patterns: Sequence[str]) -> dict[str, Any]:
    """Return a figure whose lines are told apart without colours: by these dashes, in turn."""
    data = [
        trace | {"line": trace["line"] | {"dash": patterns[i % len(patterns)]}}
        for i, trace in enumerate(figure["data"])
    ]
    return {**figure, "data": data}
