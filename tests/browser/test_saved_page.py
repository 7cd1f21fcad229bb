"""A run as a file in a real browser: saved in one, opened in another, and damaged ones."""

from __future__ import annotations

import numpy as np
import pytest
from acting import lab, linked, press, still, until

import dnn

pytestmark = pytest.mark.browser
SMALL = "?dataset=xor&noise=0.1&hidden=4-3&batch_size=10&learning_rate=0.03"
#: Nearly as many edits as a link holds, one at each step.
EDITS = ",".join(f"{k}:w1.0.0:0.{k}" for k in range(1, 249))
LAST = 249


def share(page):
    page.locator(".st-key-share button:visible").first.click()
    page.get_by_role("dialog").wait_for()


def saved(page, path):
    """Press the button that saves the run, and put the file at a path."""
    with page.expect_download() as download:
        page.locator(".st-key-save_run button:visible").first.click()
    download.value.save_as(path)
    return download.value.suggested_filename


def upload(page, path):
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(path)


def edit(page, value):
    """Make a step, and set a bias by hand behind it."""
    step = lab(page, "step")
    press(page, "step")
    until(page, f"lab.step === {step + 1}")
    before = lab(page, "fingerprint")
    page.locator(".nl-unit[data-at='1.1']").focus()
    page.keyboard.press("e")
    field = page.get_by_role("dialog").get_by_role("spinbutton")
    field.fill(value)
    field.press("Enter")
    until(page, f"lab.fingerprint !== '{before}'")
    page.keyboard.press("Escape")
    field.wait_for(state="hidden")


def test_a_run_with_more_edits_than_a_link_holds_moves_to_another_browser(visit, tmp_path):
    assert 3900 < len(EDITS) <= 4000
    page = visit(f"{SMALL}&changes={EDITS}&step={LAST}")
    until(page, f"lab.step === {LAST} && !lab.playing", 30_000)
    for k in range(2):
        edit(page, f"0.{k + 1}2345")
    share(page)
    page.get_by_role("dialog").get_by_text("more than a link can carry").wait_for()
    name = saved(page, tmp_path / "run.npz")
    assert name == f"neural-lab-xor-step-{LAST + 2}.npz"

    other = visit("?dataset=circle&hidden=3")
    share(other)
    upload(other, tmp_path / "run.npz")
    until(other, f"lab.step === {LAST + 2} && !lab.playing", 20_000)
    for name in ("fingerprint", "train_cost", "test_cost", "learning_rate"):
        assert lab(other, name) == lab(page, name)
    other.get_by_role("dialog").wait_for(state="hidden")
    linked(other, "dataset=xor")
    # Its past is there too: the newest edit, read off the curve.
    other.locator(".nl-panel[data-key=cost] .nl-plot").focus()
    other.keyboard.press("ArrowLeft")
    other.locator(".nl-note:not([hidden])").wait_for()
    # Both go on alike.
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("dialog").wait_for(state="hidden")
    for each in (page, other):
        press(each, "epoch")
        until(each, f"lab.step > {LAST + 10}")
    assert lab(other, "step") == lab(page, "step")
    assert lab(other, "fingerprint") == lab(page, "fingerprint")


def test_a_damaged_file_says_so_and_the_run_goes_on(visit, tmp_path):
    page = visit(f"{SMALL}&play=1")
    until(page, "lab.step > 10")
    share(page)
    saved(page, tmp_path / "run.npz")
    blob = (tmp_path / "run.npz").read_bytes()
    (tmp_path / "damaged.npz").write_bytes(blob[: len(blob) // 2])
    upload(page, tmp_path / "damaged.npz")
    said = page.get_by_role("dialog").locator("[data-testid=stAlert]")
    said.wait_for()
    assert said.inner_text().strip().startswith("Not opened: The file is damaged")
    step = lab(page, "step")
    until(page, f"lab.step > {step}")
    # The sound file is taken from the same place.
    upload(page, tmp_path / "run.npz")
    until(page, "!lab.playing")
    page.get_by_role("dialog").wait_for(state="hidden")
    assert 10 < lab(page, "step") <= step


HOSTILE = "<img src=x onerror='window.harmed=1'><b>"


def test_names_in_a_file_run_nothing(visit, tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3, 60))
    data = dnn.Dataset(
        X, np.arange(60) % 3, X, np.arange(60) % 3, name=HOSTILE,
        feature_names=[f"{HOSTILE}{k}" for k in range(3)],
        class_names=[f"{HOSTILE}{k}" for k in "abc"],
    )  # fmt: skip
    run, _ = dnn.advance(dnn.start(dnn.Config(hidden=(4, 3)), data), 20)
    dnn.save(tmp_path / "run.npz", run)
    page = visit("?dataset=circle&hidden=3")
    share(page)
    upload(page, tmp_path / "run.npz")
    until(page, "lab.step === 20", 20_000)
    page.get_by_role("dialog").wait_for(state="hidden")
    page.wait_for_function("document.querySelectorAll('.nl-unit').length === 13")
    page.locator(".nl-unit[data-at='0.1']").hover()
    page.locator(".nl-unit[data-at='3.1']").hover()
    press(page, "epoch")
    until(page, "lab.step > 20")
    still(page)
    assert page.evaluate("window.harmed") is None
    assert page.locator("img[src=x]").count() == 0
    assert page.get_by_text("<img src=x").count() > 0, "they are shown as the text that they are"


def test_a_network_of_very_many_inputs_names_them(visit, tmp_path):
    X = np.random.default_rng(0).normal(size=(300, 60))
    data = dnn.Dataset(X, (X[0] > 0)[None], feature_names=[f"pixel {k}" for k in range(300)])
    run, _ = dnn.advance(dnn.start(dnn.Config(hidden=(4, 3)), data), 20)
    dnn.save(tmp_path / "run.npz", run)
    page = visit("?dataset=circle&hidden=3")
    share(page)
    upload(page, tmp_path / "run.npz")
    until(page, "lab.step === 20", 20_000)
    page.get_by_role("dialog").wait_for(state="hidden")
    press(page, "epoch")
    until(page, "lab.step > 20")
    page.locator(".nl-unit[data-at='1.1']").hover()
    page.wait_for_function(
        "document.querySelector('.nl-readout p').textContent.includes('pixel ')", timeout=10_000
    )
