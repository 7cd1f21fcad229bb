"""What the theme in .streamlit/config.toml can't say: a few rules for the page's frame."""

import streamlit as st

CSS = """
.stApp { --nl-height: calc(100vh - 68px); }
.stMainBlockContainer { padding: 12px 16px 8px !important; max-width: none; }
.stMainBlockContainer [data-testid="stVerticalBlock"] { gap: 10px; }
header[data-testid="stHeader"] { background: transparent; z-index: 6; }
header[data-testid="stHeader"], header[data-testid="stHeader"] div
  { pointer-events: none !important; }
header[data-testid="stHeader"] :is(button, a) { pointer-events: auto !important; }
[data-testid="stSidebarContent"] { padding: 0 !important; }
[data-testid="stSidebarHeader"] { margin: 0; padding: 8px 12px; height: 48px; }
[data-testid="stSidebarUserContent"] { padding: 0 16px 16px !important; }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: 8px; }
[data-testid="stSidebarUserContent"] label p { font-size: 12.5px; white-space: nowrap; }
[class*="st-key-experiment_"] button { justify-content: flex-start; min-height: 32px;
  padding: 2px 10px; }
[class*="st-key-experiment_"] button div { justify-content: flex-start; text-align: left; }
.nl-title { margin: 0; font-weight: 600; }
.st-key-pages { display: grid !important; grid-template-columns: repeat(3, 1fr);
  gap: 2px 4px !important; margin-top: -6px; }
.st-key-brand { margin-top: -42px; height: 34px; width: fit-content; font-size: 15px; }
.st-key-transport { gap: 8px !important; padding-right: 40px; }
@media (min-width: 641px) { .stApp:has([data-testid="stExpandSidebarButton"]) .st-key-transport
  { padding-left: 36px; } }
.st-key-pause:has(button:disabled), .st-key-pause:has(button:enabled) ~ .st-key-play
  { display: none; }
.st-key-transport button { min-height: 36px; padding: 0 10px; }
button[data-testid="stBaseButton-primary"]:enabled,
button[data-testid="stBaseButton-primary"]:enabled *
  { color: light-dark(#ffffff, #10151b) !important; }
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
.nl-section { font-size: 13.5px; font-weight: 600; margin: 6px 0 -2px; display: flex; gap: 8px; }
.nl-section::after { content: ""; flex: 1; border-top: 1px solid currentColor; opacity: .16;
  align-self: center; }
@media (max-width: 640px) {
  header[data-testid="stHeader"] { background: light-dark(#f6f7f9, #0d1116); height: 44px; }
  .stMainBlockContainer { padding: 48px 12px 132px !important; }
  .st-key-transport { position: fixed; bottom: 0; left: 0; right: 0; z-index: 5;
    padding: 8px 12px 12px; background: var(--st-background-color, Canvas);
    border-top: 1px solid light-dark(#e0e4ea, #262e38); }
  .st-key-transport button { min-height: 44px; min-width: 44px; }
  .st-key-transport kbd, .st-key-step p, .st-key-epoch p, .st-key-reset p, .st-key-new_seed p
    { display: none; }
}
"""


def apply() -> None:
    """Add the rules to the page."""
    st.html(f"<style>{CSS}</style>")
