"""The way of a frame to the page: asked for, waited for, and refused."""

from __future__ import annotations

import asyncio
import gc
import gzip
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from starlette.requests import Request
from starlette.responses import Response

from dnn.config import Config
from lab.figures import unpack
from lab.figures.frame import GZIP, Received, pack
from lab.frame import message
from lab.live.executors import InlineExecutor, WorkerPool
from lab.live.request import Result
from lab.live.session.loop import Loop
from lab.live.shown import Shown
from lab.view import View
from pages.shared import frames


def ask(token: str, accept: str = "", **query: str | int) -> Response:
    scope = {
        "type": "http",
        "path_params": {"token": token},
        "query_string": urlencode(query).encode(),
        "headers": [(b"accept-encoding", accept.encode())],
    }
    # In a thread of its own: Playwright's event loop, once started, runs on in the main one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, frames.next_frame(Request(scope))).result()


class Page:
    """A page that asks for frames, and puts them together."""

    def __init__(self, loop: Loop):
        self.token, self.received = frames.publish(loop), Received()

    def next(self, **query: str) -> dict[str, Any]:
        """Return the next message, however long a busy machine takes for it."""
        for _ in range(10):
            body = ask(self.token, seen=self.received.seq, **query).body
            if body:
                return self.received.take(body)
        raise AssertionError("no frame came")


@pytest.fixture
def loop():
    return Loop(InlineExecutor(), Config(), View(), playing=False)


def test_a_paused_run_is_drawn_and_checked_and_then_there_is_nothing_new(loop, monkeypatch):
    monkeypatch.setattr(frames, "WAIT", 0.05)
    page = Page(loop)
    first = ask(page.token, seen=0)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    assert page.received.take(first.body)["panels"]["gradients"]["badge"] is None
    checked = page.next()
    assert checked["panels"]["gradients"]["badge"]["kind"] == "ok"
    assert ask(page.token, seen=checked["seq"]).status_code == frames.NOTHING_NEW


def test_a_frame_is_squeezed_for_a_browser_that_takes_it(loop):
    token = frames.publish(loop)
    assert "content-encoding" not in ask(token, seen=0).headers
    packed = ask(token, "gzip, deflate, br", seen=0)
    assert packed.headers["content-encoding"] == "gzip"
    whole = gzip.decompress(packed.body)
    assert unpack(whole)["seq"] == unpack(packed.body)["seq"]
    assert len(packed.body) < 0.7 * len(whole)


def test_a_waiting_request_is_answered_as_soon_as_somebody_presses_step(loop):
    page = Page(loop)
    for _ in range(2):
        page.next()
    threading.Timer(0.2, loop.step, args=(1,)).start()
    began = time.monotonic()
    assert page.next()["numbers"]["step"] == 1
    assert time.monotonic() - began < frames.WAIT / 2
    assert not loop.waiting


def test_a_playing_run_gives_frame_after_frame(loop):
    loop.play()
    page, seq = Page(loop), 0
    for _ in range(3):
        message = page.next(theme="dark")
        assert message["seq"] > seq
        seq = message["seq"]
    assert message["theme"] == "dark"


def same(made: Any, came: Any, path: str = "") -> None:
    """Hold a message as it was made against it as it came."""
    if isinstance(made, np.ndarray):
        assert isinstance(came, np.ndarray), path
        kind = np.float32 if made.dtype.kind == "f" else made.dtype
        np.testing.assert_array_equal(made.astype(kind).ravel(), came.ravel(), path)
    elif isinstance(made, dict):
        assert made.keys() == came.keys(), path
        for key in made:
            same(made[key], came[key], f"{path}/{key}")
    elif isinstance(made, list | tuple):
        assert len(made) == len(came), path
        for i, each in enumerate(made):
            same(each, came[i], f"{path}/{i}")
    else:
        assert made == came, path


def test_changes_put_together_are_the_message_as_it_was_made(monkeypatch):
    """Over pages, themes, a pause, steps and other data: every array and word of each message."""
    made, sizes, whole = {}, [], 0

    def noting(shown: Shown) -> dict[str, Any]:
        told = message(shown)
        made[told["seq"]] = told
        return told

    monkeypatch.setattr("lab.frame.message", noting)
    loop = Loop(InlineExecutor(), Config(), View(), playing=True)
    acts = {
        10: lambda: loop.look(page="gradients"), 16: lambda: loop.look(page="layers"),
        24: lambda: loop.look(page="playground"), 30: lambda: loop.look(theme="dark"),
        34: loop.pause, 36: lambda: loop.step(3), 38: lambda: loop.hide(True),
        40: lambda: loop.configure(Config(dataset="moons", hidden=(3,))), 41: loop.play,
    }  # fmt: skip
    received = Received()
    for k in range(60):
        acts.get(k, lambda: None)()
        seq, frame, _ = loop.tick(received.seq)
        if seq > received.seq:
            came = received.take(frame)
            same(made[seq], came)
            assert list(came["panels"]) == list(made[seq]["panels"])
            sizes.append(len(frame))
            whole += frame[:2] == GZIP
    assert len(sizes) > 40
    assert whole < 5, "nearly all are changes"
    # Of the early messages a third is left out, of later ones more: curves only grow at their end.
    assert sizes[8] < 0.7 * len(pack(made[min(made) + 8]))


def test_a_page_that_lost_a_frame_is_given_a_whole_one():
    loop = Loop(InlineExecutor(), Config(), View(), playing=True)
    page = Page(loop)
    for _ in range(3):
        page.next()
    page.received = Received()  # as when the page is loaded again
    assert page.next()["panels"]["boundary"]["static"], "with its points"
    seq = page.received.seq
    lost = page.next()
    page.received.seq = seq  # the last one has not arrived
    assert page.next()["seq"] > lost["seq"]
    assert unpack(loop.calls.frame.data), "a whole one"


def test_what_nobody_published_is_gone(loop):
    assert ask("guessed").status_code == frames.GONE
    token = frames.publish(loop)
    assert len(token) >= 32
    assert token != frames.publish(loop)


def test_nonsense_in_the_query_does_no_harm(loop):
    token = frames.publish(loop)
    assert ask(token, seen="-1e9", theme="<b>", have="x" * 5000).status_code == 200
    assert loop.state.view.theme == "light"


def test_a_forgotten_session_leaves_nothing_behind():
    made = Loop(InlineExecutor(), Config(), View(), playing=False)
    token = frames.publish(made)
    del made
    import gc

    gc.collect()
    assert ask(token).status_code == frames.GONE


def test_a_failure_is_told_in_a_sentence(loop, monkeypatch):
    def fail(*args: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("lab.live.session.calls.answer", fail)
    answer = ask(frames.publish(loop))
    assert answer.status_code == frames.FAILED
    assert b"no room" in answer.body


def test_a_frame_leaves_no_ring_of_objects_behind():
    """What waits for the collector of a large server waits for hours, and keeps its arrays."""
    pool = WorkerPool(1)
    loop = Loop(pool, Config(), View(), playing=True)
    page = Page(loop)
    try:
        for _ in range(3):
            page.next()
        gc.collect()
        gc.disable()
        for _ in range(20):
            page.next()
        runs = [o for o in gc.get_objects() if isinstance(o, Result)]
        assert len(runs) < 3
    finally:
        gc.enable()
        pool.shutdown()


def test_what_the_server_accepts_sends_at_once():
    """Through a socket made as Streamlit makes it, of which asyncio does not see that it is TCP."""
    with socket.socket(socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))

        async def start() -> None:
            async with frames.sending_at_once(None):
                pass

        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, start()).result()
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
