"""The page Layers in a real browser: one layer marked in all panels, picking, and the switches."""

from __future__ import annotations

import pytest
from acting import lab, linked, still, until

pytestmark = pytest.mark.browser
LINES = (
    "layer_gradient",
    "layer_update",
    "layer_activation",
    "layer_delta",
    "layer_weight",
    "layer_share",
)
KEYS = ("distributions", "flow", *LINES)
SMALL = "layers?dataset=circle&hidden=6-6-4&batch_size=20&play=1"

#: Notes every word that is painted, and where, by panel.
LISTEN = """() => {
  window.__words = {};
  const fillText = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const key = this.canvas.closest(".nl-panel")?.dataset.key;
    const seen = (window.__words[key] ??= []);
    if (seen.length < 2000) seen.push([text, x, y]);
    return fillText.call(this, text, x, y);
  };
}"""


def painted(page):
    keys = ", ".join(f"'{key}'" for key in KEYS)
    until(page, f"[{keys}].every(key => lab.frames[key] > 5)", 20_000)


def paused(page):
    page.locator(".st-key-pause button").click()
    until(page, "!lab.playing")
    still(page)


def panel(page, key):
    return page.locator(f".nl-panel[data-key={key}]")


def picture(page, key):
    """Return what a panel's canvas shows, as text that can be compared."""
    return page.evaluate(
        "key => document.querySelector(`.nl-panel[data-key=${key}] canvas:not(.nl-axes)`).toDataURL()",
        key,
    )


def pictures(page):
    return {key: picture(page, key) for key in KEYS}


def middle(page, key, x=0.5, y=0.5):
    box = panel(page, key).locator(".nl-plot").bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def chip(page, layer):
    return page.locator(f".nl-layer-button[data-layer='{layer}']")


def differ(page, before):
    """Wait until every panel's picture is another one than before."""
    for _ in range(200):
        now = pictures(page)
        if all(now[key] != before[key] for key in KEYS):
            return
        page.wait_for_timeout(100)
    raise AssertionError([key for key in KEYS if pictures(page)[key] == before[key]])


def test_every_panel_is_painted_fits_the_window_and_says_what_it_measures(visit):
    page = visit(SMALL)
    painted(page)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.nl-panel:not([hidden])')].map(e => e.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == len(KEYS)
    assert max(box["bottom"] for box in boxes) <= 900
    assert max(box["right"] for box in boxes) <= 1440
    assert min(box["height"] for box in boxes) > 150
    page.evaluate(LISTEN)
    words = {
        "layer_gradient": "RMS (nats per weight)",
        "layer_update": "‖ΔW‖ / ‖W‖ a step",
        "layer_activation": "RMS",
        "layer_delta": "RMS (nats per unit z)",
        "layer_weight": "‖W‖",
        "layer_share": "Share",
        "flow": "Layer",
    }
    for key, title in words.items():
        # The output neither saturates nor dies, as far as its panel is concerned.
        for word in (title, "1", "3" if key == "layer_share" else "out", "Step"):
            page.wait_for_function(
                """([key, word]) => (__words[key] ?? []).some(([text, x, y]) => text === word
                  && x >= 0 && y > 0)""",
                arg=[key, word],
            )


def test_the_layer_under_the_pointer_is_marked_in_every_panel_and_each_chart_marks_it(visit):
    page = visit(SMALL)
    painted(page)
    paused(page)
    plain = pictures(page)
    chip(page, 3).hover()
    differ(page, plain)
    assert chip(page, 3).get_attribute("data-marked") is not None
    page.mouse.move(5, 5)
    page.wait_for_function("!document.querySelector('.nl-layer-button[data-marked]')")
    page.mouse.move(*middle(page, "flow", 0.5, 0.86))
    page.wait_for_selector(".nl-layer-button[data-layer='1'][data-marked]")
    differ(page, plain)
    page.mouse.move(*middle(page, "flow", 0.5, 0.2))
    page.wait_for_selector(".nl-layer-button[data-layer='4'][data-marked]")
    page.mouse.move(*middle(page, "distributions", 0.2, 0.2))
    page.wait_for_selector(".nl-layer-button[data-layer='1'][data-marked]")
    for key in LINES:
        found = None
        for y in range(10, 95, 5):
            page.mouse.move(*middle(page, key, 0.6, y / 100))
            found = page.evaluate(
                "document.querySelector('.nl-layer-button[data-marked]')?.dataset.layer"
            )
            if found:
                break
        assert found, key


def test_picking_by_click_keyboard_and_link(visit):
    page = visit(SMALL)
    painted(page)
    chip(page, 2).click()
    linked(page, "layer=2")
    page.wait_for_selector(".nl-layer-button[data-layer='2'][aria-pressed=true]")
    chip(page, 2).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    linked(page, "layer=3")
    step = lab(page, "step")
    page.keyboard.press("Escape")
    page.wait_for_selector(".nl-layer-button[data-layer=all][aria-pressed=true]")
    page.wait_for_function("!location.search.includes('layer=')")
    until(page, f"lab.step > {step}")
    page.mouse.click(*middle(page, "flow", 0.5, 0.86))
    linked(page, "layer=1")
    again = visit(SMALL + "&layer=4")
    again.wait_for_selector(".nl-layer-button[data-layer='4'][aria-pressed=true]")


def test_picking_by_touch(visit):
    page = visit(SMALL, width=390, height=844, touch=True, mobile=True)
    page.wait_for_selector(".nl-layer-button[data-layer='2']")
    assert chip(page, 2).bounding_box()["height"] >= 44
    chip(page, 2).tap()
    linked(page, "layer=2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_switches(visit):
    page = visit(SMALL)
    painted(page)
    words = panel(page, "distributions").locator("h3")
    for value, plural in (
        ("gradient", "gradients"),
        ("activation", "activations"),
        ("delta", "deltas"),
        ("bias", "biases"),
    ):
        panel(page, "distributions").locator("select[data-name=quantity]").select_option(value)
        linked(page, f"quantity={value}")
        page.wait_for_function(
            "text => [...document.querySelectorAll('.nl-panel h3')].some(e => e.textContent.includes(text))",
            arg=plural,
        )
    assert "biases" in words.text_content()
    paused(page)
    seen = {picture(page, "distributions")}
    for name in ("Overlay", "Percentiles"):
        panel(page, "distributions").get_by_role("button", name=name).click()
        page.wait_for_selector(
            f".nl-panel[data-key=distributions] button[aria-pressed=true]:text('{name}')"
        )
        page.wait_for_function(
            "seen => !seen.includes(document.querySelector('.nl-panel[data-key=distributions] canvas').toDataURL())",
            arg=sorted(seen),
        )
        still(page)
        seen.add(picture(page, "distributions"))
    assert len(seen) == 3
    before = picture(page, "layer_update")
    page.get_by_role("button", name="Fixed range").click()
    linked(page, "layer_range=fixed")
    page.wait_for_function(
        "before => document.querySelector('.nl-panel[data-key=layer_update] canvas:not(.nl-axes)').toDataURL() !== before",
        arg=before,
    )
    page.get_by_role("button", name="Newest fifth").click()
    linked(page, "steps_shown=recent")
