"""The look of the teacher's page, beside that of all pages."""

CSS = """
.st-key-teach_head { gap: 12px !important; padding-right: 40px; }
.st-key-teach_head [data-testid="stHtml"] { display: flex; align-items: baseline; gap: 12px; }
.st-key-teach_head [data-testid="stHtml"] p { margin: 0; }
@media (min-width: 641px) { .stApp:has([data-testid="stExpandSidebarButton"]) .st-key-teach_head
  { padding-left: 36px; } }
.nl-contents { display: grid; gap: 2px; border-top: 1px solid light-dark(#d5dae1, #262e38);
  padding-top: 8px; }
.nl-contents a { padding: 6px 8px; border-radius: 6px; color: inherit !important;
  text-decoration: none; }
.nl-contents a:hover { background: light-dark(#e2e6ec, #1b222b); }
.nl-part { font-size: 16px; line-height: 22px; font-weight: 600; margin: 6px 0 0; padding: 0;
  scroll-margin-top: 12px; }
.nl-teach { display: grid; gap: 10px; font-size: 14px; line-height: 20px; }
.nl-teach p { margin: 0; }
.nl-room, .nl-handed { display: grid; grid-template-columns: 1fr auto; gap: 4px 16px;
  align-items: start; background: light-dark(#ffffff, #151a21); padding: 10px 14px; }
.nl-room, .nl-lessons { border: 1px solid light-dark(#e0e4ea, #262e38); border-radius: 8px; }
.nl-room .nl-address { font-size: 26px; line-height: 32px; font-weight: 600; }
.nl-lessons { overflow: hidden; display: grid; gap: 1px;
  background: light-dark(#eceff3, #232b35); }
.nl-handed h5 { font-size: 15px; line-height: 20px; font-weight: 600; margin: 0; padding: 0;
  display: flex; flex-wrap: wrap; gap: 0 10px; align-items: baseline; }
.nl-handed h5 a { color: light-dark(#06629d, #6fbcf0); }
.nl-handed h5 span { font-weight: 400; font-size: 12.5px; color: light-dark(#626e80, #8c98a8); }
.nl-address { font-family: var(--st-code-font, ui-monospace, monospace); font-size: 13px;
  overflow-wrap: anywhere; color: light-dark(#465264, #b0bac7); }
.nl-room .nl-address { color: inherit; }
.nl-problem { color: light-dark(#a84f00, #f6a95f); grid-column: 1 / -1; }
.nl-problem code { white-space: nowrap; background: none; color: inherit; padding: 0;
  font-size: 13px; }
.nl-handed summary { cursor: pointer; font-size: 12.5px; color: light-dark(#465264, #b0bac7);
  width: fit-content; padding: 2px 0; }
.nl-handed details[open] { border-left: 3px solid light-dark(#c5ccd6, #3b4654);
  padding: 0 0 4px 12px; margin-top: 2px; }
.nl-handed ol { margin: 2px 0 6px; padding-left: 20px; }
.nl-hand { display: flex; gap: 8px; align-items: center; }
.nl-teach button { font: 500 13px/1 var(--st-font); min-height: 34px; padding: 0 12px;
  border-radius: 6px; border: 1px solid light-dark(#c5ccd6, #3b4654); cursor: pointer;
  background: light-dark(#ffffff, #1b222b); color: inherit; display: flex; gap: 8px;
  align-items: center; justify-content: center; }
.nl-teach button:hover { border-color: light-dark(#626e80, #8c98a8); }
.nl-teach :is(button, a, summary):focus-visible { outline: 2px solid #5b54d6; outline-offset: 2px; }
.nl-hand button[data-copy] { min-width: 92px; }
.nl-hand button svg { width: 26px; height: 26px; }
.nl-room .nl-hand button svg { width: 72px; height: 72px; }
.nl-keys { width: 100%; border-collapse: collapse; font-size: 13px; line-height: 18px; margin: 0; }
.nl-keys :is(th, td) { border: 0; padding: 3px 10px 3px 0; text-align: left;
  vertical-align: top; }
.nl-keys th { font-weight: 600; padding-top: 8px; }
.nl-keys tr:first-child th { padding-top: 0; }
.nl-keys td:first-child { white-space: nowrap; width: 110px; }
.nl-keys kbd { border: 1px solid light-dark(#c5ccd6, #3b4654); border-bottom-width: 2px;
  border-radius: 4px; padding: 0 6px; font: 500 12px/18px var(--st-font); background: none;
  color: inherit; }
dialog.nl-show { position: fixed; inset: 0; margin: 0; width: 100vw; height: 100dvh;
  max-width: none; max-height: none; border: 0; padding: 3vmin; background: #ffffff;
  color: #111111; grid-template: "code words" minmax(0, 1fr) "address address" auto
  / auto minmax(0, 1fr); gap: 2vmin 5vmin; }
dialog.nl-show[open] { display: grid; }
.nl-show-bar { position: absolute; top: 3vmin; right: 3vmin; display: flex; gap: 8px; }
.nl-teach .nl-show-bar button { background: #ffffff; color: #111111; border-color: #8b96a5;
  min-height: 44px; min-width: 44px; font-size: 16px; }
.nl-show-code { grid-area: code; height: 100%; aspect-ratio: 1; max-width: 52vw; }
.nl-show-code svg { display: block; width: 100%; height: 100%; }
.nl-show-words { grid-area: words; align-self: center; }
.nl-show-place { font-size: clamp(18px, 2.6vmin, 40px); line-height: 1.3; color: #465264; }
.nl-show-title { font-size: clamp(32px, 9vmin, 120px); line-height: 1.1; font-weight: 700;
  margin: 0; padding: 0; color: #111111; text-wrap: balance; }
.nl-show-address { grid-area: address; text-align: center; line-height: 1.2; font-weight: 600;
  font-family: var(--st-code-font, ui-monospace, monospace); overflow-wrap: anywhere;
  font-size: clamp(22px, min(13vmin, 92vw / (var(--nl-letters) * .61)), 140px); }
@media (max-aspect-ratio: 1) { dialog.nl-show { grid-template: "bar" auto "words" auto
    "code" minmax(0, 1fr) "address" auto / minmax(0, 1fr); }
  .nl-show-bar { grid-area: bar; position: static; justify-content: flex-end; }
  .nl-show-code { height: auto; width: min(100%, 60vh); max-width: none; place-self: center; } }
@media (max-width: 640px) { .st-key-teach_head { padding-right: 0; }
  .st-key-teach_head .st-key-present { display: none; }
  .nl-room, .nl-handed { grid-template-columns: minmax(0, 1fr); padding: 10px 12px; }
  .nl-room .nl-address { font-size: 20px; line-height: 26px; }
  .nl-teach button { min-height: 44px; } }
"""

#: On a projector nothing below 16 pixels.
PROJECTOR = """
.st-key-teach_head { padding-right: 0; }
.st-key-teach_head :is(button, p, kbd) { font-size: 16px !important; line-height: 22px; }
.st-key-teach_head button { min-height: 44px; }
.nl-title { font-size: 26px; }
.nl-part { font-size: 20px; line-height: 26px; }
.nl-teach, :is(.nl-room, .nl-handed) :is(p, li), .nl-handed h5 span, .nl-handed summary, .nl-read,
  .nl-keys, .nl-keys kbd, .nl-card p, .nl-card code, .nl-problem code { font-size: 16px !important;
  line-height: 23px !important; }
.nl-handed h5 { font-size: 20px; line-height: 26px; }
.nl-room p.nl-address { font-size: 34px !important; line-height: 42px !important; }
.nl-teach button { font-size: 16px; min-height: 44px; }
[data-testid="stExpander"] :is(p, code, pre, summary) { font-size: 16px !important; }
"""
