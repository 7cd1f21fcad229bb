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
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from pathlib import Path
from weakref import WeakValueDictionary

import plotly
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from dnn.config import Config
from dnn.data.datasets import DATASETS
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

    theme: the page's; have: the version of the data points that it has.
    """
    loop = _loops.get(request.path_params["token"])
    if loop is None:
        return Response(status_code=GONE, headers=NOT_CACHED)
    query = request.query_params
    # In a thread, like all that takes the loop's lock: it may be held while a network is built.
    await to_thread.run_sync(loop.page_is, query.get("theme", ""), query.get("have", ""))
    seen = int(query["seen"]) if query.get("seen", "").isdecimal() else 0
    frame = await _newer_than(seen, loop)
    headers = {**NOT_CACHED, **({BEHIND: "1"} if loop.page_behind else {})}
    if not frame and loop.state.failed:
        return PlainTextResponse(loop.state.failed, FAILED, headers)
    if not frame:
        return Response(status_code=NOTHING_NEW, headers=headers)
    # Half of a frame is text that hardly changes: 0.2 ms of squeezing halve what is sent.
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(frame, media_type=BYTES, headers=headers)
    packed = await to_thread.run_sync(gzip.compress, frame, 1)
    return Response(packed, media_type=BYTES, headers={**headers, "Content-Encoding": "gzip"})


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
            seq, frame, future = await to_thread.run_sync(loop.tick)
            if seq > seen:
                return frame
            if loop.state.failed or running.time() >= end:
                return b""
            if future is not None and future is not awaited:
                awaited = future
                future.add_done_callback(wake)
            with suppress(TimeoutError):
                await asyncio.wait_for(asked.wait(), end - running.time())
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


def routes(base: str = "") -> list[BaseRoute]:
    """Return the routes that the server needs beside Streamlit's own.

    base: the path below which the app is served, Streamlit's server.baseUrlPath.
    """
    base = base.strip("/")
    own = f"/{base}/{PREFIX}" if base else f"/{PREFIX}"
    return [
        Route(f"{own}/frames/{{token}}", next_frame),
        Route(f"{own}/data/{{key}}.svg", data_picture),
        Route(f"{own}/static/plotly.min.js", _file(PLOTLY, "text/javascript")),
        Mount(f"{own}/static", StaticFiles(directory=STATIC)),
    ]
