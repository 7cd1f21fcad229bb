"""The teacher's page in a real browser: codes as large as the screen, links, reports to print."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from acting import press, until
from server import app

from pages.shared.page import all_pages

pytestmark = pytest.mark.browser

RUNNING = ("playground.py", "layers.py", "results.py", "gradients.py", "twins.py")
#: Buttons and links of the page that have no name to be read out.
NAMELESS = """[...document.querySelectorAll("[data-testid=stMain] :is(button, a[href], summary)")]
    .filter((e) => e.getClientRects().length)
    .filter((e) => !(e.innerText.trim() || e.ariaLabel || e.title))
    .map((e) => e.outerHTML.slice(0, 120))"""
SMALL = """[...document.querySelectorAll("[data-testid=stMain] :is(p, h3, h4, h5, li, code, a, "
    + "button, span, kbd, td, th, summary)")]
    .filter((e) => e.offsetHeight > 1 && !e.dataset.testid?.startsWith("stIcon")
      && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())
      && parseFloat(getComputedStyle(e).fontSize) < 16)
    .map((e) => e.textContent.slice(0, 40))"""


@pytest.fixture
def teaching(tab, server):
    """Return a function that opens the page."""

    def open_(query="", width=1280, height=720):
        page = tab(width=width, height=height)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{server[0]}teach{query}")
        page.wait_for_selector(".nl-handed")
        page.wait_for_selector("[data-testid=stExpander]")
        return page

    return open_


def shown(page):
    """Return what the dialog shows, and the box of its code."""
    dialog = page.locator("dialog.nl-show")
    words = [dialog.locator(f".nl-show-{part}").inner_text() for part in ("title", "address")]
    return words, dialog.locator(".nl-show-code svg").bounding_box()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_lessons_are_handed_out(teaching, server, width, height):
    page = teaching(width=width, height=height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(NAMELESS) == []
    row = page.locator(".nl-handed").nth(1)
    host = server[0].removeprefix("http://")
    row.locator("[data-copy]").click()
    page.wait_for_function(
        "document.querySelectorAll('.nl-handed')[1].querySelector('[data-copy]').innerText === 'Copied'"
    )
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{server[0]}?lesson=xor"
    row.locator("[data-show]").click()
    page.wait_for_selector("dialog.nl-show[open]")
    words, box = shown(page)
    assert words == ["Why xor needs a hidden layer", f"{host}?lesson=xor"]
    assert min(box["width"], box["height"]) > 0.45 * min(width, height)
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    # Nothing of the dialog is outside the window.
    assert page.evaluate(
        "(d => d.scrollHeight <= d.clientHeight && d.scrollWidth <= d.clientWidth)"
        "(document.querySelector('dialog.nl-show'))"
    )
    page.keyboard.press("ArrowRight")
    assert shown(page)[0][1] == f"{host}?lesson=fewest"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert shown(page)[0][1] == f"{host}?lesson=neuron"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.nl-show", state="hidden")
    page.wait_for_function("document.activeElement.title === 'Show the QR code of A first neuron'")


def test_the_side_bar_leads_to_the_parts_of_the_page(teaching):
    page = teaching(width=1280, height=500)
    page.get_by_role("link", name="Run it for a class").click()
    heading = page.locator("#teach-class")
    page.wait_for_function(
        "(e => e.getBoundingClientRect().bottom < innerHeight)(document.querySelector('#teach-class'))"
    )
    assert heading.bounding_box()["y"] >= 0


def test_a_link_opens_its_lesson_on_the_page_where_it_plays(teaching):
    page = teaching()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Why stacks of sigmoids fail").click()
    lesson = opened.value
    lesson.wait_for_function("window.__neuralLab?.first", timeout=30_000)
    lesson.wait_for_function("location.pathname.endsWith('/gradients')")
    lesson.get_by_text("How much of the error does one sigmoid layer pass on").wait_for()


def test_below_another_path_and_inside_a_page_everything_is_found(tab):
    with app(base="course/", NEURAL_LAB_WORKERS="1") as (url, _):
        page = tab()
        page.goto(f"{url}teach?embed=true")
        page.wait_for_selector(".nl-handed", timeout=30_000)
        link = page.locator(".nl-handed a").nth(1).get_attribute("href")
        assert link == f"{url}?lesson=xor"
        page.goto(link)
        page.wait_for_function("window.__neuralLab?.first", timeout=30_000)
        picture = page.locator("[class*=st-key-dataset_picture] img").first
        picture.wait_for()
        page.wait_for_function("e => e.naturalWidth > 0", arg=picture.element_handle())
        page.goto("about:blank")


def test_on_a_projector_no_word_is_small(teaching):
    page = teaching("?present=1")
    page.wait_for_function("!document.querySelector('.st-key-pages')")
    assert page.evaluate(SMALL) == []


def test_a_run_s_report_is_saved_and_stands_alone(visit, browser, tmp_path):
    page = visit("?dataset=circle&hidden=4-3&samples=100&predict=1")
    press(page, "epoch")
    until(page, "lab.step > 0 && !lab.playing", 20_000)
    press(page, "share")
    with page.expect_download() as download:
        press(page, "save_report")
    assert download.value.suggested_filename == "neural-lab-circle-report.html"
    file = tmp_path / "report.html"
    download.value.save_as(file)
    with browser.new_context(offline=True, viewport={"width": 794, "height": 1123}) as context:
        alone = context.new_page()
        asked = []
        alone.on("request", lambda request: asked.append(request.url))
        alone.goto(file.as_uri())
        assert asked == [file.as_uri()]
        assert alone.locator("svg").count() == 3
        text = alone.locator("body").inner_text()
        assert "Verdicts are left out" in text
        assert "&step=" in alone.locator(".again a").inner_text()
        # A4 less its margins, at 96 pixels an inch: nothing is cut off at the page's edge.
        alone.emulate_media(media="print")
        alone.set_viewport_size({"width": 680, "height": 1000})
        assert alone.evaluate("document.documentElement.scrollWidth") <= 680
        wide = """[...document.querySelectorAll("body *")].filter(
            (e) => e.getBoundingClientRect().right > 681).map((e) => e.outerHTML.slice(0, 80))"""
        assert alone.evaluate(wide) == []
        assert alone.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"


def test_no_page_asks_another_host_for_anything(browser, server):
    own, asked = urlsplit(server[0]).netloc, []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        for file in (page_.file for page_ in all_pages()):
            name = "" if file == "playground.py" else file.removesuffix(".py")
            page.goto(server[0] + name)
            page.wait_for_selector(".st-key-pages", timeout=30_000)
            if name == "walk":
                page.wait_for_selector(".katex")
            if file in RUNNING:
                page.wait_for_function("window.__neuralLab?.first", timeout=30_000)
            page.wait_for_function("document.fonts.status === 'loaded'")
    outside = [url for url in asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")]
    assert {urlsplit(url).netloc for url in outside} == {own}
    assert any("/lab/frames/" in url for url in outside)
    assert any(url.split("?")[0].endswith((".woff2", ".woff", ".ttf")) for url in outside)
