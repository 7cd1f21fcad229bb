"""Glossary: every technical term, in a sentence, as a formula, and where to see it."""

from pages.shared.page import Page
from pages.shared.terms import glossary_page

PAGE = Page(
    key="glossary",
    title="Glossary",
    icon="dictionary",
    order=100,
    question="What does this word mean, and where can I see it?",
)

if __name__ == "__main__":
    glossary_page()
