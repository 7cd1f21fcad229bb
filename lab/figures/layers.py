"""What charts over the layers share: the axis of layers, dots, rows of words, the layer marked."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.figures import scales
from lab.figures.lines import points
from lab.figures.theme import axis, depth, label, layer_color, tokens
from lab.text.numbers import power_of_ten

Array = np.ndarray

WAY = "← the error travels this way"
#: The smallest height of the plot in pixels; in a larger one the words have more room.
HEIGHT = 200.0
MARGIN = {"l": 54, "r": 16, "t": 8, "b": 40}
#: Height of a row of words in pixels.
ROW = 15.0
#: Values beyond 1/FAR..FAR are drawn there.
FAR = 1e250
#: Beyond these a float32, as which arrays travel to the page, has no value.
FLOAT32 = (1e-37, 1e38)


def linked(
    texts: list[str], c: dict[str, str], theory: list[str] | None = None, name: str = "theory"
) -> dict[str, Any]:
    """Return the meta that marks the layer under the pointer in all charts: a text a dot.

    theory: what the line has at each layer, to be said in words beside it; name: what it is called.
    """
    said = {} if theory is None else {"theory": theory, "name": name}
    return {"linked": "layer", "mark": {"text": texts, "color": c["t1"], **said}}


def layer_x(theme: str, n: int) -> dict[str, Any]:
    """Return the axis of layers 1..n, with half a layer's margin and at most nine ticks."""
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if n <= 7.5 * s or s == 1000)
    ticks = list(range(1, n + 1, step)) if step <= 2 else [1, *range(step, n + 1, step)]
    if n - ticks[-1] >= 0.6 * step:
        ticks.append(n)
    return axis(
        theme, "Layer (input → output)", range=[0.5, n + 0.5], tickvals=ticks,
        ticktext=[str(t) for t in ticks], hoverformat="d",
        unifiedhovertitle={"text": "Layer %{x:d}"},
    )  # fmt: skip


def log_y(series: list[Array], below: float, above: float) -> tuple[dict[str, Any], int]:
    """Return a log axis with room for words, and decades per gridline (0: less than one)."""
    span = scales.positive_range(series) or (0.001, 1.0)
    low, high = (min(max(x, 1 / FAR), FAR) for x in span)
    y = scales.log_axis(low, high)
    a, b = y["range"]
    every = scales.decades_per_tick(a, b) if high / low > 300 else 0
    return y | {"range": with_rows(a, b, below, above)}, every


def with_rows(a: float, b: float, below: float, above: float) -> list[float]:
    """Return a range in which a..b leaves so many pixels free at the nominal height."""
    unit = (b - a) / (HEIGHT - below - above)
    return [round(a - below * unit, 4), round(b + above * unit, 4)]


def floor_of(y: dict[str, Any]) -> float:
    """Return the value at which exact zeros are drawn on a log axis: a little above its edge."""
    a, b = y["range"]
    return 10.0 ** (a + (b - a) * 7.0 / HEIGHT)


def in_float32(traces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return traces with a list for a y beyond float32, as which arrays travel to the page."""

    def fits(y: Array) -> bool:
        return bool(((y >= FLOAT32[0]) & (y <= FLOAT32[1])).all())

    return [t if fits(t["y"]) else t | {"y": [float(v) for v in t["y"]]} for t in traces]


def drawn(values: Array, floor: float) -> tuple[Array, Array]:
    """Return x = layer and y of the finite values, zeros at the floor."""
    good = np.isfinite(values) & (values >= 0)
    y = np.clip(values[good], floor, FAR)
    return np.flatnonzero(good) + 1, y


def stretched(x: Array, y: Array, n: int) -> tuple[Array, Array]:
    """Return a line that can be seen where there is one layer only."""
    return (np.array([0.6, 1.4]), np.repeat(y, 2)) if n == 1 and len(y) else (x, y)


def layer_dots(
    x: Array, y: Array, n: int, theme: str, layers: int = 0, **options: Any
) -> dict[str, Any]:
    """Return dots at layers x of n, smaller where there are many, in the colours of the layers.

    layers: how many there are for the colours, with the output, where that is not n.
    """
    colors = [layer_color(depth(l - 1, layers or n), theme) for l in x.tolist()]
    size, edge = 6.5 if n <= 60 else 5, tokens(theme)["panel"]
    return points(x, y, "measured", colors, size=size, edge=edge, **options)


def at_bottom(text: str, color: str, pixels: float) -> dict[str, Any]:
    """Return words at the left, so many pixels above the lower edge at the nominal height."""
    return label(
        text, color, name="note", xref="paper", x=0, xanchor="left", xshift=5, yref="paper",
        y=round((pixels + ROW / 2) / HEIGHT, 4), yanchor="middle",
    )  # fmt: skip


def gridline_text(every: int) -> str:
    """Return in words how far apart the gridlines of a log axis are, in decades."""
    return f"×{'10' if every == 1 else '100' if every == 2 else power_of_ten(every)} per gridline"


def gridline_note(every: int, color: str, pixels: float) -> dict[str, Any]:
    """Return the factor from gridline to gridline, at the right."""
    note = at_bottom(gridline_text(every), color, pixels)
    return note | {"x": 1, "xanchor": "right", "xshift": -3}
