"""A data set as a picture of a few pixels, to choose it by."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.figures.svg import drawing, element, words
from lab.figures.theme import tokens

Array = np.ndarray

#: Units a side, the radius of a point in them, and the most points drawn.
SIDE, RADIUS, POINTS = 40.0, 1.7, 120


def thumbnail(U: Array, Y: Array, target: str) -> str:
    """Return points of the plane, (2, m), as an SVG: coloured by their class or value, (1, m).

    Its colours are read on a light and on a dark page.
    """
    U, y = U[:, :POINTS], Y[0, :POINTS]
    reach = float(np.abs(U).max(initial=1e-12)) * 1.1
    x, v = SIDE / 2 * (1 + U[0] / reach), SIDE / 2 * (1 - U[1] / reach)
    largest = float(np.abs(y).max(initial=1e-12))
    dots = [
        element(
            "circle", cx=float(a), cy=float(b), r=RADIUS, **_fill(float(value / largest), target)
        )
        for a, b, value in zip(x, v, y, strict=True)
    ]
    return _picture("".join(dots))


def table_thumbnail(word: str) -> str:
    """Return what stands for a table, as an SVG: its rule, and a word of up to five letters."""
    ink, lines = tokens("light")["ghost"], "M3 5H37M3 13H37M3 27H37M3 35H37"
    font: Any = {"font_family": "sans-serif", "font_weight": 600, "font_size": 12}
    rule = element("path", d=lines, stroke=ink, stroke_width=2)
    return _picture(rule + words(20, 24, word, fill=ink, **font))


def _fill(value: float, target: str) -> dict[str, str]:
    """Return the colour of a class, or of a value from -1 to 1: the nearer to 0, the fainter."""
    c = tokens("light")
    if target == "real":
        return {"fill": c["pos" if value > 0 else "neg"], "fill_opacity": f"{abs(value):.2f}"}
    return {"fill": c["pos" if value > 0.5 else "neg"]}


def _picture(content: str) -> str:
    return drawing(content, (SIDE, SIDE), width=40, height=40)
