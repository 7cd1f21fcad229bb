"""The network diagram: its maps and links, what is left out of large networks, and its events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from visits import errors, opened, query
from worker_calls import called

import dnn
from dnn.config import Config
from dnn.data.datasets import DATASETS
from dnn.data.features import FEATURES, expand
from dnn.run.training import Run, borrowed_trainer
from lab.analysis import maps
from lab.figures import unpack
from lab.live.executors import InlineExecutor
from lab.live.session.loop import Loop
from lab.panels.network import LINKS, LINKS_IN_ALL, strongest
from lab.view import View
from pages.shared import link_writing, live, messages, session

G = {
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "linear": lambda z: z,
}
SMALL = Config(dataset="circle", hidden=(4, 2), noise=0.1, samples=100)


def shown(config_: Config, view: View | None = None, steps: int = 20) -> tuple[Run, dict]:
    """Return a run after some steps and the message that shows it."""
    data = dnn.load(config_)
    outcome = called(dnn.start(config_, data), view=view or View(), steps=steps, every=5, budget=60)
    return replace(outcome.run, data=data), unpack(outcome.frame.data)


def layers_of(run: Run, X):
    """Return the activations of layers 1 to L by plain matrix products."""
    found, A = [], X
    for l, (W, b) in enumerate(run.weights, 1):
        Z = W @ A + b
        key = run.config.activations[l - 1] if l < len(run.weights) else "sigmoid"
        A = G[key](Z)
        found.append(A)
    return found


def plane_points(run: Run, size: int):
    (x0, x1), (y0, y1) = run.data.plane.x_range, run.data.plane.y_range
    u, v = np.meshgrid(np.linspace(x0, x1, size), np.linspace(y0, y1, size))
    return np.stack([u.ravel(), v.ravel()])


def tiles(panel):
    """Return the maps of each layer, (units, side, side), as the page cuts them."""
    found, at = [], 0
    for layer in panel["layers"]:
        side, n = layer["side"], layer["units"]
        assert layer["kind"] == "tiles"
        found.append(panel["maps"][at : at + n * side * side].reshape(n, side, side))
        at += n * side * side
    assert at == len(panel["maps"])
    return found


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear"])
def test_tiles_are_the_activations_over_the_plane(activation):
    run, message = shown(replace(SMALL, activation=activation))
    panel = message["panels"]["network"]
    for l, tile in enumerate(tiles(panel)):
        side = tile.shape[-1]
        A = layers_of(run, run.data.plane.inputs(plane_points(run, side)))[l]
        told = panel["layers"][l]
        low, high = (float(told[end].replace("−", "-")) for end in ("low", "high"))
        expected = np.clip((A - low) / (high - low), 0, 1).reshape(tile.shape) * 255
        assert np.abs(tile - expected).max() <= 1.0, (activation, l)


def test_the_range_of_units_without_bounds_is_a_round_number_near_their_size():
    run, message = shown(replace(SMALL, activation="relu"))
    A = layers_of(run, run.data.plane.inputs(plane_points(run, 81)))[0]
    told = message["panels"]["network"]["layers"][0]
    rms = float(np.sqrt((A**2).mean()))
    assert told["low"] == "−" + told["high"]
    assert 1.5 * rms * 0.99 <= float(told["high"]) <= 1.5 * rms * 1.7


def test_the_diagram_and_the_boundary_come_from_one_pass(monkeypatch):
    passes = []
    run_of = maps.plane_pass

    def counted(trainer, *given):
        passes.append(trainer)
        return run_of(trainer, *given)

    monkeypatch.setattr("lab.panels.plane.plane_pass", counted)
    shown(SMALL)
    assert len(passes) == 1


def test_inputs_in_use_and_others_have_maps():
    run, message = shown(replace(SMALL, features=("x2", "sinx1")))
    panel = message["panels"]["network"]
    assert panel["inputs"]["keys"] == list(FEATURES)
    assert panel["inputs"]["order"] == [-1, 0, -1, -1, -1, 1, -1]
    side = panel["static"]["side"]
    own = panel["static"]["maps"].reshape(7, side, side)
    P = plane_points(run, side)
    X = run.data.plane.inputs(P)
    for row, values in ((1, X[0]), (5, X[1]), (0, expand(["x1"], P)[0])):
        # Each is on a scale of its own: order and sign of its values are what is drawn.
        assert np.corrcoef(own[row].ravel(), values)[0, 1] > 0.97
        assert np.all((own[row].ravel() > 127.5) == (values >= -1e-12))


def test_links_carry_weights_gradients_and_the_last_move():
    config_ = replace(SMALL, l2=0.01, dropout=0.2)
    run, message = shown(config_, steps=7)
    before = dnn.start(config_, run.data)
    m = min(256, run.data.m_train)
    X, Y = run.data.X_train[:, :m], run.data.Y_train[:, :m]
    plain = replace(run, config=replace(run.config, l2=0.0, dropout=0.0))
    gradients = dnn.gradients(plain, X, Y)
    links = message["panels"]["network"]["links"]
    assert message["panels"]["network"]["moved"] == 7
    assert message["panels"]["network"]["probe"] == m
    rows = zip(links, run.weights, gradients, before.weights, strict=True)
    for link, (W, b), (dW, db), (W0, b0) in rows:
        assert link["at"] is None
        for name, expected in (
            ("weight", np.hstack([W, b])),
            ("gradient", np.hstack([dW, db])),
            ("move", np.hstack([W - W0, b - b0])),
        ):
            assert link["columns"] == expected.shape[1]
            np.testing.assert_allclose(link[name], expected.ravel(), rtol=2e-5, atol=1e-7)


def test_the_gradient_of_a_link_is_the_batchs_own_with_batch_normalisation():
    config_ = replace(SMALL, batch_norm=True)
    run, message = shown(config_)
    m = min(256, run.data.m_train)
    gradients = dnn.gradients(run, run.data.X_train[:, :m], run.data.Y_train[:, :m], training=True)
    for link, (dW, db) in zip(message["panels"]["network"]["links"], gradients, strict=True):
        expected = np.hstack([dW, db]).ravel()
        np.testing.assert_allclose(link["gradient"], expected, rtol=1e-3, atol=1e-6)


def test_batch_normalisation_is_told_as_a_scale_and_a_shift():
    run, message = shown(replace(SMALL, batch_norm=True, activation="linear"))
    panel = message["panels"]["network"]
    side = panel["layers"][0]["side"]
    X = run.data.plane.inputs(plane_points(run, side))
    W, b = run.weights[0]
    scale, shift = panel["layers"][0]["norm"].T
    z = scale[:, None] * (W @ X + b) + shift[:, None]
    high = float(panel["layers"][0]["high"])
    expected = np.clip((z / high + 1) / 2, 0, 1) * 255
    assert np.abs(tiles(panel)[0].reshape(z.shape) - expected).max() <= 1.0


def test_a_picture_of_a_paused_run_says_that_nothing_moved():
    _, message = shown(SMALL, steps=0)
    panel = message["panels"]["network"]
    assert panel["moved"] == 0
    assert not any(link["move"].any() for link in panel["links"])


# --- large networks ------------------------------------------------------------------------------


def test_six_layers_of_eight_are_drawn_in_full():
    _, message = shown(replace(SMALL, hidden=(8,) * 6))
    panel = message["panels"]["network"]
    assert {layer["kind"] for layer in panel["layers"]} == {"tiles"}
    assert len(panel["links"]) == 7
    assert all(link["at"] is None for link in panel["links"])
    assert panel["subtitle"] == ""


def test_wide_layers_are_strips_with_the_strongest_links_and_the_panel_says_so():
    run, message = shown(replace(SMALL, hidden=(100, 40, 4)))
    panel = message["panels"]["network"]
    assert [layer["kind"] for layer in panel["layers"]] == ["strip", "strip", "tiles", "tiles"]
    assert "strips" in panel["subtitle"]
    assert f"strongest {LINKS} links" in panel["subtitle"]
    link = panel["links"][1]
    W, b = run.weights[1]
    kept = np.zeros(W.size + b.size, bool)
    kept[link["at"]] = True
    block = np.abs(np.hstack([W, b])).reshape(40, 101)
    left = block[:, :-1][~kept.reshape(40, 101)[:, :-1]]
    assert len(link["at"]) == LINKS
    assert np.abs(link["weight"]).min() >= left.max() - 1e-6


def test_as_many_links_are_drawn_as_the_panel_says():
    """Biases beside them, which are no links; and where all fit, it says nothing."""
    _, message = shown(replace(SMALL, hidden=(40, 10)))
    panel = message["panels"]["network"]
    assert f"strongest {LINKS} links" in panel["subtitle"]
    at = panel["links"][1]["at"]
    assert np.count_nonzero(at % 41 != 40) == LINKS
    assert np.count_nonzero(at % 41 == 40) == 10
    _, message = shown(replace(SMALL, hidden=(36, 8)))
    assert "strongest" not in message["panels"]["network"]["subtitle"]


@pytest.mark.parametrize(
    "view", [View(pinned="2.7"), View(pointed="2.7"), View("log", pinned="1.1", pointed="2.7")]
)
def test_a_strips_unit_in_view_comes_with_its_map_its_bias_and_its_strongest_weights(view):
    run, message = shown(replace(SMALL, hidden=(100, 40, 4)), view)
    W, b = run.weights[1]
    link = message["panels"]["network"]["links"][1]
    rows, columns = np.divmod(link["at"], 101)
    mine = dict(zip(columns[rows == 6].tolist(), link["weight"][rows == 6].tolist(), strict=True))
    assert mine[100] == pytest.approx(b[6, 0], rel=1e-6)
    assert set(np.argsort(np.abs(W[6]))[-23:].tolist()) <= set(mine)
    assert all(mine[i] == pytest.approx(W[6, i], rel=1e-6) for i in mine if i < 100)
    boundary = message["panels"]["boundary"]
    assert boundary["title"] == "Layer 2, neuron 7"
    plane = run.data.plane
    size = boundary["field_size"]
    u, v = (np.linspace(*r, size) for r in (plane.x_range, plane.y_range))
    A = layers_of(run, plane.inputs(np.stack([np.tile(u, size), np.repeat(v, size)])))[1][6]
    assert np.abs(boundary["field"] - (A + 1) / 2 * 255).max() <= 1.0


def test_a_strip_is_the_middle_row_of_its_units():
    run, message = shown(replace(SMALL, hidden=(70,)))
    panel = message["panels"]["network"]
    layer = panel["layers"][0]
    assert (layer["kind"], len(layer["shown"])) == ("strip", 64)
    strip = panel["maps"][: 64 * 21].reshape(64, 21)
    plane = run.data.plane
    U = np.stack([np.linspace(*plane.x_range, 21), np.zeros(21) + sum(plane.y_range) / 2])
    A = layers_of(run, plane.inputs(U))[0][layer["shown"]]
    assert np.abs(strip - (A + 1) / 2 * 255).max() <= 1.0


def test_a_tile_layer_behind_a_strip_keeps_all_its_biases():
    W = np.random.default_rng(0).normal(size=(8, 101))
    W[:, -1] = 1e-6
    at = strongest(W, 50, with_biases=True)
    assert set(np.arange(8) * 101 + 100) <= set(at.tolist())
    assert len(at) == 50 + 8
    assert not set(strongest(W, 50, with_biases=False).tolist()) & {i * 101 + 100 for i in range(8)}


@pytest.mark.parametrize("shape", [(256, 257), (300, 1025), (8192, 3)])
@pytest.mark.parametrize("with_biases", [False, True])
def test_the_strongest_of_very_many_are_the_same_as_by_sorting(shape, with_biases):
    W = np.random.default_rng(1).standard_t(3, shape)
    at = strongest(W, 288, with_biases)
    sizes = np.abs(W)
    sizes[:, -1] = np.inf if with_biases else -1
    most = min(288 + (shape[0] if with_biases else 0), sizes.size)
    assert set(at.tolist()) == set(np.argsort(sizes.ravel())[-most:].tolist())


@pytest.mark.parametrize(
    ("hidden", "most"), [((8, 8, 6, 4), 27), ((8,) * 6, 42), ((256, 256), 55), ((6,) * 60, 70)]
)
def test_the_diagrams_part_of_a_frame_is_bounded(hidden, most):
    """In kilobytes before they are squeezed for the way; see tests/test_frames.py."""
    _, message = shown(replace(SMALL, hidden=hidden), steps=1)
    panel = message["panels"]["network"]
    arrays = [panel["maps"], *(a for link in panel["links"] for a in link.values())]
    size = sum(a.nbytes for a in arrays if isinstance(a, np.ndarray))
    assert size < most * 1000
    travelled = sum(len(link["weight"]) for link in panel["links"])
    assert travelled <= LINKS_IN_ALL + sum(hidden) + 1, "and the biases"


def test_many_inputs_are_a_strip_over_the_first_two_components():
    _, message = shown(Config(dataset="breast_cancer", hidden=(4,)), steps=2)
    panel = message["panels"]["network"]
    assert panel["inputs"]["kind"] == "strip"
    assert panel["inputs"]["keys"] == []
    assert len(panel["static"]["maps"]) == 30 * panel["static"]["side"]
    assert "principal components" in panel["subtitle"]


@pytest.mark.parametrize("key", DATASETS)
def test_every_data_set_has_a_diagram(key):
    run, message = shown(Config(dataset=key, hidden=(3,)), steps=2)
    output = message["panels"]["network"]["layers"][-1]
    assert (output["title"], output["units"]) == ("Output", run.layout.sizes[-1])
    assert output["symbol"] == ("y" if run.data.target == "real" else "p")


# --- the pinned unit -----------------------------------------------------------------------------


def test_the_pinned_unit_takes_the_boundarys_place():
    run, message = shown(SMALL, View(pinned="1.3"))
    panel = message["panels"]["boundary"]
    assert panel["title"] == "Layer 1, neuron 3"
    size = panel["field_size"]
    A = layers_of(run, run.data.plane.inputs(plane_points(run, size)))[0][2]
    assert np.abs(panel["field"] - (A + 1) / 2 * 255).max() <= 1.0
    assert message["panels"]["network"]["pinned"] == "1.3"


@pytest.mark.parametrize("where", ["3.2", "9.1", "1.5"])
def test_a_pin_on_nothing_shows_the_boundary(where):
    _, message = shown(SMALL, View(pinned=where))
    assert message["panels"]["boundary"]["title"] == "Decision boundary"
    assert message["panels"]["network"]["pinned"] == ""


# --- events --------------------------------------------------------------------------------------


@pytest.fixture
def page(monkeypatch):
    """Let the page train in its own process."""
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")


def told(monkeypatch, loop, event):
    monkeypatch.setattr(session, "loop", lambda: loop)
    monkeypatch.setattr(messages, "redraw", lambda: None)
    monkeypatch.setattr(link_writing, "write_link", lambda: None)
    said = []
    monkeypatch.setattr(messages, "say", lambda text, title="": said.append(text))
    live.handle(loop, event)
    return " ".join(said)


@pytest.fixture
def loop():
    return Loop(InlineExecutor(), replace(SMALL, hidden=(4, 3)), View(), False)


def test_layers_and_neurons_are_added_and_removed(monkeypatch, loop):
    for hidden in ([4, 4, 3], [4, 3], [5, 3], [], [1] * 6, [8] * 8):
        assert not told(monkeypatch, loop, {"type": "shape", "hidden": hidden})
        assert loop.state.config.hidden == tuple(hidden)
        assert loop.state.run.layout.sizes[1:-1] == tuple(hidden)


def test_a_layers_own_activation_goes_with_it(monkeypatch, loop):
    loop.configure(
        replace(loop.state.config, hidden=(4, 4, 4), activation=("tanh", "relu", "sigmoid"))
    )
    told(monkeypatch, loop, {"type": "shape", "hidden": [4, 4], "at": 1})
    assert loop.state.config.activation == ("tanh", "sigmoid")
    told(monkeypatch, loop, {"type": "shape", "hidden": [4, 4, 4], "at": 1})
    assert loop.state.config.activation == ("tanh", "tanh", "sigmoid")
    told(monkeypatch, loop, {"type": "shape", "hidden": [4, 6, 4]})
    assert loop.state.config.activation == ("tanh", "tanh", "sigmoid")


@pytest.mark.parametrize("hidden", [[0, 3], [4, 100_000], [1] * 200])
def test_a_shape_that_cannot_be_is_told_and_the_run_goes_on(monkeypatch, loop, hidden):
    run = loop.state.run
    assert "hidden" in told(monkeypatch, loop, {"type": "shape", "hidden": hidden})
    assert loop.state.run is run


@pytest.mark.parametrize("hidden", [None, "8-8", [4.5], ["4"], [True], {"a": 1}])
def test_an_event_that_is_no_shape_changes_nothing(monkeypatch, loop, hidden):
    run = loop.state.run
    told(monkeypatch, loop, {"type": "shape", "hidden": hidden, "at": "x"})
    assert loop.state.run is run


def test_inputs_are_switched(monkeypatch, loop):
    told(monkeypatch, loop, {"type": "features", "features": ["sinx1", "x1", "nonsense"]})
    assert loop.state.config.features == ("x1", "sinx1")
    assert "features" in told(monkeypatch, loop, {"type": "features", "features": []})
    told(monkeypatch, loop, {"type": "features", "features": "x2"})
    assert loop.state.config.features == ("x1", "sinx1")


@pytest.mark.usefixtures("page")
def test_a_pin_travels_in_the_link():
    at = opened(pinned="2.3")
    assert query(at)["pinned"] == "2.3"
    assert not errors(at)
    at = opened(pinned="2.3.4")
    said = errors(at).replace("\\", "")
    assert "pinned: '2.3.4' is not allowed; write layer.neuron, as in 2.3" in said
    assert "pinned" not in query(at)


def test_a_pin_is_let_go(monkeypatch, loop):
    told(monkeypatch, loop, {"type": "control", "key": "pinned", "value": "1.2"})
    assert loop.state.view.pinned == "1.2"
    told(monkeypatch, loop, {"type": "control", "key": "pinned", "value": ["1.2"]})
    assert loop.state.view.pinned == "1.2"
    told(monkeypatch, loop, {"type": "control", "key": "pinned", "value": ""})
    assert loop.state.view.pinned == ""


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_plane_within_very_many_inputs_is_passed_as_two(batch_norm):
    """Against the predictions for its points, all inputs written out."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 40))
    data = dnn.Dataset(X, (X[0] > 0)[None], feature_names=[f"pixel {k}" for k in range(300)])
    config = Config(hidden=(6, 5), batch_norm=batch_norm, residual=True)
    run, _ = dnn.advance(dnn.start(config, data), 10)
    with borrowed_trainer(run) as trainer:
        net, size = maps.plane_pass(trainer)
        u = np.linspace(*data.plane.x_range, size)
        points = np.stack([np.tile(u, size), np.repeat(u, size)])[:, ::37]
        expected = dnn.predict(run, data.plane.inputs(points))
        np.testing.assert_allclose(net.prediction[:, ::37], expected, atol=1e-9)
        assert np.ptp(expected) > 0.1
        # And with the parameters of later on.
        trainer.p[:] *= 1.5
        assert np.abs(maps.plane_pass(trainer)[0].prediction[:, ::37] - expected).max() > 1e-3
        assert trainer.nbytes < 5_000_000
    panel = unpack(called(run, data=data).frame.data)["panels"]["network"]
    assert (panel["inputs"]["names"], panel["inputs"]["order"]) == (None, None)
    assert panel["static"]["names"][299] == "pixel 299"
