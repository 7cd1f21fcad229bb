"""The walk in a real browser: keys forwards and backwards, formulas, picture, definitions."""

from __future__ import annotations

import pytest
from acting import linked

pytestmark = pytest.mark.browser


@pytest.fixture
def walking(tab, server):
    """Return a function that opens a page below the app's address; no formula may be wrong."""
    pages = []

    def open_(query, **kind):
        page = tab(**kind)
        pages.append(page)
        page.goto(server[0] + query)
        page.wait_for_selector(".katex")
        return page

    yield open_
    for page in pages:
        assert page.locator(".katex-error").count() == 0


def titled(page, title):
    page.wait_for_function(
        "t => document.querySelector('.nl-title')?.textContent === t", arg=title, timeout=20_000
    )


def test_the_keys_lead_forwards_and_backwards(walking):
    page = walking("walk?stage=z1")
    titled(page, "Weighted sums of layer 1")
    # The buttons that have the keys are drawn below the title, and listen once the page is still.
    page.wait_for_selector(".st-key-walk_picture svg circle")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.keyboard.press("ArrowRight")
    titled(page, "Activations of layer 1")
    linked(page, "stage=a1")
    page.keyboard.press("ArrowLeft")
    titled(page, "Weighted sums of layer 1")
    assert page.locator(".st-key-walk_picture svg circle").count() == 5
    assert "W.dot" in page.locator(".nl-source-lines [data-marked]").inner_text()


def test_a_term_opens_its_definition(walking):
    page = walking("walk?stage=delta1")
    page.locator(".st-key-walk_terms button").first.click()
    page.wait_for_selector("[data-testid=stPopoverBody] .nl-term-foot")


def test_on_a_phone_nothing_is_cut_off_and_on_a_projector_nothing_is_small(walking):
    page = walking("walk?walk=run&stage=dW2", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page = walking("walk?stage=dW1&present=1", width=1280, height=720)
    page.wait_for_selector(".st-key-walk_picture svg text")
    small = page.evaluate(
        """[...document.querySelectorAll("[data-testid=stMain] :is(p,h3,h4,code,button,span)")]
        .filter((e) => !e.closest(".katex") && e.offsetHeight > 1 && !e.dataset.testid
          && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())
          && parseFloat(getComputedStyle(e).fontSize) < 16)
        .map((e) => e.textContent.slice(0, 40))"""
    )
    assert small == []


def test_p_leaves_a_projector_s_link_and_comes_back_at_the_same_stage(walking):
    page = walking("walk?stage=a1&present=1", width=1280, height=720)
    titled(page, "Activations of layer 1")
    assert page.locator("[data-testid=stSidebar] .nl-section").count() == 0
    page.keyboard.press("p")
    page.wait_for_selector("[data-testid=stSidebar] .nl-section", timeout=20_000)
    linked(page, "stage=a1")
    assert "present" not in page.url
    page.keyboard.press("p")
    linked(page, "present=on")
    titled(page, "Activations of layer 1")


def test_a_formula_that_is_cut_off_is_shaded_at_its_edge(walking):
    page = walking("walk?walk=run&dataset=iris&hidden=4-4&stage=mean1", width=390, height=844)
    page.wait_for_selector(".st-key-walk_picture svg")
    looks = page.evaluate(
        """[...document.querySelectorAll(".st-key-walk_formula .katex-display")]
        .filter((e) => e.scrollWidth > e.clientWidth)
        .map((e) => getComputedStyle(e).backgroundAttachment)"""
    )
    assert looks
    assert set(looks) == {"local, local, scroll, scroll"}


def test_every_formula_of_the_glossary_is_set(walking):
    page = walking("glossary")
    page.wait_for_function("document.querySelectorAll('.nl-term-foot').length > 150")
    assert page.locator(".katex-error").count() == 0
