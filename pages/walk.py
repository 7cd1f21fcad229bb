"""Walk: forward and backward pass by hand, one stage a key press."""

from pages.shared import session
from pages.shared.controls import message
from pages.shared.walking import walk

session.heed_link()
session.loop()
message()
walk()
