"""Mean-field theory of signal propagation: what depth does to activations and gradients at step 0.

gaussian: averages over normal preactivations; phases: fixed points, depth scales and the phase
diagram of (sigma_w, sigma_b); propagation: the line a given network should follow, layer by layer.
"""

from lab.theory.gaussian import Moments, moments
from lab.theory.phases import (
    FixedPoint,
    PhaseDiagram,
    correlation_map,
    critical_sigma_w,
    depth_scales,
    phase_diagram,
)
from lab.theory.propagation import Prediction, signal, weight_variance

__all__ = [
    "FixedPoint",
    "Moments",
    "PhaseDiagram",
    "Prediction",
    "correlation_map",
    "critical_sigma_w",
    "depth_scales",
    "moments",
    "phase_diagram",
    "signal",
    "weight_variance",
]
