"""Teach: lessons to hand out, the projector's keys, homework, and how to run it for a class."""

from pages.shared import session
from pages.shared.controls import message
from pages.shared.teaching import teach

session.loop()
message()
teach()
