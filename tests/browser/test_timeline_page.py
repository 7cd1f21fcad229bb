"""The timeline in a real browser: drag back, play on, branch."""

from __future__ import annotations

import pytest
from acting import lab, linked, press, train, until

pytestmark = pytest.mark.browser
SLIDER = ".nl-timeline input"


def drag(page, share):
    """Drag the slider's knob to a share of its way, with a rest at which the page answers."""

    def spot(share):
        box = page.locator(SLIDER).bounding_box()
        return box["x"] + 8 + (box["width"] - 16) * share, box["y"] + box["height"] / 2

    knob = page.locator(SLIDER).evaluate("slider => slider.value / slider.max")
    page.mouse.move(*spot(knob))
    page.mouse.down()
    page.mouse.move(*spot(knob + 0.3 * (share - knob)))
    page.get_by_role("button", name="To the end").wait_for()  # beside which the slider is shorter
    until(page, f"lab.step === +document.querySelector('{SLIDER}').value")
    page.mouse.move(*spot(share))
    page.mouse.up()


def trained(visit):
    page = visit("?dataset=circle&hidden=4-3&batch_size=10&seed=5")
    train(page, epochs=3)
    assert lab(page, "step") == 75
    return page


def test_a_moment_is_shown_and_the_run_goes_on_from_it(visit):
    page = trained(visit)
    end = lab(page, "fingerprint")
    drag(page, 0.4)
    page.get_by_text("An earlier moment").wait_for()
    until(page, "lab.step > 20 && lab.step < 40", 20_000)
    assert lab(page, "fingerprint") != end
    assert page.locator(".nl-metric[data-key=step] b").inner_text() == str(lab(page, "step"))
    page.get_by_role("button", name="To the end").click()
    until(page, f"lab.step === 75 && lab.fingerprint === {end}")
    page.get_by_text("An earlier moment").wait_for(state="detached")
    # By keyboard, and on from there: the same again.
    page.locator(SLIDER).press("ArrowLeft")
    until(page, "lab.step === 74")
    page.locator(SLIDER).evaluate("slider => slider.blur()")
    press(page, "step")
    until(page, f"lab.step === 75 && lab.fingerprint === {end}")


def test_a_setting_changed_at_a_moment_makes_a_branch(visit):
    page = trained(visit)
    end = lab(page, "fingerprint")
    drag(page, 0.4)
    page.get_by_text("An earlier moment").wait_for()
    until(page, "lab.step > 20 && lab.step < 40", 20_000)
    at = lab(page, "step")
    page.get_by_role("textbox", name="Learning rate, typed").fill("0.1")
    page.keyboard.press("Enter")
    page.get_by_text(f"Another branch from step {at} on.").wait_for()
    linked(page, "learning_rate=0.1")
    press(page, "epoch")
    until(page, f"lab.step === {at} + 25 && !lab.playing")
    # The other branch is behind this one, in grey, and is gone from the slider.
    assert page.locator(SLIDER).get_attribute("max") == str(at + 25)
    assert lab(page, "fingerprint") != end


def test_while_it_plays_a_drag_pauses_it(visit):
    page = visit("?dataset=circle&hidden=4-3&batch_size=10&seed=5&play=1")
    until(page, "lab.step > 100")
    page.locator(SLIDER).fill("50")
    until(page, "lab.step === 50 && !lab.playing")
    page.wait_for_selector(".st-key-play button:enabled")


def test_the_way_back_to_the_end_lies_beside_the_status(visit):
    page = visit("?dataset=circle&hidden=4-3&batch_size=10&seed=5", width=1280, height=720)
    press(page, "epoch")
    until(page, "lab.step === 25 && !lab.playing", 20_000)
    page.locator(SLIDER).fill("7")
    page.get_by_text("An earlier moment").wait_for()
    back = page.get_by_role("button", name="To the end").bounding_box()
    status = page.locator(".nl-status").bounding_box()
    bar = page.locator(".nl-bar").bounding_box()
    assert back["x"] + back["width"] <= status["x"]
    assert status["x"] + status["width"] <= bar["x"] + bar["width"]


def test_buttons_drawn_for_a_run_that_has_paused_meanwhile_are_drawn_again(visit):
    """Recomputing a moment is often over before the page has drawn Pause for it."""
    page = trained(visit)
    for step in ("7", "12"):
        page.locator(SLIDER).fill(step)
        page.get_by_text("An earlier moment").wait_for()
        until(page, f"lab.step === {step} && !lab.playing")
        page.wait_for_selector(".st-key-play button:enabled")
        page.wait_for_selector(".st-key-pause button:disabled", state="attached")


def test_a_divergence_is_shown_step_by_step_and_gone_back_behind(visit):
    page = visit(
        "?dataset=circle&hidden=8-8-8&activation=linear&optimizer=sgd&batch_size=10"
        "&learning_rate=0.1&changes=80:learning_rate:3&play=1"
    )
    panel = page.locator(".nl-panel[data-key=autopsy]")
    panel.get_by_text("passed the limit of 10¹² first").wait_for(timeout=20_000)
    ended = lab(page, "step")
    assert 80 < ended < 120
    until(page, "lab.frames.autopsy > 0")
    panel.get_by_role("combobox", name="Quantity").select_option("gradient")
    linked(page, "autopsy=gradient")
    panel.get_by_role("button", name="Go back 50 steps with the gradient's norm").click()
    until(page, f"lab.playing && lab.step > {ended} + 100", 20_000)
    panel.wait_for(state="hidden")
    linked(page, "clip_norm=")
    assert page.locator(".st-key-pause button").is_enabled()
