"""The signal of a network layer by layer, measured, over what theory says of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dnn.figures import scales
from dnn.figures.gradients import subset
from dnn.figures.lines import line
from dnn.figures.theme import axis, depth, fade, label, layer_color, layout, tokens
from dnn.figures.words import number, power_of_ten, times

Array = np.ndarray

TITLES = {
    "activation": "Activation RMS (unitless)",
    "delta": "δ RMS (nats per unit)",
    "gradient": "∂J/∂W RMS (nats per unit weight)",
}
WAY = "← the error travels this way"
NOUNS = {"activation": "The signal", "delta": "The error", "gradient": "The gradient"}
#: The smallest plot in pixels that labels are placed for; in a larger one they have more room.
WIDTH, HEIGHT = 270.0, 200.0
MARGIN = {"l": 54, "r": 16, "t": 8, "b": 40}
#: Height of a row of words in pixels.
ROW = 15.0
#: Values beyond 1/FAR..FAR are drawn there.
FAR = 1e250
#: Beyond these a float32, as which arrays travel to the page, has no value.
FLOAT32 = (1e-37, 1e38)
#: What it costs to cover a cell of 4 x 4 pixels.
CELL = 4.0
BAND, LINE, LABEL = 1.0, 4.0, 1e3
#: Up to this ratio values count as equal.
EVEN = 1.25


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
) -> dict[str, Any]:
    """Return `kind` per layer: "activation", "delta" or "gradient"; dots over theory's line.

    values, predicted, low, high: one a layer, layer 1 first; low and high bound the band of so
    many draws. predicted, low and high may be None. trained: theory and band are greyed, for they
    speak of step 0. marked: a layer from 1; one that is not there is not marked. unit: the cost's.
    Exact zeros lie at the lower edge; what is not finite is left out; a note says so. Raises
    ValueError for another kind, no layers or arrays that differ in length.
    """
    _known(kind)
    v = _layers(values)
    n, c = len(v), tokens(theme)
    theory, band = _checked(predicted, n), (_checked(low, n), _checked(high, n))
    note = _note(v)
    zeros = bool((v == 0).any())
    base = 14 if zeros else 5
    below = base + ROW * (1 + bool(note))
    above = 17 + (ROW if trained else 0)
    y, every = _y_axis([a for a in (v, theory, *band) if a is not None], below, above)
    floor = 10.0 ** _exponent(y, 7.0)
    marked = marked if marked is not None and 1 <= marked <= n else None

    data = _band_traces(band, floor, trained, c)
    data += _theory_traces(theory, floor, trained, c)
    data.append(_dots(v, floor, theme))
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    if trained:
        notes += _keys(bool(data[:-1]), theory is not None, c)
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
            xaxis=layer_x(theme, n),
            yaxis=axis(theme, title, showgrid=True, fixedrange=True, **y),
            shapes=shapes,
            annotations=notes,
            dragmode=False,
            meta=linked([number(x, 2) for x in v[drawn(v, floor)[0] - 1]], c),
        ),
    }


def _known(kind: str) -> None:
    if kind not in TITLES:
        raise ValueError(f"kind: {kind!r} is not known; choose {' or '.join(TITLES)}")


def _layers(values: Sequence[float] | Array) -> Array:
    v = np.array(values, np.float64).ravel()
    if not v.size:
        raise ValueError("values: there is no layer")
    return v


def _checked(values: Sequence[float] | Array | None, n: int) -> Array | None:
    if values is None:
        return None
    v = _layers(values)
    if len(v) != n:
        raise ValueError(f"predicted, low, high: {len(v)} layers where values has {n}")
    return v


def linked(texts: list[str], c: dict[str, str]) -> dict[str, Any]:
    """Return the meta that marks the layer under the pointer in all charts: a text a dot."""
    return {"linked": "layer", "mark": {"text": texts, "color": c["t1"]}}


def layer_x(theme: str, n: int) -> dict[str, Any]:
    """Return the axis of layers 1..n, with half a layer's margin and at most nine ticks."""
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if n <= 7.5 * s or s == 1000)
    ticks = list(range(1, n + 1, step)) if step <= 2 else [1, *range(step, n + 1, step)]
    if n - ticks[-1] >= 0.6 * step:
        ticks.append(n)
    return axis(
        theme, "Layer (input → output)", range=[0.5, n + 0.5], tickvals=ticks,
        ticktext=[str(t) for t in ticks], fixedrange=True, hoverformat="d",
        unifiedhovertitle={"text": "Layer %{x:d}"},
    )  # fmt: skip


def _y_axis(series: list[Array], below: float, above: float) -> tuple[dict[str, Any], int]:
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


def _exponent(y: dict[str, Any], pixels: float) -> float:
    a, b = y["range"]
    return a + (b - a) * pixels / HEIGHT


def carried(traces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return traces with a list for a y that float32, as which arrays travel, has no room for."""
    return [trace | {"y": _unharmed(trace["y"])} for trace in traces]


def _unharmed(y: Array) -> Array | list[float]:
    fits = (y >= FLOAT32[0]) & (y <= FLOAT32[1])
    return y if fits.all() else [float(v) for v in y]


def drawn(values: Array, floor: float) -> tuple[Array, Array]:
    """Return x = layer and y of the finite values, zeros at the floor."""
    good = np.isfinite(values) & (values >= 0)
    y = np.clip(values[good], floor, FAR)
    return np.flatnonzero(good) + 1, y


def _stretched(x: Array, y: Array, n: int) -> tuple[Array, Array]:
    """Return a line that can be seen where there is one layer only."""
    return (np.array([0.6, 1.4]), np.repeat(y, 2)) if n == 1 and len(y) else (x, y)


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
        x, y = _stretched(*drawn(np.where(whole, side, np.nan), floor), len(low))
        traces.append(line(x, y, name, clear, hovertemplate="%{y:.3g}"))
    traces[1] |= {"fill": "tonexty", "fillcolor": fade(c["t3"], 0.12 if trained else 0.22)}
    return traces


def _theory_traces(
    theory: Array | None, floor: float, trained: bool, c: dict[str, str]
) -> list[dict[str, Any]]:
    if theory is None:
        return []
    x, y = _stretched(*drawn(theory, floor), len(theory))
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


def text_width(text: str) -> float:
    """Return at least how wide a label is in pixels."""
    return 5 * len(text) + 12.0


def at_bottom(text: str, color: str, pixels: float) -> dict[str, Any]:
    """Return words at the left, so many pixels above the lower edge at the nominal height."""
    return label(
        text, color, name="note", xref="paper", x=0, xanchor="left", xshift=5, yref="paper",
        y=round((pixels + ROW / 2) / HEIGHT, 4), yanchor="middle",
    )  # fmt: skip


def gridline_note(every: int, color: str, pixels: float) -> dict[str, Any]:
    """Return the factor from gridline to gridline, at the right."""
    factor = "10" if every == 1 else "100" if every == 2 else power_of_ten(every)
    note = at_bottom(f"×{factor} per gridline", color, pixels)
    return note | {"x": 1, "xanchor": "right", "xshift": -3}


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


def _note(v: Array) -> str:
    """Return what is drawn at the edge, and what is left out."""
    zero = int((v == 0).sum())
    gone = int((~np.isfinite(v)).sum())
    if not zero:
        return f"{_are(gone)} not finite" if gone else ""
    more = f", {gone} {'is' if gone == 1 else 'are'} not finite" if gone else ""
    return f"{_are(zero)} exactly 0{more}"


def _are(k: int) -> str:
    return "1 layer is" if k == 1 else f"{k} layers are"


class Room:
    """Where words fit in a plot of w by h pixels: what it costs to cover each of its cells.

    Pixels run from the lower left corner. A label is held at one point: in a larger plot it takes
    a smaller part, so that what is free here is free there.
    """

    def __init__(self, w: float, h: float):
        self.w, self.h = w, h
        self.cost = np.zeros((math.ceil(h / CELL), math.ceil(w / CELL)))

    def _cells(self, x: Array, y: Array) -> tuple[Array, Array]:
        rows, columns = self.cost.shape
        r = np.clip((np.asarray(y) / CELL).astype(int), 0, rows - 1)
        return r, np.clip((np.asarray(x) / CELL).astype(int), 0, columns - 1)

    def line(self, points: Array, cost: float) -> None:
        """Add a line through points (k, 2)."""
        x, y = points.T
        steps = np.maximum(np.abs(np.diff(x)), np.abs(np.diff(y))) / (CELL / 2)
        for i, k in enumerate(np.ceil(steps).astype(int)):
            t = np.linspace(0, 1, max(2, k + 1))
            cells = self._cells(x[i] + t * (x[i + 1] - x[i]), y[i] + t * (y[i + 1] - y[i]))
            self.cost[cells] = np.maximum(self.cost[cells], cost)

    def dots(self, points: Array, cost: float, radius: float = 4) -> None:
        """Add dots at points (k, 2)."""
        x, y = points.T
        for dx in (-radius, 0, radius):
            for dy in (-radius, 0, radius):
                cells = self._cells(x + dx, y + dy)
                self.cost[cells] = np.maximum(self.cost[cells], cost)

    def area(self, x: Array, low: Array, high: Array, cost: float) -> None:
        """Add what lies between two lines over x."""
        across = (np.arange(self.cost.shape[1]) + 0.5) * CELL
        up = (np.arange(self.cost.shape[0]) + 0.5)[:, None] * CELL
        inside = (up >= np.interp(across, x, low)) & (up <= np.interp(across, x, high))
        inside &= (across >= x[0]) & (across <= x[-1])
        self.cost[inside] = np.maximum(self.cost[inside], cost)

    def box(self, x0: float, y0: float, x1: float, y1: float, cost: float = LABEL) -> None:
        """Add a rectangle."""
        (r0, r1), (c0, c1) = self._cells(np.array([x0, x1]), np.array([y0, y1]))
        self.cost[r0 : r1 + 1, c0 : c1 + 1] += cost

    def covered(self, x0: Array, y0: Array, x1: Array, y1: Array) -> Array:
        """Return what it costs to cover these boxes; infinite where they leave the plot."""
        total = np.pad(self.cost.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        r0, c0 = self._cells(x0, y0)
        r1, c1 = self._cells(x1, y1)
        cost = total[r1 + 1, c1 + 1] - total[r0, c1 + 1] - total[r1 + 1, c0] + total[r0, c0]
        out = (x0 < 0) | (y0 < 0) | (x1 > self.w) | (y1 > self.h)
        return np.where(out, np.inf, cost)

    def beside(self, width: float, targets: Array) -> tuple[Array, Array, str] | None:
        """Return the target (of points (k, 2)), the label's point and its anchor: left or right.

        The words' box and the line from them to the target are then taken. None without a place.
        """
        steps_x, steps_y = (10, 24, 44, 72), (14, 24, 38, 58, 84, 120)
        away = np.array([
            (sx * x, sy * y) for x in steps_x for y in steps_y for sx in (1, -1) for sy in (1, -1)
        ])  # fmt: skip
        to = np.repeat(targets, len(away), axis=0)
        at = to + np.tile(away, (len(targets), 1))
        right = at[:, 0] < to[:, 0]
        x0 = np.where(right, at[:, 0] - width, at[:, 0])
        y0, y1 = at[:, 1] - ROW / 2, at[:, 1] + ROW / 2
        cost = self.covered(x0 - 2, y0, x0 + width + 2, y1)
        for t in (0.15, 0.3, 0.5, 0.7):  # the line to the target
            cells = self._cells(*(at + t * (to - at)).T)
            cost = cost + np.minimum(self.cost[cells], LINE * 10)
        cost = cost + 0.25 * np.abs(at - to).sum(axis=1)
        best = int(cost.argmin())
        if not np.isfinite(cost[best]):
            return None
        self.box(x0[best] - 2, y0[best] + 1, x0[best] + width + 2, y1[best] - 1)
        self.line(np.array([at[best], to[best]]), LINE * 2)
        return to[best], at[best], "right" if right[best] else "left"


def pixels(x: Array, y: Array, n: int, y_range: Sequence[float]) -> Array:
    """Return points (k, 2) of layers and values > 0 in pixels of the nominal plot."""
    a, b = y_range
    across = (np.asarray(x, float) - 0.5) / n * WIDTH
    return np.column_stack([across, (np.log10(np.asarray(y, float)) - a) / (b - a) * HEIGHT])


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


def pinned(
    text: str, color: str, at: Array, anchor: str, n: int, y_range: Sequence[float]
) -> dict[str, Any]:
    """Return words held at a point in pixels of the nominal plot."""
    x, y = _data(at, n, y_range)
    shift = 3 if anchor == "left" else -3
    return label(
        text, color, name="direct", x=x, xanchor=anchor, xshift=shift, y=y, yanchor="middle"
    )


def leader(
    at: Array, to: Array, n: int, y_range: Sequence[float], c: dict[str, str]
) -> dict[str, Any]:
    """Return the thin line from words to what they name."""
    (x0, y0), (x1, y1) = _data(at, n, y_range), _data(to, n, y_range)
    return {
        "type": "line", "name": "leader", "x0": x0, "y0": 10.0**y0, "x1": x1, "y1": 10.0**y1,
        "line": {"color": c["t3"], "width": 1},
    }  # fmt: skip


def _data(point: Array, n: int, y_range: Sequence[float]) -> tuple[float, float]:
    a, b = y_range
    return float(point[0]) / WIDTH * n + 0.5, a + float(point[1]) / HEIGHT * (b - a)


def signal_sentence(kind: str, values: Sequence[float] | Array) -> str:
    """Return one sentence on how `kind` goes through the layers (values: layer 1 first).

    Factors a layer are geometric means. Raises ValueError for another kind or no layers.
    """
    _known(kind)
    v = _layers(values)
    found = ((~np.isfinite(v) | (v < 0), "not finite"), (v == 0, "exactly 0"))
    said = [f"{what} in {_where(which)}" for which, what in found if which.any()]
    if said:
        return f"{NOUNS[kind]} is {' and '.join(said)}."
    if len(v) == 1:
        return f"{NOUNS[kind]} is {number(v[0], 2)} in the only layer."
    logs = np.log(v)
    if kind == "gradient":
        return _compared(logs)
    return _forwards(logs) if kind == "activation" else _backwards(logs)


def _where(which: Array) -> str:
    at, n = np.flatnonzero(which) + 1, len(which)
    if len(at) == n:
        return "every layer" if n > 1 else "the only layer"
    if len(at) == 1:
        return f"layer {at[0]}"
    if len(at) == at[-1] - at[0] + 1:
        return f"layers {at[0]} to {at[-1]}"
    return f"{len(at)} of {n} layers"


def _even(logs: Array, ratio: float = EVEN) -> bool:
    return float(np.ptp(logs)) < math.log(ratio)


def factor_text(f: float) -> str:
    """Return a factor with two figures, more where it is nearly 1."""
    near = abs(math.log(f)) if f > 0 else math.inf
    return "×" + number(f, 2 if near >= 0.05 else 3 if near >= 0.002 else 5)


def ratio_text(log: float) -> str:
    """Return exp(log) as times() writes it, also where no float holds it."""
    return times(math.exp(log)) if log < 600 else f"{power_of_ten(round(log / math.log(10)))}×"


def _level(logs: Array) -> str:
    return number(math.exp(float(logs.mean())), 2)


def _forwards(logs: Array) -> str:
    if _even(logs, 1.5) and abs(logs[-1] - logs[0]) < math.log(EVEN):
        return f"Flat: stays near {_level(logs)}, the signal itself does not fade."
    half = len(logs) // 2
    late = logs[half:]
    # A third of the late layers at either end: single layers scatter.
    k = max(1, len(late) // 3)
    drift = abs(float(late[-k:].mean() - late[:k].mean()))
    if len(late) >= 3 and drift < math.log(EVEN) and _even(late, 2.0):
        change = float(late.mean() - logs[0])
        if abs(change) < math.log(10):
            return f"Settles near {_level(late)}: the signal itself does not fade."
        side = "below" if change < 0 else "above"
        return f"Settles near {_level(late)}, {ratio_text(abs(change))} {side} layer 1."
    return _run(logs, "left to right")


def _backwards(logs: Array) -> str:
    if _even(logs, 1.5) and abs(logs[-1] - logs[0]) < math.log(EVEN):
        return "Flat: the error keeps its size from layer to layer."
    return _run(logs[::-1], "right to left")


def _run(logs: Array, way: str) -> str:
    """Return the factor a layer in the order in which the signal travels."""
    steps = np.diff(logs)
    mean = float(steps.mean())
    half = len(logs) // 2
    turns = len(logs) >= 4 and (logs[half] - logs[0]) * (logs[-1] - logs[half]) < 0
    if turns and min(abs(logs[half] - logs[0]), abs(logs[-1] - logs[half])) > math.log(EVEN):
        low, high = (number(math.exp(float(x)), 2) for x in (logs.min(), logs.max()))
        return f"Between {low} and {high}: no single factor a layer, {way}."
    verb = "Shrinks" if mean < 0 else "Grows"
    if abs(mean) * len(steps) < math.log(EVEN):
        low, high = (number(math.exp(float(x)), 2) for x in (logs.min(), logs.max()))
        return f"Scatters between {low} and {high} without a trend."
    steady = np.mean(np.sign(steps) == np.sign(mean)) >= 0.8
    often = "with every layer" if steady else "a layer on average"
    return f"{verb} {factor_text(math.exp(mean))} {often}, {way}."


def _compared(logs: Array) -> str:
    n = len(logs)
    if _even(logs, 1.5):
        return "Flat: every layer gets about the same."
    first, last = 0, n - 1
    # Where layers between differ far more than the ends, the ends would not tell.
    if abs(logs[0] - logs[-1]) < 0.5 * float(np.ptp(logs)):
        first, last = int(logs.argmin()), int(logs.argmax())
    gap = float(logs[first] - logs[last])
    word = "smaller" if gap < 0 else "larger"
    return f"{ratio_text(abs(gap))} {word} in layer {first + 1} than in layer {last + 1}."
