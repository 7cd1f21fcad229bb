"""Singular values of layers and of whole networks: numbers, slices, figures, words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from charts import check, texts
from threadpoolctl import threadpool_limits

import dnn
from dnn.config import Config
from dnn.engine.network import EVALUATION, PROBING
from dnn.run.history import History
from dnn.run.inference import Question
from lab import figures
from lab.analysis.signal import Probe
from lab.analysis.spectra import ROUNDING, Spectra, spectra, summary, without_rounding
from lab.experiments.runs import random_inputs
from lab.figures import unpack
from lab.live.executors import InlineExecutor
from lab.live.request import Display, Measured
from lab.live.session.loop import Loop
from lab.live.shown import Shown
from lab.live.worker import DRAWS
from lab.panels.product import product_panel
from lab.text.sentences import end_spectra_sentence, layer_spectra_sentence
from lab.view import View

LAYERS = View(page="gradients", apart="layers", band=False)
SMALL = Config(dataset="circle", hidden=(8,) * 4, initializer="he", activation="tanh")


@pytest.fixture(autouse=True)
def _one_thread():
    with threadpool_limits(1):
        yield


def net_of(mode=PROBING, **fields):
    """Return the pass of a small network with wide float64 layers, after it has run."""
    data = random_inputs(5, 7, classes=3)
    config = Config(**{"hidden": (6, 6, 4), "initializer": "he", **fields})
    return Question(dnn.start(config, data), data.X_train, data.Y_train, mode).run()


def numerical_jacobian(net, first: int, last: int, h: float = 1e-6) -> np.ndarray:
    """Return d a[last] / d a[first] of the first example by central differences.

    The layers behind `first` are computed anew, from W, b and the held moments alone.
    """

    def onwards(a):
        for layer in range(first + 1, last + 1):
            W = net.W[layer - 1]
            u = W[:, :-1] @ a + W[:, -1]
            if net.norms:
                norm = net.norms[layer - 1]
                u = (u - norm.mean[:, 0]) / np.sqrt(norm.var[:, 0] + 1e-5)
                u = norm.gamma[:, 0] * u + norm.beta[:, 0]
            g = np.tanh(u)
            a = a + net.architecture.branch_scale * g if net.residual[layer - 1] else g
        return a

    a = net.activation(first)[:, 0].copy()
    np.testing.assert_allclose(onwards(a), net.activation(last)[:, 0], rtol=1e-9)
    steps = h * np.eye(len(a))
    return np.stack([(onwards(a + s) - onwards(a - s)) / (2 * h) for s in steps], axis=1)


@pytest.mark.parametrize("mode", [PROBING, EVALUATION], ids=["probing", "evaluation"])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"residual": True, "branch_scale": 0.7},
        {"batch_norm": True},
        {"batch_norm": True, "residual": True},
    ],
    ids=str,
)
def test_singular_values_are_those_of_the_network_differentiated_numerically(fields, mode):
    net = net_of(mode, activation="tanh", **fields)
    found = spectra(net, 12)
    assert (found.step, found.hidden, found.complete) == (12, 3, True)
    for layer in (2, 3):
        expected = np.linalg.svd(numerical_jacobian(net, layer - 1, layer), compute_uv=False)
        known = found.layers[layer - 1]
        rms = math.sqrt(np.mean(expected**2))
        np.testing.assert_allclose(
            known, [expected[0], np.median(expected), expected[-1], rms], rtol=1e-5
        )
    end = np.linalg.svd(numerical_jacobian(net, 1, 3), compute_uv=False)
    np.testing.assert_allclose(10.0**found.end, end, rtol=1e-5)


def test_orthogonal_linear_layers_are_isometries_times_sigma():
    config = Config(
        dataset="circle", hidden=(32,) * 20, activation="linear", initializer="orthogonal"
    )
    for sigma in (1.0, 0.9):
        net = Probe(config, dnn.load(config)).run(3)
        for W in net.W:
            W *= sigma
        found = spectra(net, 0)
        np.testing.assert_allclose(found.layers[1:], sigma, rtol=1e-13)
        np.testing.assert_allclose(found.end, 19 * math.log10(sigma), atol=1e-13)
        said = end_spectra_sentence(found.end, 32)
        assert said.startswith("All are 1.0" if sigma == 1 else "All are 0.14")


def test_a_step_at_a_time_finds_the_same():
    net = net_of(activation="relu")
    whole, part, parts = spectra(net, 5), None, []
    while part is None or not part.complete:
        part = spectra(net, 5, part, stop=lambda: True)
        parts.append(part)
    assert [len(p.layers) for p in parts] == [1, 2, 3, 3]
    assert [p.product is None for p in parts] == [True, False, False, True]
    np.testing.assert_array_equal(part.layers, whole.layers)
    np.testing.assert_array_equal(part.end, whole.end)
    assert spectra(net, 5, part) is part
    again = spectra(net, 6, parts[1], stop=lambda: True)
    assert (again.step, len(again.layers)) == (6, 1)
    assert whole.of(5)
    assert not whole.of(6)
    assert not parts[1].of(5)


def test_what_is_rounding_counts_as_zero():
    assert without_rounding(np.array([2.0, 1e-10, 1e-15])).tolist() == [2.0, 1e-10, 0.0]
    assert summary(np.zeros(3)).tolist() == [0, 0, 0, 0]
    assert np.isnan(summary(np.full(3, np.nan))).all()
    net = net_of(activation="relu", hidden=(24, 24, 24))
    net.W[1][5:] = 0
    net.branch(2)[5:] = 0
    found = spectra(net, 0)
    assert found.layers[1, 2] == 0
    assert (found.end == -np.inf).sum() >= 24 - 5


def test_products_beyond_the_range_of_floats():
    data = random_inputs(5, 7)
    config = Config(hidden=(8,) * 60, activation="linear", initializer="normal", sigma_w=1.0)
    run = dnn.start(config, data)
    for factor, exponent in ((1e-8, -1), (1e8, 1)):
        net = Question(run, data.X_train, data.Y_train, PROBING).run()
        for W in net.W:
            W *= factor
        end = spectra(net, 0).end
        assert np.isfinite(end[0])
        assert exponent * end[0] > 350
        spec = check(figures.end_spectra_figure(end, ROUNDING, theme="light"))
        assert texts(spec)
        assert "10" in end_spectra_sentence(end, 8)


def test_not_finite_and_too_shallow():
    net = net_of(activation="relu")
    net.W[1][:] = np.inf
    found = spectra(net, 0)
    assert np.isnan(found.layers[1]).all()
    assert np.isnan(found.end).all()
    assert "not finite in 1 layer" in layer_spectra_sentence(found.layers, 3, found.end)
    assert "not finite" in end_spectra_sentence(found.end, 4)
    with pytest.raises(ValueError, match="1 hidden layers"):
        spectra(net_of(hidden=(4,)), 0)


# --- figures and words ---------------------------------------------------------------------------

ROWS = np.array([[2.0, 1.0, 0.5, 1.1]] + [[1.5, 0.6, 0.01, 0.7]] * 29)
LAYER_CASES = {
    "fading": (ROWS, 30),
    "partly": (ROWS[:12], 30),
    "one so far": (ROWS[:1], 30),
    "nothing yet": (np.zeros((0, 4)), 30),
    "two": (ROWS[:2], 2),
    "100": (np.tile(ROWS[1], (100, 1)), 100),
    "zeros": (np.tile([1.0, 0.0, 0.0, 0.5], (9, 1)), 9),
    "nothing but zeros": (np.zeros((9, 4)), 9),
    "not finite": (np.vstack([ROWS[:8], np.full((1, 4), np.nan)]), 9),
    "equal": (np.ones((20, 4)), 20),
    "far": (np.tile([1e200, 1.0, 1e-200, 1e199], (5, 1)), 5),
}
END_CASES = {
    "fading": np.r_[np.linspace(-3, -16, 50), [-np.inf] * 14],
    "isometry": np.zeros(64),
    "exploding": np.linspace(5, -4, 64),
    "one": np.zeros(1),
    "1000": np.linspace(1, -11, 1000),
    "no rounding": np.linspace(0.5, -1.9, 10),
    "zero": np.full(8, -np.inf),
    "not finite": np.full(8, np.nan),
    "nothing yet": np.zeros(0),
    "far": np.linspace(-400, -410, 8),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", LAYER_CASES)
def test_the_layers_figure_is_valid(name, theme):
    values, layers = LAYER_CASES[name]
    spec = check(figures.layer_spectra_figure(values, layers, theme=theme))
    assert spec["layout"]["xaxis"]["range"] == [0.5, layers + 0.5]
    assert spec["layout"]["meta"]["linked"] == "layer"
    dots = [t for t in spec["data"] if t["name"] == "measured"]
    assert len(spec["layout"]["meta"]["mark"]["text"]) == sum(len(t["x"]) for t in dots)
    assert layer_spectra_sentence(values, layers, None).endswith(".")
    with pytest.raises(ValueError, match="layers where"):
        figures.layer_spectra_figure(np.ones((layers + 1, 4)), layers, theme=theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", END_CASES)
def test_the_end_to_end_figure_is_valid(name, theme):
    logs = END_CASES[name]
    spec = check(figures.end_spectra_figure(logs, ROUNDING, theme=theme))
    shown = sum(len(t["x"]) for t in spec["data"])
    assert shown == np.isfinite(logs).sum()
    hidden = int((logs == -np.inf).sum())
    assert any("rounding" in text for text in texts(spec)) == bool(hidden)
    assert end_spectra_sentence(logs, len(logs)).endswith(".")


def test_the_layers_figure_shows_the_numbers():
    spec = figures.layer_spectra_figure(ROWS, 30, theme="light")
    traces = {t["name"]: t for t in spec["data"]}
    for column, name in enumerate(("largest", "median", "smallest", "measured")):
        np.testing.assert_allclose(traces[name]["y"], ROWS[:, column])
    assert spec["layout"]["meta"]["mark"]["text"][1] == "0.010 to 1.5, RMS 0.70"
    assert {"largest", "median", "smallest", "RMS"} <= set(texts(spec))
    zeros = figures.layer_spectra_figure(*LAYER_CASES["zeros"], theme="light")
    assert "smallest 0 in 9 layers" in texts(zeros)
    assert next(t for t in zeros["data"] if t["name"] == "smallest")["text"][0] == "0"


def test_nothing_is_drawn_below_rounding():
    logs = END_CASES["fading"]
    spec = figures.end_spectra_figure(logs, ROUNDING, theme="light")
    assert "14 of 64 are 0 or rounding: not drawn" in texts(spec)
    (values,) = spec["data"]
    np.testing.assert_allclose(np.log10(values["y"]), logs[:50])
    shade = next(s for s in spec["layout"]["shapes"] if s["type"] == "rect")
    assert math.log10(shade["y1"]) == pytest.approx(logs[0] - 14)
    whole = figures.end_spectra_figure(END_CASES["no rounding"], ROUNDING, theme="light")
    assert not any(s["type"] == "rect" for s in whole["layout"]["shapes"])


@pytest.mark.parametrize(
    ("logs", "directions", "text"),
    [
        (np.linspace(-3, -9, 8), 8, "All lie between 1.0×10⁻⁹ and 0.0010: 0 of 8 directions of the "
         "error keep their size within a factor of 2, 8 keep less than 1 % of it."),
        (np.zeros(8), 8, "All are 1.0: 8 of 8 directions of the error keep their size within a "
         "factor of 2, dynamical isometry."),
        (np.zeros(8), 12, "All are 1.0: 8 of 12 directions of the error keep their size within a "
         "factor of 2, 4 keep less than 1 % of it."),
        (np.array([0.0, -1, -3, -np.inf]), 4, "All lie between 0 and 1.0: 1 of 4 directions of the "
         "error keep their size within a factor of 2, 2 keep less than 1 % of it."),
        (np.array([3.0, 0.0, -3]), 3, "All lie between 0.0010 and 1,000: 1 of 3 directions of the "
         "error keep their size within a factor of 2, 1 keep less than 1 % of it, 1 grow beyond "
         "100×."),
        (np.full(3, -np.inf), 3,
         "Every singular value is 0: nothing of the error comes back to layer 1."),
    ],
)  # fmt: skip
def test_sentences_from_end_to_end(logs, directions, text):
    assert end_spectra_sentence(logs, directions).replace("\N{NO-BREAK SPACE}", " ") == text


def test_sentences_on_layers():
    end = np.array([-4.5, -6.0])
    assert layer_spectra_sentence(ROWS, 30, end) == (
        "Layers 2 to 30: all lie between 0.010 and 1.5; of their product the largest is 3.2×10⁻⁵."
    )
    assert layer_spectra_sentence(np.ones((2, 4)), 2, np.zeros(2)).startswith(
        "Layer 2: all are 1.0"
    )
    assert layer_spectra_sentence(ROWS[:12], 30, None) == "12 of 30 layers so far."


# --- on the page ---------------------------------------------------------------------------------


def loop(config: Config = SMALL, view: View = LAYERS, playing: bool = False) -> Loop:
    return Loop(InlineExecutor(), config, view, playing)


def settle(live: Loop) -> dict:
    for _ in range(200):
        if live.settled:
            return unpack(live.calls.frame.data)["panels"]["product"]
        live.tick()
    raise AssertionError("still busy")


def test_the_panel_shows_what_is_chosen():
    live = loop()
    shown = settle(live)
    assert live.measurements.known.spectra.of(0)
    assert shown["controls"][0]["value"] == "layers"
    assert shown["title"] == "Singular values of each layer's Jacobian"
    check(shown["figure"])
    assert "One example." in shown["subtitle"]
    live.look(apart="end_to_end")
    shown = settle(live)
    assert shown["title"] == "Singular values from layer 1 to 4"
    check(shown["figure"])
    live.look(apart="product")
    assert settle(live)["title"] == "The product taken apart"
    live.look(apart="layers", band=True)
    settle(live)
    assert live.measurements.known.band.draws == DRAWS


def test_spectra_follow_the_step_and_end_with_the_network():
    live = loop()
    settle(live)
    before = live.measurements.known.spectra
    live.step(3)
    shown = settle(live)
    assert live.measurements.known.spectra.of(3)
    assert not shown["dim"]
    assert "step" not in shown["subtitle"]
    assert not np.array_equal(before.layers, live.measurements.known.spectra.layers)
    live.reset()
    assert live.measurements.known.spectra is None
    settle(live)
    np.testing.assert_array_equal(before.layers, live.measurements.known.spectra.layers)
    live.configure(replace(SMALL, hidden=(8, 8)))
    assert live.measurements.known.spectra is None
    assert "Layer 2: " in settle(live)["subtitle"]
    live.configure(replace(SMALL, hidden=(8,)))
    while not live.settled:
        live.tick()
    assert "product" not in unpack(live.calls.frame.data)["panels"]
    assert live.measurements.known.spectra is None


def test_while_training_they_are_of_a_step_that_is_named(monkeypatch):
    live = loop(playing=True)
    for _ in range(4):
        live.tick()
    shown = unpack(live.calls.frame.data)["panels"]["product"]
    assert (
        live.measurements.known.spectra.step < live.state.run.step
    )  # within a second of the first
    assert f"step {live.measurements.known.spectra.step}." in shown["subtitle"]
    assert not shown["dim"]
    seen = live.measurements.known.spectra.step
    monkeypatch.setattr("lab.live.session.measurements.RESOLVE_EVERY", 0.0)
    monkeypatch.setattr("lab.live.session.measurements.RESOLVE_SHARE", 0.0)
    for _ in range(4):
        live.tick()
    assert live.measurements.known.spectra.step > seen


def test_what_takes_long_waits_for_a_pause(monkeypatch):
    monkeypatch.setattr("lab.live.worker.RESOLVING", -1.0)
    monkeypatch.setattr("lab.panels.product.RESOLVING", -1.0)
    monkeypatch.setattr("lab.live.session.measurements.RESOLVING", -1.0)
    live = loop(playing=True)
    for _ in range(4):
        live.tick()
    assert live.measurements.known.spectra is None
    live.pause()
    parts = set()
    while not live.settled:
        live.tick()
        if live.measurements.known.spectra:
            parts.add(
                (
                    len(live.measurements.known.spectra.layers),
                    live.measurements.known.spectra.complete,
                )
            )
    assert parts == {(1, False), (2, False), (3, False), (4, False), (4, True)}
    live.play()
    for _ in range(4):
        live.tick()
    shown = unpack(live.calls.frame.data)["panels"]["product"]
    assert shown["dim"]
    assert f"step {live.measurements.known.spectra.step}." in shown["subtitle"]


@pytest.mark.parametrize("apart", ["product", "layers", "end_to_end"])
def test_networks_too_large_to_train_a_layer_a_slice(apart, monkeypatch):
    monkeypatch.setattr("lab.live.worker.RESOLVING", -1.0)
    monkeypatch.setattr("lab.panels.product.RESOLVING", -1.0)
    monkeypatch.setattr("dnn.config.MAX_PARAMETERS", 1000.0)
    config = replace(SMALL, hidden=(32,) * 4)
    live = loop(config, replace(LAYERS, apart=apart))
    assert live.state.large
    slices = 0
    while not live.settled:
        live.tick()
        slices += 1
    shown = unpack(live.calls.frame.data)["panels"]["product"]
    check(shown["figure"])
    assert not shown["empty"]
    assert len(shown["controls"]) == 1
    if apart == "product":
        assert live.measurements.known.spectra is None
        return
    assert slices >= 5
    expected = spectra(Probe(config, dnn.load(config)).run(config.seed), 0)
    np.testing.assert_allclose(live.measurements.known.spectra.layers, expected.layers, rtol=1e-12)
    np.testing.assert_allclose(live.measurements.known.spectra.end, expected.end, rtol=1e-12)


def moment(run, view, found, playing=False):
    """Return what is shown of a run with these singular values."""
    return Shown(run, History(), Display(view, playing=playing), Measured(spectra=found))


def test_a_part_says_how_far_it_is():
    found = Spectra(0, 4, ROWS[:2])
    for apart, text in (("layers", ""), ("end_to_end", "2 of 4 layers")):
        view = replace(LAYERS, apart=apart)
        run = dnn.start(SMALL)
        shown = product_panel(moment(run, view, found))
        assert (shown["empty"] or {"text": ""})["text"] == text
        shown = product_panel(moment(run, view, None, playing=True))
        assert shown["empty"]["strong"] == "Measuring"
    shown = product_panel(moment(run, view, found, playing=True))
    assert "Pause to measure" in shown["empty"]["text"]
