"""The look of the walk and of the glossary, beside that of all pages."""

CSS = """
[class*="st-key-stage_"] button { justify-content: flex-start; min-height: 30px;
  padding: 2px 10px; }
[class*="st-key-stage_"] button div { justify-content: flex-start; text-align: left; }
:is(.st-key-walk_top, .st-key-walk_bar) { gap: 8px !important; }
.st-key-walk_top { padding-right: 40px; flex-wrap: wrap; row-gap: 6px !important; }
.st-key-walk_bar { margin-right: 12px; flex-wrap: nowrap !important; }
@media (min-width: 641px) { .stApp:has([data-testid="stExpandSidebarButton"]) .st-key-walk_top
  { padding-left: 36px; } }
@media (max-width: 640px) {
  .st-key-walk_top { padding-right: 0; }
  .st-key-walk_top .st-key-present { display: none; }
  :is(.st-key-walk_formula, .st-key-walk_check) .katex { font-size: 14px; }
  .st-key-walk_bar { position: fixed; bottom: 0; left: 0; right: 0; z-index: 5; margin: 0;
    width: 100% !important; padding: 8px 12px 12px;
    background: var(--st-background-color, Canvas);
    border-top: 1px solid light-dark(#e0e4ea, #262e38); }
  .st-key-walk_bar button { min-height: 44px; min-width: 110px; }
}
.nl-walk-count { font-size: 13px; color: light-dark(#465264, #b0bac7);
  font-variant-numeric: tabular-nums; white-space: nowrap; }
.st-key-walk_picture, .st-key-walk_formula, .st-key-walk_check, .nl-source-lines
  { background: light-dark(#ffffff, #151a21); border: 1px solid light-dark(#e0e4ea, #262e38);
  border-radius: 8px; }
.st-key-walk_picture { padding: 8px; overflow-x: auto; width: 100%; }
.st-key-walk_picture svg { display: block; margin: 0 auto; }
.nl-walk-key { margin: 4px 0 0; text-align: center; font-size: 13px; line-height: 19px;
  color: light-dark(#465264, #b0bac7); }
.nl-walk-key sup { font-size: .72em; line-height: 0; }
.st-key-walk_top .st-key-present { margin-left: auto; }
:is(.st-key-walk_formula, .st-key-walk_check) { padding: 12px 14px; overflow-x: auto; }
:is(.st-key-walk_formula, .st-key-walk_check) .katex-display { margin: 4px 0;
  overflow-x: auto; overflow-y: hidden; padding: 2px 0;
  --nl-panel: light-dark(#ffffff, #151a21); --nl-shade: light-dark(#9fb0c4, #51637a);
  background:
    linear-gradient(to right, var(--nl-panel) 40%, transparent) left / 28px 100% no-repeat local,
    linear-gradient(to left, var(--nl-panel) 40%, transparent) right / 28px 100% no-repeat local,
    linear-gradient(to right, var(--nl-shade), transparent) left / 12px 100% no-repeat scroll,
    linear-gradient(to left, var(--nl-shade), transparent) right / 12px 100% no-repeat scroll; }
.nl-source-lines { padding: 8px 0 6px; font-size: 12.5px; line-height: 18px; }
.nl-source-lines h4 { font-size: 12.5px; line-height: 16px; font-weight: 600; margin: 0 14px 4px;
  padding: 0; color: light-dark(#465264, #b0bac7); }
.nl-source-lines div { display: flex; }
.nl-source-lines div[data-marked] { background: light-dark(#e0eff9, #10293c);
  box-shadow: inset 3px 0 light-dark(#06629d, #6fbcf0); }
.nl-source-lines span { flex: none; width: 44px; text-align: right; padding-right: 12px;
  color: light-dark(#626e80, #8c98a8); user-select: none; }
.nl-source-lines code { font-size: 12.5px; line-height: 18px; background: none; padding: 0 14px 0 0;
  color: inherit; white-space: pre-wrap; overflow-wrap: anywhere; min-width: 0; }
[class*="st-key-term_"] { background: light-dark(#ffffff, #151a21); border-radius: 8px;
  padding: 10px 14px; gap: 4px !important; }
[class*="st-key-term_"] .katex-display { margin: 2px 0; overflow-x: auto; overflow-y: hidden; }
[class*="st-key-term_"] [data-testid="stMarkdownContainer"],
  [data-testid="stPopoverBody"] [data-testid="stMarkdownContainer"],
  .st-key-walk_formula [data-testid="stMarkdownContainer"] { margin-bottom: 0 !important; }
.nl-term-names { font-weight: 400; color: light-dark(#626e80, #8c98a8); }
.nl-term-foot, .nl-terms { margin: 0; font-size: 12.5px; line-height: 17px;
  color: light-dark(#626e80, #8c98a8); }
.st-key-walk_terms { gap: 0 14px !important; flex-wrap: wrap; }
.st-key-walk_terms button { min-height: 26px; padding: 0; }
.st-key-walk_terms button p { text-decoration: underline dotted; text-underline-offset: 3px; }
"""

#: On a projector nothing below 16 pixels.
PROJECTOR = """
.st-key-pick { display: block; margin: 0 !important; width: 340px !important; }
.st-key-walk_formula { gap: 4px !important; padding: 8px 14px; }
.st-key-walk_top { padding-right: 0; }
.st-key-walk_symbols .katex { font-size: 22px; }
.st-key-walk_top :is(p, kbd, button, span, input), .st-key-pick :is(div, input), .nl-walk-count
  { font-size: 16px !important; line-height: 22px; }
.st-key-walk_top button { min-height: 44px; }
.nl-title { font-size: 26px; line-height: 30px; }
.nl-claim { font-size: 19px; line-height: 26px; max-width: none; }
.nl-chart-title, .nl-source-lines h4 { font-size: 16px; line-height: 22px; }
.nl-source-lines, .nl-source-lines code { font-size: 16px; line-height: 20px; }
:is(.st-key-walk_formula, .st-key-walk_check) :is(p, code) { font-size: 16px !important; }
.nl-walk-key { font-size: 17px; line-height: 24px; }
.nl-term-foot, .nl-term-foot a, .nl-terms, .st-key-walk_terms :is(p, button),
  [class*="st-key-term_"] :is(p, code, span), [data-testid="stPopoverBody"] :is(p, code, a)
  { font-size: 16px !important; line-height: 22px; }
"""
