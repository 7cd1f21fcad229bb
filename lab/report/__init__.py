"""A run as a report to print and hand in: one HTML file without scripts or outside resources.

Everything that a person may have named, data, inputs and classes, is escaped. While a question
waits for its answer, what would give it away is left out.
"""

from lab.report.page import HELD, report
from lab.report.settings import value_words

__all__ = ["HELD", "report", "value_words"]
