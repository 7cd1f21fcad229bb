"""The gradients lab: what depth does to signal and error, measured against theory."""

from pages.shared.controls import LAB_BAR, lab_bar, lab_sidebar
from pages.shared.live_page import live_page
from pages.shared.page import Page
from pages.shared.trainability import trainability

PAGE = Page(
    key="gradients",
    title="Gradients",
    icon="stacked_line_chart",
    order=40,
    question="What does depth do to signal and error, and does theory predict it?",
    preset="lab",
    plays=False,
)

if __name__ == "__main__":
    live_page(
        PAGE, side=lab_sidebar, bar=lab_bar, bar_height=lambda loop: LAB_BAR, below=trainability
    )
