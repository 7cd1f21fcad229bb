"""Neural Lab: see a neural network learn. Start with: streamlit run app.py.

The server around the pages. What people see begins in pages/main.py; this adds the addresses from
which the live panels fetch their frames and files.
"""

import os
import sys
from pathlib import Path

# One BLAS thread: two make small steps many times slower. Read once, when NumPy is imported.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

# A thread that draws a page gives way sooner to the one that answers with frames.
sys.setswitchinterval(0.001)

import streamlit as st
from starlette.middleware import Middleware

from pages.shared.frames import FrameRequests, routes, sending_at_once

_base = st.get_option("server.baseUrlPath") or ""
app = st.App(
    Path(__file__).parent / "pages" / "main.py",
    routes=routes(_base),
    middleware=[Middleware(FrameRequests, base=_base)],
    lifespan=sending_at_once,
)
