"""Results: what the running network's answers are worth, example by example and in all."""

from pages.shared import live, session
from pages.shared.controls import message, sidebar
from pages.shared.lesson_bar import lesson_bar

session.take_redraw()  # this is one
present = session.visit("results").view.present
message()
live.stage()
if present:
    lesson_bar()
else:
    sidebar(session.loop())
session.write_link()
