"""The pictures of the data sets: what they are drawn of, and how they are served."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import numpy as np
import pytest
from starlette.requests import Request
from starlette.responses import Response

from dnn.data.datasets import DATASETS
from lab.figures.theme import TOKENS
from lab.figures.thumbnail import POINTS, SIDE, thumbnail
from pages.shared import frames

POS, NEG = TOKENS["light"]["pos"], TOKENS["light"]["neg"]


def dots(svg: str) -> list[dict[str, str]]:
    return [e.attrib for e in ElementTree.fromstring(svg) if e.tag.endswith("circle")]


def test_points_lie_where_they_are_and_have_their_classes_colour():
    U = np.array([[-1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]])
    low, high, middle = dots(thumbnail(U, np.array([[0, 1, 1]]), "binary"))
    assert (low["fill"], high["fill"]) == (NEG, POS)
    assert float(low["cx"]) < SIDE / 2 < float(high["cx"])
    assert float(low["cy"]) > SIDE / 2 > float(high["cy"]), "up is up"
    assert float(middle["cx"]) == float(middle["cy"]) == SIDE / 2


def test_values_have_the_colour_of_their_sign_and_are_as_strong_as_they_are_large():
    U = np.zeros((2, 3))
    made = dots(thumbnail(U, np.array([[-2.0, 1.0, 0.0]]), "real"))
    assert [(d["fill"], float(d["fill-opacity"])) for d in made] == [(NEG, 1), (POS, 0.5), (NEG, 0)]


def test_no_more_points_than_can_be_told_apart():
    rng = np.random.default_rng(0)
    U = rng.normal(size=(2, 5000))
    assert len(dots(thumbnail(U, rng.integers(0, 2, (1, 5000)), "binary"))) == POINTS


def ask(key: str) -> Response:
    scope = {"type": "http", "path_params": {"key": key}, "query_string": b"", "headers": []}
    # In a thread of its own: Playwright's event loop, once started, runs on in the main one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, frames.data_picture(Request(scope))).result()


@pytest.mark.parametrize("key", DATASETS)
def test_every_data_set_has_a_picture(key):
    answer = ask(key)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert len(answer.body) < 12_000
    if not DATASETS[key].synthetic:
        assert not dots(answer.body.decode())
        return
    made = dots(answer.body.decode())
    assert {d["fill"] for d in made} == {POS, NEG}
    assert all(0 < float(d[at]) < SIDE for d in made for at in ("cx", "cy"))


@pytest.mark.parametrize("key", ["nothing", "__class__", "x" * 500, "\\x00"])
def test_other_names_have_none(key):
    assert ask(key).status_code == 404
