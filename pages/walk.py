"""Walk: forward and backward pass by hand, one stage a key press."""

from pages.shared.page import Page
from pages.shared.walking import walk_page

PAGE = Page(
    key="walk",
    title="Walk",
    icon="footprint",
    order=80,
    question="What does a step compute, number by number?",
)

if __name__ == "__main__":
    walk_page()
