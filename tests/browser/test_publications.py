"""Published experiments and measured trainability in a real browser: run, progress, verdict, stop."""

from __future__ import annotations

import pytest
from acting import linked, press

pytestmark = pytest.mark.browser


@pytest.fixture
def open_experiment(tab, server):
    """Return a function that opens the experiments' page, which has no live panels."""

    def open_(query, **kind):
        page = tab(**kind)
        page.goto(server[0] + "experiments" + query)
        page.wait_for_selector(".nl-claim")
        return page

    return open_


def test_a_link_runs_one_and_its_verdict_is_shown(open_experiment):
    page = open_experiment("?experiment=playground&run=1")
    page.wait_for_selector(".nl-found[data-kind=ok]", timeout=60_000)
    assert "reproduced" in page.locator(".nl-verdict-badge").inner_text()
    assert page.locator(".nl-table tbody tr").count() == 6
    page.wait_for_selector(".st-key-experiment_chart .main-svg")
    linked(page, "experiment=playground")
    page.wait_for_function("!location.search.includes('run')")


def test_one_is_stopped_and_another_chosen(open_experiment):
    page = open_experiment("?experiment=he_training")
    assert page.locator(".nl-verdict-badge").inner_text() == "not run yet"
    press(page, "run_experiment")
    page.wait_for_selector(".stProgress")
    press(page, "stop_experiment")
    page.wait_for_selector(".st-key-run_experiment button", timeout=30_000)
    page.wait_for_function("document.querySelector('.nl-verdict-badge').textContent === 'stopped'")
    assert page.locator(".nl-found").count() == 0
    press(page, "experiment_selu")
    linked(page, "experiment=selu")
    page.wait_for_function("document.querySelector('.nl-title').textContent.includes('SELU')")


def test_on_a_phone_the_list_is_a_box_and_nothing_is_cut_off(open_experiment):
    page = open_experiment("?experiment=saxe", width=390, height=844)
    assert page.locator(".st-key-pick").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_trainability_is_measured_column_by_column_and_stopped(visit):
    page = visit("gradients?dataset=circle&hidden=8-8-8-8&optimizer=sgd&band=off")
    page.get_by_text("Measured trainability").click()
    press(page, "measure_trainability")
    page.wait_for_selector(".st-key-stop_trainability")
    page.wait_for_selector("text=of the grid")
    page.wait_for_selector(".st-key-trainability_chart .main-svg", timeout=60_000)
    press(page, "stop_trainability")
    page.wait_for_selector(".st-key-measure_trainability", timeout=30_000)
    page.wait_for_selector("text=/of 16 weight scales/")
