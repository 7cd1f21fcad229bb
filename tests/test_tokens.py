"""The colours of css/tokens.css and those that figures are drawn with are the same."""

import re
from pathlib import Path

import pytest

from lab.figures.theme import TOKENS

SHEET = Path(__file__).parents[1] / "static" / "css" / "tokens.css"
PAIR = re.compile(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);")
#: What the sheet calls them, and what figures do.
SAME = {
    "panel": "panel", "raised": "raise", "border": "line", "border-strong": "line2",
    "grid": "grid", "text": "t1", "text-soft": "t2", "text-faint": "t3", "link": "posT",
    "warn": "negT", "test": "test", "bad": "explode",
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_a_colour_is_the_same_in_the_sheet_and_in_figures(name):
    pairs = {found[1]: found.groups()[1:] for found in PAIR.finditer(SHEET.read_text())}
    assert pairs[name] == (TOKENS["light"][SAME[name]], TOKENS["dark"][SAME[name]])


def test_no_other_sheet_names_a_colour():
    for path in SHEET.parent.glob("*.css"):
        if path != SHEET:
            assert not re.search(r"#[0-9a-f]{3,8}\b(?!.*\{)", path.read_text()), path.name
