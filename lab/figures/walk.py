"""A network as a still picture with one part of it marked and numbers on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from lab.figures.svg import drawing, element, segment, words
from lab.figures.theme import FONT, depth, layer_color, tokens
from lab.text.numbers import number

Array = np.ndarray

#: Lengths in units of the picture: between layers, between units, a unit's radius, the margins.
ACROSS, DOWN, RADIUS, SIDE, HEAD, FOOT = 172, 74, 29, 48, 38, 10
#: Of a larger layer the first units are drawn and the last; of a deeper network the layers nearby.
UNITS, LAYERS = 5, 3
#: Sizes of type: numbers, names, and numbers that a unit has little room for.
NUMBER, NAME, LONG = 16, 16, 12
#: Up to so many marked links between two layers carry their numbers.
NUMBERED = 9


@dataclass(frozen=True)
class Part:
    """What is marked: layers (0 the input) by their units and by the links that lead to them.

    focus: the layer that is to be in the picture.
    """

    units: tuple[int, ...] = ()
    links: tuple[int, ...] = ()
    focus: int = 0


def walk_figure(
    values: Sequence[Array | None],
    links: Sequence[Array],
    names: Sequence[str],
    part: Part,
    theme: str = "light",
) -> str:
    """Return the network as SVG.

    values: a number for each unit of each layer, the input's first, None for none; links: for each
    layer from 1 on what is written at its links, (n, n_before); names: of the layers.
    """
    sizes = [links[0].shape[1], *(len(W) for W in links)]
    shown = _nearby(len(sizes), part.focus)
    rows = [_rows(sizes[l]) for l in shown]
    height = HEAD + FOOT + DOWN * max(len(r) for r in rows)
    width = 2 * SIDE + ACROSS * (len(shown) - 1)
    at = [_places(SIDE + ACROSS * i, r, height) for i, r in enumerate(rows)]
    drawn = []
    for i, l in enumerate(shown[1:], 1):
        drawn.append(_links(links[l - 1], at[i - 1], at[i], l in part.links, l, sizes, theme))
    for i, l in enumerate(shown):
        drawn.append(_units(values[l], at[i], l in part.units, l, sizes, theme))
        color = _color(l, sizes, theme)
        drawn.append(_text(SIDE + ACROSS * i, HEAD / 2, names[l], color, NAME, weight=600))
    for beyond, x in ((shown[0] > 0, 10), (shown[-1] < len(sizes) - 1, width - 10)):
        if beyond:
            drawn.append(_text(x, HEAD / 2, "…", tokens(theme)["t2"], NAME))
    said = "The network, " + ", ".join(names[l] for l in shown)
    room = f"max-width:{round(width * 1.35)}px;min-width:{round(width * 0.6)}px"
    look = {"font_family": escape(FONT), "style": f"width:100%;{room}"}
    return drawing("".join(drawn), (width, height), role="img", aria_label=escape(said), **look)


def walk_key(
    signs: Sequence[str],
    link: str,
    links: Sequence[Array],
    names: Sequence[str],
    part: Part,
    theme: str = "light",
) -> str:
    """Return what the numbers of a picture are, as HTML.

    signs: the symbol of what stands at each layer's units, "" for nothing; link: the symbol of what
    stands at the marked links; the others as for walk_figure.
    """
    sizes = [links[0].shape[1], *(len(W) for W in links)]
    shown = _nearby(len(sizes), part.focus)

    def sign(name: str, l: int) -> str:
        color = _color(l, sizes, theme)
        layer = f"<sup>[{l}]</sup>" if l else ""
        return f"<b style='color:{color}'>{escape(name)}{layer}</b>"

    units = [f"{escape(names[l])} {sign(signs[l], l)}" for l in shown if signs[l]]
    marked = [l for l in part.links if l in shown[1:]]
    numbered = [sign(link, l) for l in marked if _count(sizes, l) <= NUMBERED]
    bare = [sign(link, l) for l in marked if _count(sizes, l) > NUMBERED]
    said = [
        ("At the units: " + ", ".join(units)) if units else "",
        ("At the marked links: " + ", ".join(numbered)) if numbered else "",
        (f"Marked: the links of {', '.join(bare)}, too many for numbers") if bare else "",
    ]
    text = ". ".join(part for part in said if part)
    return f"<p class='nl-walk-key'>{text}.</p>" if text else ""


def _count(sizes: Sequence[int], l: int) -> int:
    """Return how many links are drawn into layer l."""
    before, after = (sum(i is not None for i in _rows(sizes[k])) for k in (l - 1, l))
    return before * after


def _nearby(count: int, focus: int) -> list[int]:
    """Return the layers in the picture: all of few, else those around the one in focus."""
    if count <= LAYERS:
        return list(range(count))
    first = min(max(0, focus - LAYERS // 2), count - LAYERS)
    return list(range(first, first + LAYERS))


def _rows(size: int) -> list[int | None]:
    """Return the units drawn of a layer, None for those left out."""
    return list(range(size)) if size <= UNITS else [*range(UNITS - 2), None, size - 1]


def _places(x: float, rows: Sequence[int | None], height: float) -> dict[int | None, Array]:
    top = HEAD + (height - HEAD - FOOT - DOWN * len(rows)) / 2 + DOWN / 2
    return {unit: np.array([x, top + DOWN * i]) for i, unit in enumerate(rows)}


def _color(l: int, sizes: Sequence[int], theme: str) -> str:
    return symbol_color(l, len(sizes) - 1, theme)


def symbol_color(l: int, layers: int, theme: str) -> str:
    """Return the colour of a layer's symbols, in the picture and in formulas; 0 is the input."""
    if l == 0:
        return tokens(theme)["t2"]
    return layer_color(depth(l - 1, layers), theme, text=True)


def _links(
    W: Array, before: dict, after: dict, marked: bool, l: int, sizes: Sequence[int], theme: str
) -> str:
    color = _color(l, sizes, theme) if marked else tokens(theme)["line2"]
    ends = [(i, j) for i in after for j in before if i is not None and j is not None]
    lines = "".join(_line(before[j], after[i], color, 2.2 if marked else 1.0) for i, j in ends)
    if marked and len(ends) <= NUMBERED:
        # Where links cross, their numbers stand at different shares of the way.
        lines += "".join(
            _plate(before[j] + _share(n, len(ends)) * (after[i] - before[j]), W[i, j], color, theme)
            for n, (i, j) in enumerate(ends)
        )
    return lines


def _share(n: int, count: int) -> float:
    """Return at what share of its way the n-th of the links has its number."""
    return 0.5 if count <= 3 else (0.34, 0.66)[n % 2]


def _brief(x: float) -> str:
    """Return a number with two or three figures and no zeros at its end."""
    text = number(x, 2 if abs(x) < 1 else 3)
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text


def _plate(at: Array, value: float, color: str, theme: str) -> str:
    """Return a number that covers what is behind it."""
    (x, y), text, panel = at.tolist(), _brief(value), tokens(theme)["panel"]
    wide = 0.56 * NUMBER * len(text) + 4
    box: Any = {"x": x - wide / 2, "y": y - 10, "width": wide, "height": 20, "fill": panel}
    return element("rect", **box) + _text(x, y, text, color, NUMBER)


def _line(start: Array, end: Array, color: str, width: float) -> str:
    way = RADIUS * (end - start) / float(np.hypot(*(end - start)))
    return segment(start + way, end - way, color, width)


def _units(
    values: Array | None, at: dict, marked: bool, l: int, sizes: Sequence[int], theme: str
) -> str:
    c, color = tokens(theme), _color(l, sizes, theme)
    drawn = []
    for unit, (x, y) in at.items():
        if unit is None:
            drawn.append(_text(x, y, "⋮", c["t2"], 20))
            continue
        rim, wide = (color, 3) if marked else (c["line2"], 1.2)
        look: Any = {"r": RADIUS, "fill": c["panel"], "stroke": rim, "stroke_width": wide}
        drawn.append(element("circle", cx=float(x), cy=float(y), **look))
        if values is not None:
            text = _brief(values[unit])
            size = NUMBER if len(text) < 7 else LONG
            drawn.append(_text(x, y, text, color if marked else c["t2"], size))
    return "".join(drawn)


def _text(x: float, y: float, text: str, color: str, size: int, weight: int = 500) -> str:
    font: Any = {"font_size": size, "font_weight": weight, "fill": color}
    return words(x, y, text, dominant_baseline="central", **font)
