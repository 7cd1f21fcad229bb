"""The way of a frame from a session's loop to its page: a request of its own, past Streamlit.

A rerun of even the smallest fragment makes Streamlit's page compare every widget on it again,
which costs several times what painting a frame does. So a page that is to be kept moving asks
here for the next frame, when it has painted the last one, and nothing else on it is touched.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import secrets
import socket
import stat
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import plotly
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from dnn.config import Config
from dnn.data.datasets import DATASETS
from lab.figures.frame import GZIP
from lab.figures.thumbnail import table_thumbnail, thumbnail
from lab.live.session.builtin_data import dataset
from lab.live.session.loop import Loop

#: Where all of this lives, below the address of the app.
PREFIX = "lab"
STATIC = Path(__file__).parents[2] / "static"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
#: Seconds that a request waits for a new frame before it is answered with none. While a run is
#: paused it waits for a press, which is answered before Streamlit has drawn its buttons anew.
WAIT = 5.0
NOT_CACHED = {"Cache-Control": "no-store"}
BYTES = "application/octet-stream"
NOTHING_NEW, GONE, FAILED = 204, 404, 409
#: Of an answer, where the page's side bar or buttons are to be drawn anew: the browser asks for it.
BEHIND = "X-Page-Behind"

_loops: WeakValueDictionary[str, Loop] = WeakValueDictionary()


@asynccontextmanager
async def sending_at_once(app: object) -> AsyncIterator[None]:
    """Serve with sockets that send at once; what the server accepts takes after what it listens on.

    Streamlit makes its socket in a way in which asyncio does not see that it is TCP's. The body of
    an answer then waited 40 ms behind its head, for the browser to acknowledge that (Nagle 1984).
    """
    for name in os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else []:
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as found:
                if found.family in (socket.AF_INET, socket.AF_INET6):
                    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    yield


def publish(loop: Loop) -> str:
    """Return the secret name under which this session's page, and no other, gets its frames."""
    token = secrets.token_urlsafe(24)
    _loops[token] = loop
    return token


async def next_frame(request: Request) -> Response:
    """Answer with the first frame newer than `seen`; 204 when none came, 404 when the
    session is gone, 409 with a sentence when training failed.

    theme: the page's.
    """
    loop = _loops.get(request.path_params["token"])
    if loop is None:
        return Response(status_code=GONE, headers=NOT_CACHED)
    query = request.query_params
    await _at_once(loop, loop.page_is, query.get("theme", ""))
    seen = int(query["seen"]) if query.get("seen", "").isdecimal() else 0
    frame = await _newer_than(seen, loop)
    headers = {**NOT_CACHED, **({BEHIND: "1"} if loop.page_behind else {})}
    if not frame and loop.state.failed:
        return PlainTextResponse(loop.state.failed, FAILED, headers)
    if not frame:
        return Response(status_code=NOTHING_NEW, headers=headers)
    if frame[:2] == GZIP:
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            frame = gzip.decompress(frame)
    return Response(frame, media_type=BYTES, headers=headers)


async def _at_once(loop: Loop, ask: Callable, *args: object) -> Any:
    """Return what a method of the loop returns, asked without a thread where it cannot block.

    A thread costs more than most of what is asked. But the loop's lock may be held while a network
    is built, and executors without worker processes train in the asking thread.
    """
    if not loop.answers_at_once or not loop.lock.acquire(blocking=False):
        return await to_thread.run_sync(ask, *args)
    try:
        return ask(*args)
    finally:
        loop.lock.release()


class FrameRequests:
    """Answers the requests for frames before Streamlit's middleware: it costs more than they do."""

    def __init__(self, app: ASGIApp, base: str = ""):
        self.app, self.path = app, f"{own_path(base)}/frames/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a frame; hand on every other one."""
        if scope["type"] != "http" or not scope["path"].startswith(self.path):
            await self.app(scope, receive, send)
            return
        scope["path_params"] = {"token": scope["path"].removeprefix(self.path)}
        await (await next_frame(Request(scope)))(scope, receive, send)


async def _newer_than(seen: int, loop: Loop) -> bytes:
    running, asked = asyncio.get_running_loop(), asyncio.Event()

    def wake(_: object = None) -> None:
        with suppress(RuntimeError):  # the server is closing
            running.call_soon_threadsafe(asked.set)

    end, awaited = running.time() + WAIT, None
    loop.waiting.add(wake)
    try:
        while True:
            asked.clear()
            seq, frame, future = await _at_once(loop, loop.tick, seen)
            if seq > seen:
                return frame
            if loop.state.failed or running.time() >= end:
                return b""
            if future is not None and future is not awaited:
                awaited = future
                future.add_done_callback(wake)
            paced = future is None and loop.state.playing
            due = loop.calls.due_at - time.perf_counter() if paced else WAIT
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), min(end - running.time(), max(0.001, due)))
    finally:
        loop.waiting.discard(wake)


@lru_cache(maxsize=32)
def picture(key: str) -> str:
    """Return a data set as a small SVG. Raises KeyError or ValueError for an unknown one."""
    entry = DATASETS[key]
    if not entry.synthetic:
        return table_thumbnail(entry.word)  # its library is loaded for whoever chooses it
    data = dataset(Config(dataset=key, samples=240))
    return thumbnail(data.points_train, data.Y_train, data.target)


async def data_picture(request: Request) -> Response:
    """Answer with the picture of a data set; 404 where there is none of that name."""
    try:
        svg = await to_thread.run_sync(picture, request.path_params["key"])
    except (KeyError, ValueError):
        return Response(status_code=GONE)
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "max-age=3600"})


def _file(path: Path, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return FileResponse(path, media_type=media_type)

    return serve


def own_path(base: str) -> str:
    """Return the path of all of this; base: the app's own, Streamlit's server.baseUrlPath."""
    base = base.strip("/")
    return f"/{base}/{PREFIX}" if base else f"/{PREFIX}"


def routes(base: str = "") -> list[BaseRoute]:
    """Return the routes that the server needs beside Streamlit's own and those for frames.

    base: the path below which the app is served, Streamlit's server.baseUrlPath.
    """
    own = own_path(base)
    return [
        Route(f"{own}/data/{{key}}.svg", data_picture),
        Route(f"{own}/static/plotly.min.js", _file(PLOTLY, "text/javascript")),
        Mount(f"{own}/static", StaticFiles(directory=STATIC)),
    ]
