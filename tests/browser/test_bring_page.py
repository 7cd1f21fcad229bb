"""Data of one's own in a real browser: uploads, refusals, real tables, the classic demo, drawing."""

from __future__ import annotations

import os

import numpy as np
import pytest
from acting import drawn, lab, linked, plot_box, press, still, until

pytestmark = pytest.mark.browser
GAUSS = "?dataset=gauss&samples=100&hidden=4-3&batch_size=10&learning_rate=0.03"
PLOT = ".nl-panel[data-key=boundary] .nl-plot"
FOLDER = os.environ.get("NEURAL_LAB_DATA", "")


def to_data(page):
    page.locator("[data-testid=stPageLink] a", has_text="Data").first.click()
    page.locator(".st-key-card_iris").wait_for()


def upload(page, *paths):
    page.locator(".st-key-own_data input[type=file]").set_input_files(list(paths))


def train(page):
    """Press the button that trains, and wait for the run on screen."""
    page.locator(".st-key-train_own button").click()
    page.wait_for_selector(".nl-panel[data-key=cost]")
    until(page, "lab.playing && lab.step > 3", 30_000)


def flowers(path):
    rng = np.random.default_rng(0)
    rows = [f"{rng.normal(k):.3f};{rng.normal(2 * k):.3f};{'abc'[k]}" for k in range(3)] * 30
    path.write_text("length;width;<i>kind</i>\n" + "\n".join(rows))
    return path


def test_a_table_becomes_a_run_and_goes_with_the_visit(visit, tmp_path):
    page = visit(GAUSS)
    to_data(page)
    upload(page, flowers(tmp_path / "flowers.csv"))
    page.get_by_text("90 rows, 3 columns, separated by semicolon").wait_for()
    page.locator(".st-key-data_scaling .js-plotly-plot").wait_for()
    assert page.locator(".nl-rows i").count() == 0, "a name with tags in it is shown as it is"
    train(page)
    page.locator(".nl-card", has_text="flowers").wait_for()
    linked(page, "data=own")
    labels = page.locator(".nl-panel[data-key=boundary] .nl-legend").inner_text()
    assert labels.split()[:3] == ["a", "b", "c"]
    page.reload()
    page.get_by_text("no link carries").wait_for()


def test_on_a_narrow_page_a_link_leads_past_the_cards(visit, tmp_path):
    page = visit(GAUSS)
    to_data(page)
    page.set_viewport_size({"width": 390, "height": 844})
    upload(page, flowers(tmp_path / "flowers.csv"))
    page.locator(".st-key-data_scaling .js-plotly-plot").wait_for()
    button = page.locator(".st-key-train_own button")
    assert button.bounding_box()["y"] > 844
    link = page.locator(".st-key-read_below a")
    assert link.bounding_box()["y"] < 844
    link.click()
    page.wait_for_function(
        "() => { const top = document.getElementById('brought').getBoundingClientRect().top;"
        " return top > 40 && top < 120; }"
    )
    assert button.bounding_box()["y"] < 844
    page.set_viewport_size({"width": 1280, "height": 720})
    link.wait_for(state="hidden")


def test_arrays_become_a_run(visit, tmp_path):
    rng = np.random.default_rng(1)
    np.savez(tmp_path / "a.npz", X=rng.normal(size=(5, 80)), Y=rng.integers(0, 2, (1, 80)))
    page = visit(GAUSS)
    to_data(page)
    upload(page, tmp_path / "a.npz")
    page.get_by_text("columns are examples").wait_for()
    train(page)


def test_pictures_become_a_run(visit, tmp_path):
    h5py = pytest.importorskip("h5py")
    rng, paths = np.random.default_rng(2), []
    for part, m in (("train", 30), ("test", 10)):
        paths.append(tmp_path / f"{part}.h5")
        with h5py.File(paths[-1], "w") as file:
            file[f"{part}_set_x"] = rng.integers(0, 256, (m, 8, 8, 3)).astype(np.uint8)
            file[f"{part}_set_y"] = np.arange(m) % 2
    page = visit(GAUSS)
    to_data(page)
    upload(page, *paths)
    page.get_by_text("40 pictures of 8 × 8 × 3").wait_for()
    page.wait_for_function(
        """() => { const shown = [...document.querySelectorAll("img")].filter((i) => i.src.includes("/media/"));
        return shown.length > 1 && shown.every((i) => i.complete && i.naturalWidth > 0); }"""
    )
    train(page)


def test_a_malformed_file_is_a_sentence_and_the_run_goes_on(visit, tmp_path):
    page = visit(f"{GAUSS}&play=1")
    until(page, "lab.step > 5")
    (tmp_path / "bad.csv").write_bytes(b"a,b\n" + b"1,2\n" * 20 + b"1,2,3\n")
    to_data(page)
    upload(page, tmp_path / "bad.csv")
    page.get_by_text("Not read: Line 22 has 3 cells where the others have 2").wait_for()
    upload(page, flowers(tmp_path / "flowers.csv"))  # takes its place
    page.get_by_text("90 rows, 3 columns, separated by semicolon").wait_for()
    page.locator("[data-testid=stPageLink] a", has_text="Playground").first.click()
    page.wait_for_selector(".nl-panel[data-key=cost]")
    step = lab(page, "step")
    until(page, f"lab.playing && lab.step > {step}")
    linked(page, "dataset=gauss")


def test_a_real_table_in_one_click(visit):
    page = visit(GAUSS)
    to_data(page)
    press(page, "train_iris")
    page.wait_for_selector(".nl-panel[data-key=cost]")
    linked(page, "dataset=iris")
    until(page, "lab.playing && lab.train_score > 0.8", 30_000)


@pytest.mark.skipif(not FOLDER, reason="NEURAL_LAB_DATA names no folder")
def test_the_classic_demo_in_one_click(visit):
    page = visit(GAUSS)
    to_data(page)
    press(page, "train_classic")
    page.wait_for_selector(".nl-panel[data-key=cost]", timeout=60_000)
    until(page, "lab.playing && lab.step > 40 && lab.train_cost < 0.69", 90_000)


def place(page, x, y):
    """Return where a point of the plane, -6 to 6, lies on the screen."""
    box = plot_box(page, "boundary")
    return box["x"] + box["width"] * (x + 6) / 12, box["y"] + box["height"] * (6 - y) / 12


def tool(page, name):
    page.locator(f".nl-draw button[data-tool='{name}']").click()


def drag(page, start, end, steps=15):
    page.mouse.move(*place(page, *start))
    page.mouse.down()
    for k in range(1, steps + 1):
        page.mouse.move(*place(page, *(a + (b - a) * k / steps for a, b in zip(start, end))))  # noqa: B905
        drawn(page)
    page.mouse.up()


def test_points_are_drawn_and_the_network_trains_on(visit):
    page = visit(f"{GAUSS}&play=1")
    until(page, "lab.step > 400 && lab.train_cost < 0.1", 30_000)
    page.wait_for_function("window.__neuralLab.axes('boundary')")
    assert not page.locator(".nl-draw button[data-tool=erase]").is_visible()
    tool(page, "draw")
    tool(page, "1")
    before, step = lab(page, "train_cost"), lab(page, "step")
    drag(page, (-3, -3), (-1, -1.5))  # blue points among the orange ones
    until(page, f"lab.train_cost > {2 * before + 0.1}", 20_000)
    page.get_by_text("Two clusters, drawn on").wait_for(timeout=20_000)
    linked(page, "data=own")
    assert lab(page, "playing")
    assert lab(page, "step") > step
    # It is the same run: it has not begun again. (That it learns what is drawn is tested without a
    # browser: where the points come in slowly, it has learned them before the last has come.)
    until(page, f"lab.step > {step + 100}", 30_000)


def test_points_are_erased_and_moved_and_cleared_while_paused(visit):
    page = visit(GAUSS)
    page.wait_for_function("window.__neuralLab.axes('boundary')")
    tool(page, "draw")
    tool(page, "0")
    start = lab(page, "train_cost")
    page.mouse.click(*place(page, 5, 5))
    until(page, f"lab.train_cost !== {start}", 20_000)
    one = lab(page, "train_cost")
    tool(page, "move")
    drag(page, (5, 5), (5, -5), steps=8)
    until(page, f"lab.train_cost !== {one}", 20_000)
    still(page)
    tool(page, "erase")
    drag(page, (4.5, -5), (5.5, -5), steps=8)
    until(page, f"Math.abs(lab.train_cost - {start}) < 1e-9", 20_000)
    tool(page, "clear")
    until(page, f"Math.abs(lab.train_cost - {start}) > 1e-6", 20_000)
    assert lab(page, "step") == 0
    page.keyboard.press("Escape")
    assert not page.locator(".nl-draw button[data-tool=erase]").is_visible()


def test_a_value_is_drawn_where_a_number_is_predicted(visit):
    page = visit("?dataset=reg_plane&samples=100&hidden=4&batch_size=10")
    page.wait_for_function("window.__neuralLab.axes('boundary')")
    tool(page, "draw")
    labels = page.locator(".nl-draw button[data-tool='0'], .nl-draw button[data-tool='4']")
    assert labels.all_inner_texts() == ["−1", "1"]
    tool(page, "4")
    before = lab(page, "train_cost")
    page.mouse.click(*place(page, -5, -5))
    until(page, f"lab.train_cost !== {before}", 20_000)
    page.get_by_text("Plane (regression), drawn on").wait_for(timeout=20_000)
    assert lab(page, "step") == 0


def test_a_finger_draws(visit):
    page = visit(GAUSS, width=390, height=844, touch=True, mobile=True)
    page.wait_for_function("window.__neuralLab.axes('boundary')")
    page.locator(PLOT).scroll_into_view_if_needed()
    tool(page, "draw")
    tool(page, "1")
    page.locator(PLOT).scroll_into_view_if_needed()
    before = lab(page, "train_cost")
    page.touchscreen.tap(*place(page, -2, -2))
    until(page, f"lab.train_cost !== {before}")
