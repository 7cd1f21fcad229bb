"""Run all tests: python tests/run.py [arguments of pytest]. Ends with an error if any part failed.

First what needs no browser, then the browser tests, whatever came of the first. Each part runs in
two processes, which for browser tests have a server and a browser each.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

PYTEST = (sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile")
PARTS = {
    "without a browser": (*PYTEST, "-m", "not browser"),
    "in a browser": (*PYTEST, "-m", "browser"),
}


def run(parts: dict[str, Sequence[str]], more: Iterable[str] = ()) -> int:
    """Return the worst exit code of commands that are run one after the other, all of them."""
    codes = {}
    for name, command in parts.items():
        print(f"== Tests {name}", flush=True)
        code = subprocess.run([*command, *more], cwd=Path(__file__).parents[1]).returncode
        codes[name] = abs(code)  # negative where a signal ended it
    for name, code in codes.items():
        print(f"== Tests {name}: {f'FAILED (exit code {code})' if code else 'passed'}", flush=True)
    return max(codes.values())


if __name__ == "__main__":
    sys.exit(run(PARTS, sys.argv[1:]))
