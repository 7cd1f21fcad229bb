"""The teacher's page without a browser: lessons with their links, and what README quotes."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from visits import errors, loop, opened, press, query, settled

from dnn.config import Config, from_query
from dnn.data.dataset import Dataset
from dnn.engine.cache import CACHE
from dnn.run.training import replay
from lab.link import changes_from_text
from lab.report.qr import qr_svg
from lab.teaching.lessons import LESSONS
from lab.teaching.lessons.lesson import MINUTES
from pages.shared import teaching
from pages.shared.address import Reach
from pages.shared.share import NO_LINK, report_of

ROOT = Path(teaching.__file__).parents[2]
README, CLASS = ((ROOT / name).read_text() for name in ("README.md", "docs/class.md"))
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
ADDRESS = "https://lab.example.org/lab/"


pytestmark = pytest.mark.usefixtures("inline")


def test_every_lesson_is_there_with_its_link_its_short_address_and_its_code():
    html = teaching.lessons_html(Reach(ADDRESS))
    rows = re.findall(r"<article.*?</article>", html, re.DOTALL)
    assert len(rows) == len(LESSONS) >= 14
    for lesson, row in zip(LESSONS.values(), rows, strict=True):
        link = f"{ADDRESS}?lesson={lesson.key}"
        assert re.findall("href='([^']+)'|data-copy=\"([^\"]+)\"", row) == [(link, ""), ("", link)]
        assert f'data-spoken="lab.example.org/lab/?lesson={lesson.key}"' in row
        assert row.count(qr_svg(link)) == 2, "small, and to be shown large"
        assert lesson.title in unescape(row)
        assert lesson.question.text in unescape(row)
        assert f"about {MINUTES} minutes" in row
    # The app's own address comes first.
    assert html.index(qr_svg(ADDRESS)) < html.index("<article")
    assert "nl-problem" not in html
    assert "Others can" in teaching.lessons_html(Reach(ADDRESS, "Others can’t open it."))


def test_what_gives_the_answer_is_folded_away_and_its_numbers_are_left_open():
    html = teaching.lessons_html(Reach(ADDRESS))
    outside = re.sub(r"<details>.*?</details>", "", html, flags=re.DOTALL)
    assert "<details open" not in html
    for lesson in LESSONS.values():
        text = teaching.taken_away(lesson)
        assert "{" not in text
        assert text in unescape(html)
        assert text not in unescape(outside)


def test_words_are_escaped(monkeypatch):
    html = teaching.lessons_html(Reach('http://h/"><script>alert(1)</script>', "<b>no</b>"))
    assert "<script>" not in html
    assert "<b>no</b>" not in html


def test_the_page_is_drawn_and_led_to():
    at = opened("teach.py")
    assert not errors(at)
    led = [link.proto.label for link in at.get("page_link")]
    assert led.index("Teach") == led.index("Walk") + 1
    words = " ".join(block.proto.body for block in at.get("html"))
    for part in teaching.PARTS.values():
        assert part in words or part == "Lessons"
    codes = [code.value for code in at.code]
    assert codes == [teaching.ONE_MACHINE, NGINX.strip()]
    assert not at.session_state["loop"].state.view.present


def test_the_projector_is_switched_on_and_off():
    at = press(opened("teach.py"), "present")
    assert query(at) == {"present": "on"}
    assert at.session_state["loop"].state.view.present
    assert not at.get("page_link")
    at = press(at, "present")
    assert query(at) == {}
    assert at.get("page_link")


def test_readme_and_page_say_the_same_command_and_the_same_configuration():
    assert teaching.ONE_MACHINE in README
    section = CLASS[CLASS.index("## Behind a proxy") :]
    (quoted,) = re.findall(r"```nginx\n(.*?)```", section, re.DOTALL)
    assert quoted in NGINX


def test_the_configuration_sends_a_visitor_to_one_instance_and_lets_sockets_through():
    for needed in (
        "hash $neural_lab_seat consistent;",
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header Connection $neural_lab_connection;",
        "proxy_set_header Host $http_host;",
        "proxy_buffering off;",
        "add_header Set-Cookie $neural_lab_new_seat;",
    ):
        assert needed in NGINX
    assert "ip_hash" not in NGINX
    assert NGINX.count("{") == NGINX.count("}")


def test_the_report_s_link_makes_the_run_again():
    at = opened(dataset="circle", hidden="3", samples="60", lesson="xor")
    live = loop(at)
    live.step(7)
    settled(live)
    live.configure(replace(live.state.config, learning_rate=0.5))
    live.step(5)
    settled(live)
    html = report_of(live, "http://h/", {"lesson": "xor", "hidden": "9"})
    (link,) = re.findall(r"href=['\"]([^'\"]+)['\"]", html)
    said = {k: v[0] for k, v in parse_qs(urlsplit(unescape(link)).query).items()}
    assert from_query(said) == live.state.run.origin
    assert said.items() >= {"lesson": "xor", "step": "12"}.items()
    again = replay(live.state.run, 12)
    assert changes_from_text(said["changes"]) == live.state.run.changes
    assert (again.parameters == live.state.run.parameters).all()


def test_the_report_says_of_its_link_where_others_cannot_open_it():
    at = opened(dataset="circle", hidden="3", samples="60")
    words = "Others can’t open “localhost”"
    assert words in unescape(report_of(loop(at), "http://localhost:8501/", {}))
    assert words not in unescape(report_of(loop(at), "http://10.0.0.5:8501/", {}))


def test_of_data_of_one_s_own_the_report_has_no_link_and_leaves_nothing_behind():
    at = opened()
    X = np.random.default_rng(3).normal(size=(2, 40))
    own = Dataset(X, (X[0] > 0).astype(int), name="mine")
    live = loop(at)
    live.train_on(Config(hidden=(3,)), own)
    live.pause()
    settled(live)
    html = report_of(live, "http://h/", {})
    assert NO_LINK in unescape(html)
    assert "href" not in html
    assert "mine" in html
    assert not [key for key in CACHE._entries if own.key in key]


def test_the_dialog_offers_a_report():
    at = opened(dataset="circle", hidden="3")
    at.button(key="share").click().run()
    assert not at.exception
    labels = [button.proto.label for button in at.get("download_button")]
    assert "Report (HTML)" in labels
