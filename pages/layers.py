"""Layers: what is inside the running network, layer by layer, and how it came to be so."""

from pages.shared import live, session
from pages.shared.controls import message, sidebar
from pages.shared.lesson_bar import lesson_bar

session.take_redraw()  # this is one
present = session.visit("layers").view.present
message()
live.stage()
if present:
    lesson_bar()
else:
    sidebar(session.loop())
session.write_link()
