"""Twins in a real browser: both train in step, the difference is chosen, a live change reaches both."""

from __future__ import annotations

import pytest
from acting import choose, lab, linked, paused, press, train, until

pytestmark = pytest.mark.browser
SMALL = "twins?dataset=circle&hidden=8-8&activation=tanh&optimizer=sgd&learning_rate=0.1"


def cost(page, side):
    return page.locator(f".nl-metric[data-key=train_{side}] b").inner_text()


def titles(page):
    return page.locator(".nl-panel:visible h3").all_inner_texts()


def test_both_train_in_step_and_rows_say_what_they_are_of(visit):
    page = visit(SMALL + "&twin=learning_rate:0.01")
    page.wait_for_selector(".nl-panel[data-key=b_boundary]:visible")
    assert sorted(t[0] for t in titles(page)) == ["A", "A", "A", "B", "B", "B"]
    assert "A · learning rate 0.100 · Cost" in titles(page)
    assert "B · learning rate 0.0100 · Cost" in titles(page)
    assert cost(page, "A") == cost(page, "B"), "the same weights before the first step"
    train(page, epochs=3)
    page.wait_for_function(
        "() => { const b = (k) => document.querySelector(`.nl-metric[data-key=train_${k}] b`).textContent;"
        " return b('A') !== b('B'); }"
    )
    step = page.locator(".nl-metric[data-key=step] b").inner_text()
    assert int(step.replace(",", "")) == lab(page, "step")


def test_the_charts_of_a_pair_have_the_same_axes(visit):
    page = visit(SMALL + "&twin=initializer:he&play=1")
    until(page, "lab.step > 100", 15_000)
    paused(page)
    for chart in ("cost", "signal", "boundary"):
        page.wait_for_function(
            """chart => {
              const [a, b] = ["a", "b"].map((side) => __neuralLab.axes(`${side}_${chart}`));
              const same = (u, v) => String(u) === String(v);
              return same(a.x, b.x) && same(a.y, b.y);
            }""",
            arg=chart,
        )


def test_another_difference_and_a_live_change(visit):
    page = visit(SMALL)
    page.wait_for_selector(".nl-panel[data-key=b_cost]:visible")
    choose(page, "Setting", "Optimiser")
    linked(page, "twin=optimizer")
    page.wait_for_function("document.querySelector('.nl-said h2').textContent.includes('Adam')")
    until(page, "lab.step === 0")
    press(page, "play")
    until(page, "lab.playing && lab.step > 20", 15_000)
    before = lab(page, "step")
    box = page.get_by_role("textbox", name="Learning rate, typed")
    box.fill("0.02")
    box.press("Enter")
    until(page, "lab.learning_rate === 0.02", 15_000)
    assert lab(page, "step") >= before, "a live change starts nothing anew"
