"""The signal of every layer on a page Gradients: measured dots over the line of theory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from dnn.config import Config
from dnn.data.datasets import Dataset
from dnn.engine.layout import Array
from dnn.run.measure import Signal
from lab import figures
from lab.analysis.signal import predicted, signal_at
from lab.live.shown import Shown
from lab.panels.panel import Panel, Part, control
from lab.text.sentences import signal_sentence

#: From so many draws on there is a band to speak of.
FEWEST = 5
#: What is shown of every layer where there is room for one chart: the view's choices, their labels.
SIGNALS = [["gradient", "Gradient"], ["delta", "Error"], ["activation", "Signal"]]
TITLES = {
    "activation": "Signal going forward",
    "delta": "Back-propagated error",
    "gradient": "What each layer learns from",
}


@lru_cache(maxsize=16)
def theory_line(config: Config, data: Dataset, last_delta: float) -> Signal:
    return predicted(config, data, last_delta)


def start_label(shown: Shown) -> str:
    """Return what is said behind the name of a number of the start once training has begun."""
    return ", step 0" if shown.run.step else ""


def signal_values(shown: Shown, kind: str) -> list[Array]:
    """Return what a chart over the layers shows: the values now, at the start, and theory's."""
    start, now = signal_at(shown.history, 0), signal_at(shown.history, -1)
    # The output's activation is a probability, not a signal that is handed on.
    layers = len(start.delta) - (kind == "activation")
    line = theory_line(shown.run.origin, shown.data, float(start.delta[-1]))
    return [getattr(signal, kind)[:layers] for signal in (now, start, line)]


def signal_panel(shown: Shown, kind: str, also: Sequence[Array] = ()) -> dict[str, Any]:
    """Return one of the three charts over the layers: measured dots over the theory's line.

    also: values that the axes have room for as well.
    """
    now, start, line = signal_values(shown, kind)
    if also:
        also = [*also, start]
    band, low, high = shown.measured.band, None, None
    if band is not None and band.draws >= FEWEST:
        low, high = (limit[: len(now)] for limit in band.limits(kind))
    return figures.panel(
        TITLES[kind],
        # Of the hidden layers: the output's weights and width are another matter.
        signal_sentence(kind, now[: max(1, len(shown.run.origin.hidden))]),
        figures.signal_figure(
            kind,
            now,
            line,
            low,
            high,
            theme=shown.view.theme,
            trained=shown.run.step > 0,
            draws=band.draws if band else 0,
            also=also,
            unit=shown.unit,
        ),
        controls=[control(shown.view, "band", "Band")] if kind == "delta" else [],
    )


def _panel(kind: str, place: int) -> Panel:
    """Return the entry of one of the three charts; a projector has room for one."""

    def build(shown: Shown) -> Part:
        panel = signal_panel(shown, kind)
        if not shown.view.present:
            return panel
        options = [option for option in SIGNALS if _there(shown, option[0])]
        choice = control(shown.view, "signal", "Shown", options=options) | {"value": kind}
        return panel | {"controls": [choice]}

    def applies(shown: Shown) -> bool:
        there = bool(len(shown.history)) and _there(shown, kind)
        return there and (not shown.view.present or kind == _projected(shown))

    needs = frozenset({"start", "draws"})
    return Panel(f"signal_{kind}", TITLES[kind], {"gradients": place}, build, applies, needs=needs)


def _there(shown: Shown, kind: str) -> bool:
    """Return whether there is such a signal: without hidden layers nothing goes forward."""
    return bool(shown.run.origin.hidden) or kind != "activation"


def _projected(shown: Shown) -> str:
    """Return the one chart that a projector shows."""
    chosen = shown.view.signal
    return chosen if _there(shown, chosen) else SIGNALS[0][0]


PANELS = [_panel(kind, place) for kind, place in zip(TITLES, (10, 20, 30), strict=True)]
