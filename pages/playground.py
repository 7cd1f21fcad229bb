"""The playground: a network, its settings at the side, and everything about it moving."""

from pages.shared import live, session
from pages.shared.controls import sidebar

live.serve_plotly()
session.write_link()
sidebar(session.loop())
live.stage()
