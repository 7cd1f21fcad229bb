"""What tests of several pages need."""

from __future__ import annotations

import os
from unittest.mock import patch

import pytest

# NumPy's and SciPy's BLAS read these as they are loaded. Two test processes of two threads each
# wait for each other, which makes small products many times slower. The variables are gone again
# behind it: that the app's workers set them is a test.
with patch.dict(os.environ, dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")):
    import numpy  # noqa: F401
    import scipy.linalg  # noqa: F401

from pages.shared import session


@pytest.fixture
def inline(monkeypatch):
    """Let the pages train in this process, and in no pool that an earlier test has left."""
    monkeypatch.setenv("NEURAL_LAB_EXECUTOR", "inline")
    session.executor.clear()
    yield
    session.executor.clear()
