"""The command that runs all tests: each part runs, and a failure of either is one of the whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from run import PARTS, run

ROOT = Path(__file__).parents[1]


def part(words: str, code: int) -> list[str]:
    return [sys.executable, "-c", f"print({words!r}); raise SystemExit({code})"]


@pytest.mark.parametrize(
    ("first", "second", "worst"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 3, 3), (3, 1, 3)]
)
def test_both_parts_run_and_the_worst_code_is_returned(capfd, first, second, worst):
    assert run({"a": part("12 passed", first), "b": part("3 passed", second)}) == worst
    said = capfd.readouterr().out
    assert said.index("== Tests a\n") < said.index("12 passed") < said.index("== Tests b\n")
    assert said.index("3 passed") > said.index("== Tests b\n")
    assert said.count("FAILED") == (first > 0) + (second > 0)


def test_a_part_that_a_signal_ends_has_failed(capfd):
    killed = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    assert run({"a": killed, "b": part("3 passed", 0)}) == 9
    assert "Tests a: FAILED" in capfd.readouterr().out


def test_arguments_reach_every_part(capfd):
    echo = [sys.executable, "-c", "import sys; print(sys.argv[1:])"]
    assert run({"a": echo, "b": echo}, ["-x"]) == 0
    assert capfd.readouterr().out.count("['-x']") == 2


def test_the_parts_are_all_tests_each_once():
    marks = [command[-1] for command in PARTS.values()]
    assert marks == ["not browser", "browser"]


def test_the_readme_names_this_command_and_it_ends_with_its_code():
    section = (ROOT / "README.md").read_text().split("## Run the tests")[1]
    assert ".venv/bin/python tests/run.py" in section.split("```")[1]
    # An unknown option is refused by pytest itself, in both parts, before anything runs.
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "run.py", "--no-such-option"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert done.stdout.count("FAILED (exit code 4)") == 2
