"""The playground: a network, its settings at the side, and everything about it moving."""

from pages.shared import live, session
from pages.shared.controls import sidebar

live.serve_plotly()
# The side bar comes last: what a full run draws last may still wait to be sent when the next tick
# starts, is dropped then, and the panels would be taken off the page and mounted anew.
live.stage()
sidebar(session.loop())
session.write_link()
