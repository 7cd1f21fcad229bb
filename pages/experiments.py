"""Published experiments on vanishing and exploding gradients, run anew in one click."""

from pages.shared.page import Page
from pages.shared.publications import experiments_page

PAGE = Page(
    key="experiments",
    title="Experiments",
    icon="science",
    order=70,
    question="What did the papers find, and can it be reproduced here?",
)

if __name__ == "__main__":
    experiments_page()
