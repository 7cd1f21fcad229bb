"""Weights and biases set by hand in a real browser: paused and while training, by number and by mouse."""

from __future__ import annotations

import re

import pytest
from acting import lab, press, until

pytestmark = pytest.mark.browser
STILL = "?dataset=circle&hidden=4-3&seed=5"
#: So slow that an edited number stays where it was put.
SLOW = f"{STILL}&optimizer=sgd&learning_rate=0.000001&play=1&speed=step"
WEIGHT = "document.querySelector('.nl-edit input[type=number]')"
MARKED = "document.querySelector('.nl-panel[data-key=cost] .nl-note')"


def unit(page, c, j):
    return page.locator(f'.nl-unit[data-at="{c}.{j}"]')


def bias(page, c, j):
    """Click the bias of a unit and return its editor."""
    page.wait_for_selector(f'.nl-unit[data-at="{c}.{j}"]')
    box = unit(page, c, j).bounding_box()
    page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)
    editor = page.get_by_role("dialog", name="Edit a weight or a bias")
    editor.wait_for()
    return editor


def typed(editor, text):
    field = editor.get_by_role("spinbutton")
    field.press("Control+a")
    field.press_sequentially(text)
    field.press("Enter")


def labelled(page, c, j, text):
    page.wait_for_function(
        "([at, text]) => document.querySelector(`.nl-unit[data-at='${at}']`).ariaLabel.includes(text)",
        arg=[f"{c}.{j}", text],
    )


def shared(page, text):
    """Wait until the link that Share builds for the present moment says text."""
    if not page.locator("[role=dialog] code").count():
        press(page, "share")
    page.wait_for_function(
        "text => [...document.querySelectorAll('[role=dialog] code')].some(e => e.textContent.includes(text))",
        arg=text,
    )


def read_at_the_end(page, *texts):
    """Wait until the cost curve says each of the texts at its last record."""
    page.locator(".nl-panel[data-key=cost] .nl-plot").focus()
    page.keyboard.press("End")
    page.wait_for_function(
        f"texts => {MARKED} && texts.every(text => {MARKED}.textContent.includes(text))", arg=texts
    )


def test_a_bias_and_a_weight_are_set_while_paused(visit):
    page = visit(STILL)
    press(page, "step")
    until(page, "lab.step === 1")
    editor = bias(page, 1, 1)
    typed(editor, "0.75")
    labelled(page, 1, 1, "bias 0.750")
    editor.get_by_role("combobox").select_option("0")
    typed(editor, "-1.5")
    page.keyboard.press("Escape")
    read_at_the_end(page, "Step 1", "b₂ of layer 1", "w₂,₁ of layer 1")
    assert lab(page, "step") == 1
    shared(page, "changes=1:b1.1:0.75,1:w1.1.0:-1.5")


def test_a_bias_and_a_weight_are_set_while_training(visit):
    page = visit(SLOW)
    until(page, "lab.playing && lab.step > 2")
    editor = bias(page, 2, 0)
    typed(editor, "0.5")
    labelled(page, 2, 0, "bias 0.5")
    editor.get_by_role("combobox").select_option("2")
    typed(editor, "2.25")
    page.wait_for_function("document.querySelector('.nl-edit input[type=number]').value === '2.25'")
    step = lab(page, "step")
    until(page, f"lab.playing && lab.step > {step + 5}")
    press(page, "pause")
    until(page, "!lab.playing")
    page.keyboard.press("Escape")
    shared(page, ":b2.0:0.5,")
    shared(page, ":w2.0.2:2.25")


def test_the_slider_is_dragged_by_mouse(visit):
    page = visit(STILL)
    press(page, "step")
    until(page, "lab.step === 1")
    editor = bias(page, 1, 1)
    box = editor.get_by_role("slider").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], y, steps=12)
    page.mouse.up()
    value = float(editor.get_by_role("spinbutton").input_value())
    assert 1 < value < 1.6
    labelled(page, 1, 1, f"bias {value:.2f}")
    page.keyboard.press("Escape")
    shared(page, "changes=1:b1.1:")


def test_what_is_handed_in_is_followed_and_what_is_being_typed_stays(visit):
    page = visit(f"{STILL}&learning_rate=0.01&play=1")
    until(page, "lab.playing && lab.step > 2")
    editor = bias(page, 1, 1)
    typed(editor, "3")
    page.wait_for_function(
        f"{WEIGHT} === document.activeElement && !['3', ''].includes({WEIGHT}.value)"
    )
    editor.get_by_role("spinbutton").press("Control+a")
    editor.get_by_role("spinbutton").press_sequentially("12")
    step = lab(page, "step")
    until(page, f"lab.step > {step + 80}", 20_000)
    assert editor.get_by_role("spinbutton").input_value() == "12"


def test_what_cannot_be_taken_is_said_and_does_not_stay(visit):
    page = visit(STILL)
    editor = bias(page, 1, 1)
    assert "from −1,000,000 to 1,000,000" in editor.inner_text()
    field = editor.get_by_role("spinbutton")
    before = field.input_value()
    for text, words in (
        ("1e300", "1e300 is too large."), ("1e400", "Not a number"), ("", "Nothing was typed."),
        ("-1000001", "-1000001 is too large."),
    ):  # fmt: skip
        field.press("Control+a")
        field.press("Delete")
        field.press_sequentially(text)
        field.press("Enter")
        page.wait_for_selector(f".nl-edit p:has-text('{words}')")
        assert "Allowed: numbers from −1,000,000 to 1,000,000." in editor.inner_text()
        assert field.input_value() == before
    assert not re.search("changes=", page.url)
