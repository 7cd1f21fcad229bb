"""Glossary: every technical term, in a sentence, as a formula, and where to see it."""

from pages.shared import session
from pages.shared.controls import message
from pages.shared.terms import glossary

session.heed_link()
session.loop()
message()
glossary()
