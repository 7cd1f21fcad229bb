"""The playground: a network, its settings at the side, and everything about it moving."""

from pages.shared.live_page import live_page
from pages.shared.page import Page

PAGE = Page(
    key="playground",
    title="Playground",
    icon="hub",
    order=10,
    question="How does this network learn, and what is inside it?",
)

if __name__ == "__main__":
    live_page(PAGE)
