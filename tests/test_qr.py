"""QR codes: the drawing holds exactly the modules that the standard's coder gives, and a border."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import segno

from lab.report.qr import LONGEST, QUIET, qr_svg

LINK = "http://192.168.1.20:8501/?lesson=xor"


def painted(svg):
    """Return the modules that a drawing paints dark, its border too, by reading its path."""
    root = ElementTree.fromstring(svg)
    side = int(root.get("viewBox").split()[2])
    field = np.zeros((side, side), int)
    x = y = 0.0
    for kind, numbers in re.findall(r"([Mmh])([-\d. ]+)", root.findall("path")[1].get("d")):
        if kind == "h":
            field[int(y), int(x) : int(x) + int(numbers)] += 1
            x += int(numbers)
            continue
        dx, dy = map(float, numbers.split())
        x, y = (dx, dy) if kind == "M" else (x + dx, y + dy)
    assert field.max() == 1, "no module is painted twice"
    return root, field


@pytest.mark.parametrize("text", [LINK, "a", LINK + "&changes=" + "1:l2:0.5," * 60])
def test_the_drawing_is_the_code_with_its_quiet_zone(text):
    root, field = painted(qr_svg(text))
    expected = segno.make_qr(text, error="m").matrix_iter(border=4)
    assert (field == [[int(bool(module)) for module in row] for row in expected]).all()
    inner = field[QUIET:-QUIET, QUIET:-QUIET]
    assert inner.sum() == field.sum() > 0
    # The three corners by which readers find a code.
    eye = np.ones((7, 7), int)
    eye[1:6, 1:6] = 0
    eye[2:5, 2:5] = 1
    for corner in (inner[:7, :7], inner[:7, -7:], inner[-7:, :7]):
        assert (corner == eye).all()
    back, dark = root.findall("path")
    assert back.get("d") == f"M0 0h{len(field)}v{len(field)}h-{len(field)}z"
    assert (back.get("fill"), dark.get("stroke")) == ("#fff", "#000")


def test_a_code_is_dark_where_the_link_has_changed_it():
    assert qr_svg(LINK) != qr_svg(LINK.replace("xor", "tor"))


def test_the_text_is_escaped_in_the_name_that_is_read_out():
    svg = qr_svg('http://h/?a="><script>')
    assert "<script>" not in svg
    assert ElementTree.fromstring(svg).find("title").text == 'QR code of http://h/?a="><script>'


@pytest.mark.parametrize("text", ["", "x" * (LONGEST + 1)])
def test_what_can_not_be_read_off_a_wall_is_refused(text):
    with pytest.raises(ValueError, match=str(len(text))):
        qr_svg(text)
