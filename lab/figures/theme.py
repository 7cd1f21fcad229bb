"""Colours, the layer palette and the parts of a layout that all figures share."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

#: By token. Class 1 and positive are blue, class 0 and negative orange.
TOKENS: dict[str, dict[str, str]] = {
    "light": {
        "panel": "#ffffff", "raise": "#ffffff", "line": "#e0e4ea", "line2": "#c5ccd6",
        "grid": "#eceff3", "t1": "#16202c", "t2": "#465264", "t3": "#626e80",
        "pos": "#0877bd", "mid": "#f2f4f6", "neg": "#d9700f", "posT": "#06629d",
        "negT": "#a84f00", "test": "#b0306f", "ghost": "#8b96a5", "explode": "#a8201a",
    },
    "dark": {
        "panel": "#151a21", "raise": "#1b222b", "line": "#262e38", "line2": "#3b4654",
        "grid": "#232b35", "t1": "#e9edf2", "t2": "#b0bac7", "t3": "#8c98a8",
        "pos": "#47a6e6", "mid": "#1d242d", "neg": "#f2943c", "posT": "#6fbcf0",
        "negT": "#f6a95f", "test": "#f287b7", "ghost": "#6b7787", "explode": "#ff9d94",
    },
}  # fmt: skip

FONT = '"Source Sans 3", "Source Sans", "Source Sans Pro", sans-serif'
MARGIN = {"l": 54, "r": 64, "t": 10, "b": 40}
FONT_SIZE = 12
#: On a projector all type is so many times as large, 16 pixels at least; lines are so wide.
PROJECTOR, THICK = 4 / 3, (2.2, 2.4)
#: What grows with the type: lengths in pixels.
LENGTHS = ("size", "l", "r", "t", "b", "xshift", "yshift", "standoff", "ticklen")


def tokens(theme: str) -> dict[str, str]:
    """Return colours by token. Raises ValueError for an unknown theme."""
    if theme not in TOKENS:
        raise ValueError(f"theme: {theme!r} is not known; choose light or dark")
    return TOKENS[theme]


def oklch(L: float, C: float, H: float) -> str:
    """Return the sRGB hex of a colour in OKLCH, clipped. Source: Ottosson 2020, A perceptual..."""
    a, b = C * math.cos(math.radians(H)), C * math.sin(math.radians(H))
    l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3
    return "#" + "".join(
        _channel(value)
        for value in (
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
        )
    )


def _channel(x: float) -> str:
    x = 12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055
    return f"{round(255 * min(1.0, max(0.0, x))):02x}"


def depth(layer: int, layers: int) -> float:
    """Return how deep a layer (from 0) lies: 0 the first, 1 the output."""
    return layer / (layers - 1) if layers > 1 else 1.0


@lru_cache(1024)
def layer_color(t: float, theme: str, text: bool = False) -> str:
    """Return the colour of depth t, 0..1; text: with the contrast that words need."""
    if theme == "dark":
        L = 0.60 + 0.32 * t
        return oklch(max(0.65, L) if text else L, 0.15, 302 - 192 * t)
    L = 0.33 + 0.32 * t
    return oklch(min(0.52, L) if text else L, 0.15 - 0.01 * t, 302 - 162 * t)


def mix(a: str, b: str, t: float) -> str:
    """Return the colour t of the way from a to b, both #rrggbb."""
    pairs = [(int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(p + (q - p) * t):02x}" for p, q in pairs)


@lru_cache(1024)
def fade(color: str, alpha: float) -> str:
    """Return #rrggbb as a CSS colour with an opacity."""
    r, g, b = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},{alpha})"


def boundary_ramp(theme: str) -> dict[str, str]:
    """Return the field's colours at 0, 0.5 and 1, pale so that points stand out, and its line's."""
    c = tokens(theme)
    share = 0.62 if theme == "dark" else 0.5
    return {
        "low": mix(c["panel"], c["neg"], share),
        "mid": c["mid"],
        "high": mix(c["panel"], c["pos"], share),
        "line": c["t1"],
    }


def ramp_key(theme: str, low: str, high: str) -> dict[str, Any]:
    """Return the key of values from low to high, for the page to draw."""
    c = tokens(theme)
    return {"symbol": "ramp", "colors": [c["neg"], c["mid"], c["pos"]], "label": [low, high]}


def diverging(t: float, theme: str) -> str:
    """Return the colour of t in -1..1: neg, mid, pos."""
    c = tokens(theme)
    return mix(c["mid"], c["pos"] if t > 0 else c["neg"], min(1.0, abs(t)))


def enlarged(value: Any, scale: float = PROJECTOR) -> Any:
    """Return a figure, or a part of one, for a projector: type, room for it and marks larger."""
    if isinstance(value, (list, tuple)):
        return [enlarged(item, scale) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _enlarged(key, item, scale) for key, item in value.items()}


def _enlarged(key: str, value: Any, scale: float) -> Any:
    if key in LENGTHS and isinstance(value, (int, float)):
        return value * scale
    if key == "width" and isinstance(value, (int, float)):
        thin_or_rim = value < 1.2 or value > THICK[1]
        return value * scale if thin_or_rim else min(max(value * scale, THICK[0]), THICK[1])
    return enlarged(value, scale)


def plain(text: str) -> str:
    """Return user text so that Plotly shows it as it is instead of reading tags in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def axis(theme: str, title: str = "", **options: Any) -> dict[str, Any]:
    """Return an axis in the house style; options override it."""
    c = tokens(theme)
    font = {"size": FONT_SIZE, "color": c["t2"]}
    return {
        "showgrid": False, "gridcolor": c["grid"], "zeroline": False, "showline": True,
        "linecolor": c["line2"], "ticks": "outside", "ticklen": 4, "tickcolor": c["line2"],
        "tickfont": font, "title": {"text": title, "font": font, "standoff": 4},
        "automargin": False, "fixedrange": True, **options,
    }  # fmt: skip


def layout(theme: str, **options: Any) -> dict[str, Any]:
    """Return a layout in the house style; options override it."""
    c = tokens(theme)
    return {
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": FONT_SIZE, "color": c["t1"]},
        "margin": MARGIN, "showlegend": False, "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": c["raise"], "bordercolor": c["line2"],
            "font": {"size": FONT_SIZE, "color": c["t1"]},
        },
        "uirevision": "constant", **options,
    }  # fmt: skip


def label(text: str, color: str, bold: bool = False, **options: Any) -> dict[str, Any]:
    """Return an annotation without an arrow."""
    font = {"size": FONT_SIZE, "color": color} | ({"weight": 600} if bold else {})
    return {"text": text, "showarrow": False, "font": font, **options}


def figure(
    theme: str, data: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], **options: Any
) -> dict[str, Any]:
    """Return a figure of traces over two axes that neither zooms nor answers the pointer.

    options: of the layout; they override that.
    """
    plain_options = {"hovermode": False, "dragmode": False, **options}
    return {"data": data, "layout": layout(theme, xaxis=x, yaxis=y, **plain_options)}
