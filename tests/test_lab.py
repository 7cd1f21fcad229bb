"""What the gradients lab shows of a run: slices, the band that grows, what theory may say."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from charts import check, plain, texts
from threadpoolctl import threadpool_limits
from worker_calls import called, request

import dnn
from dnn.config import Config
from lab.analysis.signal import Band, signal_only, weight_scales
from lab.figures import unpack
from lab.live import worker
from lab.live.executors import InlineExecutor
from lab.live.request import Result, Training
from lab.live.session.loop import TOO_LARGE, Loop, dataset
from lab.live.worker import DRAWS, with_draws
from lab.panels.phase import FIELD
from lab.panels.signal_charts import FEWEST
from lab.teaching.presets import PRESETS
from lab.text.numbers import number
from lab.view import View

LAB = View(page="gradients")
SIGNALS = ["signal_activation", "signal_delta", "signal_gradient"]
ALL = [*SIGNALS, "phase", "product"]
#: Four layers that vanish, quick to draw.
SMALL = Config(
    dataset="circle", hidden=(8,) * 4, initializer="mean_field", sigma_w=0.3, optimizer="sgd"
)
#: Its weights are so large that the cost of step 0 is out of range.
BEYOND = Config(
    dataset="circle", hidden=(16,) * 100, activation="linear", initializer="normal", sigma_w=10.0
)


@pytest.fixture(autouse=True)
def _one_thread():
    """Two BLAS threads make small steps many times slower; the server has one, too."""
    with threadpool_limits(1):
        yield


def asked(config: Config, view: View = LAB, **more) -> Result:
    return called(dnn.start(config, dataset(config)), view=view, keep_start=True, **more)


def drawing(band: Band | None) -> Training:
    return request(dnn.start(SMALL, dataset(SMALL)), band=band, wanted={"draws"})[0]


def shown(config: Config, view: View = LAB, **more) -> dict:
    return unpack(asked(config, view, **more).frame.data)


def charts(message: dict) -> dict[str, dict]:
    """Return the figures of a message by panel, each one checked."""
    return {key: check(panel["figure"]) for key, panel in message["panels"].items()}


def trace(figure: dict, name: str) -> dict:
    return next(t for t in figure["data"] if t["name"] == name)


def facts(message: dict) -> dict[str, tuple[str, str]]:
    return {f["label"]: (f["value"], f["note"]) for f in message["verdict"]["facts"]}


def loop(config: Config = SMALL, view: View = LAB, playing: bool = False) -> Loop:
    return Loop(InlineExecutor(), config, view, playing)


def settle(live: Loop, most: int = 300) -> dict:
    """Tick until nothing more is to come; return the last frame."""
    for _ in range(most):
        if live.settled:
            assert not live.state.failed
            return unpack(live.calls.frame.data)
        live.tick()
    raise AssertionError(f"still busy after {most} frames")


# --- one slice -----------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_labs_first_visit_shows_verdict_and_five_charts(theme):
    message = shown(PRESETS["lab"].config, replace(LAB, theme=theme))
    assert list(message["panels"]) == ALL
    figures = charts(message)
    assert message["page"] == "gradients"
    assert message["verdict"]["kind"] == "vanishing"
    assert message["verdict"]["button"]["key"] == "verdict"
    # The output's activation is a probability, no signal that is handed on.
    layers = {key: len(trace(figures[key], "measured")["x"]) for key in SIGNALS}
    assert layers == {"signal_activation": 30, "signal_delta": 31, "signal_gradient": 31}
    assert "0.69" in message["panels"]["signal_delta"]["subtitle"]
    assert message["panels"]["product"]["subtitle"].startswith("0.")
    assert "Click to start there" in message["panels"]["phase"]["subtitle"]
    field = message["panels"]["phase"]["field"]
    assert (field.dtype, len(field)) == (np.uint8, FIELD**2)


def test_what_is_measured_is_the_history_and_theory_is_near_it():
    outcome = asked(PRESETS["lab"].config)
    figures = charts(unpack(outcome.frame.data))
    for key, column in zip(SIGNALS, ("activation_rms", "delta_rms", "gradient_rms"), strict=True):
        dots = trace(figures[key], "measured")["y"]
        np.testing.assert_allclose(dots, outcome.history[column][0][: len(dots)], rtol=1e-6)
        line = trace(figures[key], "theory")["y"]
        assert np.abs(np.log(line / dots)).max() < 1.2


@pytest.mark.parametrize(
    ("fields", "keys", "kind"),
    [
        ({"hidden": ()}, ["signal_delta", "signal_gradient"], "shallow"),
        ({"hidden": (8,)}, [*SIGNALS, "phase"], "shallow"),
        ({"hidden": (8, 8)}, ALL, "healthy"),
        ({"hidden": (8,) * 100, "activation": "sigmoid"}, ALL, "vanishing"),
        ({"hidden": (16, 8), "dataset": "breast_cancer", "activation": "relu"}, ALL, "healthy"),
        ({"hidden": (8, 8), "dataset": "moons", "loss": "softmax"}, ALL, "healthy"),
        ({"hidden": (8, 8), "dataset": "reg_gauss"}, ALL, "healthy"),
        ({"hidden": (8,) * 8, "batch_norm": True, "activation": "relu"}, ALL, "healthy"),
        ({"hidden": (8,) * 6, "residual": True, "branch_scale": 0.4}, ALL, "healthy"),
        ({"hidden": (4, 4), "activation": ("relu", "tanh")}, ALL, "healthy"),
        ({"hidden": (8,) * 20, "initializer": "normal", "sigma_w": 0.0}, ALL, "vanishing"),
    ],
    ids=str,
)  # fmt: skip
def test_any_network_is_shown(fields, keys, kind):
    config = Config(**{"dataset": "circle", **fields})
    settled = settle(loop(config))
    for message in (shown(config), shown(config, steps=3), settled):
        assert list(message["panels"]) == keys
        charts(message)
        json.dumps(plain(message["verdict"]), allow_nan=False)
        assert message["verdict"]["kind"] == kind


def test_the_unit_is_the_losss():
    def titles(config):
        return [f["layout"]["yaxis"]["title"]["text"] for f in charts(shown(config)).values()]

    assert any("nats" in title for title in titles(SMALL))
    assert not any("nats" in title for title in titles(replace(SMALL, dataset="reg_plane")))


def test_the_phases_are_those_of_the_first_layer_and_say_so():
    config = replace(SMALL, activation=("relu", "tanh", "tanh", "tanh"))
    assert "ReLU (its first layer's)" in shown(config)["panels"]["phase"]["title"]
    assert "first layer" not in shown(SMALL)["panels"]["phase"]["title"]


def test_you_are_here_whatever_the_initialiser_calls_it():
    assert weight_scales(PRESETS["lab"].config) == pytest.approx((0.8, 0.3))
    he = Config(hidden=(64,) * 3, activation="relu", initializer="he")
    assert weight_scales(he) == pytest.approx((2**0.5, 0.0))
    normal = Config(hidden=(25, 16, 4), initializer="normal", sigma_w=0.5, sigma_b=0.7)
    assert weight_scales(normal) == pytest.approx((0.5 * 16**0.5, 0.0))


def test_a_live_step_greys_what_theory_says_and_names_step_0():
    fresh, trained = shown(SMALL), shown(SMALL, steps=1)
    assert trained["numbers"]["step"] == 1
    for key in SIGNALS:
        names = {t["name"] for t in trained["panels"][key]["figure"]["data"]}
        assert "theory (step 0)" in names
        assert "theory" not in names
        assert any("step 0" in text for text in texts(trained["panels"][key]["figure"]))
        assert not any("step 0" in text for text in texts(fresh["panels"][key]["figure"]))
    assert "step 0" in trained["panels"]["phase"]["subtitle"]
    assert "step 0" in " ".join(texts(trained["panels"]["phase"]["figure"]))
    assert trained["verdict"]["text"] == fresh["verdict"]["text"]
    assert trained["verdict"]["title"].startswith("At the start: gradients")
    assert [v["verdict"]["past"] for v in (fresh, trained)] == [False, True]
    charts(trained)


def test_dots_move_with_training_and_theory_stays():
    before, after = shown(SMALL), shown(replace(SMALL, learning_rate=3.0), steps=40)
    for key in SIGNALS:
        old, new = (m["panels"][key]["figure"] for m in (before, after))
        assert not np.allclose(trace(old, "measured")["y"], trace(new, "measured")["y"])
        np.testing.assert_array_equal(
            trace(old, "theory")["y"], trace(new, "theory (step 0)")["y"]
        )  # fmt: skip


def test_no_boundary_is_computed_on_this_page(monkeypatch):
    def refuse(*given):
        raise AssertionError("a field that nobody sees")

    monkeypatch.setattr("lab.panels.plane.plane_pass", refuse)
    shown(SMALL, steps=2)
    with pytest.raises(AssertionError, match="nobody sees"):
        shown(SMALL, View())


def test_a_run_that_diverges_keeps_its_charts_and_the_verdict_of_its_start():
    live = loop(PRESETS["exploding"].config, playing=True)
    message = settle(live)
    assert live.state.run.diverged is not None
    assert message["status"]["kind"] == "diverged"
    assert message["verdict"]["kind"] == "exploding"
    assert message["verdict"]["title"].startswith("At the start: ")
    assert list(charts(message)) == ALL
    assert live.measurements.known.band is None


@pytest.mark.parametrize(("depth", "kind"), [(100, "broken"), (30, "exploding")])
def test_weights_far_too_large_are_told_and_fixed(depth, kind):
    live = loop(replace(BEYOND, hidden=(16,) * depth), replace(LAB, band=False))
    message = settle(live)
    assert message["verdict"]["kind"] == kind
    assert list(charts(message)) == ALL
    live.apply_fix("verdict")
    assert settle(live)["verdict"]["kind"] == "healthy"


def test_the_playground_takes_a_run_whose_start_was_out_of_range():
    live = loop(BEYOND, replace(LAB, band=False))
    settle(live)
    live.look(page="playground")
    assert "boundary" in settle(live)["panels"]
    live.play()
    message = settle(live)
    assert live.state.run.diverged is not None
    assert message["panels"]["cost"]["banner"]["buttons"][0]["key"] == "divergence"
    live.look(page="gradients")
    assert settle(live)["verdict"]["kind"] == "broken"


def test_theorys_factor_is_of_the_quantity_that_is_measured():
    """The error's norm where widths differ, and without the scale of a residual branch."""
    taper = Config(
        dataset="breast_cancer", hidden=(512, 256, 128), activation="relu", initializer="he"
    )
    calm = Config(
        dataset="circle", hidden=(128,) * 3, activation="tanh", residual=True, branch_scale=0.1
    )
    for config in (taper, calm):
        measured, theory = facts(shown(config))["Error, a layer"]
        assert theory.startswith("theory ×")
        ratio = float(measured.lstrip("×")) / float(theory.removeprefix("theory ×"))
        assert ratio == pytest.approx(1, abs=0.15), (config.hidden, measured, theory)


def test_the_depth_at_which_a_factor_has_made_a_difference():
    message = shown(PRESETS["lab"].config)
    factor = float(facts(message)["Error, a layer"][0].lstrip("×"))
    value, note = facts(message)["Falls to 1/e in"]
    assert float(value.split()[0]) == pytest.approx(1 / -np.log(factor), rel=0.03)
    assert note == "depth is 30"
    grows = replace(SMALL, hidden=(16,) * 10, activation="relu", sigma_w=2.0)
    assert any(label.startswith("Grows by e in") for label in facts(shown(grows)))


def test_a_fix_is_offered_by_what_was_measured():
    live = loop(PRESETS["lab"].config, replace(LAB, band=False))
    settle(live)
    fields = live.measurements.fix("verdict").fields
    assert fields == {"initializer": "mean_field", "sigma_w": 1.396, "sigma_b": 0.3}
    live.apply_fix("verdict")
    assert settle(live)["verdict"]["kind"] == "healthy"
    with pytest.raises(KeyError):
        live.apply_fix("verdict")


# --- the band ------------------------------------------------------------------------------------


def test_the_band_grows_until_it_is_settled_and_is_then_shown():
    live = loop()
    draws = []
    while not live.settled:
        live.tick()
        draws.append(live.measurements.known.band.draws if live.measurements.known.band else 0)
        assert len(draws) < 200
    assert draws[0] == 0, "the first frame does not wait for it"
    assert draws == sorted(draws)
    assert draws[-1] == DRAWS
    message = unpack(live.calls.frame.data)
    for key, figure in charts(message).items():
        names = {t["name"] for t in figure["data"]}
        assert ({"5 %", "95 %"} <= names) == (key in SIGNALS)
    value, note = facts(message)["In the band"]
    assert note.endswith(f"{DRAWS} draws")
    inside, total = (int(n) for n in note.partition(";")[0].split(" of "))
    assert (value, total) == (f"{inside / total:.0%}", 3 * 5)


def test_the_share_in_the_band_is_counted():
    live = loop()
    message = settle(live)
    inside = 0
    for kind, column in (
        ("activation", "activation_rms"), ("delta", "delta_rms"), ("gradient", "gradient_rms"),
    ):  # fmt: skip
        low, high = np.percentile(getattr(live.measurements.known.band, kind), [5, 95], axis=0)
        values = live.state.history[column][0]
        inside += int(((low <= values) & (values <= high)).sum())
    assert facts(message)["In the band"][1] == f"{inside} of 15; {DRAWS} draws"


def test_a_slice_of_drawing_ends_when_its_time_is_up(monkeypatch):
    looks = itertools.count()
    monkeypatch.setattr(worker, "time", SimpleNamespace(perf_counter=lambda: 0.03 * next(looks)))
    data = dataset(SMALL)
    # Looks at 0.00, and behind each draw at 0.03, 0.06 and 0.09 > 0.08.
    first = with_draws(SMALL, data, drawing(None))
    assert first.draws == 3
    assert with_draws(SMALL, data, drawing(first)).draws == 6
    monkeypatch.setattr(worker, "DRAWING", 0.0)
    assert with_draws(SMALL, data, drawing(first)).draws == 4, "at least one"
    monkeypatch.setattr(worker, "DRAWING", 1e9)
    assert with_draws(SMALL, data, drawing(first)).draws == DRAWS


def test_a_slice_of_drawing_that_was_overtaken_ends_without_a_frame(monkeypatch):
    monkeypatch.setattr(worker, "DRAWING", 1e9)
    monkeypatch.setattr(worker, "flagged", lambda slot, number: True)
    outcome = asked(SMALL, wanted={"draws"})
    assert (outcome.measured.band.draws, outcome.frame.data) == (1, b"")


def test_few_draws_make_no_band(monkeypatch):
    monkeypatch.setattr(worker, "DRAWING", 0.0)
    found = None
    for draws in range(1, FEWEST + 1):
        outcome = asked(SMALL, band=found, wanted={"draws"})
        found, message = outcome.measured.band, unpack(outcome.frame.data)
        assert found.draws == draws
        names = {t["name"] for t in message["panels"]["signal_delta"]["figure"]["data"]}
        assert ("5 %" in names) == ("In the band" in facts(message)) == (draws == FEWEST)


def test_draws_that_are_no_numbers_leave_the_charts_whole(monkeypatch):
    monkeypatch.setattr(worker, "DRAWS", FEWEST)
    monkeypatch.setattr(worker, "DRAWING", 1e9)
    outcome = asked(BEYOND, wanted={"draws"})
    assert not np.isfinite(outcome.measured.band.delta).all()
    assert list(charts(unpack(outcome.frame.data))) == ALL


def test_its_draws_are_others_than_the_runs_own():
    data = dataset(SMALL)
    found = with_draws(SMALL, data, drawing(None))
    own = asked(SMALL).history["delta_rms"][0]
    assert not np.isclose(found.delta, own, rtol=1e-9).all(axis=1).any()
    assert len({row.tobytes() for row in found.delta}) == found.draws


@pytest.mark.parametrize("fields", [{"sigma_w": 0.5}, {"hidden": (8,) * 6}, {"seed": 3}], ids=str)
def test_a_new_network_drops_the_band(fields):
    live = loop()
    settle(live)
    old, seq = live.measurements.known.band, live.calls.seq
    live.configure(replace(SMALL, **fields))
    assert live.measurements.known.band is None
    while live.calls.shown <= seq:
        live.tick()
    names = {
        t["name"] for t in unpack(live.calls.frame.data)["panels"]["signal_delta"]["figure"]["data"]
    }
    assert "5 %" not in names
    settle(live)
    assert live.measurements.known.band.draws == DRAWS
    assert live.measurements.known.band is not old


def factor_of(history, row):
    """Return the mean factor of the error a layer, of hidden layers of one width."""
    delta = history["delta_rms"][row][:-1]
    return (delta[0] / delta[-1]) ** (1 / (len(delta) - 1))


def test_a_live_change_and_steps_keep_the_band():
    live = loop()
    settle(live)
    band = live.measurements.known.band
    live.configure(replace(SMALL, learning_rate=0.2))
    live.step(3)
    message = settle(live)
    assert live.state.run.step == 3
    assert live.measurements.known.band is band
    assert "In the band, step 0" in facts(message)
    # What is of the start says so; beside it stands what has become of it.
    value, note = facts(message)["Error, a layer, step 0"]
    assert value == f"×{number(factor_of(live.state.history, 0))}"
    assert note.endswith(f"now ×{number(factor_of(live.state.history, -1))}")


def test_nothing_is_drawn_while_playing():
    live = loop(playing=True)
    for _ in range(8):
        live.tick()
    assert live.state.run.step > 0
    assert live.measurements.known.band is None
    live.pause()
    settle(live)
    assert live.measurements.known.band.draws == DRAWS


@pytest.mark.parametrize("view", [View(page="gradients", band=False), View()], ids=str)
def test_nothing_is_drawn_where_it_would_not_be_seen(view):
    live = loop(view=view)
    settle(live)
    assert live.measurements.known.band is None
    live.look(page="gradients", band=True)
    settle(live)
    assert live.measurements.known.band.draws == DRAWS


def test_a_band_switched_off_is_not_shown_and_comes_back_whole():
    live = loop()
    settle(live)
    live.look(band=False)
    message = settle(live)
    assert "In the band" not in facts(message)
    assert "5 %" not in {
        t["name"] for t in message["panels"]["signal_delta"]["figure"]["data"]
    }  # fmt: skip
    live.look(band=True)
    live.tick()
    live.tick()
    assert live.measurements.known.band.draws == DRAWS
    assert "In the band" in facts(unpack(live.calls.frame.data))


def test_a_network_without_hidden_layers_has_no_band_and_settles():
    live = loop(Config(dataset="circle", hidden=()))
    settle(live, most=10)
    assert live.measurements.known.band is None


# --- networks too large to train -----------------------------------------------------------------


@pytest.fixture
def small_server(monkeypatch):
    """Let the operator allow little: SMALL is trained, 32 units a layer are measured only."""
    monkeypatch.setattr("dnn.config.MAX_PARAMETERS", 2_000)
    monkeypatch.setattr("lab.analysis.signal.MAX_SIGNAL", 20_000)
    return replace(SMALL, hidden=(32,) * 4)


def test_the_signal_of_a_network_too_large_to_train(small_server):
    live = loop(small_server)
    message = settle(live)
    assert live.state.large
    assert list(charts(message)) == ALL
    assert message["verdict"]["kind"] == "vanishing"
    assert "Too large to train" in message["status"]["text"]
    known = {name: message["numbers"][name] for name in ("step", "train_cost", "train_score")}
    assert known == {"step": 0, "train_cost": None, "train_score": None}
    assert message["numbers"]["learning_rate"] == small_server.learning_rate
    assert live.measurements.known.band.draws == DRAWS


def test_its_signal_is_the_one_it_would_start_with(monkeypatch, small_server):
    data = dataset(small_server)
    large = signal_only(small_server, data)
    found = called(large, view=LAB, data=data, large=True).history
    monkeypatch.undo()
    with threadpool_limits(1):
        trained = asked(small_server).history
    for name in ("activation_rms", "delta_rms", "gradient_rms"):
        np.testing.assert_allclose(found[name][0], trained[name][0], rtol=1e-10)


@pytest.mark.parametrize("press", ["play", "step"])
def test_one_too_large_says_so_when_it_is_to_train(small_server, press):
    live = loop(small_server)
    settle(live)
    live.play() if press == "play" else live.step(5)
    message = settle(live)
    assert message["notice"] == TOO_LARGE
    assert not message["playing"]
    assert live.state.run.step == 0


def test_one_that_grows_too_large_while_training_stops_and_settles(small_server):
    live = loop(playing=True)
    live.tick()
    live.configure(small_server)
    message = settle(live)
    assert not live.state.playing
    assert message["verdict"]["kind"] == "vanishing"
    again = loop(small_server, playing=True)
    settle(again)
    assert not again.state.playing


def test_one_too_large_even_for_that_leaves_the_run_alone(small_server):
    live = loop()
    settle(live)
    before, band = live.state.run, live.measurements.known.band
    with pytest.raises(ValueError, match=r"^hidden: .* allowed: up to 20,000"):
        live.configure(replace(SMALL, hidden=(300,) * 4))
    assert live.state.run is before
    assert live.measurements.known.band is band
    assert live.state.config == SMALL
    assert live.settled


def test_the_playground_does_not_take_one_too_large(small_server):
    live = loop(small_server)
    settle(live)
    live.look(page="playground")
    message = settle(live)
    assert not live.state.large
    assert live.state.config == PRESETS["spiral"].config
    assert "too large" in message["notice"]
    assert "boundary" in message["panels"]
