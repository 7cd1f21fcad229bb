"""The playground: a network, its settings at the side, and everything about it moving."""

from pages.shared import live, session
from pages.shared.controls import message, sidebar

session.take_redraw()  # this is one
present = session.visit("playground").view.present
message()
live.stage()
if not present:
    sidebar(session.loop())
session.write_link()
