"""Panels saved as files, in a real browser."""

from __future__ import annotations

import base64
import struct
from xml.etree import ElementTree

import pytest
from acting import lab, train, until

pytestmark = pytest.mark.browser


def saved(page, key, kind):
    """Return the bytes of a panel saved as a file of a kind."""
    panel = page.locator(f".nl-panel[data-key={key}]")
    panel.hover()
    panel.get_by_role("button", name="Save this panel").click()
    with page.expect_download() as download:
        panel.get_by_role("button", name=kind, exact=True).click()
    assert download.value.suggested_filename == f"neural-lab-{key}.{kind.lower()}"
    with open(download.value.path(), "rb") as file:
        return file.read()


def test_a_panel_is_saved_as_picture_drawing_and_page(visit, browser, tmp_path):
    page = visit("?dataset=circle&hidden=4-3")
    until(page, "lab.frames.boundary > 0")
    png = saved(page, "boundary", "PNG")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (1280, 1360)
    network = saved(page, "network", "PNG")
    assert network[:8] == png[:8]
    assert len(network) > 10_000
    (image,) = ElementTree.fromstring(saved(page, "network", "SVG"))
    assert base64.b64decode(image.get("href").partition(",")[2]) == network
    svg = ElementTree.fromstring(saved(page, "gradients", "SVG"))
    words = {"".join(node.itertext()) for node in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert any("Gradient per layer" in text for text in words)
    assert {"layer 1", "layer 2", "output"} <= words
    # Without the app, and without any server.
    file = tmp_path / "boundary.html"
    file.write_bytes(saved(page, "boundary", "HTML"))
    with browser.new_context(offline=True) as context:
        alone = context.new_page()
        alone.goto(file.as_uri())
        alone.locator("#figure .plot-container").wait_for()
        names = alone.evaluate("document.getElementById('figure').data.map(trace => trace.type)")
    assert "contour" in names
    assert "scatter" in names


def test_the_flow_of_the_gradient_is_saved_with_its_cells_and_its_scale(visit):
    page = visit("layers?dataset=circle&hidden=4-3&batch_size=10")
    assert page.evaluate("window.Plotly === undefined"), "only who saves a panel needs Plotly"
    train(page, epochs=2)
    assert lab(page, "step") == 50
    svg = ElementTree.fromstring(saved(page, "flow", "SVG"))
    images = [
        node.get("{http://www.w3.org/1999/xlink}href") or ""
        for node in svg.iter("{http://www.w3.org/2000/svg}image")
    ]
    # What is drawn of the cells is wide: six of them, not a blank.
    assert any(colours(page, address) >= 4 for address in images if "base64" in address)
    words = {"".join(node.itertext()) for node in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert any(word.startswith("10") and len(word) > 2 for word in words)


def colours(page, address):
    """Return how many colours a picture has."""
    return page.evaluate(
        """async (address) => {
          const image = new Image();
          image.src = address;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height), g = canvas.getContext("2d");
          g.drawImage(image, 0, 0);
          const pixels = new Uint32Array(g.getImageData(0, 0, image.width, image.height).data.buffer);
          return new Set(pixels).size;
        }""",
        address,
    )
