"""Projector mode in a real browser: nothing small, nothing that scrolls, and the key that switches it."""

from __future__ import annotations

import pytest
from acting import lab, linked, press, still, until

pytestmark = pytest.mark.browser
SIZE = {"width": 1280, "height": 720}
SMALL = "dataset=circle&hidden=16-16-16-16-16-16&optimizer=sgd&initializer=mean_field&sigma_w=0.6"

#: Notes the type of every word that is painted on a canvas.
LISTEN = """() => {
  window.__painted = [];
  for (const name of ["fillText", "strokeText"]) {
    const paint = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (text, ...rest) {
      __painted.push([parseFloat(/([0-9.]+)px/.exec(this.font)[1]), text]);
      return paint.call(this, text, ...rest);
    };
  }
}"""
#: Size and words of every text that can be seen; a sub- or superscript may be smaller, and symbols
#: of an icon font are no text.
SEEN = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), node = walk.currentNode.parentElement;
    if (!text || node.closest("style, script, noscript, option, sub, sup, tspan[dy], [data-testid=stSkipToContent]")) continue;
    const style = getComputedStyle(node), range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    const box = range.getBoundingClientRect();
    if (!box.width || !box.height || !node.checkVisibility({ visibilityProperty: true })) continue;
    if (/material/i.test(style.fontFamily)) continue;
    found.push([parseFloat(style.fontSize), text]);
  }
  for (const node of document.querySelectorAll("input, select")) {
    if (node.checkVisibility() && node.type !== "checkbox" && node.type !== "range" && node.offsetWidth > 2)
      found.push([parseFloat(getComputedStyle(node).fontSize), node.value]);
  }
  return found;
}"""
SCROLLS = """() => [...document.querySelectorAll("html, body, .stMain, .nl-root, .nl-panel")]
  .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
  .map((e) => e.className)"""


def opened(visit, page_and_query, panels, **more):
    page = visit(page_and_query, **SIZE, **more)
    page.wait_for_function(
        "n => document.querySelectorAll('.nl-panel:not([hidden]) .nl-plot > canvas:not(.nl-axes)').length >= n",
        arg=panels,
        timeout=20_000,
    )
    page.wait_for_selector(".st-key-transport")
    return page


def sizes(page):
    """Return size and words of all text on the page, the canvases' as they are painted once more."""
    page.evaluate(LISTEN)
    # In another size all is painted again, the axes too.
    page.set_viewport_size({**SIZE, "width": SIZE["width"] - 8})
    page.wait_for_function("__painted.length > 0")
    page.set_viewport_size(SIZE)
    page.mouse.move(640, 520)  # a chart is painted again, with its layer marked
    page.wait_for_function("__painted.length > 0")
    painted = page.evaluate("__painted")
    seen = page.evaluate(SEEN)
    assert len(painted) >= 2
    assert len(seen) > 20
    return [*painted, *seen]


def fits(page):
    assert page.evaluate(SCROLLS) == []
    for box in page.evaluate(
        "[...document.querySelectorAll('.nl-panel:not([hidden]), .nl-bar:not([hidden]), .st-key-transport')]"
        ".map(e => e.getBoundingClientRect().toJSON())"
    ):
        assert box["right"] <= SIZE["width"]
        assert box["bottom"] <= SIZE["height"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lab_has_one_large_chart_and_no_small_word(visit, scheme):
    page = opened(visit, f"gradients?{SMALL}&present=1", 1, scheme=scheme)
    page.wait_for_selector(".nl-verdict h2")
    for label in ("Depth", "Activation", "Weight scale σ_w", "Learning rate"):
        assert page.get_by_text(label, exact=True).is_visible()
    assert not page.locator("[data-testid=stSidebar]").is_visible()
    small = [(size, text) for size, text in sizes(page) if size < 16]
    assert not small
    fits(page)
    heights = page.evaluate(
        "[...document.querySelectorAll('.react-aria-ComboBox > div, .st-key-transport button, .nl-segment')]"
        ".filter(e => e.checkVisibility() && e.offsetWidth > 2).map(e => e.offsetHeight)"
    )
    assert min(heights) >= 44
    boxes = page.locator(".nl-panel:visible")
    assert boxes.count() == 1
    assert boxes.first.bounding_box()["height"] > 0.5 * SIZE["height"]
    assert page.locator(".nl-verdict h2").evaluate("e => getComputedStyle(e).fontSize") == "26px"
    page.locator(".nl-segment").get_by_text("Error", exact=True).click()
    page.wait_for_selector(".nl-panel[data-key=signal_delta]:visible")
    assert page.locator(".nl-panel:visible").count() == 1
    linked(page, "signal=delta")


@pytest.mark.parametrize(("page_and_query", "panels"), [("?present=1", 4), ("twins?present=1", 6)])
def test_the_other_pages_fit_too(visit, page_and_query, panels):
    page = opened(visit, page_and_query, panels)
    assert not [(size, text) for size, text in sizes(page) if size < 16]
    fits(page)
    assert not page.locator("[data-testid=stSidebar]").is_visible()


def test_p_switches_it_but_not_while_typing(visit):
    page = visit(f"gradients?{SMALL}", **SIZE)
    page.wait_for_selector(".nl-panel[data-key=phase]:visible")
    box = page.get_by_role("spinbutton", name="Width")
    box.focus()
    page.keyboard.press("p")
    still(page)
    assert page.locator(".nl-root:not([data-present])").count() == 1
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("p")
    page.wait_for_selector(".nl-root[data-present]")
    linked(page, "present=on")
    page.wait_for_selector(".st-key-lab_bar")
    press(page, "present")
    page.wait_for_selector(".nl-root:not([data-present])")
    page.wait_for_selector("[data-testid=stSidebar]:visible")
    page.wait_for_function("!location.search.includes('present')")


def test_the_bar_turns_the_network(visit):
    page = opened(visit, f"gradients?{SMALL}&present=1", 1)
    page.locator(".st-key-lab_bar [role=slider], .st-key-lab_bar input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    linked(page, "hidden=16-16-16-16-16-16-16")
    page.locator(
        "[class*=st-key-lab_scale] [role=slider], [class*=st-key-lab_scale] input"
    ).first.focus()
    page.keyboard.press("ArrowRight")
    linked(page, "sigma_w=0.61")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    until(page, "lab.playing && lab.step > 0")
    assert lab(page, "step") > 0
