"""The way of a frame to the page: asked for, waited for, and refused."""

from __future__ import annotations

import asyncio
import gc
import gzip
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response

from dnn.config import Config
from lab.figures import unpack
from lab.live.executors import InlineExecutor, WorkerPool
from lab.live.request import Result
from lab.live.session.loop import Loop
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


def newer(token: str, seen: int) -> int:
    """Return the number of the next frame, however long a busy machine takes for it."""
    for _ in range(10):
        body = ask(token, seen=seen).body
        if body:
            return unpack(body)["seq"]
    raise AssertionError("no frame came")


@pytest.fixture
def loop():
    return Loop(InlineExecutor(), Config(), View(), playing=False)


def test_a_paused_run_is_drawn_and_checked_and_then_there_is_nothing_new(loop, monkeypatch):
    monkeypatch.setattr(frames, "WAIT", 0.05)
    token = frames.publish(loop)
    first = ask(token, seen=0)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    seq = unpack(first.body)["seq"]
    assert unpack(first.body)["panels"]["gradients"]["badge"] is None
    checked = unpack(ask(token, seen=seq).body)
    assert checked["panels"]["gradients"]["badge"]["kind"] == "ok"
    seq = checked["seq"]
    assert ask(token, seen=seq).status_code == frames.NOTHING_NEW


def test_a_frame_is_squeezed_for_a_browser_that_takes_it(loop):
    token = frames.publish(loop)
    assert "content-encoding" not in ask(token, seen=0).headers
    packed = ask(token, "gzip, deflate, br", seen=0)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == loop.calls.frame
    assert len(packed.body) < 0.7 * len(loop.calls.frame)


def test_a_waiting_request_is_answered_as_soon_as_somebody_presses_step(loop):
    token = frames.publish(loop)
    seq = unpack(ask(token, seen=0).body)["seq"]
    seq = unpack(ask(token, seen=seq).body)["seq"]
    threading.Timer(0.2, loop.step, args=(1,)).start()
    began = time.monotonic()
    answer = ask(token, seen=seq)
    assert unpack(answer.body)["numbers"]["step"] == 1
    assert time.monotonic() - began < frames.WAIT / 2
    assert not loop.waiting


def test_a_playing_run_gives_frame_after_frame(loop):
    loop.play()
    token, seq = frames.publish(loop), 0
    for _ in range(3):
        message = unpack(ask(token, seen=seq, theme="dark", have="nothing").body)
        assert message["seq"] > seq
        seq = message["seq"]
    assert message["theme"] == "dark"


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
    token, seq = frames.publish(loop), 0
    try:
        for _ in range(3):
            seq = newer(token, seq)
        gc.collect()
        gc.disable()
        for _ in range(20):
            seq = newer(token, seq)
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
