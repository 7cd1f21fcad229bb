"""The gradients lab in a real browser: charts, the layer in all of them, the diagram, the fix."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from acting import choose, lab, linked, press, still, until

pytestmark = pytest.mark.browser
SIGNALS = ("signal_activation", "signal_delta", "signal_gradient")
PANELS = (*SIGNALS, "phase", "product")
SMALL = (
    "gradients?dataset=circle&hidden=16-16-16-16-16-16-16-16&optimizer=sgd"
    "&initializer=mean_field&sigma_w=0.6"
)

#: Notes every word that is painted, by panel.
LISTEN = """() => {
  window.__words = {};
  const fillText = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    const key = this.canvas.closest(".nl-panel")?.dataset.key;
    (window.__words[key] ??= []).push(text);
    return fillText.call(this, text, ...rest);
  };
}"""


def panel(page, key):
    return page.locator(f".nl-panel[data-key={key}]")


def painted(page, timeout=15_000):
    """Wait until every panel of the lab is painted and has its axes."""
    keys = ", ".join(f"'{key}'" for key in PANELS)
    until(page, f"[{keys}].every(key => lab.frames[key] > 0)", timeout)


def pointed(page, key):
    """Return the words on the layer under the pointer."""
    return panel(page, key).locator(".nl-pointed")


def verdict(page, kind):
    page.wait_for_selector(f".nl-verdict[data-kind={kind}]", timeout=10_000)


def place(page, key, x, y=None):
    """Return the pixel of the window at which a chart has this point; by default half way up."""
    return page.evaluate(
        """([key, x, y]) => {
          const axes = __neuralLab.axes(key);
          const share = ([low, high], v) => (v === null ? 0.5 : (v - low) / (high - low));
          const { left, top } = document.querySelector(`.nl-panel[data-key=${key}] .nl-plot`).getBoundingClientRect();
          return [left + axes.box.x + axes.box.w * share(axes.x, x),
                  top + axes.box.y + axes.box.h * (1 - share(axes.y, y))];
        }""",
        [key, x, y],
    )


def weight_scale(page, value):
    """Wait until the side bar shows this weight scale."""
    page.wait_for_function(
        "value => +document.querySelector('input[aria-label=\"Weight scale\"]')?.value === value",
        arg=value,
    )


def said(page, words):
    """Return the panels on which these words have been painted since LISTEN."""
    return page.evaluate(
        "words => Object.keys(__words).filter(key => __words[key].some(t => t.includes(words))).sort()",
        words,
    )


def test_the_charts_are_painted_and_a_band_grows(visit):
    page = visit("gradients")
    painted(page)
    verdict(page, "vanishing")
    assert not lab(page, "playing")
    page.wait_for_selector("text=100 draws", timeout=30_000)
    for key in PANELS:
        ink = page.evaluate(
            """key => { const c = document.querySelector(`.nl-panel[data-key=${key}] canvas:not(.nl-axes)`);
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            let ink = 0; for (let i = 3; i < d.length; i += 4) ink += d[i] > 0; return ink; }""",
            key,
        )
        assert ink > 500, key
    still(page, 1500)  # a whole band asks for nothing more


def test_it_fits_a_projector_and_marks_the_layer_under_the_pointer_in_every_chart(visit):
    page = visit(SMALL + "&band=off", width=1280, height=900)
    painted(page)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.nl-panel:not([hidden])')].map(e => e.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == 5
    for box in boxes:
        assert box["right"] <= 1280
        assert box["width"] > 200
        assert box["height"] > 150
    page.evaluate(LISTEN)
    page.mouse.move(*place(page, "signal_delta", 3.2))
    page.wait_for_function("(__words.product ?? []).some(t => t.startsWith('layer 3: '))")
    for key in SIGNALS:
        # In words, measured and by theory, above the chart: no box hides what is pointed at.
        words = pointed(page, key).inner_text()
        assert re.fullmatch(r"Layer 3: measured \S+ · theory \S+", words), words
        assert panel(page, key).locator(".hoverlayer > *").count() == 0
    page.mouse.move(*place(page, "signal_gradient", 6))
    page.wait_for_function("(__words.product ?? []).some(t => t.startsWith('layer 6: '))")
    assert pointed(page, "signal_activation").inner_text().startswith("Layer 6: ")
    page.evaluate("window.__words = {}")
    page.mouse.move(5, 5)
    page.wait_for_function("(__words.signal_delta ?? []).length > 0")
    assert not said(page, "layer 6: ")
    assert not any(pointed(page, key).is_visible() for key in SIGNALS)


def test_a_click_in_the_phase_diagram_starts_there_and_a_drag_does_not(visit):
    page = visit(SMALL + "&band=off")
    painted(page)
    verdict(page, "vanishing")
    # A drag moves nothing: what is asked after it has been answered, and the address is the same.
    page.mouse.move(*place(page, "phase", 1.0, 0.6))
    page.mouse.down()
    page.mouse.move(*place(page, "phase", 2.0, 0.9), steps=5)
    page.mouse.up()
    page.keyboard.press("Escape")  # the drag has zoomed: back to the whole diagram
    press(page, "step")
    until(page, "lab.step === 1")
    still(page)
    assert "sigma_w=0.6" in page.url
    press(page, "reset")
    until(page, "lab.step === 0")
    page.mouse.click(*place(page, "phase", 2.4, 0.6))
    # Words above the diagram may just have taken a line less: a hundredth or two are none.
    page.wait_for_function("/sigma_w=2[.](3|4)/.test(location.search)")
    page.wait_for_function("/sigma_b=0[.](5|6)/.test(location.search)")
    sigma_w = float(parse_qs(urlsplit(page.url).query)["sigma_w"][0])
    assert sigma_w == pytest.approx(2.4, abs=0.05)
    weight_scale(page, sigma_w)
    page.wait_for_selector(".nl-verdict:not([data-kind=vanishing])")


def test_the_fix_makes_the_verdict_green(visit):
    page = visit(SMALL + "&band=off")
    painted(page)
    verdict(page, "vanishing")
    page.locator(".nl-fix button").click()
    verdict(page, "healthy")
    linked(page, "sigma_w=1")
    assert page.locator(".nl-fix button").count() == 0
    weight_scale(page, 1.0)


def test_space_trains_and_theory_speaks_of_step_0(visit):
    page = visit(SMALL + "&band=off")
    painted(page)
    page.evaluate(LISTEN)
    page.locator("body").press("Space")
    until(page, "lab.playing && lab.step > 0")
    page.wait_for_function(
        "Object.values(__words).filter(w => w.some(t => t.includes('step 0'))).length >= 4"
    )
    assert set(said(page, "step 0")) >= {*SIGNALS, "phase"}
    page.wait_for_selector("text=At the start: gradients")
    page.locator("body").press("Space")
    until(page, "!lab.playing")


def test_the_playground_and_back_loses_nothing(visit):
    page = visit(SMALL + "&band=off")
    painted(page)
    press(page, "epoch")
    until(page, "lab.step > 0")
    step, cost = lab(page, "step"), lab(page, "train_cost")
    page.locator(".st-key-pages").get_by_text("Playground", exact=True).click()
    page.wait_for_selector(".nl-panel[data-key=boundary]:visible")
    page.wait_for_selector(".st-key-add_layer")
    assert (lab(page, "step"), lab(page, "train_cost")) == (step, cost)
    assert page.locator(".nl-verdict:visible").count() == 0
    linked(page, "sigma_w=0.6")
    page.locator(".st-key-pages").get_by_text("Gradients", exact=True).click()
    verdict(page, "vanishing")
    page.wait_for_selector(".nl-panel[data-key=signal_delta]:visible")
    assert page.locator(".nl-panel[data-key=boundary]:visible").count() == 0
    assert (lab(page, "step"), lab(page, "train_cost")) == (step, cost)
    linked(page, "sigma_w=0.6")
    assert "/gradients" in page.url


def test_depth_and_width_answer(visit):
    page = visit(SMALL + "&band=off")
    painted(page)
    box = page.get_by_role("spinbutton", name="Width")
    box.fill("24")
    box.press("Enter")
    linked(page, "hidden=24-24-24-24-24-24-24-24")
    page.locator(
        "[class*=st-key-lab_depth] [role=slider], [class*=st-key-lab_depth] input[type=range]"
    ).first.focus()
    page.keyboard.press("ArrowRight")
    linked(page, "hidden=24-24-24-24-24-24-24-24-24")
    until(page, "lab.step === 0")


def test_dark_theme_and_narrow_screen(visit):
    page = visit(SMALL, scheme="dark")
    painted(page)
    page.wait_for_selector(".nl-root[data-nl-theme=dark]")
    phone = visit(SMALL, width=390, height=844)
    verdict(phone, "vanishing")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_number_of_the_side_bar_draws_its_own_part_only_and_what_it_changes_elsewhere(visit):
    page = visit(SMALL)
    painted(page)
    runs = lab(page, "runs")
    scale = page.get_by_role("spinbutton", name="Weight scale")
    scale.press("ArrowUp")
    linked(page, "sigma_w=0.65")
    page.get_by_role("slider", name="Depth").press("ArrowRight")
    page.get_by_text("parameters.").filter(has_text="2,241").wait_for()
    assert lab(page, "runs") == runs
    # Another activation makes other settings matter: those are drawn too.
    choose(page, "Starting weights", "He")
    scale.wait_for(state="detached")
    assert lab(page, "runs") > runs
