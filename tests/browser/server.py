"""Start the app as the README says, and find a Chromium: for browser tests and benchmarks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
]  # fmt: skip


def chromium() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    named = os.environ.get("NEURAL_LAB_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome")
    return named or next((p for n in names if (p := shutil.which(n))), None)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextmanager
def app(
    log: Path | None = None, base: str = "", **env: str
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Run the app on a free port; yield its address and its process. Ends it at the end.

    base: a path below which it is served, such as "course/".
    """
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port),
        "--server.headless", "true", "--server.address", "127.0.0.1",
        *(("--server.baseUrlPath", base) if base else ()),
    ]  # fmt: skip
    out: Any = log.open("w") if log else subprocess.DEVNULL
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **env}, stdout=out, stderr=subprocess.STDOUT
    )
    try:
        wait_until_healthy(f"{port}/{base}", server)
        yield f"http://127.0.0.1:{port}/{base}", server
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        if log:
            out.close()


def wait_until_healthy(place: str, server: subprocess.Popen, seconds: float = 30) -> None:
    """Wait until the server answers at a port and path. Raises RuntimeError when it ends or takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with code {server.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{place}_stcore/health", timeout=1)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not answer within {seconds} s")
