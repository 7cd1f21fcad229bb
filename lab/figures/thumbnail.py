"""A data set as a picture of a few pixels, to choose it by."""

from __future__ import annotations

from html import escape

import numpy as np

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
    dots = "".join(
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{RADIUS}" {_fill(c / largest, target)}/>'
        for a, b, c in zip(x, v, y, strict=True)
    )
    return _svg(dots)


def table_thumbnail(word: str) -> str:
    """Return what stands for a table, as an SVG: its rule, and a word of up to five letters."""
    ink = tokens("light")["ghost"]
    lines = f'<path d="M3 5H37M3 13H37M3 27H37M3 35H37" stroke="{ink}" stroke-width="2"/>'
    text = (
        f'<text x="20" y="24" text-anchor="middle" font-family="sans-serif" font-weight="600" '
        f'font-size="12" fill="{ink}">{escape(word)}</text>'
    )
    return _svg(lines + text)


def _fill(value: float, target: str) -> str:
    """Return the colour of a class, or of a value from -1 to 1: the nearer to 0, the fainter."""
    c = tokens("light")
    if target == "real":
        return f'fill="{c["pos" if value > 0 else "neg"]}" fill-opacity="{abs(value):.2f}"'
    return f'fill="{c["pos" if value > 0.5 else "neg"]}"'


def _svg(content: str) -> str:
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="40" height="40">'
    return head + content + "</svg>"
