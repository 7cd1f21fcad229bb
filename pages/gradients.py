"""The gradients lab: what depth does to signal and error, measured against theory."""

from pages.shared import live, session
from pages.shared.controls import lab_sidebar, message
from pages.shared.trainability import trainability

session.take_redraw()  # this is one
session.visit("gradients")
message()
live.stage()
if not session.hidden("trainability"):
    trainability()
lab_sidebar(session.loop())
session.write_link()
