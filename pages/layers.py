"""Layers: what is inside the running network, layer by layer, and how it came to be so."""

from pages.shared import live, session
from pages.shared.controls import message, sidebar

session.take_redraw()  # this is one
present = session.visit("layers").view.present
message()
live.stage()
if not present:
    sidebar(session.loop())
session.write_link()
