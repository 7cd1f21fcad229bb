"""Twins: two networks that differ in one setting, side by side on the same axes."""

from pages.shared import live, session
from pages.shared.controls import message
from pages.shared.lesson_bar import lesson_bar
from pages.shared.twins_sidebar import twins_sidebar

session.take_redraw()  # this is one
present = session.visit("twins").view.present
message()
live.stage()
if present:
    lesson_bar()
else:
    twins_sidebar(session.loop())
session.write_link()
