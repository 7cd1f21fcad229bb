"""The signal of a network layer by layer, measured, over what theory says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.figures.layers import (
    MARGIN,
    ROW,
    WAY,
    at_bottom,
    drawn,
    floor_of,
    gridline_note,
    in_float32,
    layer_dots,
    layer_x,
    linked,
    log_y,
    stretched,
)
from lab.figures.lines import key_row, line
from lab.figures.theme import axis, fade, figure, tokens
from lab.text.numbers import number
from lab.text.sentences import check_kind, edge_note, per_layer

Array = np.ndarray

TITLES = {
    "activation": "Activation RMS (unitless)",
    "delta": "δ RMS (nats per unit)",
    "gradient": "∂J/∂W RMS (nats per unit weight)",
}


def signal_figure(
    kind: str,
    values: Sequence[float] | Array,
    predicted: Sequence[float] | Array | None,
    low: Sequence[float] | Array | None,
    high: Sequence[float] | Array | None,
    *,
    theme: str,
    trained: bool = False,
    draws: int = 0,
    unit: str = "nats",
    also: Sequence[Array] = (),
) -> dict[str, Any]:
    """Return `kind` per layer: "activation", "delta" or "gradient"; dots over theory's line.

    values, predicted, low, high: one a layer, layer 1 first; low and high bound the band of so
    many draws. predicted, low and high may be None. trained: theory and band are greyed, for they
    speak of step 0. unit: the cost's. also: other values per layer that the axes have room for.
    Exact zeros lie at the lower edge; what is not finite is left out; a note says so. Raises
    ValueError for another kind, no layers or arrays that differ in length.
    """
    check_kind(kind)
    v = per_layer(values)
    n, c = len(v), tokens(theme)
    theory, band = _checked(predicted, n), (_checked(low, n), _checked(high, n))
    note = edge_note(v)
    base = 14 if (v == 0).any() else 5
    below = base + ROW * (1 + bool(note))
    y, every = log_y([a for a in (v, theory, *band, *also) if a is not None], below, 17)
    floor = floor_of(y)
    data = _band_traces(band, floor, trained, c) + _theory_traces(theory, floor, trained, c)
    notes = key_row(_keys({trace["name"] for trace in data}, draws, trained, c))
    data.append(layer_dots(*drawn(v, floor), n, theme))
    if note:
        notes.append(at_bottom(note, c["t1"], base))
    if kind == "delta":
        notes.append(at_bottom(WAY, c["t2"], base + ROW * bool(note)))
    if every:
        notes.append(gridline_note(every, c["t2"], base + ROW * bool(note)))
    return figure(
        theme,
        in_float32(data),
        layer_x(theme, max(n, *map(len, also), 1)),
        axis(theme, TITLES[kind].replace("nats", unit), showgrid=True, **y),
        margin=MARGIN,
        annotations=notes,
        meta=linked(
            [number(x, 2) for x in v[drawn(v, floor)[0] - 1]],
            c,
            [] if theory is None else [number(x, 2) for x in theory],
            _theory_name(trained),
        ),
    )


def _theory_name(trained: bool) -> str:
    return "theory (step 0)" if trained else "theory"


def _keys(names: set[str], draws: int, trained: bool, c: dict[str, str]) -> list[tuple[str, str]]:
    """Return what dots, line and band are, as far as they are drawn."""
    keys, theory = [("● measured", c["t1"])], _theory_name(trained)
    if theory in names:
        keys.append((f"– {theory}", c["t3" if trained else "t1"]))
    if "5 %" in names:
        keys.append(
            (f"■ 5–95 % of {draws:,} draws" if draws and not trained else "■ 5–95 %", c["t3"])
        )
    return keys


def _checked(values: Sequence[float] | Array | None, n: int) -> Array | None:
    if values is None:
        return None
    v = per_layer(values)
    if len(v) != n:
        raise ValueError(f"predicted, low, high: {len(v)} layers where values has {n}")
    return v


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
        x, y = stretched(*drawn(np.where(whole, side, np.nan), floor), len(low))
        traces.append(line(x, y, name, clear))
    traces[1] |= {"fill": "tonexty", "fillcolor": fade(c["t3"], 0.12 if trained else 0.22)}
    return traces


def _theory_traces(
    theory: Array | None, floor: float, trained: bool, c: dict[str, str]
) -> list[dict[str, Any]]:
    if theory is None:
        return []
    x, y = stretched(*drawn(theory, floor), len(theory))
    style = {"color": c["t1"], "width": 1.6}
    if trained:
        style = {"color": c["t3"], "width": 1.4, "dash": "4px,3px"}
    return [line(x, y, _theory_name(trained), style)] if len(y) else []
