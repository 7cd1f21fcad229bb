"""Data: bring your own, see what it is and what scaling does to it, and train on it."""

from pages.shared.own_data import data_page
from pages.shared.page import Page

PAGE = Page(
    key="data",
    title="Data",
    icon="table_chart",
    order=60,
    question="What is in my own data, and can a network learn it?",
)

if __name__ == "__main__":
    data_page()
