"""Simulated students: each opens a session over Streamlit's own protocol and asks for frames.

They ask as static/page/feed.js does: for the next frame when the last one has come, and no sooner
than `pace` seconds after the question before. A press is what the browser sends for a button.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

TOKEN = re.compile(rb'"token":\s*"([A-Za-z0-9_-]{32})"')
BUTTON = re.compile(rb"\$\$ID-[0-9a-f]+-(play|pause|step|reset|new_seed)\b")
#: A message longer than this is no end of a page's run.
SHORT = 3000


@dataclass
class Seen:
    """What a student sees. opened: seconds to the first trained frame; lost: failed requests."""

    opened: float | None = None
    frames: int = 0
    bytes: int = 0
    steps: int = 0
    lost: int = 0
    gaps: list[float] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)
    presses: list[float] = field(default_factory=list)


class Student:
    """One browser's session. Use it with `async with`; it asks for frames until it is left."""

    def __init__(self, port: int, query: str = "play=1", pace: float = 0.033):
        self.port, self.query, self.pace = port, query, pace
        self.seen = Seen()
        self.token = ""
        self.step, self.playing, self.seq = 0, True, 0
        self.buttons: dict[str, tuple[str, str]] = {}
        self._looking: list[tuple[Callable[[], bool], asyncio.Event]] = []
        self._rerun: asyncio.Event | None = None
        self.reading = asyncio.Event()
        self.reading.set()

    async def __aenter__(self) -> Student:
        self._began = time.perf_counter()
        url = f"ws://localhost:{self.port}/_stcore/stream"
        self._page = await websockets.connect(
            url, max_size=None, compression=None, subprotocols=["streamlit"], open_timeout=120
        )
        self._tasks = [asyncio.create_task(self._listen())]
        await self._run_page()
        while not self.token:
            await asyncio.sleep(0.02)
            if self._tasks[0].done():
                self._tasks[0].result()
        self._tasks.append(asyncio.create_task(self._ask()))
        return self

    async def __aexit__(self, *failed: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._page.close()

    async def _run_page(self, **told: Any) -> None:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        for name, value in told.items():
            setattr(message.rerun_script, name, value)
        await self._page.send(message.SerializeToString())

    async def _listen(self) -> None:
        async for told in self._page:
            if not self.token and (found := TOKEN.search(told)):
                self.token = found[1].decode()
            if (found := BUTTON.search(told)) and found[1].decode() not in self.buttons:
                message = ForwardMsg.FromString(told)
                fragment = message.delta.fragment_id
                self.buttons[found[1].decode()] = found[0].decode(), fragment
            if self._rerun is not None and len(told) < SHORT and _ends_a_run(told):
                self._rerun.set()

    async def rerun(self) -> None:
        """Let the whole page be drawn anew, as a click does, and note how long that takes."""
        began, self._rerun = time.perf_counter(), asyncio.Event()
        await self._run_page()
        await self._rerun.wait()
        self.seen.reruns.append(time.perf_counter() - began)
        self._rerun = None

    async def press(self, key: str, until: Callable[[], bool]) -> None:
        """Press a button, and note how long it takes until a frame shows what that has done."""
        widget, fragment = self.buttons[key]
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.fragment_id = fragment
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = widget, True
        began, done = time.perf_counter(), asyncio.Event()
        self._looking.append((until, done))
        await self._page.send(message.SerializeToString())
        await done.wait()
        self.seen.presses.append(time.perf_counter() - began)

    async def until(self, test: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until a frame has made something true. Raises TimeoutError."""
        done = asyncio.Event()
        self._looking.append((test, done))
        await asyncio.wait_for(done.wait(), seconds)

    async def _ask(self) -> None:
        reader = writer = None
        last = 0.0
        while True:
            await self.reading.wait()
            asked = time.perf_counter()
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection("localhost", self.port)
                status, body, size = await _get(
                    reader, writer, f"/lab/frames/{self.token}?seen={self.seq}&theme=light"
                )
            except (OSError, asyncio.IncompleteReadError):
                writer = None
                self.seen.lost += 1
                await asyncio.sleep(0.5)
                continue
            now = time.perf_counter()
            if status == 200:
                self._take(body)
                self.seen.frames += 1
                self.seen.bytes += size
                self.seen.gaps += [now - last] if last else []
                last = now
            elif status != 204:
                self.seen.lost += 1
                await asyncio.sleep(0.5)
            await asyncio.sleep(max(0.0, asked + self.pace - time.perf_counter()))

    def _take(self, body: bytes) -> None:
        size = int.from_bytes(body[:4], "little")
        told = json.loads(body[4 : 4 + size])
        self.seq = told["seq"]
        before, self.step = self.step, told["numbers"]["step"]
        self.seen.steps += max(0, self.step - before)
        self.playing = {**told, **told.get("parts", {})}.get("playing", self.playing)
        if self.seen.opened is None and self.step > 0:
            self.seen.opened = time.perf_counter() - self._began
        for test, done in tuple(self._looking):
            if test():
                done.set()
                self._looking.remove((test, done))


def _ends_a_run(told: bytes) -> bool:
    return ForwardMsg.FromString(told).WhichOneof("type") == "script_finished"


async def _get(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
) -> tuple[int, bytes, int]:
    """Return status, body and the body's bytes as they travelled."""
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = re.search(rb"content-length: (\d+)", head)
    body = await reader.readexactly(int(length[1])) if length else b""
    packed = b"content-encoding: gzip" in head
    return int(head.split(b" ", 2)[1]), gzip.decompress(body) if packed else body, len(body)


async def pause_step_play(student: Student) -> None:
    """Press Pause, Step and Play, and note how long the first two take to their frames."""
    await student.press("pause", lambda: not student.playing)
    before = student.step
    await student.press("step", lambda: student.step > before)
    noted = list(student.seen.presses)
    with suppress(TimeoutError):
        await asyncio.wait_for(student.press("play", lambda: student.playing), 30)
    student.seen.presses = noted
