"""pip install . makes dnn and lab importable from anywhere."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: What stands in the installed copy, and that it is this one which is used.
CODE = """
import dnn, lab.theory, lab.teaching.walk, lab.analysis.signal, pathlib
run, _ = dnn.advance(dnn.start(dnn.Config(samples=20)), 3)
assert run.step == 3
print(pathlib.Path(dnn.__file__).parent.parent, pathlib.Path(lab.__file__).parent.parent)
"""


def builds_wheels():
    """Return whether setuptools is new enough to build without another package."""
    try:
        return tuple(map(int, version("setuptools").split(".")[:2])) >= (70, 1)
    except PackageNotFoundError:
        return False


@pytest.mark.skipif(not builds_wheels(), reason="needs the setuptools of requirements.txt")
def test_an_installed_copy_can_be_imported_from_anywhere(tmp_path):
    """Built from a copy, because a build leaves its traces in the folder; without the network."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    for name in ("dnn", "lab"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
    build = ["--no-build-isolation", "--no-index", "--target", str(target), str(source)]
    done = subprocess.run([*pip, *build], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(target)] * 2
    for folder in ("dnn", "lab"):
        files = {p.relative_to(ROOT) for p in (ROOT / folder).rglob("*.py")}
        assert {p.relative_to(target) for p in (target / folder).rglob("*.py")} == files
