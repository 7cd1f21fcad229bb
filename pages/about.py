"""About: what this server runs, for whoever asks for help."""

import numpy as np
import streamlit as st

from pages.shared import session
from pages.shared.controls import brand
from pages.shared.page import Page

PAGE = Page(
    key="about",
    title="About",
    icon="info",
    order=110,
    question="What runs here?",
)


def about_page() -> None:
    """Draw the page."""
    session.heed_link()
    with st.sidebar:
        brand()
    st.header("About")
    st.write(f"Neural Lab on NumPy {np.__version__} and Streamlit {st.__version__}.")


if __name__ == "__main__":
    about_page()
