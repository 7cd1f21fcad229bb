"""Recorded numbers drawn: each figure is a plain dict that plotly.graph_objects.Figure accepts.

Pure functions of arrays and of dnn.history; no Streamlit, no Plotly and no mathematics of networks.
"""

from lab.figures.autopsy import autopsy_figure, autopsy_sentence
from lab.figures.boundary import (
    boundary_figure,
    boundary_sentence,
    class_keys,
    legend,
    point_traces,
    value_keys,
)
from lab.figures.cost import cost_figure
from lab.figures.distributions import distributions_figure
from lab.figures.factors import product_figure, product_sentence
from lab.figures.flow import flow_figure
from lab.figures.frame import pack, panel, unpack
from lab.figures.gradients import drawn_note, gradient_figure, subset
from lab.figures.layer_lines import KINDS, layer_lines_figure
from lab.figures.phase import phase_field, phase_figure, phase_legend
from lab.figures.results import (
    FEW,
    bar_legend,
    calibration_figure,
    classes_figure,
    cloud_legend,
    confusion_figure,
    error_figure,
    prediction_figure,
    probability_figure,
    residual_figure,
    share_curve_figure,
)
from lab.figures.series import series_figure
from lab.figures.signal import signal_figure
from lab.figures.space import space_figure, space_sentence
from lab.figures.spectra import end_spectra_figure, layer_spectra_figure
from lab.figures.theme import depth, enlarged, layer_color, plain
from lab.figures.weights import weights_figure, weights_sentence
from lab.text.numbers import (
    change_label,
    cost_sentence,
    count,
    gradient_sentence,
    layer_name,
    number,
    percent,
    short,
    times,
)
from lab.text.sentences import (
    end_spectra_sentence,
    layer_spectra_sentence,
    signal_sentence,
)

__all__ = [
    "FEW",
    "KINDS",
    "autopsy_figure",
    "autopsy_sentence",
    "bar_legend",
    "boundary_figure",
    "boundary_sentence",
    "calibration_figure",
    "change_label",
    "class_keys",
    "classes_figure",
    "cloud_legend",
    "confusion_figure",
    "cost_figure",
    "cost_sentence",
    "count",
    "depth",
    "distributions_figure",
    "drawn_note",
    "end_spectra_figure",
    "end_spectra_sentence",
    "enlarged",
    "error_figure",
    "flow_figure",
    "gradient_figure",
    "gradient_sentence",
    "layer_color",
    "layer_lines_figure",
    "layer_name",
    "layer_spectra_figure",
    "layer_spectra_sentence",
    "legend",
    "number",
    "pack",
    "panel",
    "percent",
    "phase_field",
    "phase_figure",
    "phase_legend",
    "plain",
    "point_traces",
    "prediction_figure",
    "probability_figure",
    "product_figure",
    "product_sentence",
    "residual_figure",
    "series_figure",
    "share_curve_figure",
    "short",
    "signal_figure",
    "signal_sentence",
    "space_figure",
    "space_sentence",
    "subset",
    "times",
    "unpack",
    "value_keys",
    "weights_figure",
    "weights_sentence",
]
