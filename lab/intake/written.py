"""Tables written as CSV, so that a spreadsheet runs nothing of what they hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

#: What a spreadsheet takes for the beginning of a formula, or drops before one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe stands before it.

    Numbers stay as they are. See OWASP, CSV Injection.
    """
    text = str(value)
    try:
        float(text)
    except ValueError:
        return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
    return text if text.isprintable() else f"'{text}"


def table_text(columns: Mapping[str, Sequence[Any]]) -> str:
    """Return columns of equal length as CSV, with a header. Raises ValueError for other ones."""
    out = io.StringIO()
    writer = csv.writer(out)  # with RFC 4180's ends of lines, so that both halves are quoted
    writer.writerow([neutral(name) for name in columns])
    for row in zip(*columns.values(), strict=True):
        writer.writerow([neutral(value) for value in row])
    return out.getvalue()
