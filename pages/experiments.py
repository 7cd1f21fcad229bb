"""Published experiments on vanishing and exploding gradients, run anew in one click."""

import streamlit as st

from pages.shared import session
from pages.shared.controls import brand, message
from pages.shared.publications import details, listing

session.heed_link()
with st.sidebar:
    brand()
    listing(session.trials())
message()
details(session.trials())
