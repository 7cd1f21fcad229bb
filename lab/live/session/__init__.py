"""The loop of one session: what runs, what is asked for, what is shown.

Imports lab.live; knows no Streamlit.
"""
