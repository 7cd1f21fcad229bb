"""What the theme in .streamlit/config.toml can't say: a few rules for the page's frame."""

import streamlit as st

CSS = """
.stApp { --nl-height: calc(100vh - 68px); }
[data-testid="stMain"]:focus-visible::before { box-shadow: none !important; }
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
.nl-title { margin: 0; font-weight: 600; display: flex; flex-wrap: wrap; gap: 4px 12px;
  align-items: center; padding: 0; }
.nl-verdict-badge { font-size: 13px; line-height: 20px; font-weight: 600; padding: 1px 9px;
  border-radius: 4px; background: light-dark(#dfe4eb, #2a333f);
  color: light-dark(#465264, #b0bac7); }
.nl-verdict-badge[data-kind="ok"] { background: light-dark(#e2f3ea, #12301f);
  color: light-dark(#16744a, #55c790); }
.nl-verdict-badge[data-kind="not"] { background: light-dark(#fcebdc, #38220d);
  color: light-dark(#a84f00, #f6a95f); }
.nl-claim { margin: 4px 0 0; font-size: 16px; line-height: 23px; max-width: 980px; }
.nl-cards { display: grid; grid-template-columns: 3fr 2fr; gap: 12px; margin-top: 4px; }
.nl-card, .nl-table, .st-key-experiment_chart { background: light-dark(#ffffff, #151a21);
  border: 1px solid light-dark(#e0e4ea, #262e38); border-radius: 8px; }
.nl-card { padding: 12px 14px; }
.nl-card h4, .nl-chart-title { font-size: 13.5px; line-height: 18px; font-weight: 600; margin: 0;
  padding: 0; }
.nl-card p { margin: 4px 0 0; line-height: 21px; max-width: 980px; }
.nl-card p + h4 { margin-top: 10px; }
.nl-card h4 span, .nl-card .nl-source { font-weight: 400; color: light-dark(#626e80, #8c98a8); }
.nl-card .nl-source { font-size: 12.5px; line-height: 17px; margin-top: 6px; }
.nl-found { border-left-width: 4px; }
.nl-found[data-kind="ok"] { border-left-color: light-dark(#16744a, #55c790); }
.nl-found[data-kind="not"] { border-left-color: light-dark(#a84f00, #f6a95f); }
.st-key-predict { border-left: 4px solid light-dark(#06629d, #6fbcf0) !important;
  background: light-dark(#ffffff, #151a21); }
.st-key-predict p { margin: 2px 0 0; line-height: 21px; }
.st-key-predict [data-right="true"] { color: light-dark(#16744a, #55c790); }
.st-key-predict [data-right="false"] { color: light-dark(#a84f00, #f6a95f); }
.nl-none { border: 1px dashed light-dark(#c5ccd6, #3b4654); border-radius: 8px; padding: 28px;
  text-align: center; color: light-dark(#465264, #b0bac7); }
.nl-table { overflow-x: auto; padding: 4px 6px; }
.nl-table table { border-collapse: collapse; font-size: 13px; line-height: 18px; margin: 0;
  font-variant-numeric: tabular-nums; }
.nl-table :is(th, td) { border: 0; border-top: 1px solid light-dark(#eceff3, #232b35);
  padding: 5px 10px; text-align: right; max-width: 190px; }
.nl-table th { border-top: 0; font-weight: 600; vertical-align: bottom; min-width: 64px;
  color: light-dark(#465264, #b0bac7); }
.nl-table :is(th, td):first-child { text-align: left; }
.nl-rows :is(th, td) { white-space: nowrap; max-width: 210px; overflow: hidden;
  text-overflow: ellipsis; }
.nl-rows th span { display: block; font-weight: 400; font-size: 12px;
  color: light-dark(#626e80, #8c98a8); }
.nl-rows i { color: light-dark(#a84f00, #f6a95f); }
.nl-rows .nl-target { background: light-dark(#eef1f5, #1d242d); position: sticky; right: -6px; }
.nl-size, .nl-read { margin: 2px 0 0; font-size: 12.5px; line-height: 17px;
  color: light-dark(#465264, #b0bac7); }
.nl-keys { display: flex; flex-wrap: wrap; gap: 0 14px; margin: 0; font-size: 12.5px;
  line-height: 18px; color: light-dark(#465264, #b0bac7); }
.nl-keys i { display: inline-block; width: 14px; height: 3px; margin-right: 5px;
  vertical-align: middle; }
[class*="st-key-card_"], [class*="st-key-data_"] { background: light-dark(#ffffff, #151a21);
  padding: 10px 12px !important; gap: 6px !important; }
[class*="st-key-card_"] button { min-height: 30px; padding: 0 8px; }
.nl-link { font-size: 13px; white-space: nowrap; color: light-dark(#06629d, #6fbcf0) !important; }
.st-key-pick { display: none; }
.st-key-pages { display: grid !important; grid-template-columns: repeat(2, 1fr);
  grid-auto-rows: 30px; gap: 2px 4px !important; margin-top: -6px; }
.st-key-brand { margin-top: -42px; height: 34px; width: fit-content; font-size: 15px; }
.st-key-transport { gap: 8px !important; padding-right: 40px; }
@media (min-width: 641px) { .stApp:has([data-testid="stExpandSidebarButton"]) .st-key-transport
  { padding-left: 36px; } }
.st-key-present p { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); }
[class*="st-key-dataset_picture"] button { padding: 1px !important; min-height: 32px;
  min-width: 0; }
[class*="st-key-dataset_picture"] img { height: 26px; width: 26px; max-height: none; margin: 0; }
[class*="st-key-dataset_picture"] p { line-height: 0; }
.st-key-pause:has(button:disabled), .st-key-pause:has(button:enabled) ~ .st-key-play
  { display: none; }
.st-key-transport button { min-height: 36px; padding: 0 10px; }
@media (min-width: 641px) and (max-width: 1340px) { .st-key-transport { gap: 6px !important; }
  .st-key-transport button { padding: 0 7px; } }
button[data-testid="stBaseButton-primary"]:enabled,
button[data-testid="stBaseButton-primary"]:enabled *
  { color: light-dark(#ffffff, #10151b) !important; }
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
.nl-section { font-size: 13.5px; font-weight: 600; margin: 6px 0 -2px; display: flex; gap: 8px; }
.nl-section::after { content: ""; flex: 1; border-top: 1px solid currentColor; opacity: .16;
  align-self: center; }
#brought { scroll-margin-top: 56px; }
@media (min-width: 641px) { .st-key-read_below { display: none !important; } }
@media (max-width: 640px) {
  header[data-testid="stHeader"] { background: light-dark(#f6f7f9, #0d1116); height: 44px; }
  .stMainBlockContainer { padding: 48px 12px 132px !important; }
  .st-key-transport { position: fixed; bottom: 0; left: 0; right: 0; z-index: 5;
    padding: 8px 12px 12px; background: var(--st-background-color, Canvas);
    border-top: 1px solid light-dark(#e0e4ea, #262e38); }
  .st-key-transport button { min-height: 44px; min-width: 44px; }
  .st-key-pick { display: block; margin-top: 8px; }
  .nl-cards { grid-template-columns: 1fr; }
  .st-key-transport kbd, .st-key-step p, .st-key-epoch p, .st-key-reset p, .st-key-new_seed p,
  .st-key-share p, .st-key-reveal p, .st-key-transport:has(.st-key-reveal) .st-key-present
    { display: none; }
}
"""


#: For a projector: nothing but the page itself, type of 16 pixels and more, controls 44 high.
PROJECTOR = """
[data-testid="stSidebar"], header[data-testid="stHeader"], [data-testid="stExpandSidebarButton"]
  { display: none !important; }
.stMainBlockContainer { padding: 8px 16px !important; }
.stApp { --nl-height: calc(100vh - HEADpx); }
.st-key-transport, .st-key-transport :is(p, kbd, button), BAR :is(p, input, div)
  { font-size: 16px !important; line-height: 22px; }
.st-key-transport { padding-right: 0; }
.st-key-transport button, BAR .react-aria-ComboBox > div { min-height: 44px; }
.stVerticalBlock > :has(BAR) { order: -1; }
BAR { padding: 4px 4px 0; }
BAR .stSlider label { margin-bottom: 8px; }
BAR label p { white-space: nowrap; }
.stAlert p { font-size: 16px !important; }
"""
#: Pixels above the panels: the transport.
TRANSPORT = 72


def for_projector(bar: int = 0) -> None:
    """Add the rules of the projector mode to the page; bar: the height of controls above it."""
    rules = PROJECTOR.replace("HEAD", str(TRANSPORT + bar))
    rules = rules.replace("BAR", ":is(.st-key-lab_bar, .st-key-lesson_bar)")
    st.html(f"<style>{rules}</style>")


def apply() -> None:
    """Add the rules to the page."""
    st.html(f"<style>{CSS}</style>")
