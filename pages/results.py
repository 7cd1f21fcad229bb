"""Results: what the running network's answers are worth, example by example and in all."""

from pages.shared import live, session
from pages.shared.controls import message, sidebar

session.take_redraw()  # this is one
present = session.visit("results").view.present
message()
live.stage()
if not present:
    sidebar(session.loop())
session.write_link()
