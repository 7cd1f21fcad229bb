"""The diagnosis on the page Layers, in a real browser."""

from __future__ import annotations

import pytest
from acting import until

pytestmark = pytest.mark.browser


def test_vanishing_gradients_are_said_and_fixed_by_a_button(visit):
    page = visit(
        "layers?dataset=circle&hidden=8-8-8-8-8-8&activation=sigmoid&optimizer=sgd"
        "&learning_rate=0.1&batch_size=10&play=1"
    )
    finding = page.locator(".nl-finding", has_text="Gradients vanish")
    finding.wait_for(timeout=20_000)
    assert "error at layer 1" in finding.inner_text()
    # Pointed at, it marks the layer that it is about.
    finding.hover()
    page.wait_for_selector(".nl-layer-button[data-layer='1'][data-marked]")
    page.mouse.move(5, 5)
    finding.get_by_role("button").click()
    page.get_by_text("No problem found").wait_for(timeout=20_000)
    page.wait_for_function("!location.search.includes('activation=sigmoid')")
    until(page, "lab.playing && lab.step > 0")
