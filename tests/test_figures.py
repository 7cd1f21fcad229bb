"""Figures against Plotly's own validation, frames against their bytes, words against a table."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from dnn.run.history import History, Record
from lab import figures
from lab.figures import boundary, cost, frame, gradients, lines, scales, theme, weights
from lab.text import numbers as words
from lab.text.numbers import change_label, count, number, percent, times
from lab.text.sentences import cost_sentence, gradient_sentence

go = pytest.importorskip("plotly.graph_objects")

THEMES = ("light", "dark")
PLANE = SimpleNamespace(
    x_label="a <b> & c", y_label="x₂", x_range=(-6.0, 6.0), y_range=(-6.0, 6.0), note=""
)


def record(step: int, layers: int = 5, **values) -> Record:
    rng = np.random.default_rng(step)
    rows = {
        "train_cost": 0.7 * math.exp(-step / 500) + 0.01,
        "test_cost": 0.7 * math.exp(-step / 700) + 0.02,
        "gradient_rms": rng.uniform(0.01, 1, layers),
        "gradient_norm": rng.uniform(0.001, 1, layers),
    } | values
    ones = np.ones(layers)
    return Record(
        step=step, epoch=step // 10, train_score=0.9, test_score=0.8, delta_rms=ones,
        activation_rms=ones, **rows,
    )  # fmt: skip


def history(n: int, layers: int = 5, every: int = 5, **values) -> History:
    return History().extend([record(i * every, layers, **values) for i in range(n)])


HISTORIES = {
    "empty": History(),
    "one": history(1),
    "two": history(2),
    "400": history(400),
    "zero costs": history(20, train_cost=0.0, test_cost=0.0),
    "zero gradients": history(20, gradient_rms=np.zeros(5), gradient_norm=np.zeros(5)),
    "one zero layer": history(20, gradient_rms=np.array([0, 1e-9, 0.1, 1, 2.0])),
    "infinite": history(10).extend([record(60, train_cost=math.inf, test_cost=math.nan)]),
    "no test part": history(10, test_cost=math.nan),
    "negative": history(10, train_cost=-0.5),
    "tiny": history(10, train_cost=1e-200, gradient_rms=np.full(5, 1e-200)),
    "huge": history(10, train_cost=1e12, gradient_rms=np.full(5, 1e30)),
    "100 layers": history(400, 100),
    "one layer": history(30, 1),
}


@dataclass
class Change:
    step: int
    field: str
    value: object


def plain(value):
    """Return the figure as JSON would carry it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def check(spec: dict) -> dict:
    """Validate with Plotly and hold that everything drawn is finite and in its axes' reach."""
    go.Figure(plain(spec))
    json.dumps(plain(spec), allow_nan=False)
    for trace in spec["data"]:
        assert len(trace["x"]) == len(trace["y"])
        assert np.isfinite(trace["x"]).all()
        assert np.isfinite(trace["y"]).all()
        if spec["layout"]["yaxis"].get("type") == "log":
            assert (trace["y"] > 0).all()
    for axis in ("xaxis", "yaxis"):
        low, high = spec["layout"][axis]["range"]
        assert low < high
        if "ticktext" in spec["layout"][axis]:
            ticks = spec["layout"][axis]
            assert len(ticks["ticktext"]) == len(ticks["tickvals"]) == len(set(ticks["tickvals"]))
    return spec


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("name", HISTORIES)
def test_cost_figure_is_valid(name, log):
    for mode in THEMES:
        spec = check(
            figures.cost_figure(
                HISTORIES[name], unit="Cross-entropy (nats)", log=log, theme=mode, chance=0.693,
                ghost=HISTORIES["400"], changes=[Change(20, "learning_rate", 0.003)],
            )
        )  # fmt: skip
        low, high = spec["layout"]["yaxis"]["range"]
        for trace in spec["data"]:
            inside = trace["y"][trace["x"] <= spec["layout"]["xaxis"]["range"][1]]
            shown = np.log10(inside) if log else inside
            assert (shown >= low - 1e-6).all()
            assert (shown <= high + 1e-6).all()


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("kind", gradients.TITLES)
@pytest.mark.parametrize("name", HISTORIES)
def test_gradient_figure_is_valid(name, kind, log):
    spec = check(figures.gradient_figure(HISTORIES[name], kind=kind, theme="light", log=log))
    ends = [a for a in spec["layout"]["annotations"] if a.get("name") == "end-label"]
    assert len(spec["data"]) <= lines.LINES
    assert len(ends) <= lines.LABELS
    assert len(spec["layout"]["yaxis"]["tickvals"]) <= 8
    for sentence in (cost_sentence, gradient_sentence):
        assert sentence(HISTORIES[name]).endswith(".")


def test_zero_gradients_lie_on_the_bottom_line():
    spec = figures.gradient_figure(HISTORIES["one zero layer"], kind="gradient_rms", theme="light")
    bottom = spec["layout"]["yaxis"]["range"][0]
    assert bottom <= -10
    assert spec["data"][0]["y"] == pytest.approx(10.0**bottom)
    assert "drawn at the bottom" in gradient_sentence(HISTORIES["one zero layer"])


@pytest.mark.parametrize("log", [True, False])
def test_divergence_leaves_room_and_is_marked(log):
    where = SimpleNamespace(step=24, layer=3, quantity="cost", value=2e12)
    records = [record(i, train_cost=10.0 ** (i / 2), test_cost=10.0 ** (i / 2)) for i in range(24)]
    spec = check(
        figures.cost_figure(
            History().extend(records), unit="Half squared error", log=log, theme="light",
            diverged=where,
        )
    )  # fmt: skip
    shade = next(s for s in spec["layout"]["shapes"] if s["type"] == "rect")
    assert (shade["x0"], shade["x1"]) == (24, 30)
    assert {"diverged", "step 24"} <= {a["text"] for a in spec["layout"]["annotations"]}
    assert cost_sentence(HISTORIES["400"], where) == (
        "Passed the 10¹² limit at step 24 (cost in layer 3)."
    )


def test_marks_of_changes_merge_and_do_not_overlap():
    dragged = [Change(500 + i, "learning_rate", 0.001 * i) for i in range(1, 9)]
    crowd = [Change(520 + 12 * i, f"field_{i}", i) for i in range(10)]
    spec = check(
        figures.cost_figure(
            HISTORIES["400"], unit="nats", log=True, theme="light", changes=dragged + crowd
        )
    )
    notes = [a for a in spec["layout"]["annotations"] if a.get("name") == "change"]
    assert 1 <= len(notes) <= 4
    assert notes[0]["text"] == "field 9 9"  # the newest comes first
    marks = [s["x0"] for s in spec["layout"]["shapes"] if s.get("yref") == "paper"]
    assert marks.count(508) + sum(500 < x < 508 for x in marks) == 1
    rows = {}
    for note in notes:
        rows.setdefault(note["yshift"], []).append(note)
    for row in rows.values():
        spans = [
            (px, px + 6 * len(n["text"])) if n["xanchor"] == "left"
            else (px - 6 * len(n["text"]), px)
            for n in row for px in [n["x"] / 2000 * cost.WIDTH]
        ]  # fmt: skip
        spans.sort()
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


def test_ghost_is_behind_and_named():
    spec = figures.cost_figure(
        history(50), unit="nats", log=True, theme="dark", ghost=HISTORIES["400"]
    )
    assert [t["name"] for t in spec["data"]] == ["previous run", "test", "train"]
    assert spec["layout"]["xaxis"]["range"] == [0, 300]  # this run's, not the ghost's
    empty = figures.cost_figure(
        History(), unit="nats", log=True, theme="dark", ghost=HISTORIES["400"]
    )
    assert empty["layout"]["xaxis"]["range"] == [0, 2000]


@pytest.mark.parametrize("layers", [1, 5, 8, 9, 100])
@pytest.mark.parametrize("scale", [0.0, 1e-9, 0.3, 5e7])
def test_weights_figure_is_valid(layers, scale):
    rng = np.random.default_rng(0)
    now = [(scale * rng.normal(size=(6, 5)), np.zeros((6, 1))) for _ in range(layers)]
    spec = check(figures.weights_figure(now, [(0 * W, b) for W, b in now], "dark"))
    assert len(spec["data"]) == 3 * min(layers, weights.ROWS)
    assert ("8 of" in figures.weights_sentence(now, now)) == (layers > 8)


def test_histogram_counts_every_weight_in_range():
    rng = np.random.default_rng(1)
    W = rng.normal(size=(300, 100))
    counts = weights.histogram(W, 2.0)
    expected, _ = np.histogram(W, weights.BINS, (-2.0, 2.0))
    assert np.abs(counts - expected).max() <= 1  # a weight on an edge
    assert counts.sum() == (np.abs(W) <= 2).sum()
    outlier = [(np.append(np.full((1, 400), 0.1), [[50.0]], axis=1), np.zeros((1, 1)))]
    assert weights.weight_range(outlier, outlier) < 50
    assert "1 weight beyond" in figures.weights_sentence(outlier, outlier)


@pytest.mark.parametrize("classes", [0, 2, 3, 12])
@pytest.mark.parametrize("mode", THEMES)
def test_boundary_and_points_are_valid(classes, mode):
    rng = np.random.default_rng(2)
    U, k = rng.normal(size=(2, 900)), rng.integers(0, max(classes, 2), 900)
    Y = np.eye(classes)[k].T if classes > 2 else (k[None] if classes else rng.normal(size=(1, 900)))
    target = "classes" if classes > 2 else "binary" if classes else "real"
    names = ["<script>", "b"] + [str(i) for i in range(2, classes)] if classes else []
    spec = figures.boundary_figure(PLANE, mode, classes=classes)
    spec["data"] = figures.point_traces(U, Y, U, Y, target, True, mode, class_names=names)
    check(spec)
    drawn = sum(len(t["x"]) for t in spec["data"])
    assert 1_480 <= drawn <= boundary.POINTS
    assert "1,500 of 1,800 points drawn." in figures.boundary_sentence(900, 900, True)
    assert figures.boundary_sentence(900, 900, False) == ""
    assert spec["layout"]["xaxis"]["title"]["text"] == "a &lt;b&gt; &amp; c"
    assert not any("<script>" in t["name"] for t in spec["data"])
    assert len(spec["layout"]["meta"]["field"].get("palette", [])) == (
        classes if classes > 2 else 0
    )
    if classes:
        marks = {(t["marker"]["symbol"], str(t["marker"]["color"])) for t in spec["data"]}
        assert len(marks) >= classes
        keys = figures.legend(target, mode, class_names=names)
        assert next(key["label"] for key in keys) == "<script>"  # the page sets it as text


@pytest.mark.parametrize("last", [0, 1])
def test_the_class_of_the_last_example_lies_on_top(last):
    U, Y = np.zeros((2, 5)), np.array([[0, 1, 0, 1, last]])
    traces = figures.point_traces(U, Y, U[:, :0], Y[:, :0], "binary", False, "light")
    assert [trace["name"] for trace in traces][-1] == f"class {last}, train"


def test_points_without_a_test_part():
    U, Y = np.zeros((2, 3)), np.array([[0.0, 1.0, 1.0]])
    traces = figures.point_traces(U, Y, U[:, :0], Y[:, :0], "binary", True, "light")
    assert [t["name"] for t in traces] == ["class 0, train", "class 1, train"]
    assert traces[0]["marker"]["symbol"] == "circle"
    assert traces[0]["marker"]["color"] == theme.TOKENS["light"]["neg"]
    assert traces[1]["marker"]["symbol"] == "diamond"
    assert traces[1]["marker"]["color"] == theme.TOKENS["light"]["pos"]


def test_ranges_change_rarely_while_a_history_grows():
    ranges = set()
    for last in range(10, 10_000, 10):
        axis = scales.step_axis(last)
        assert axis["range"][1] >= last
        ranges.add(tuple(axis["range"]))
    assert len(ranges) <= 19
    lows = {tuple(scales.log_axis(x, 0.7)["range"]) for x in np.geomspace(0.6, 1e-4, 500)}
    assert len(lows) <= 14


@pytest.mark.parametrize(("low", "high"), [(0.04, 0.7), (1e-30, 2), (0.5, 0.5), (3e7, 3.1e7)])
def test_axes_hold_their_values(low, high):
    for axis in (scales.log_axis(low, high), scales.decade_axis(low, high)):
        assert 10 ** axis["range"][0] <= low * 1.001
        assert 10 ** axis["range"][1] >= high * 0.999
        assert 2 <= len(axis["tickvals"]) <= 9
    axis = scales.linear_axis(-low, high)
    assert axis["range"][0] <= -low
    assert axis["range"][1] >= high


def test_labels_are_pushed_apart():
    rng = np.random.default_rng(3)
    for _ in range(100):
        places = rng.uniform(0, 60, 6).tolist()
        moved = scales.spread(places, 15)
        order = np.argsort(places)
        assert (np.diff(np.array(moved)[order]) >= 15 - 1e-6).all()
        assert np.mean(moved) == pytest.approx(np.mean(places))
    assert scales.spread([0.0, 100.0], 15) == [0.0, 100.0]
    spec = figures.gradient_figure(
        history(20, gradient_rms=np.full(5, 0.1)), kind="gradient_rms", theme="light"
    )
    ends = [a["yshift"] for a in spec["layout"]["annotations"] if a.get("name") == "end-label"]
    assert (np.diff(sorted(ends)) >= 14.9).all()


@pytest.mark.parametrize("mode", THEMES)
def test_layer_palette(mode):
    expected = {
        "light": "#451473 #174499 #007099 #00917b #5da34d",
        "dark": "#9267ca #509af2 #00cbdf #67e8a5 #ebed6d",
    }
    colors = [theme.layer_color(theme.depth(l, 5), mode) for l in range(5)]
    assert " ".join(colors) == expected[mode]
    panel = theme.TOKENS[mode]["panel"]
    for l in range(20):
        text = theme.layer_color(theme.depth(l, 20), mode, text=True)
        assert contrast(text, panel) >= 4.5
    for token in ("t1", "t2", "t3", "negT", "posT", "test", "explode"):
        assert contrast(theme.TOKENS[mode][token], panel) >= 4.5


def contrast(a: str, b: str) -> float:
    def luminance(color: str) -> float:
        c = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        c = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in c]
        return float(np.dot([0.2126, 0.7152, 0.0722], c))

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_frame_round_trip():
    shared = np.arange(5)
    message = {
        "text": "x₁ · ×10⁻⁴ <b>",
        "none": None,
        "list": [True, 1, 2.5, np.float32(0.5), np.int64(7)],
        "arrays": {
            "f4": np.linspace(0, 1, 7), "i4": shared, "again": shared,
            "u1": np.arange(9, dtype=np.uint8), "f8": np.array([2**40]), "empty": np.zeros(0),
            "grid": np.arange(6.0).reshape(2, 3), "flags": np.array([True, False]),
        },
    }  # fmt: skip
    data = frame.pack(message)
    back = frame.unpack(data)
    assert back["text"] == message["text"]
    assert back["list"] == [True, 1, 2.5, 0.5, 7]
    for key, array in message["arrays"].items():
        assert back["arrays"][key].shape == array.shape
        np.testing.assert_allclose(back["arrays"][key], array, rtol=1e-6)
    size = int.from_bytes(data[:4], "little")
    assert (4 + size) % 8 == 0
    head = json.loads(data[4 : 4 + size])
    told = head["parts"]["arrays"]
    assert told["i4"] == told["again"]  # stored once
    assert all(place[0] % 8 == 0 for place in head["arrays"])
    assert head["arrays"][told["grid"]["$"]][3] == 3


def test_frame_refuses_what_json_cannot_say():
    with pytest.raises(TypeError, match="ndarray") as refused:
        frame.pack({"x": np.zeros((2, 2, 2))})
    assert "axes" in str(refused.value.__cause__)
    with pytest.raises(TypeError, match="object"):
        frame.pack({"x": object()})
    assert frame.unpack(frame.pack({"x": math.nan}))["x"] is None


def test_a_full_frame_is_small():
    rng = np.random.default_rng(4)
    sizes = (2, 8, 8, 6, 4, 1)
    layers = [(rng.normal(size=(n, m)), np.zeros((n, 1))) for m, n in itertools.pairwise(sizes)]
    full = HISTORIES["400"]
    U, Y = rng.normal(size=(2, 250)), rng.integers(0, 2, (1, 250)).astype(float)
    panels = {
        "boundary": {
            "figure": figures.boundary_figure(PLANE, "light"),
            "field": np.zeros(81 * 81, np.uint8),
            "legend": figures.legend("binary", "light"),
        },
        "cost": {
            "figure": figures.cost_figure(
                full, unit="nats", log=True, theme="light", chance=0.69, ghost=full
            )
        },
        "gradients": {"figure": figures.gradient_figure(full, kind="gradient_rms", theme="light")},
        "weights": {"figure": figures.weights_figure(layers, layers, "light")},
    }
    size = len(frame.pack({"panels": panels}))
    assert size <= 42_000
    panels["boundary"]["static"] = figures.point_traces(U, Y, U, Y, "binary", True, "light")
    assert len(frame.pack({"panels": panels})) <= size + 6_000


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0, "0"), (1, "1.00"), (0.0289, "0.0289"), (0.04204, "0.0420"), (-0.5, "−0.500"),
        (1.6e-4, "1.6×10⁻⁴"), (0.000999, "1.0×10⁻³"), (0.00123, "0.00123"), (12.345, "12.3"),
        (123.45, "123"), (1234.5, "1,230"), (1e5, "1.0×10⁵"), (-2.5e12, "−2.5×10¹²"),
        (math.nan, "–"), (math.inf, "∞"),
    ],
)  # fmt: skip
def test_number(x, text):
    assert number(x) == text


def test_other_formats():
    assert count(1860) == "1,860"
    assert [percent(x) for x in (0.9951, 1, 0, math.nan)] == [
        "99.5%",
        "100.0%",
        "0.0%",
        "–",
    ]
    ratios = {12.3: "12×", 8311: "8,300×", 0.7123: "0.71×", 2.04: "2.0×", 2.4e7: "2.4×10⁷×"}
    assert {r: times(r) for r in ratios} == ratios
    shorts = {0.001: "0.001", 1e-4: "10⁻⁴", 2e-5: "2×10⁻⁵", 1500: "1,500", -2.5: "−2.5", 1e6: "10⁶"}
    assert {x: words.short(x) for x in shorts} == shorts
    labels = [("learning_rate", 0.003), ("batch_size", None), ("l2", 0.0), ("batch_size", 64)]
    assert [change_label(*c) for c in labels] == [
        "learning rate 0.003", "batch size full", "L2 penalty off", "batch size 64",
    ]  # fmt: skip


def test_gradient_sentences_are_neutral():
    small = history(20, gradient_rms=np.array([0.01, 0.05, 0.06, 0.12]), layers=4)
    text = gradient_sentence(small)
    assert text == "Layer 1's weights get gradients 12× smaller than the output layer's."
    for name in HISTORIES:
        for kind in gradients.TITLES:
            said = gradient_sentence(HISTORIES[name], kind).lower()
            assert not any(word in said for word in ("vanish", "explod", "slow", "learn"))
    assert "about the same size" in gradient_sentence(history(9, gradient_rms=np.ones(5)))
