"""The figures of the page Layers: valid, honest about their ranges, and with their numbers."""

from __future__ import annotations

import numpy as np
import pytest
from charts import check, plain, texts

from lab import figures
from lab.analysis.distributions import Scale
from lab.figures import distributions, flow
from lab.figures.layer_lines import KINDS
from lab.text.numbers import short

go = pytest.importorskip("plotly.graph_objects")

STEPS = np.arange(0, 1000, 10)
THEMES = ("light", "dark")
HOSTILE = {
    "fading": 10.0 ** -np.linspace(0, 12, 5) * np.ones((100, 1)),
    "zeros": np.zeros((100, 3)),
    "one zero": np.where(np.arange(3) == 1, 0.0, 0.5) * np.ones((100, 1)),
    "not finite": np.where(np.arange(100)[:, None] % 2, np.nan, np.ones((100, 2))),
    "nothing": np.full((100, 2), np.nan),
    "many layers": np.geomspace(1e-30, 1e10, 101) * np.ones((100, 1)),
    "one layer": np.linspace(0.1, 0.9, 100)[:, None],
}


def lines(kind="gradient_rms", values=HOSTILE["fading"], **more):
    options = {"theme": "light", "window": (0.0, 990.0)} | more
    return check(figures.layer_lines_figure(kind, STEPS, values, **options))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_valid(kind, theme):
    spec = lines(kind, np.abs(np.sin(STEPS / 90))[:, None] * [0.2, 0.5], theme=theme)
    assert [t["meta"]["layer"] for t in spec["data"]] == [1, 2]
    assert KINDS[kind].title in texts(spec)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_numbers(name):
    for fixed in (False, True):
        values = HOSTILE[name]
        if fixed:
            values = np.clip(values, 1e-8, 100)
        lines(values=values, fixed=fixed)
        go.Figure(plain(heat(HOSTILE[name], fixed=(-8, 2) if fixed else None)))


def test_without_records_there_are_axes():
    spec = check(
        figures.layer_lines_figure(
            "weight_norm", np.zeros(0), np.zeros((0, 4)), theme="dark", window=(0.0, 0.0)
        )
    )
    assert spec["data"] == []


def y_range(spec):
    return spec["layout"]["yaxis"]["range"]


def test_the_y_range_is_that_of_the_window_not_of_all_time():
    """An early spike must not press what comes after it to the floor: that fakes vanishing."""
    values = np.where(STEPS[:, None] < 50, 1e6, 0.02) * np.ones((1, 2))
    whole, recent = lines(values=values), lines(values=values, window=(792.0, 990.0))
    assert y_range(whole)[1] >= 6
    assert y_range(recent)[1] < 0
    assert 10 ** y_range(recent)[0] <= 0.02 <= 10 ** y_range(recent)[1]
    assert min(recent["data"][0]["x"]) >= 792


def test_a_fixed_range_is_the_same_for_every_run():
    ranges = {tuple(y_range(lines(values=v * np.ones((100, 2)), fixed=True))) for v in (1e-7, 3.0)}
    assert ranges == {(-8, 2)}


def test_the_guide_of_the_update_ratio_is_a_thousandth():
    spec = lines("update_ratio", np.geomspace(1e-4, 1e-2, 100)[:, None])
    (shape,) = spec["layout"]["shapes"]
    assert (shape["y0"], shape["y1"]) == (1e-3, 1e-3)
    assert "10⁻³" in texts(spec)
    far = lines("update_ratio", np.full((100, 1), 0.5))
    assert "10⁻³" not in texts(far), "a guide out of sight is not named"


def test_shares_stand_from_0_to_100_per_cent_and_dead_units_are_dashed():
    values = np.linspace(0, 1, 100)[:, None] * [1, np.nan]
    dead = np.linspace(0, 0.5, 100)[:, None] * [np.nan, 1]
    spec = lines("share", values, dashed=dead)
    assert spec["layout"]["yaxis"]["ticktext"] == ["0%", "25%", "50%", "75%", "100%"]
    assert [(t["meta"]["layer"], t["line"].get("dash")) for t in spec["data"]] == [
        (1, None), (2, "5px,2px"),
    ]  # fmt: skip


def test_of_many_layers_some_are_drawn_the_first_and_the_output_among_them():
    spec = lines(values=HOSTILE["many layers"])
    drawn = [t["meta"]["layer"] for t in spec["data"]]
    assert (len(drawn), drawn[0], drawn[-1]) == (16, 1, 101)
    assert "out" in texts(spec)


def heat(values, fixed=None, theme="light", window=(0.0, 990.0)):
    return figures.flow_figure(STEPS, values, theme=theme, window=window, fixed=fixed)


@pytest.mark.parametrize("theme", THEMES)
def test_the_heat_map_holds_each_layer_and_step(theme):
    values = 10.0 ** -np.arange(4) * np.ones((100, 1))
    spec = heat(values, theme=theme)
    go.Figure(plain(spec))
    (trace,) = spec["data"]
    assert trace["z"].shape == (4, 100)
    assert trace["z"][:, 0].tolist() == [255, 171, 86, 2], "a decade is a third of three"
    meta = spec["layout"]["meta"]["heat"]
    assert (meta["low"], meta["high"]) == (-3, 0)


def test_exactly_zero_and_nothing_have_bytes_of_their_own():
    values = np.array([[0.0, np.nan, 1e-20, 1.0]])
    assert flow.coded(values, -2, 0).tolist() == [[flow.ZERO, flow.NOTHING, flow.FIRST, 255]]


def test_the_colours_span_the_window_or_what_was_chosen():
    values = np.where(STEPS[:, None] < 50, 1e6, 0.02) * np.ones((1, 2))
    recent = heat(values, window=(500.0, 990.0))["layout"]["meta"]["heat"]
    assert (recent["low"], recent["high"]) == (-3, -1)
    chosen = heat(values, fixed=(-8, 2))["layout"]["meta"]["heat"]
    assert (chosen["low"], chosen["high"]) == (-8, 2)


@pytest.mark.parametrize("theme", THEMES)
def test_the_colours_of_the_flow_go_evenly_from_faint_to_strong(theme):
    """In light from pale to dark, in dark from dark to light: a print in grey keeps the order."""
    grey = [
        sum(w * int(c[i : i + 2], 16) for w, i in ((0.299, 1), (0.587, 3), (0.114, 5)))
        for c in flow.ramp(theme)
    ]
    steps = np.diff(grey) * (1 if theme == "dark" else -1)
    assert (steps > 5).all()


@pytest.mark.parametrize(
    "scale",
    [Scale(1.5), Scale(1e-7), Scale(10.0, 1e-3), Scale(1.0, 1e-8), Scale(10.0, 1.0)],
    ids=str,
)
def test_the_ticks_of_values_lie_where_they_say(scale):
    places, words = distributions.ticks(scale)
    assert len(places) == len(words) <= 9
    assert places == sorted(places)
    assert words[places.index(0.0)] == "0"
    for place, text in zip(places, words, strict=True):
        assert text == short(float(f"{scale.value(place):.6g}"))
    go.Figure(plain(figures.distributions_figure(scale, "Weight", "light")))
