"""Neural Lab: see a neural network learn. Start with: streamlit run app.py."""

import os

# One BLAS thread: two make small steps many times slower. Read once, when NumPy is imported.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import streamlit as st

from pages.shared import style


def main() -> None:
    """Set up what all pages share, and run the page that the address names."""
    st.set_page_config("Neural Lab", "static/icon.svg", "wide", initial_sidebar_state=304)
    style.apply()
    st.navigation(
        [st.Page("pages/playground.py", title="Playground", default=True)], position="hidden"
    ).run()


if __name__ == "__main__":
    main()
