"""The page in a real browser: frames are painted, buttons answer, zoom stays, workers may die."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from acting import choose, lab, linked, paused, plot_box, press, still, until

pytestmark = pytest.mark.browser
PANELS = ("network", "boundary", "cost", "gradients", "weights")
DEEP = "hidden=16-16-16-16-16-16-16-16-16-16-16-16&activation=relu&initializer=normal&sigma_w=0.7"


#: How many pixels of the boundary's canvas have other colours than the two commonest: the shades of
#: the field, and the points.
BESIDE = """(() => { const c = document.querySelector('.nl-panel[data-key=boundary] .nl-plot > canvas:not(.nl-axes)');
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, many = new Map();
  for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) {
    const key = (d[i] << 16) + (d[i + 1] << 8) + d[i + 2]; many.set(key, (many.get(key) ?? 0) + 1); }
  return [...many.values()].sort((a, b) => b - a).slice(2).reduce((sum, n) => sum + n, 0); })()"""

#: Looks 40 times at each canvas and chart that is there now: is it painted, and still in the page?
LOOK = """() => {
  const all = [...document.querySelectorAll('.nl-panel canvas')];
  const key = (e) => e.closest('.nl-panel')?.dataset.key, canvases = all.filter((e) => !e.classList.contains('nl-axes'));
  const painted = (c) => new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer).some(Boolean);
  const keys = all.map(key);
  Object.assign(window, { __looks: 0, __blank: [], __gone: [], __canvases: canvases.map(key) });
  const look = () => {
    __blank.push(...canvases.filter((c) => !painted(c)).map(key));
    __gone.push(...keys.filter((_, i) => !all[i].isConnected));
    if (++window.__looks < 40) setTimeout(look, 40);
  };
  look();
}"""


def test_the_first_visit_trains_and_every_panel_is_painted(visit):
    page = visit()
    until(page, "lab.playing && lab.step > 0")
    before = lab(page, "frames")
    for panel in PANELS:
        until(page, f"lab.frames.{panel} >= {before[panel] + 20}", 15_000)
    assert lab(page, "mounts") == 1


def test_all_panels_are_visible_without_scrolling(visit):
    page = visit()
    for width, height in ((1440, 900), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        # The first frame may come before the buttons above it have found their places.
        page.wait_for_function(
            """([width, height]) => {
              const boxes = [...document.querySelectorAll('.nl-panel')].map((e) => e.getBoundingClientRect());
              return boxes.length === 5
                && boxes.every((b) => b.top >= 0 && b.bottom <= height && b.right <= width);
            }""",
            arg=[width, height],
        )


def test_nothing_is_blank_and_no_chart_is_remounted_while_training(visit):
    page = visit()
    page.evaluate(LOOK)
    page.wait_for_function("__looks >= 40")
    assert set(page.evaluate("__canvases")) == set(PANELS)
    assert page.evaluate("__blank") == []
    assert page.evaluate("__gone") == []


def test_pause_step_epoch_reset_and_play(visit):
    page = visit()
    until(page, "lab.step > 0")
    paused(page)
    step = lab(page, "step")
    still(page)
    assert lab(page, "step") == step
    press(page, "step")
    until(page, f"lab.step === {step + 1}")
    press(page, "epoch")
    until(page, f"lab.step === {step + 9}")
    press(page, "reset")
    until(page, "lab.step === 0")
    press(page, "play")
    until(page, "lab.playing && lab.step > 8")


def test_reset_gives_the_same_network_again(visit):
    page = visit("?dataset=circle")
    press(page, "epoch")
    until(page, "lab.step > 0")
    first = lab(page, "train_cost")
    press(page, "reset")
    until(page, "lab.step === 0")
    press(page, "epoch")
    until(page, "lab.step > 0")
    assert lab(page, "train_cost") == first


def test_space_plays_and_pauses(visit):
    page = visit()
    until(page, "lab.playing")
    page.locator("body").press("Space")
    until(page, "!lab.playing")
    page.wait_for_selector(".st-key-play button:enabled")
    page.locator("body").press("Space")
    until(page, "lab.playing")


def test_a_learning_rate_changed_while_running_is_applied_without_a_reset(visit):
    page = visit()
    until(page, "lab.step > 8")
    step = lab(page, "step")
    page.locator("[class*=st-key-config_learning_rate] input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    until(page, "lab.learning_rate === 0.03")
    assert lab(page, "step") >= step
    box = page.get_by_label("Learning rate, typed")
    box.fill("0.0021")
    box.press("Enter")
    until(page, "lab.learning_rate === 0.0021")
    assert lab(page, "step") >= step
    linked(page, "learning_rate=0.0021")


def test_batch_sizes_from_1_to_30_are_typed_and_train(visit):
    page = visit("?dataset=xor")
    steps = 0
    for size, batches in (("1", 250), ("30", 9)):
        box = page.locator("[class*=st-key-config_batch_size] input").first
        box.click()
        box.fill(size)
        page.get_by_role("option", name=size).or_(
            page.get_by_role("option", name=f"Add: {size}")
        ).first.wait_for()
        box.press("Enter")
        linked(page, f"batch_size={size}")
        press(page, "epoch")
        steps += batches
        until(page, f"lab.step === {steps}")


def test_a_new_network_resets_and_says_so(visit):
    page = visit()
    until(page, "lab.step > 40")
    press(page, "add_layer")
    page.wait_for_selector("text=New network")
    linked(page, "hidden=8-8-6-4-4")


def test_zoom_survives_updates_until_it_is_reset(visit):
    page = visit()
    until(page, "lab.step > 200", 30_000)
    box = plot_box(page, "cost")
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], y, steps=8)
    page.mouse.up()
    x_range = "__neuralLab.axes('cost').x"
    page.wait_for_function(f"{x_range}[0] > 0")
    zoomed = page.evaluate(x_range)
    step = lab(page, "step")
    until(page, f"lab.step > {step + 400}", 30_000)
    assert page.evaluate(x_range) == zoomed
    page.mouse.dblclick(box["x"] + 0.5 * box["width"], y)
    page.wait_for_function(f"{x_range}[0] === 0")


def test_divergence_and_back(visit):
    page = visit(f"?{DEEP}&dataset=circle&optimizer=sgd&learning_rate=0.03&play=1")
    page.wait_for_selector(".nl-panel[data-key=cost] .nl-banner button", timeout=10_000)
    panel = page.locator(".nl-panel[data-key=cost]").inner_text()
    assert "diverged" in panel
    assert "layer" in panel
    assert not lab(page, "playing")
    assert page.locator(".st-key-play button").is_disabled()
    press(page, "reset")
    page.wait_for_selector(".st-key-play button:enabled")
    press(page, "play")
    page.wait_for_selector(".nl-panel[data-key=cost] .nl-banner button", timeout=10_000)
    page.locator(".nl-panel[data-key=cost] .nl-banner button").click()
    until(page, "lab.playing && lab.step > 40", 15_000)
    assert page.locator(".nl-banner button:visible").count() == 0
    linked(page, "initializer=he")


def test_a_killed_worker_costs_no_run(visit, server):
    page = visit()
    until(page, "lab.playing && lab.step > 40")
    step = lab(page, "step")
    for pid in workers(server[1].pid):
        os.kill(pid, signal.SIGKILL)
    until(page, f"lab.step > {step + 100}", 15_000)
    assert lab(page, "playing")


def workers(server: int) -> list[int]:
    """Return the worker processes of the server, all but the spare one and the tracker."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_text()
            except OSError:
                continue
            if parent == server and "spawn_main" in command:
                found.append(int(entry.name))
    return sorted(found)[:-1]


def test_a_hidden_page_pauses_and_says_so_when_it_is_back(visit):
    page = visit()
    until(page, "lab.playing")
    hide = "Object.defineProperty(document, 'hidden', {{ configurable: true, get: () => {} }}); document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(hide.format("true"))
    page.wait_for_selector(".st-key-play button:enabled")
    page.evaluate(hide.format("false"))
    until(page, "lab.playing")
    page.wait_for_selector("text=paused while this page was hidden")


def test_an_untouched_page_pauses_and_says_so(visit):
    page = visit()
    until(page, "lab.playing")
    page.evaluate("window.__neuralLabIdleMs = 300")
    page.wait_for_selector("text=Paused after ten minutes without input")
    page.wait_for_selector(".st-key-play button:enabled")


def test_a_paused_page_asks_for_nothing(visit):
    page = visit("?dataset=xor")
    still(page, 1500)


def test_switches_of_the_panels(visit):
    page = visit("?dataset=xor&noise=0.2")
    cost = page.locator(".nl-panel[data-key=cost]")
    cost.get_by_text("Linear", exact=True).click()
    until(
        page,
        "document.querySelector('.nl-panel[data-key=cost] [aria-pressed=true]').textContent === 'Linear'",
    )
    # Discretised, either side of the boundary has one colour: few pixels have another.
    shaded = page.evaluate(BESIDE)
    page.locator(".nl-panel[data-key=boundary]").get_by_text("Discretise").click()
    linked(page, "discretise=on")
    page.wait_for_function(f"{BESIDE} < 0.6 * {shaded}")
    # What is left are the points, and half of them are test data.
    points = page.evaluate(BESIDE)
    page.locator(".nl-panel[data-key=boundary]").get_by_text("Test data").click()
    linked(page, "show_test=off")
    page.wait_for_function(f"{BESIDE} < 0.75 * {points}")
    until(
        page,
        "!document.querySelector('.nl-panel[data-key=boundary] .nl-legend').textContent.includes('test')",
    )
    page.locator(".nl-panel[data-key=gradients]").get_by_text("Mean", exact=True).click()
    until(
        page,
        "document.querySelector('.nl-panel[data-key=gradients] [aria-pressed=true]').textContent === 'Mean'",
    )


def test_one_activation_after_another_raises_no_alarm(visit):
    """The box of starting weights stays at "automatic" whatever that comes to."""
    page = visit()
    for label, key in (("ReLU", "relu"), ("SELU", "selu"), ("Sigmoid", "sigmoid")):
        choose(page, "Activation", label)
        linked(page, f"activation={key}&")
        until(page, "lab.step > 8 && lab.playing")
        assert page.locator("[data-testid=stAlert]").count() == 0


def test_two_windows_train_side_by_side(visit):
    one, two = visit(), visit("?dataset=circle&play=1")
    steps = lab(one, "step"), lab(two, "step")
    until(one, f"lab.step > {steps[0] + 80}", 15_000)
    until(two, f"lab.step > {steps[1] + 80}", 15_000)


def test_dark_theme_and_narrow_screen(visit):
    page = visit(scheme="dark")
    until(page, "lab.step > 0")
    page.wait_for_selector(".nl-root[data-nl-theme=dark]")
    phone = visit(width=390, height=844)
    until(phone, "lab.step > 0")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_rectangle_of_the_plane_is_shown_large_and_escape_shows_all_again(visit):
    page = visit("?dataset=circle&hidden=4-3")
    until(page, "lab.frames.boundary > 0")
    box = plot_box(page, "boundary")
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.25 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.4 * box["height"], steps=5)
    page.mouse.up()
    axes = "__neuralLab.axes('boundary')"
    page.wait_for_function(f"{axes}.x[1] - {axes}.x[0] < 4")
    x, y = page.evaluate(f"[{axes}.x, {axes}.y]")
    assert abs((x[1] - x[0]) - (y[1] - y[0])) < 0.1  # a square stays one
    page.keyboard.press("Escape")
    page.wait_for_function(f"{axes}.x[1] - {axes}.x[0] > 8")


def test_every_chart_is_read_by_the_arrow_keys(visit):
    page = visit("?dataset=circle&hidden=4-3&step=50")
    until(page, "lab.step === 50 && !lab.playing", 20_000)
    for key, words in (("boundary", "p ="), ("gradients", "Step"), ("weights", "share of weights")):
        page.locator(f".nl-panel[data-key={key}] .nl-plot").focus()
        page.keyboard.press("ArrowLeft")
        note = page.locator(f".nl-panel[data-key={key}] .nl-note")
        note.wait_for()
        assert words in note.inner_text(), key
        page.keyboard.press("Escape")
        note.wait_for(state="hidden")
    assert lab(page, "step") == 50
