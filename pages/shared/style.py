"""What the theme in .streamlit/config.toml can't say: a few rules for the page's frame."""

import streamlit as st

CSS = """
.stMainBlockContainer { padding-left: 16px; padding-right: 16px; max-width: none; }
header[data-testid="stHeader"] { height: 44px; background: transparent; pointer-events: none; }
header[data-testid="stHeader"] * { pointer-events: auto; }
.stMainBlockContainer > div > [data-testid="stVerticalBlock"] { gap: 10px; }
[data-testid="stSidebarHeader"] { height: 44px; padding: 8px 12px; }
[data-testid="stSidebarUserContent"] { padding: 0 16px 16px; }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: 8px; }
[data-testid="stSidebarUserContent"] hr { margin: 4px 0; }
.st-key-transport { min-height: 36px; padding-right: 40px; }
.st-key-transport button { min-height: 34px; font-variant-numeric: tabular-nums; }
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
.nl-section { font-size: 13.5px; font-weight: 600; margin: 6px 0 -2px; display: flex; gap: 8px; }
.nl-section::after { content: ""; flex: 1; border-top: 1px solid currentColor; opacity: .16;
  align-self: center; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding-left: 12px; padding-right: 12px; }
  .st-key-transport { position: sticky; bottom: 0; z-index: 5; padding-right: 0; }
  .st-key-transport button { min-height: 44px; }
}
"""


def apply() -> None:
    """Add the rules to the page."""
    st.html(f"<style>{CSS}</style>")
