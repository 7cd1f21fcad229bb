"""What tests of several pages need."""

from __future__ import annotations

import pytest

from pages.shared import session


@pytest.fixture
def inline(monkeypatch):
    """Let the pages train in this process, and in no pool that an earlier test has left."""
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")
    session.executor.clear()
    yield
    session.executor.clear()
