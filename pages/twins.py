"""Twins: two networks that differ in one setting, side by side on the same axes."""

from pages.shared.live_page import live_page
from pages.shared.page import Page
from pages.shared.twins_sidebar import twins_sidebar

PAGE = Page(
    key="twins",
    title="Twins",
    icon="compare",
    order=50,
    question="What does one setting change, all else being equal?",
    preset="twins",
)

if __name__ == "__main__":
    live_page(PAGE, side=twins_sidebar)
