"""The gradients lab: what depth does to signal and error, measured against theory."""

from pages.shared import live, session
from pages.shared.controls import lab_bar, lab_sidebar, message
from pages.shared.trainability import trainability

session.take_redraw()  # this is one
present = session.visit("gradients").view.present
message()
live.stage()
if present:
    lab_bar()  # the style sheet puts it above: the stage keeps its place on the page
else:
    if not session.hidden("trainability"):
        trainability()
    lab_sidebar(session.loop())
session.write_link()
