"""The network diagram in a real browser: looked at, pinned, changed and edited, by mouse and by keys."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from acting import drawn, lab, linked, paused, press, until

import dnn
from dnn.config import from_query

pytestmark = pytest.mark.browser
#: A small network that stands still at its starting weights, which a test can compute.
STILL = "?dataset=circle&hidden=4-3&seed=5"
SIX = "?hidden=8-8-8-8-8-8&play=1"

#: Keeps every event that the page sends to the server.
LISTEN = """() => {
  window.__sent = [];
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const text = new TextDecoder().decode(data);
    for (const found of text.matchAll(/\\{"type":"(edit|shape|features|control)".*?\\}/g)) {
      try { window.__sent.push(JSON.parse(found[0])); } catch { /* cut by something else */ }
    }
    return send.call(this, data);
  };
}"""


def unit(page, c, j):
    """Return the button of unit j of column c, both from 0; column 0 are the inputs."""
    return page.locator(f'.nl-unit[data-at="{c}.{j}"]')


def ready(page):
    until(page, "lab.frames.network > 0")
    page.wait_for_selector(".nl-unit")


def title(page):
    return page.locator(".nl-panel[data-key=boundary] h3")


def says(page, text):
    """Wait until the line below the diagram says this; return all of it, with plain spaces."""
    page.wait_for_function(
        "text => document.querySelector('.nl-readout p').textContent.includes(text)", arg=text
    )
    return page.locator(".nl-readout p").inner_text().replace("\xa0", " ")


def numbers(text):
    """Return the numbers of a formula, signs and all."""
    plain = text.replace("−", "-").replace(" ", "")
    return [float(n) for n in re.findall(r"[-+]?\d+\.?\d*", plain.split("z=")[1])]


def network_of(page):
    """Return the network at step 0 of the page's link."""
    query = {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}
    return dnn.start(from_query(query))


def test_new_numbers_are_painted_again_and_again(visit):
    for link in ("?hidden=4-2&play=1", SIX):
        page = visit(link)
        until(page, "lab.playing && lab.step > 0")
        before = lab(page, "frames")["network"]
        until(page, f"lab.frames.network >= {before + 20}", 20_000)


def test_hovering_a_neuron_enlarges_its_map_and_says_its_formula(visit):
    page = visit(STILL)
    ready(page)
    # The legend lies above the names of the layers.
    legend = page.locator(".nl-panel[data-key=network] .nl-legend").bounding_box()
    names = [found.bounding_box() for found in page.locator(".nl-layer").all()]
    assert names
    assert legend["y"] + legend["height"] <= min(box["y"] for box in names)
    unit(page, 2, 1).hover()
    page.wait_for_function(
        "document.querySelector('.nl-panel[data-key=boundary] h3').textContent === 'Layer 2, neuron 2'"
    )
    text = says(page, "Layer 2, neuron 2: z =")
    assert text.endswith("a = tanh(z)")
    W, b = network_of(page).weights[1]
    expected = [*W[1], *([b[1, 0]] if b[1, 0] else [0.0])]
    assert numbers(text) == pytest.approx(expected, rel=0.006, abs=1e-9)
    unit(page, 1, 0).hover()
    text = says(page, "Layer 1, neuron 1")
    assert "x₁" in text
    assert "x₂" in text
    page.mouse.move(5, 500)
    page.wait_for_function(
        "document.querySelector('.nl-panel[data-key=boundary] h3').textContent === 'Decision boundary'"
    )


#: Whether so many units lie inside the panel, none too narrow.
INSIDE = """(count) => {
  const plot = document.querySelector('.nl-panel[data-key=network] .nl-plot').getBoundingClientRect();
  const boxes = [...document.querySelectorAll('.nl-unit')].map((e) => e.getBoundingClientRect());
  return plot.bottom <= innerHeight && boxes.length === count && boxes.every((b) => b.left >= plot.left
    && b.right <= plot.right && b.top >= plot.top + 30 && b.bottom <= plot.bottom && b.width >= 16);
}"""


def test_all_of_six_layers_of_eight_lies_inside_the_panel_and_is_painted(visit):
    page = visit(SIX)
    for width, height in ((1440, 900), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        ready(page)
        page.wait_for_function(INSIDE, arg=7 + 48 + 1)
        drawn(page)
        blank = page.evaluate(
            """() => { const c = document.querySelector('.nl-panel[data-key=network] .nl-plot > canvas:not(.nl-axes)');
            const g = c.getContext('2d'), { left, top } = c.getBoundingClientRect();
            return [...document.querySelectorAll('.nl-unit')].filter((e) => { const b = e.getBoundingClientRect();
              const d = g.getImageData(b.left - left + 4, b.top - top + 4, b.width - 8, b.height - 8).data;
              return d.every((v, i) => i % 4 !== 3 || v === 0); }).length; }"""
        )
        assert blank == 0


def test_a_click_pins_and_escape_lets_go(visit):
    page = visit(STILL)
    ready(page)
    unit(page, 1, 2).click()
    linked(page, "pinned=1.3")
    page.mouse.move(5, 500)
    drawn(page)
    assert title(page).inner_text() == "Layer 1, neuron 3"
    assert unit(page, 1, 2).get_attribute("aria-pressed") == "true"
    again = visit("?" + urlsplit(page.url).query)
    again.wait_for_selector("text=Layer 1, neuron 3")
    page.keyboard.press("Escape")
    page.wait_for_function("!location.search.includes('pinned')")
    page.wait_for_selector(".nl-panel[data-key=boundary] >> text=Decision boundary")


def test_hovering_a_link_says_its_weight_gradient_and_last_update(visit):
    page = visit(STILL)
    ready(page)
    press(page, "step")
    until(page, "lab.step === 1")
    start = network_of(page)
    run, _ = dnn.advance(start, 1)
    boxes = [unit(page, c, 0).bounding_box() for c in (1, 2)]
    # The first units of both layers may lie at different heights: half way, the link is half way.
    x = (boxes[0]["x"] + boxes[0]["width"] + boxes[1]["x"]) / 2
    y = sum(box["y"] + box["height"] / 2 for box in boxes) / 2
    page.mouse.move(x, y)
    says(page, "(the last step)")
    text = says(page, "Weight from layer 1, neuron 1 to layer 2, neuron 1").replace("−", "-")
    found = [float(n) for n in re.findall(r"(?:: |gradient |update )(-?\d+\.?\d*)", text)]
    W, W0 = run.weights[1][0][0, 0], start.weights[1][0][0, 0]
    data = run.data
    dW = dnn.gradients(run, data.X_train[:, :256], data.Y_train[:, :256])[1][0][0, 0]
    assert found == pytest.approx([W, dW, W - W0], rel=0.006)


def test_layers_and_neurons_are_added_and_removed(visit):
    page = visit(STILL)
    ready(page)
    page.get_by_role("button", name="Layer 2: one neuron more").click()
    linked(page, "hidden=4-4")
    page.wait_for_selector('.nl-unit[data-at="2.3"]')
    page.get_by_role("button", name="Add a layer behind layer 1").click()
    linked(page, "hidden=4-4-4")
    page.wait_for_selector('[class*="st-key-config_hidden_2"]')  # the side bar is in step
    page.get_by_role("button", name="Layer 1: one neuron less").click()
    linked(page, "hidden=3-4-4")
    page.get_by_role("button", name="Remove layer 2").click()
    linked(page, "hidden=3-4")
    until(page, "lab.step === 0")


def test_inputs_are_switched_on_the_diagram(visit):
    page = visit(STILL)
    ready(page)
    assert unit(page, 0, 4).get_attribute("aria-pressed") == "false"
    unit(page, 0, 4).click()
    linked(page, "features=x1-x2-x1x2")
    page.wait_for_function(
        "document.querySelector('.nl-unit[data-at=\"0.4\"]').ariaPressed === 'true'"
    )
    unit(page, 0, 0).click()
    linked(page, "features=x2-x1x2")


def test_a_click_on_a_bias_opens_its_editor_which_sends_numbers(visit):
    page = visit(STILL)
    ready(page)
    page.evaluate(LISTEN)
    box = unit(page, 1, 1).bounding_box()
    page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)
    editor = page.get_by_role("dialog", name="Edit a weight or a bias")
    editor.wait_for()
    assert "Layer 1, neuron 2" in editor.inner_text()
    field = editor.get_by_role("spinbutton")
    field.fill("0.75")
    field.press("Enter")
    page.wait_for_function("__sent.some(e => e.type === 'edit')")
    assert page.evaluate("__sent.find(e => e.type === 'edit')") == {
        "type": "edit", "panel": "network", "layer": 1, "unit": 1, "source": -1, "value": 0.75,
    }  # fmt: skip
    editor.get_by_role("combobox").select_option("0")
    slider = editor.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("__sent.filter(e => e.type === 'edit').length === 2")
    sent = page.evaluate("__sent.filter(e => e.type === 'edit')[1]")
    assert (sent["layer"], sent["unit"], sent["source"]) == (1, 1, 0)
    page.keyboard.press("Escape")
    editor.wait_for(state="hidden")


def test_everything_by_keyboard(visit):
    page = visit(STILL)
    ready(page)
    page.evaluate(LISTEN)
    assert page.locator(".nl-unit[tabindex='0']").count() == 1
    page.locator(".nl-unit[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    focused = "document.activeElement.dataset.at"
    assert page.evaluate(focused) == "2.1"
    label = page.evaluate("document.activeElement.ariaLabel")
    assert re.fullmatch(r"layer 2, neuron 2, tanh, bias −?[\d.]+", label)
    says(page, "Layer 2, neuron 2: z =")
    page.keyboard.press("Enter")
    linked(page, "pinned=2.2")
    assert page.evaluate(focused) == "2.1"
    page.keyboard.press("e")
    field = page.get_by_role("dialog").get_by_role("spinbutton")
    assert field.evaluate("e => e === document.activeElement")
    field.fill("-0.5")
    field.press("Enter")
    page.wait_for_function("__sent.some(e => e.type === 'edit' && e.value === -0.5)")
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == "2.1"
    assert lab(page, "step") == 0, "arrows on the diagram are not the page's"


def test_space_still_plays_after_a_click_on_the_diagram(visit):
    page = visit(STILL)
    ready(page)
    unit(page, 1, 1).click()
    linked(page, "pinned=1.2")
    page.keyboard.press("Space")
    until(page, "lab.playing && lab.step > 0")
    paused(page)


def test_a_large_network_says_what_it_leaves_out(visit):
    page = visit("?hidden=64-64-8")
    ready(page)
    page.wait_for_selector(".nl-panel[data-key=network] >> text=strongest")
    assert page.locator(".nl-strip").count() == 2
    unit(page, 3, 1).hover()
    says(page, "smaller terms")


def test_a_strips_neuron_is_pointed_at_pinned_and_reached_by_keys(visit):
    page = visit("?dataset=circle&hidden=40-3&seed=5")
    ready(page)
    strip = page.locator(".nl-strip")
    box = strip.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 11.5 / 40)
    page.wait_for_selector(".nl-panel[data-key=boundary] h3:has-text('Layer 1, neuron 12')")
    text = says(page, "Layer 1, neuron 12: z =")
    W, b = network_of(page).weights[0]
    assert numbers(text) == pytest.approx([*W[11], b[11, 0]], rel=0.006, abs=1e-9)
    page.mouse.down()
    page.mouse.up()
    linked(page, "pinned=1.12")
    page.mouse.move(5, 500)
    drawn(page)
    assert title(page).inner_text() == "Layer 1, neuron 12"
    page.keyboard.press("Escape")
    page.wait_for_function("!location.search.includes('pinned')")
    strip.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("/^layer 1, neuron [0-9]+, tanh/.test(document.activeElement.ariaLabel)")
    at = int(page.evaluate("document.activeElement.dataset.at").split(".")[1])
    assert at == 12
    page.keyboard.press("Enter")
    linked(page, "pinned=1.13")


def test_a_phone_has_room_for_the_layers_buttons(visit):
    page = visit("?dataset=circle&hidden=6-4-3", width=390, height=844)
    ready(page)
    page.get_by_role("button", name="Layer 2: change it").click()
    button = page.get_by_role("button", name="Layer 2: one neuron more")
    assert button.bounding_box()["height"] >= 44
    button.click()
    linked(page, "hidden=6-5-3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


#: The pairs of the diagram's buttons that lie on each other.
CROSSING = """() => {
  const all = [...document.querySelectorAll('.nl-panel[data-key=network] button')].filter((e) => e.offsetParent);
  const boxes = all.map((e) => e.getBoundingClientRect());
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  const found = [];
  for (let i = 0; i < all.length; i++) for (let k = 0; k < i; k++)
    if (over(boxes[i], boxes[k])) found.push([all[i].ariaLabel, all[k].ariaLabel]);
  return [all.length, found];
}"""


@pytest.mark.parametrize("touch", [False, True])
def test_no_two_buttons_of_the_diagram_lie_on_each_other(visit, touch):
    page = visit(STILL, touch=touch, mobile=touch)
    for hidden in ("4", "4-3", "6-4-3", "8-8-8-8-8-8"):
        page.goto(f"{page.url.partition('?')[0]}?dataset=circle&hidden={hidden}")
        units = 7 + sum(int(n) for n in hidden.split("-")) + 1
        page.wait_for_function(f"document.querySelectorAll('.nl-unit').length === {units}")
        for width, height in ((390, 844), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"innerWidth === {width}")
            drawn(page)
            page.wait_for_function(f"!({CROSSING})()[1].length", timeout=5_000)
            count, crossing = page.evaluate(CROSSING)
            assert count > units
            assert not crossing, (hidden, width)
