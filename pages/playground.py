"""The playground: a network, its settings at the side, and everything about it moving."""

from pages.shared import live, session
from pages.shared.controls import message, sidebar
from pages.shared.lesson_bar import lesson_bar

session.take_redraw()  # this is one
present = session.visit("playground").view.present
message()
live.stage()
if present:
    lesson_bar()
else:
    sidebar(session.loop())
session.write_link()
