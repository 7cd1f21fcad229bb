"""Data: bring your own, see what it is and what scaling does to it, and train on it."""

import streamlit as st

from pages.shared import session
from pages.shared.controls import brand, message
from pages.shared.own_data import page

session.heed_link()
with st.sidebar:
    brand()
message()
page()
