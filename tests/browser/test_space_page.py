"""Hidden space in a real browser: chosen, painted, carried by the link, and left for a neuron's map."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from acting import lab, linked, until

pytestmark = pytest.mark.browser
STILL = "?dataset=circle&hidden=4-3&seed=5"
SPACE = ".nl-panel[data-key=space]"

#: How many pixels of the panel's canvas have been painted, and a number that differs where they do.
PAINTED = """(() => {
  const c = document.querySelector('.nl-panel[data-key=space] .nl-plot > canvas:not(.nl-axes)');
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let ink = 0, sum = 0;
  for (let i = 0; i < d.length; i += 4) if (d[i + 3]) { ink++; sum = (sum * 31 + d[i] + 7 * d[i + 1] + 13 * d[i + 2]) % 1000003; }
  return { ink, sum };
})()"""


def heading(page, text):
    page.wait_for_function(
        "text => [...document.querySelectorAll('.nl-panel:is([data-key=space],[data-key=boundary]) h3')]"
        ".some(e => e.offsetParent && e.textContent === text)",
        arg=text,
    )


def test_the_menu_leads_into_a_layers_space_and_the_link_too(visit):
    page = visit(STILL)
    page.locator("select[aria-label=Plane]:visible").select_option("last")
    linked(page, "space_layer=last")
    heading(page, "Hidden space")
    until(page, "lab.frames.space > 0")
    said = page.locator(f"{SPACE} .nl-words p").first.inner_text()
    assert said.startswith("One straight cut through all 3 units gets ")
    assert "through the inputs" in said
    page.wait_for_function(f"({PAINTED}).ink > 5000")
    components = page.evaluate(PAINTED)
    page.locator("select[aria-label=Axes]:visible").select_option("1-3")
    linked(page, "space_units=1-3")
    page.wait_for_function(f"({PAINTED}).sum !== {components['sum']}")
    again = visit("?" + urlsplit(page.url).query)
    heading(again, "Hidden space")
    assert again.locator("select[aria-label=Axes]:visible").input_value() == "1-3"
    page.locator("select[aria-label=Plane]:visible").select_option("")
    heading(page, "Decision boundary")
    page.wait_for_function("!location.search.includes('space_layer')")


def test_a_neuron_pointed_at_shows_its_map_in_the_spaces_place(visit):
    page = visit(f"{STILL}&space_layer=last")
    heading(page, "Hidden space")
    until(page, "lab.frames.space > 0")
    before = page.evaluate(PAINTED)
    page.locator('.nl-unit[data-at="2.1"]').hover()
    heading(page, "Layer 2, neuron 2")
    # A map covers the plane; the space's grid leaves most of the panel bare.
    page.wait_for_function(f"({PAINTED}).ink > {1.5 * before['ink']}")
    page.mouse.move(5, 500)
    heading(page, "Hidden space")
    page.wait_for_function(f"({PAINTED}).ink < {1.2 * before['ink']}")
    assert lab(page, "step") == 0


def test_test_data_switched_off_in_the_space_is_off_over_the_plane(visit):
    page = visit(f"{STILL}&space_layer=last")
    heading(page, "Hidden space")
    page.locator(SPACE).get_by_text("Test data").click()
    linked(page, "show_test=off")
    page.locator("select[aria-label=Plane]:visible").select_option("")
    heading(page, "Decision boundary")
    page.wait_for_function(
        "!document.querySelector('.nl-panel[data-key=boundary] .nl-legend').textContent.includes('test')"
    )
