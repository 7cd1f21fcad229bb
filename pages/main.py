"""Where every visit begins: the page's frame, the navigation, and what all pages share."""

import streamlit as st

from pages.shared import style
from pages.shared.page import all_pages

# Inside another page there is little room: the side bar waits behind its button.
side_bar = "collapsed" if st.context.is_embedded else 304
st.set_page_config("Neural Lab", "static/icon.svg", "wide", initial_sidebar_state=side_bar)
style.apply("tokens", "page")
first, *others = all_pages()
st.navigation(
    [
        st.Page(first.file, title=first.title, default=True),
        *(st.Page(page.file, title=page.title, url_path=page.key) for page in others),
    ],
    position="hidden",
).run()
