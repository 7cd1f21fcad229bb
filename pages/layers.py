"""Layers: what is inside the running network, layer by layer, and how it came to be so."""

from pages.shared.live_page import live_page
from pages.shared.page import Page

PAGE = Page(
    key="layers",
    title="Layers",
    icon="layers",
    order=20,
    question="What is inside each layer, and how did it develop?",
)

if __name__ == "__main__":
    live_page(PAGE)
