"""Points drawn by hand: what the data becomes, and the run that goes on with it."""

from __future__ import annotations

import numpy as np
import pytest
from test_page import shown
from test_saved import assert_equal

import dnn
from dnn.config import Config
from dnn.data.dataset import Units
from dnn.files import saved
from dnn.files.script import fits
from dnn.run.training import exchange
from lab import figures
from lab.intake.hand_drawn import MOST, REACH, Stroke, drawable, drawn
from lab.live.executors import InlineExecutor
from lab.live.session.loop import Loop
from lab.view import View
from pages.shared import live

GAUSS = Config(dataset="gauss", samples=60, hidden=(4,), batch_size=8)
PUT = Stroke("put", ((3.0, -3.0), (3.2, -3.1)), 1)


def loop_of(config: Config = GAUSS, **view) -> Loop:
    return Loop(InlineExecutor(), config, View(**view), False)


def labelled(data):
    """Return the training points as a set of (x, y, class)."""
    labels = data.Y_train[0] if data.target == "binary" else data.Y_train.argmax(axis=0)
    return {(*map(float, p), int(k)) for p, k in zip(data.points_train.T, labels, strict=True)}


def test_points_that_are_put_train_in_the_inputs_that_there_are():
    before = dnn.load(Config(dataset="gauss", samples=60, features=("x1", "x2", "x1x2")))
    after = drawn(before, [PUT])
    assert labelled(after) == labelled(before) | {(3.0, -3.0, 1), (3.2, -3.1, 1)}
    np.testing.assert_allclose(after.X_train[:, :-2], before.X_train, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(after.X_test.shape, before.X_test.shape)
    # x1 x2 of the first new point, scaled as those of the old points were: by two of them.
    x, old = (after.points_train[0] * after.points_train[1], slice(0, before.m_train))
    slope, intercept = np.polyfit(x[old], before.X_train[2], 1)
    assert after.X_train[2, -2] == pytest.approx(slope * -9.0 + intercept)


def test_what_is_near_is_erased_in_both_parts_and_nothing_else():
    before = dnn.load(Config(dataset="circle", samples=200))
    spot = before.points_test[:, 3]
    after = drawn(before, [Stroke("erase", (tuple(spot),))])
    reach = REACH * 12
    for name in ("points_train", "points_test"):
        points = getattr(before, name)
        far = points[:, np.hypot(*(points - spot[:, None])) > reach]
        np.testing.assert_array_equal(getattr(after, name), far)
    assert after.m_test < before.m_test


def test_two_classes_always_keep_a_point():
    before = dnn.load(GAUSS)
    everywhere = tuple((x, y) for x in np.linspace(-6, 6, 10) for y in np.linspace(-6, 6, 10))
    after = drawn(before, [Stroke("erase", everywhere[k : k + 50]) for k in (0, 50)] * 9)
    after = drawn(after, [Stroke("erase", (tuple(p),)) for p in after.points_train.T])
    assert {k for *_, k in labelled(after)} == {0, 1}
    cleared = drawn(before, [Stroke("clear")])
    assert (cleared.m_train, cleared.m_test) == (2, 0)
    assert labelled(cleared) <= labelled(before)


def test_the_nearest_point_moves_and_none_where_none_is_near():
    before = dnn.load(GAUSS)
    x, y = map(float, before.points_train[:, 5])
    after = drawn(before, [Stroke("move", ((x + 0.01, y), (5.0, 5.5)))])
    k = int(before.Y_train[0, 5])
    assert labelled(after) == labelled(before) - {(x, y, k)} | {(5.0, 5.5, k)}
    assert labelled(drawn(before, [Stroke("move", ((5.9, -5.9), (0, 0)))])) == labelled(before)


def test_no_more_points_than_are_drawn():
    full = drawn(dnn.load(GAUSS), [Stroke("put", ((0.0, 0.0),) * 100, 0)] * 20)
    assert full.m_train == MOST


def test_where_points_can_be_drawn():
    assert drawable(dnn.load(Config(dataset="spiral")))
    assert drawable(dnn.load(Config(dataset="spiral", features=("x1",))))
    assert drawable(dnn.load(Config(dataset="reg_plane")))
    assert not drawable(dnn.load(Config(dataset="diabetes")))
    assert not drawable(dnn.load(Config(dataset="iris")))
    X = np.random.default_rng(0).normal(size=(2, 30))
    assert drawable(dnn.Dataset(X, np.arange(30) % 3))
    three = drawn(dnn.Dataset(X, np.arange(30) % 3), [Stroke("put", ((0.5, 0.5),), 2)])
    assert three.Y_train.shape == (3, 31)
    assert three.Y_train[:, -1].tolist() == [0, 0, 1]


def test_points_with_a_value_are_put_erased_and_cleared():
    before = dnn.load(Config(dataset="reg_plane", samples=60))
    after = drawn(before, [Stroke("put", ((1.0, -2.0), (1.5, -2.0)), 0.5)])
    assert after.target == "real"
    assert after.Y_train[0, -2:].tolist() == [0.5, 0.5]
    assert after.points_train[:, -1].tolist() == [1.5, -2.0]
    np.testing.assert_array_equal(after.Y_train[:, :-2], before.Y_train)
    gone = drawn(after, [Stroke("erase", ((1.25, -2.0),))])
    assert gone.m_train == before.m_train
    low_and_high = drawn(after, [Stroke("clear")])
    assert low_and_high.Y_train[0].tolist() in (
        [before.Y_train.min(), before.Y_train.max()],
        [before.Y_train.max(), before.Y_train.min()],
    )
    assert low_and_high.m_test == 0


def in_two_units(target="real"):
    """Return data of two inputs of very different sizes, scaled, and how it was measured."""
    rng = np.random.default_rng(3)
    raw = np.stack([rng.uniform(150, 200, 40), rng.uniform(0.1, 0.3, 40)])
    y = rng.uniform(20, 60, (1, 40)) if target == "real" else rng.integers(0, 2, (1, 40))
    shift, scale = raw.mean(axis=1, keepdims=True), raw.std(axis=1, keepdims=True)
    units = Units(shift, scale, np.array([[40.0]]), np.array([[10.0]]))
    y = (y - 40) / 10 if target == "real" else y
    return raw, dnn.Dataset((raw - shift) / scale, y, target=target, units=units)


@pytest.mark.parametrize("target", ["real", "binary"])
def test_two_inputs_are_drawn_on_as_they_were_measured(target):
    raw, data = in_two_units(target)
    np.testing.assert_allclose(data.points_train, raw)
    for low_high, values in zip((data.plane.x_range, data.plane.y_range), raw, strict=True):
        assert low_high[0] < values.min() < values.max() < low_high[1]
    after = drawn(data, [Stroke("put", ((180.0, 0.2),), 1)])
    np.testing.assert_allclose(after.X_train[:, :-1], data.X_train, atol=1e-12)
    shift, scale = data.units.shift[:, 0], data.units.scale[:, 0]
    np.testing.assert_allclose(after.X_train[:, -1], ([180, 0.2] - shift) / scale)
    # An eraser is round on the screen: it reaches the same share of each axis.
    y0, y1 = data.plane.y_range
    near = drawn(after, [Stroke("erase", ((180.0, 0.2 + 0.9 * REACH * (y1 - y0)),))])
    assert [180.0, 0.2] not in near.points_train.T.tolist()
    far = drawn(after, [Stroke("erase", ((180.0, 0.2 + 1.1 * REACH * (y1 - y0)),))])
    assert [180.0, 0.2] in far.points_train.T.tolist()
    assert after.units is data.units


def test_values_to_be_put_are_round_as_they_were_measured():
    _, data = in_two_units()
    low, high = data.Y_train.min(), data.Y_train.max()
    keys = figures.value_keys(low, high, 2.0, data.target_units, "light")
    assert [k["label"] for k in keys] == ["20", "30", "40", "50", "60"]
    assert all(k["value"] == pytest.approx((float(k["label"]) - 40) / 10) for k in keys)
    assert len(figures.value_keys(1.0, 1.0, 1.0, (0.0, 1.0), "dark")) == 1


def test_other_data_leaves_weights_and_optimiser_as_they_are():
    run, _ = dnn.advance(dnn.start(GAUSS), 5)
    data = drawn(run.data, [PUT])
    after = exchange(run, data)
    np.testing.assert_array_equal(after.parameters, run.parameters)
    np.testing.assert_array_equal(after.state, run.state)
    assert (after.step, after.epoch, after.position) == (5, run.epoch + 1, 0)
    assert [(c.step, c.field, c.value) for c in after.changes] == [(5, "data", data.m_train)]
    # The next step is one of plain mini-batches of the new data: the cost is over all of it.
    on, records = dnn.advance(after, 5, dnn.Watch(5))
    assert records[-1].train_cost == pytest.approx(dnn.cost(on, data.X_train, data.Y_train))
    with pytest.raises(ValueError, match="same inputs"):
        exchange(run, dnn.load(Config(dataset="iris")))
    with pytest.raises(ValueError, match="another before step 5"):
        dnn.replay(on, 8)


# --- the loop ------------------------------------------------------------------------------------


def test_the_run_goes_on_with_what_is_drawn():
    loop = loop_of()
    loop.step(20)
    shown(loop)
    before = loop.state.run
    loop.draw([(1, PUT)])
    shown(loop)
    assert loop.state.run.step == 20
    assert loop.state.given is loop.state.run.data
    assert loop.state.run.data.m_train == before.data.m_train + 2
    np.testing.assert_array_equal(loop.state.run.parameters, before.parameters)
    assert loop.state.history.last("train_cost") == pytest.approx(
        dnn.cost(loop.state.run, loop.state.run.data.X_train, loop.state.run.data.Y_train)
    )
    loop.step(7)
    shown(loop)
    assert_equal(loop.state.run, dnn.advance(exchange(before, loop.state.run.data), 7)[0])
    assert loop.state.history["step"].tolist()[0] == 0, "the history goes on"


def test_strokes_that_come_twice_are_drawn_once():
    loop = loop_of()
    loop.draw([(1, PUT)])
    loop.draw([(1, PUT), (2, Stroke("put", ((0.0, 0.0),), 0))])
    shown(loop)
    assert loop.state.run.data.m_train == dnn.load(GAUSS).m_train + 3
    assert loop.state.drawn == 2


def test_there_is_no_past_on_other_data():
    loop = loop_of()
    loop.step(30)
    shown(loop)
    loop.draw([(1, PUT)])
    loop.step(10)
    shown(loop)
    at_40 = loop.state.run
    loop.go_to(5)
    shown(loop)
    assert loop.state.run.step == 30, "where the data became what it is"
    loop.go_to(36)
    shown(loop)
    loop.go_to(40)
    shown(loop)
    assert_equal(loop.state.run, at_40)


def test_a_reset_starts_on_what_was_drawn_and_built_in_data_comes_back():
    loop = loop_of()
    loop.step(5)
    loop.draw([(1, PUT)])
    shown(loop)
    data = loop.state.run.data
    loop.reset()
    shown(loop)
    assert loop.state.run.data_key == data.key
    assert not loop.state.run.changes
    loop.train_on(GAUSS)
    assert loop.state.given is None
    assert loop.state.run.data_key == dnn.load(GAUSS).key


def test_other_inputs_are_made_of_the_points_that_were_drawn():
    loop = loop_of()
    loop.draw([(1, PUT)])
    shown(loop)
    points = loop.state.run.data.points_train
    loop.configure(Config(**{**vars(GAUSS), "features": ("x1", "x2sq")}))
    shown(loop)
    np.testing.assert_array_equal(loop.state.run.data.points_train, points)
    assert loop.state.run.data.n_inputs == 2
    # Standardised over the training part, as for every set.
    np.testing.assert_allclose(loop.state.run.data.X_train.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(loop.state.run.data.X_train.std(axis=1), 1)


def test_a_drawn_run_is_saved_and_opened_and_no_script_is_offered():
    loop = loop_of()
    loop.step(12)
    loop.draw([(1, PUT)])
    loop.step(5)
    shown(loop)
    assert not fits(loop.state.run)
    again = saved.from_bytes(saved.to_bytes(*loop.saved()))
    assert_equal(again.run, loop.state.run)
    other = loop_of()
    other.open(again)
    other.step(6)
    shown(other)
    loop.step(6)
    shown(loop)
    assert_equal(other.state.run, loop.state.run)


def test_a_run_that_diverges_on_what_was_drawn_is_examined_from_there():
    loop = loop_of(Config(**{**vars(GAUSS), "optimizer": "sgd", "activation": "relu"}))
    loop.step(10)
    loop.draw([(1, PUT)])
    shown(loop)
    loop.configure(Config(**{**vars(loop.state.config), "learning_rate": 10.0, "l2": 10.0}))
    loop.step(400)
    for _ in range(20):
        loop.tick()
    assert loop.state.run.diverged is not None
    assert not loop.state.failed
    assert loop.measurements.known.examined
    with pytest.raises(ValueError, match="ended"):
        loop.draw([(2, PUT)])


def test_twins_do_not_draw():
    loop = loop_of(page="twins")
    with pytest.raises(ValueError, match="Twins"):
        loop.draw([(1, PUT)])


@pytest.mark.parametrize(
    "strokes",
    [
        None, 7, "put", [7], [{}], [{"number": 1}], [{"number": "x", "kind": "put", "points": []}],
        [{"number": 1, "kind": "put", "points": [[1]]}],
        [{"number": 1, "kind": "put", "points": [["a", 2]]}],
        [{"number": 1, "kind": "paint", "points": []}],
        [{"number": 1, "kind": "put", "points": [[float("nan"), 0]]}],
        [{"number": 1, "kind": "put", "points": [[10**400, 0]]}],
        [{"number": 1, "kind": "put", "points": [[0, 0]], "label": 2}],
        [{"number": 1, "kind": "put", "points": [[0, 0]], "label": -1}],
        [{"number": 1, "kind": "put", "points": [[0, 0]], "label": 0.5}],
        [{"number": 1, "kind": "put", "points": [[0, 0]], "label": float("nan")}],
        [{"number": 1, "kind": "put", "points": [[0, 0]] * 101}],
        [{"number": 1, "kind": "move", "points": [[0, 0]]}],
    ],
)  # fmt: skip
def test_an_event_may_say_anything(strokes):
    loop = loop_of()
    shown(loop)
    before = loop.state.run
    live.handle(loop, {"type": "draw", "strokes": strokes})
    shown(loop)
    assert loop.state.run is before or loop.state.run.data_key == before.data_key
    assert loop.state.notice


def test_a_value_is_put_while_the_network_trains():
    from lab.figures.frame import unpack

    loop = loop_of(Config(dataset="reg_gauss", samples=60, hidden=(4,), batch_size=8))
    loop.step(20)
    shown(loop)
    told = unpack(loop.calls.frame.data)["panels"]["boundary"]["draw"]["classes"]
    assert [c["label"] for c in told] == [f"{c['value']:g}".replace("-", "−") for c in told]
    stroke = {"number": 1, "kind": "put", "points": [[0, 0]], "label": told[0]["value"]}
    live.handle(loop, {"type": "draw", "strokes": [stroke]})
    shown(loop)
    assert loop.state.run.step == 20
    assert loop.state.run.data.Y_train[0, -1] == told[0]["value"]
    worse = dict(stroke, number=2, label=float("inf"))
    live.handle(loop, {"type": "draw", "strokes": [worse]})
    shown(loop)
    assert "no value" in loop.state.notice


def test_the_frame_says_what_can_be_drawn():
    from lab.figures.frame import unpack

    loop = loop_of()
    shown(loop)
    told = unpack(loop.calls.frame.data)["panels"]["boundary"]["draw"]
    assert [c["label"] for c in told["classes"]] == ["class 0", "class 1"]
    assert told["number"] == 0
    loop.draw([(4, PUT)])
    shown(loop)
    panel = unpack(loop.calls.frame.data)["panels"]["boundary"]
    assert panel["draw"]["number"] == 4
    loop.look(hide=("draw",))
    shown(loop)
    assert "draw" not in unpack(loop.calls.frame.data)["panels"]["boundary"]
