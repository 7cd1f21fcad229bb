"""The phase diagram of the activation: where this network is, between order and chaos."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from dnn.parts.activations import ACTIVATIONS
from lab import figures, theory
from lab.analysis.signal import weight_scales
from lab.live.shown import Shown
from lab.panels.panel import Panel, Part

#: The phase diagram's axes, and the points a side of what is painted.
SIGMA_W, SIGMA_B = np.linspace(0.3, 3.0, 61), np.linspace(0.0, 1.5, 41)
FIELD = 61


@lru_cache(maxsize=16)
def _diagram(key: str) -> theory.PhaseDiagram:
    return theory.phase_diagram(key, SIGMA_W, SIGMA_B)


def phase_panel(shown: Shown) -> Part:
    config, trained = shown.run.origin, shown.run.step > 0
    key = config.activations[0]
    diagram = _diagram(key)
    field, size = figures.phase_field(diagram.chi, FIELD)
    where = "Theory speaks of step 0." if trained else "Click to start there."
    mixed = " (its first layer's)" if len(set(config.activations)) > 1 else ""
    return figures.panel(
        f"Phase diagram of {ACTIVATIONS[key].label}{mixed}",
        f"The error's factor a layer in a wide network. {where}",
        figures.phase_figure(
            diagram.sigma_w,
            diagram.sigma_b,
            diagram.chi,
            diagram.critical,
            weight_scales(config),
            theme=shown.view.theme,
            active=not trained,
        ),
        field=field,
        field_size=size,
        contour=False,
        discretise=False,
    )


def _applies(shown: Shown) -> bool:
    return bool(shown.run.origin.hidden and len(shown.history))


PANELS = [
    Panel("phase", "Phase diagram", {"gradients": 40}, phase_panel, _applies, projected=False)
]
