"""Where every visit begins: the page's frame, the navigation, and what all pages share."""

import streamlit as st

from pages.shared import style

# Inside another page there is little room: the side bar waits behind its button.
side_bar = "collapsed" if st.context.is_embedded else 304
st.set_page_config("Neural Lab", "static/icon.svg", "wide", initial_sidebar_state=side_bar)
style.apply("tokens", "page")
st.navigation(
    [
        st.Page("playground.py", title="Playground", default=True),
        st.Page("layers.py", title="Layers", url_path="layers"),
        st.Page("results.py", title="Results", url_path="results"),
        st.Page("gradients.py", title="Gradients", url_path="gradients"),
        st.Page("twins.py", title="Twins", url_path="twins"),
        st.Page("data.py", title="Data", url_path="data"),
        st.Page("experiments.py", title="Experiments", url_path="experiments"),
        st.Page("walk.py", title="Walk", url_path="walk"),
        st.Page("teach.py", title="Teach", url_path="teach"),
        st.Page("glossary.py", title="Glossary", url_path="glossary"),
    ],
    position="hidden",
).run()
