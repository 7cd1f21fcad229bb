"""Links in a real browser: the same network at the same step, hidden controls, a course page."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from acting import drawn, lab, linked, paused, plot_box, press, until
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SMALL = "?dataset=xor&noise=0.1&hidden=4-3&batch_size=10&learning_rate=0.03"
CHANGES = "100:learning_rate:0.01,250:w1.0.0:2.5,250:b1.2:-1.0"


def copied(page):
    """Press the dialog's button and return what is in the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.wait_for_selector("text=Copied")
    return page.evaluate("navigator.clipboard.readText()")


def share(page):
    page.locator(".st-key-share button:visible").first.click()
    page.get_by_role("dialog").wait_for()


def opened(visit, server, link):
    """Return another browser's page on a copied link."""
    assert link.startswith(server[0])
    return visit(link.removeprefix(server[0]))


def test_a_copied_link_opens_the_same_network_at_the_same_step(visit, server):
    page = visit(SMALL)
    press(page, "epoch")
    until(page, "lab.step === 25")
    box = page.get_by_label("Learning rate, typed")
    box.fill("0.01")
    box.press("Enter")
    until(page, "lab.learning_rate === 0.01")
    press(page, "epoch")
    until(page, "lab.step === 50")
    share(page)
    link = copied(page)
    assert "changes=25:learning_rate:0.01" in link
    other = opened(visit, server, link)
    until(other, "lab.step === 50 && !lab.playing", 20_000)
    for name in ("fingerprint", "train_cost", "learning_rate"):
        assert lab(other, name) == lab(page, name)
    # Both go on alike, and the other's side bar has followed the change.
    for each in (page, other):
        if each is page:
            each.keyboard.press("Escape")
            each.get_by_role("dialog").wait_for(state="hidden")
        press(each, "epoch")
        until(each, "lab.step === 75")
    assert lab(other, "fingerprint") == lab(page, "fingerprint")
    expect(other.get_by_label("Learning rate, typed")).to_have_value("0.01")


def test_two_browsers_recompute_edits_and_changes_alike(visit):
    pages = [visit(f"{SMALL}&changes={CHANGES}&step=500") for _ in range(2)]
    for page in pages:
        until(page, "lab.step === 500 && !lab.playing", 20_000)
        page.wait_for_selector(".st-key-play button:enabled")
    assert lab(pages[0], "fingerprint") == lab(pages[1], "fingerprint")
    plain = visit(f"{SMALL}&step=500")
    until(plain, "lab.step === 500 && !lab.playing", 20_000)
    assert lab(plain, "fingerprint") != lab(pages[0], "fingerprint"), "the edits do something"
    linked(pages[0], "changes=")


def test_without_a_step_the_changes_come_as_training_does(visit):
    page = visit(f"{SMALL}&changes={CHANGES}")
    assert lab(page, "step") == 0
    press(page, "play")
    until(page, "lab.step > 300", 20_000)
    paused(page)
    assert lab(page, "learning_rate") == 0.01
    page.wait_for_function(
        "document.querySelector('input[aria-label=\"Learning rate, typed\"]').value === '0.01'"
    )


def test_recomputing_shows_how_far_it_is_and_can_be_stopped(visit):
    page = visit("?dataset=xor&step=1000000")
    page.wait_for_selector("text=Recomputing the link's step")
    until(page, "lab.step > 1000")
    press(page, "pause")
    until(page, "!lab.playing")
    assert 0 < lab(page, "step") < 1_000_000


def test_what_a_link_hides_is_not_there(visit):
    page = visit("?dataset=xor&hide=learning_rate,reset,weights,network,show_test,navigation,speed")
    page.wait_for_selector(".nl-panel[data-key=cost]:visible")
    for gone in (
        ".st-key-reset", ".st-key-pages", ".st-key-speed", ".nl-panel[data-key=weights]",
        "[class*=st-key-config_learning_rate]", ".nl-check:has-text('Test data')",
    ):  # fmt: skip
        assert page.locator(gone).count() == 0, gone
    for there in (".st-key-step", "[class*=st-key-config_l2]", ".nl-check:has-text('Discretise')"):
        assert page.locator(there).count() >= 1, there
    boxes = page.evaluate(
        "[...document.querySelectorAll('.nl-panel')].map(e => e.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == 3
    assert max(box["bottom"] for box in boxes) <= 900, "without scrolling"
    assert max(b["right"] for b in boxes) == boxes[-1]["right"], "the last row has no hole"


def test_the_dialog_builds_a_link_that_hides(visit, server):
    page = visit("?dataset=xor")
    share(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").click()
    page.keyboard.type("weights per")
    page.get_by_role("option", name="Playground: weights per layer").click()
    page.wait_for_selector("code:has-text('hide=weights')")
    page.keyboard.press("Escape")
    if not dialog.is_visible():
        share(page)
    other = opened(visit, server, copied(page))
    other.wait_for_selector(".nl-panel[data-key=cost]:visible")
    assert other.locator(".nl-panel[data-key=weights]").count() == 0


@pytest.fixture
def course(server):
    """Yield a function that serves a course page, on a port of its own, with the app in a frame."""
    body = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body["html"].encode())

        def log_message(self, *args):
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()

    def serve(query, host="localhost"):
        body["html"] = (
            "<link rel='icon' href='data:,'><h1>Week 3</h1>"
            f"<iframe src='{server[0]}{query}' style='width:100%;height:720px;border:0'></iframe>"
        )
        return f"http://{host}:{site.server_port}/"

    yield serve
    site.shutdown()
    site.server_close()


def test_the_lab_trains_inside_a_course_page(tab, course):
    # localhost and 127.0.0.1 are two sites to a browser: cookies of one are third-party to the other.
    page = tab(width=1100, height=900)
    page.goto(course("?dataset=circle&play=1&embed=true"))
    inside = page.frame_locator("iframe")
    inside.locator(".nl-panel[data-key=weights]").wait_for(timeout=30_000)
    frame = next(f for f in page.frames if "embed=true" in f.url)
    frame.wait_for_function("window.__neuralLab.step > 50", timeout=20_000)
    inside.locator(".st-key-pause button").click()
    frame.wait_for_function("!window.__neuralLab.playing")
    inside.locator(".st-key-play button:enabled").wait_for()
    frame.wait_for_function(
        "now => { const was = window.__last; window.__last = now = __neuralLab.step; return was === now; }",
        polling=500,
    )
    step = frame.evaluate("__neuralLab.step")
    inside.locator(".st-key-step button:visible").first.click()
    frame.wait_for_function(f"window.__neuralLab.step === {step + 1}")
    boxes = frame.evaluate(
        "[...document.querySelectorAll('.nl-panel')].map(e => e.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) >= 4
    assert max(box["bottom"] for box in boxes) <= 720, "all of it is seen without scrolling"
    assert max(box["right"] for box in boxes) <= 1100
    assert "embed=true" in frame.url, "the address inside stays one for a frame"


def test_a_damaged_link_says_so_and_works(visit):
    page = visit(
        "?hidden=8-banana&noise=9&changes=x&step=y&hide=z&speed=warp&play=banana&embed=perhaps"
    )
    said = page.locator("[data-testid=stAlert]").inner_text()
    for name in ("hidden", "noise", "hide", "speed", "changes"):
        assert name in said
    for words in ("play: 'banana' is not allowed", "embed: 'perhaps' is not allowed"):
        assert said.count(words) == 1
    press(page, "step")
    until(page, "lab.step === 1")


def test_a_query_of_60_kilobytes_opens_a_page(visit):
    page = visit("?dataset=xor&changes=" + "1:l2:0.1," * 6500)
    assert "too many" in page.locator("[data-testid=stAlert]").inner_text()
    press(page, "step")
    until(page, "lab.step === 1")


def test_a_picture_of_a_data_set_chooses_it(visit):
    page = visit("?dataset=circle")
    pictures = page.locator("[class*=st-key-dataset_picture] img")
    pictures.nth(7).wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('[class*=st-key-dataset_picture] img')].every(i => i.naturalWidth)"
    )
    page.get_by_role("radio", name="XOR").or_(page.get_by_role("button", name="XOR")).first.click()
    linked(page, "dataset=xor")
    page.wait_for_function(
        "document.querySelector('[class*=st-key-config_dataset] input').value === 'XOR'"
    )


# --- reading the cost curve ----------------------------------------------------------------------


def note(page):
    return page.locator(".nl-panel[data-key=cost] .nl-note")


def test_the_pointer_reads_step_costs_accuracies_and_changes(visit):
    page = visit(f"{SMALL}&changes={CHANGES}&step=500")
    until(page, "lab.step === 500 && !lab.playing", 20_000)
    box = plot_box(page, "cost")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    note(page).wait_for()
    words = note(page).inner_text()
    for part in (
        "Step 250",
        "train",
        "test",
        "cost",
        "accuracy",
        "%",
        "→",
        "w₁,₁ of layer 1: 2.50",
    ):
        assert part in words, part
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 20)
    page.wait_for_function(
        "document.querySelector('.nl-note:not([hidden])').textContent.includes('Step 500')"
    )
    # The newest values are those above the panels.
    shown = page.locator(".nl-metric[data-key=train_cost] b").inner_text()
    assert shown in note(page).inner_text()
    page.mouse.move(5, 5)
    note(page).wait_for(state="hidden")


def test_the_arrow_keys_read_the_curve_and_train_nothing(visit):
    page = visit(f"{SMALL}&changes={CHANGES}&step=500")
    until(page, "lab.step === 500 && !lab.playing", 20_000)
    page.locator(".nl-panel[data-key=cost] .nl-plot").focus()
    for key, first in (
        ("ArrowLeft", r"Step 500"), ("ArrowLeft", r"Step (?!500$)\d+"), ("Home", r"Step 0"),
        ("ArrowRight", r"Step [1-9]\d*"), ("End", r"Step 500"),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect(note(page)).to_have_text(re.compile(first + r"\n"), use_inner_text=True)
    page.keyboard.press("ArrowRight")
    drawn(page)
    assert note(page).inner_text().split("\n")[0] == "Step 500"
    assert lab(page, "step") == 500
    page.keyboard.press("Escape")
    note(page).wait_for(state="hidden")


def test_a_finger_reads_the_curve(visit):
    page = visit(f"{SMALL}&step=300", width=390, height=844, touch=True)
    until(page, "lab.step === 300")
    plot = page.locator(".nl-panel[data-key=cost] .nl-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    note(page).wait_for()
    assert "accuracy" in note(page).inner_text()
    page.touchscreen.tap(100, 20)
    note(page).wait_for(state="hidden")
