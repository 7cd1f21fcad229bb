"""What the error is multiplied by: weights and slopes of every layer, or their singular values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from dnn.config import Config
from dnn.data.datasets import Dataset
from dnn.engine.layout import Array
from lab import figures
from lab.analysis.diagnosis.probes import acquire_probe, release_probe
from lab.analysis.signal import backward_factors
from lab.analysis.spectra import ROUNDING, Spectra
from lab.live.shown import Shown, probe
from lab.live.worker import RESOLVING
from lab.panels.panel import Panel, Part, control
from lab.text.numbers import count
from lab.text.sentences import end_spectra_sentence, layer_spectra_sentence

#: What the product's sentence is of.
APART = [["product", "Product"], ["layers", "Layers"], ["end_to_end", "End to end"]]
BACK = " from the last hidden layer back to the first, for one example."


def product_panel(shown: Shown) -> Part:
    """Return the panel of the factors, or of the singular values."""
    return _product(shown) if shown.view.apart == "product" else _spectra(shown)


def _product(shown: Shown) -> dict[str, Any]:
    net = shown.once(probe)
    if net is None:
        by_weights, by_slope = _start_factors(shown.run.origin, shown.data)
    else:
        by_weights, by_slope = backward_factors(net)
    return figures.panel(
        "The product taken apart",
        figures.product_sentence((by_weights * by_slope)[:-1]).rstrip(".") + BACK,
        figures.product_figure(by_weights, by_slope, theme=shown.view.theme),
        controls=[control(shown.view, "apart", "Taken apart", options=APART)],
    )


@lru_cache(maxsize=16)
def _start_factors(config: Config, data: Dataset) -> tuple[Array, Array]:
    """Return the factors of a network too large to train, at step 0."""
    probe = acquire_probe(config, data)
    found = backward_factors(probe.run(config.seed))
    release_probe(probe, data)
    return found


def _spectra(shown: Shown) -> dict[str, Any]:
    """Return the panel of singular values: of each layer's Jacobian, or from end to end."""
    hidden, theme = len(shown.run.origin.hidden), shown.view.theme
    found = shown.measured.spectra or Spectra(shown.run.step, hidden, np.zeros((0, 4)))
    known = len(found.layers)
    if shown.view.apart == "layers":
        title = "Singular values of each layer's Jacobian"
        said = layer_spectra_sentence(found.layers, hidden, found.end)
        figure = figures.layer_spectra_figure(found.layers, hidden, theme=theme)
    else:
        title = f"Singular values from layer 1 to {hidden}"
        end = found.end if found.end is not None else np.zeros(0)
        said = end_spectra_sentence(end, shown.run.origin.hidden[-1])
        figure = figures.end_spectra_figure(end, ROUNDING, theme=theme)
    stale = found.step != shown.run.step
    said += " One example" + (", moments held" if shown.run.origin.batch_norm else "")
    said += f", step {count(found.step)}." if stale else "."
    empty, apart = None, control(shown.view, "apart", "Taken apart", options=APART)
    if not found.complete and (shown.view.apart == "end_to_end" or not known):
        waits = shown.display.playing and known
        text = "Pause to measure: this takes a while." if waits else f"{known} of {hidden} layers"
        empty = {"strong": "" if waits else "Measuring", "text": text}
        said = ""
    followed = shown.display.playing and found.complete and found.seconds <= RESOLVING
    dim = stale and not followed
    return figures.panel(title, said, figure, controls=[apart], empty=empty, dim=dim)


def _applies(shown: Shown) -> bool:
    return len(shown.run.origin.hidden) > 1 and len(shown.history) > 0


PANELS = [
    Panel(
        "product",
        "The product taken apart",
        {"gradients": 50},
        product_panel,
        _applies,
        projected=False,
        needs=frozenset({"spectra"}),
    )
]
