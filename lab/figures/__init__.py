"""Recorded numbers drawn: each figure is a plain dict that plotly.graph_objects.Figure accepts.

Pure functions of arrays and of dnn.run.history: no Streamlit, no Plotly, no mathematics of
networks.
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
from lab.figures.gradients import drawn_note, gradient_figure
from lab.figures.layer_lines import KINDS, layer_lines_figure
from lab.figures.lines import subset
from lab.figures.phase import phase_field, phase_figure
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
