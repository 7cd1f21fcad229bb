"""Teach: lessons to hand out, the projector's keys, homework, and how to run it for a class."""

from pages.shared.page import Page
from pages.shared.teaching import teach_page

PAGE = Page(
    key="teach",
    title="Teach",
    icon="school",
    order=90,
    question="What do I open before class, and what do I hand out?",
)

if __name__ == "__main__":
    teach_page()
