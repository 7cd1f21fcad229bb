"""The figures of the gradients lab: valid, readable, and never without words for odd numbers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from charts import check, texts

from lab import figures
from lab.figures import factors as product
from lab.figures import phase, signal, theme
from lab.figures.lines import text_width
from lab.text.numbers import number
from lab.text.sentences import signal_sentence

go = pytest.importorskip("plotly.graph_objects")

THEMES = ("light", "dark")
KINDS = tuple(signal.TITLES)
N = 30
LAYERS = np.arange(1, N + 1)
FADING = 0.05 * 0.71 ** (N - LAYERS)
#: Widths of glyphs in Source Sans 3 at 12 px are at most so wide on average (measured).
LETTER = 6.5

HOSTILE = {
    "one layer": [0.3],
    "two layers": [0.3, 1e-3],
    "101 layers": 10.0 ** -np.linspace(0, 40, 101),
    "zeros": np.zeros(5),
    "one zero": [0.0, 1.0, 2.0],
    "zeros and not finite": [0.0, 0.0, math.nan, 1e-40, 1e30, math.inf],
    "nothing finite": [math.nan, math.inf, -math.inf],
    "tiny": np.full(9, 1e-40),
    "huge": [1e30, 1e-40] * 6,
    "all there is": [5e-324, 1e-300, 1.0, 1e300, 1.7e308],
    "negative": [-1.0, 2.0, 3.0],
    "equal": np.full(30, 0.36),
}


def boxes(spec: dict, width: float, height: float) -> list[tuple[str, tuple[float, ...]]]:
    """Return where each annotation is painted in a plot of this size: left, bottom, right, top."""
    layout, made = spec["layout"], []
    for a in layout["annotations"]:
        (x0, x1), (y0, y1) = layout["xaxis"]["range"], layout["yaxis"]["range"]
        x = a["x"] if a.get("xref") == "paper" else (a["x"] - x0) / (x1 - x0)
        y = a["y"] if a.get("yref") == "paper" else (a["y"] - y0) / (y1 - y0)
        wide = text_width(a["text"]) - 4 + (8 if "bgcolor" in a else 0)
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[a.get("xanchor", "center")]
        lower = {"top": 1.0, "middle": 0.5, "bottom": 0.0}[a.get("yanchor", "middle")]
        left = x * width + a.get("xshift", 0) - share * wide
        tall = 18 if "bgcolor" in a else 14
        bottom = y * height + a.get("yshift", 0) - lower * tall
        made.append((a["text"], (left, bottom, left + wide, bottom + tall)))
    return made


def overlaps(spec: dict, width: float, height: float) -> list[tuple[str, str]]:
    return [
        (a, b)
        for (a, p), (b, q) in itertools.combinations(boxes(spec, width, height), 2)
        if min(p[2], q[2]) - max(p[0], q[0]) > 1 and min(p[3], q[3]) - max(p[1], q[1]) > 1
    ]


def trace(spec: dict, name: str) -> dict:
    return next(t for t in spec["data"] if t["name"] == name)


def fading(kind="delta", mode="light", **options) -> dict:
    rng = np.random.default_rng(1)
    noise = np.exp(0.1 * rng.normal(size=N))
    known = {"theme": mode, "draws": 200} | options
    return figures.signal_figure(
        kind, FADING * noise, FADING, FADING * 0.5, FADING * 1.8, **known
    )  # fmt: skip


@pytest.mark.parametrize("mode", THEMES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_signal_figure_takes_any_number(name, kind, mode):
    values = np.array(HOSTILE[name], float)
    for trained in (False, True):
        spec = check(
            figures.signal_figure(
                kind, values, values[::-1], values, values, theme=mode, trained=trained
            )
        )
        check(figures.signal_figure(kind, values, None, None, None, theme=mode))
        good = np.isfinite(values) & (values >= 0)
        dots = trace(spec, "measured")
        assert list(dots["x"]) == list(np.flatnonzero(good) + 1)
        usual = good & (values > 1e-200) & (values < 1e200)
        shown = np.asarray(dots["y"])[usual[good]]
        np.testing.assert_allclose(shown, values[usual])
        assert len(spec["layout"]["meta"]["mark"]["text"]) == len(dots["x"])
        assert not overlaps(spec, 270, 200)
    assert signal_sentence(kind, values).endswith(".")


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_the_key_of_the_signal_names_what_is_drawn(kind, trained):
    rng = np.random.default_rng(2)
    for size in (1, 2, 3, 8, 30, 101):
        for factor in (0.5, 0.71, 0.97, 1.0, 1.2):
            line = 0.3 * factor ** np.arange(size)[::-1]
            values = line * np.exp(0.2 * rng.normal(size=size))
            spec = check(
                figures.signal_figure(kind, values, line, line * 0.5, line * 2, theme="light",
                                      draws=100, trained=trained)
            )  # fmt: skip
            theory = "– theory (step 0)" if trained else "– theory"
            band = "■ 5–95 %" if trained else "■ 5–95 % of 100 draws"
            assert {"● measured", theory, band} <= set(texts(spec))
            assert ("← the error travels this way" in texts(spec)) == (kind == "delta")
            for width, height in ((270, 200), (300, 240), (560, 420)):
                assert not overlaps(spec, width, height), (size, factor)
                for text, (x0, y0, x1, y1) in boxes(spec, width, height):
                    assert x0 >= -4, text
                    assert x1 <= width + 16, text
                    assert -2 <= y0 <= y1 <= height + 8, text
    bare = figures.signal_figure(kind, [1.0, 2.0], None, None, None, theme="light")
    assert [text for text in texts(bare) if text[0] in "●–■"] == ["● measured"]


def test_what_is_drawn_stays_below_the_key():
    for spec in (fading(), fading(trained=True)):
        low, high = spec["layout"]["yaxis"]["range"]
        for made in spec["data"]:
            up = (np.log10(made["y"]) - low) / (high - low) * 200
            assert up.max() <= 200 - 15


def test_training_greys_theory_and_says_which_step_it_speaks_of():
    before, after = fading(), fading(trained=True)
    assert trace(before, "theory")["line"]["color"] == theme.TOKENS["light"]["t1"]
    line = trace(after, "theory (step 0)")["line"]
    assert line["dash"]
    assert line["color"] == theme.TOKENS["light"]["t3"]
    assert "– theory (step 0)" in texts(after)
    assert "– theory" not in texts(after)
    # Labels stand still while the dots move.
    other = figures.signal_figure(
        "delta", FADING * 1.02, FADING, FADING * 0.5, FADING * 1.8, theme="light", trained=True
    )
    places = [
        [(a["text"], a["x"], a["y"]) for a in s["layout"]["annotations"]] for s in (after, other)
    ]
    assert places[0] == places[1]


def test_zeros_lie_at_the_lower_edge_under_everything_else():
    values = FADING.copy()
    values[:3], values[9] = 0, math.nan
    spec = check(figures.signal_figure("delta", values, FADING, None, None, theme="dark"))
    assert "3 layers are exactly 0, 1 is not finite" in texts(spec)
    low, high = spec["layout"]["yaxis"]["range"]
    dots = np.log10(trace(spec, "measured")["y"])
    assert (dots[:3] < low + 0.05 * (high - low)).all()
    assert dots[3:].min() > dots[0] + 0.1 * (high - low)
    assert spec["layout"]["meta"]["mark"]["text"][0] == "0"


def test_axis_of_layers():
    for n in range(1, 102):
        x = signal.layer_x("light", n)
        assert x["range"] == [0.5, n + 0.5]
        assert x["tickvals"][0] == 1
        assert x["tickvals"][-1] <= n
        assert len(x["tickvals"]) <= 9
        assert (np.diff(x["tickvals"]) >= n / 14).all()
    assert signal.layer_x("light", 30)["tickvals"] == [1, 5, 10, 15, 20, 25, 30]
    assert fading()["layout"]["xaxis"]["title"]["text"] == "Layer (input → output)"


def test_far_numbers_travel_unharmed():
    values = 10.0 ** -np.linspace(0, 100, 30)
    spec = figures.signal_figure("delta", values, values, None, None, theme="light")
    back = figures.unpack(figures.pack({"f": spec}))["f"]
    measured = next(t for t in back["data"] if t["name"] == "measured")
    np.testing.assert_allclose(measured["y"], values, rtol=1e-6)


def test_units_and_refusals():
    assert fading(unit="half squared error")["layout"]["yaxis"]["title"]["text"] == (
        "δ RMS (half squared error per unit)"
    )
    with pytest.raises(ValueError, match="kind"):
        figures.signal_figure("x", [1.0], None, None, None, theme="light")
    with pytest.raises(ValueError, match="no layer"):
        signal_sentence("delta", [])
    with pytest.raises(ValueError, match="2 layers where"):
        figures.signal_figure("delta", [1.0], [1.0, 2.0], None, None, theme="light")


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        ("delta", 0.05 * 0.71 ** np.arange(29, -1, -1.0),
         "×0.71 a layer on average, from 0.050 in layer 30 to 2.4×10⁻⁶ in 1."),
        ("delta", 1.26 ** np.arange(29, -1, -1.0),
         "×1.3 a layer on average, from 1.0 in layer 30 to 810 in 1."),
        ("delta", 0.98 ** np.arange(29, -1, -1.0),
         "×0.980 a layer on average, from 1.0 in layer 30 to 0.56 in 1."),
        ("delta", np.full(30, 3.0), "Near 3.0 in every layer."),
        ("delta", [0.0, 0, 0, 1, 2], "The error is exactly 0 in layers 1 to 3."),
        ("delta", [0.0, 1, 0, 1, 2], "The error is exactly 0 in 2 of 5 layers."),
        ("delta", [0.0, 0.0], "The error is exactly 0 in every layer."),
        ("delta", [1.0, math.nan, 0.0],
         "The error is not finite in layer 2 and exactly 0 in layer 3."),
        ("activation", np.r_[0.6, 0.45, np.full(28, 0.36)],
         "×0.983 a layer on average, from 0.60 in layer 1 to 0.36 in 30."),
        ("activation", np.full(30, 0.36), "Near 0.36 in every layer."),
        ("activation", 0.7 ** np.arange(1.0, 31),
         "×0.70 a layer on average, from 0.70 in layer 1 to 2.3×10⁻⁵ in 30."),
        ("activation", [1.0, 1e-3, 1.0],
         "×1.0000 a layer on average, from 1.0 in layer 1 to 1.0 in 3, between 0.0010 and 1.0 on "
         "the way."),
        ("gradient", np.geomspace(1.0, 8300.0, 30), "8,300× smaller in layer 1 than in layer 30."),
        ("gradient", np.geomspace(8300.0, 1.0, 30), "8,300× larger in layer 1 than in layer 30."),
        ("gradient", [1.0, 0.1, 1.0], "10× smaller in layer 2 than in layer 1."),
        ("gradient", [1.0, 1.2, 0.9], "Near 1.0 in every layer."),
        ("gradient", [0.3], "The gradient is 0.30 in the only layer."),
        ("gradient", [1e-300, 1e300], "10⁶⁰⁰× smaller in layer 1 than in layer 2."),
    ],
)  # fmt: skip
def test_signal_sentences(kind, values, text):
    assert signal_sentence(kind, values) == text


def test_the_factor_is_the_geometric_mean_of_all_layers():
    rng = np.random.default_rng(5)
    wild = np.exp(np.cumsum(np.where(rng.random(40) < 0.6, 1.0, -0.7)))[::-1]
    mean = (wild[0] / wild[-1]) ** (1 / 39)
    assert signal_sentence("delta", wild).startswith(f"×{mean:.2g} a layer on average")


W, B = np.linspace(0.3, 3, 28), np.linspace(0, 1.5, 16)
RELU = np.tile(W**2 / 2, (len(B), 1))
RELU_LINE = np.full(len(B), math.sqrt(2))


def relu(here=(1.0, 0.5), mode="light", **options) -> dict:
    return figures.phase_figure(W, B, RELU, RELU_LINE, here, theme=mode, **options)


@pytest.mark.parametrize("mode", THEMES)
@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("here", [(1.0, 0.5), (1.41, 0.0), (3, 1.5), (0.3, 0), (9, 9), None])
def test_phase_figure_is_valid_and_says_what_it_draws(here, active, mode):
    spec = check(relu(here, mode, active=active))
    words = texts(spec)
    assert {"■ vanish", "■ explode", "– ×1 a layer"} <= set(words)
    keys = {a["text"]: a for a in spec["layout"]["annotations"]}
    assert [keys[k]["font"]["color"] for k in ("■ vanish", "■ explode")] == list(phase.PAIR[mode])
    starts = [a["xshift"] for a in spec["layout"]["annotations"]]
    assert all(
        b - a >= text_width(text) for (a, b), text in zip(itertools.pairwise(starts), words,
        strict=False)
    )  # fmt: skip
    inside = here is not None and here[0] <= 3
    assert any(t["name"] == "you are here" for t in spec["data"]) == inside
    said = "○ here, ×" if active else "○ at step 0, ×"
    assert any(w.startswith(said) for w in words) == inside
    assert ("○ off: σ_w 9.0, σ_b 9.0" in words) == (here == (9, 9))
    if inside:
        color = theme.TOKENS[mode]["t1" if active else "t3"]
        assert trace(spec, "you are here")["marker"]["line"]["color"] == color


def test_the_factor_is_that_of_the_amplitude():
    assert "○ here, ×0.71" in texts(relu((1.0, 0.5)))  # ReLU: sigma_w / sqrt(2)
    assert "○ here, ×2.1" in texts(relu((2.95, 0.5)))  # the colours end at 2


def test_phases_without_a_line_say_so():
    ordered = np.full(RELU.shape, 0.05)
    spec = check(
        figures.phase_figure(W, B, ordered, np.full(len(B), np.nan), (1, 1), theme="light")
    )
    assert "no critical line" in texts(spec)
    assert not any(t["name"] == "critical line" for t in spec["data"])
    gap = RELU_LINE.copy()
    gap[5:8] = np.nan
    spec = check(figures.phase_figure(W, B, RELU, gap, None, theme="light"))
    assert [len(t["x"]) for t in spec["data"]] == [5, 8]
    odd = RELU.copy()
    odd[0, :4] = [0, math.nan, math.inf, 1e300]
    check(figures.phase_figure(W, B, odd, RELU_LINE, (0.3, 0), theme="dark"))
    with pytest.raises(ValueError, match="chi"):
        figures.phase_figure(W, B, RELU.T, RELU_LINE, None, theme="light")


def test_phase_field_is_the_clipped_logarithm_of_the_amplitudes_factor():
    size = 28
    field, n = figures.phase_field(RELU, size)
    assert (field.dtype, field.shape, n) == (np.uint8, (size * size,), size)
    expected = np.clip(np.log2(W / math.sqrt(2)), -1, 1) * 127.5 + 127.5
    assert np.abs(field.reshape(size, size) - expected).max() <= 0.5
    # Row 0 is the smallest sigma_b, at the bottom.
    up, _ = figures.phase_field(np.array([[0.25, 0.25], [4.0, 4.0]]), 5)
    assert up.reshape(5, 5)[:, 2].tolist() == [0, 64, 128, 191, 255]
    odd = np.array([[0.0, 1e-300], [math.inf, math.nan]])
    assert figures.phase_field(odd, 2)[0].tolist() == [0, 0, 255, 128]
    assert figures.phase_field(RELU)[1] == 81


@pytest.mark.parametrize("mode", THEMES)
def test_colours_of_the_lab(mode):
    field = relu(mode=mode)["layout"]["meta"]["field"]
    assert set(field) == {"low", "mid", "high", "line", "reads"}
    assert field["low"] != field["high"]
    tokens = theme.TOKENS[mode]
    assert not {field["low"], field["high"]} & {tokens["pos"], tokens["neg"], tokens["test"]}
    assert contrast(field["line"], field["mid"]) >= 7
    for color in product.part_colors(mode).values():
        assert contrast(color, tokens["panel"]) >= 4.5
    for color in phase.PAIR[mode]:
        assert contrast(color, tokens["panel"]) >= 4.5


def contrast(a: str, b: str) -> float:
    def luminance(color: str) -> float:
        c = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        c = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in c]
        return float(np.dot([0.2126, 0.7152, 0.0722], c))

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


RNG = np.random.default_rng(7)
FACTORS = {
    "fading": (0.82 + 0.05 * RNG.normal(size=29), 0.87 + 0.03 * RNG.normal(size=29)),
    "growing": (1.5 + 0.05 * RNG.normal(size=29), np.full(29, 0.9)),
    "one": ([0.8], [0.9]),
    "none": ([], []),
    "100 layers": (np.full(100, 1.0), np.full(100, 0.25)),
    "ones": (np.ones(20), np.ones(20)),
    "zero": ([0.9, 0.8, 1.0], [0.5, 0.0, 0.6]),
    "zero at once": ([0.9, 0.8], [0.5, 0.0]),
    "not finite": ([math.nan, 0.8, 1.0], [0.5, math.inf, 0.6]),
    "hostile": ([1e-40, 1e30, 5e-324, 1.7e308], [1e30, 1e-40, 1.0, 1.0]),
    "negative": ([-1.0, 0.5], [0.5, 0.5]),
    "very deep": (np.full(100, 1e-9), np.full(100, 0.5)),
}


@pytest.mark.parametrize("mode", THEMES)
@pytest.mark.parametrize("name", FACTORS)
def test_product_figure_is_valid(name, mode):
    w, s = FACTORS[name]
    spec = check(figures.product_figure(w, s, theme=mode))
    for width, height in ((270, 200), (480, 240)):
        assert not overlaps(spec, width, height)
    ticks = spec["layout"]["yaxis"]["tickvals"]
    assert len(ticks) == len(set(ticks)) <= 8
    assert (np.diff(ticks) > 0).all()
    assert all(0 <= t <= 1 for t in ticks)
    dots = trace(spec, "measured")
    assert dots["x"][-1] == len(w) + 1
    assert len(dots["x"]) == len(dots["text"]) == len(spec["layout"]["meta"]["mark"]["text"])
    with pytest.raises(ValueError, match="slope_factors"):
        figures.product_figure(w, [*s, 1.0], theme=mode)
    assert figures.product_sentence(np.array(w, float) * np.array(s, float))


def test_product_figure_shows_factors_and_their_product_on_two_log_lanes():
    w, s = (np.array(f) for f in FACTORS["fading"])
    spec = figures.product_figure(w, s, theme="light")
    y = spec["layout"]["yaxis"]
    level = dict(zip(y["ticktext"], y["tickvals"], strict=True))
    # The lower lane: from 1 at the output, evenly on a log axis.
    so_far = np.append(np.cumprod((w * s)[::-1])[::-1], 1.0)
    decade = (level["1"] - level["0.01"]) / 2
    np.testing.assert_allclose(
        trace(spec, "measured")["y"], level["1"] + decade * np.log10(so_far), atol=1e-6
    )
    # The upper: bars from ×1 to the factor.
    unit = (level["×1"] - level["×0.5"]) / math.log10(2)
    for name, factors in (("weights", w), ("slope", s)):
        bars = trace(spec, name)["y"].reshape(-1, 4)
        np.testing.assert_allclose(bars[:, 0], level["×1"], atol=1e-6)
        np.testing.assert_allclose(bars[:, 1], level["×1"] + unit * np.log10(factors), atol=1e-6)
    np.testing.assert_allclose(
        trace(spec, "both")["y"], level["×1"] + unit * np.log10(w * s), atol=1e-6
    )
    said = texts(spec)
    assert {f"Wᵀ ×{w[-1]:.2f}", f"g′(z) ×{s[-1]:.2f}", f"both ×{w[-1] * s[-1]:.2f}"} <= set(said)
    assert {"layer 1:", f"×{number(so_far[0], 2)}"} <= set(said)


def test_product_ends_at_a_factor_that_is_zero_or_not_finite():
    spec = figures.product_figure(*FACTORS["zero"], theme="light")
    assert "exactly 0 from layer 2 down" in texts(spec)
    assert trace(spec, "measured")["x"].tolist() == [3, 4]
    spec = figures.product_figure(*FACTORS["not finite"], theme="light")
    assert "not finite from layer 2 down" in texts(spec)


def parsed(text: str) -> float:
    """Return a number as the page writes it."""
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    mantissa, _, exponent = text.replace(",", "").partition("×10")
    return float(mantissa) * 10.0 ** int(exponent.translate(digits) or 0)


def test_product_sentence_holds_as_written():
    rng = np.random.default_rng(11)
    for n in (1, 2, 5, 29, 100):
        for mean in (0.25, 0.71, 0.9, 1.0, 1.04, 1.4):
            factors = mean * np.exp(0.1 * rng.normal(size=n))
            said = figures.product_sentence(factors)
            left, result = said.split(" = ")
            power = str(n).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
            base = left.removesuffix(power) if n > 1 else left
            assert parsed(result) == pytest.approx(float(np.prod(factors)), rel=0.051)
            assert parsed(base) ** n == pytest.approx(parsed(result), rel=0.051)
            geometric = float(np.exp(np.mean(np.log(factors))))
            assert parsed(base) == pytest.approx(geometric, rel=0.06)
    assert figures.product_sentence(np.full(29, 0.71)) == "0.71²⁹ = 4.9×10⁻⁵"
    assert figures.product_sentence(np.full(400, 0.01)) == "0.010⁴⁰⁰ = 10⁻⁸⁰⁰"
    assert figures.product_sentence([1e-9, 1e-9]) == "(1.0×10⁻⁹)² ≈ 1.0×10⁻¹⁸"
    assert "exactly 0" in figures.product_sentence([0.5, 0.0])
    assert "not finite" in figures.product_sentence([0.5, math.nan])
    assert "single layer" in figures.product_sentence([])
