"""Results: what the running network's answers are worth, example by example and in all."""

from pages.shared.live_page import live_page
from pages.shared.page import Page

PAGE = Page(
    key="results",
    title="Results",
    icon="fact_check",
    order=30,
    question="How good are the network's answers?",
)

if __name__ == "__main__":
    live_page(PAGE)
