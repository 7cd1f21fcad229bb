"""A link as a QR code: dark on white in any theme, with the quiet zone that readers need."""

from __future__ import annotations

from html import escape

#: Modules of white around the code. Source: ISO/IEC 18004, section 6.3.8.
QUIET = 4
#: Characters beyond which a code is too fine to be read off a projector or a printed page.
LONGEST = 600


def qr_matrix(text: str) -> tuple[tuple[int, ...], ...]:
    """Return the code's modules, rows of 0 (white) and 1 (dark), without the quiet zone.

    Up to 15 % of it may be hidden or dirty (error correction M), more where there is room. Raises
    ValueError for no text and for more than LONGEST characters.
    """
    import segno  # workers draw none

    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"text: {len(text)} characters; a QR code takes 1 to {LONGEST}")
    code = segno.make_qr(text, error="m")
    return tuple(tuple(int(bool(module)) for module in row) for row in code.matrix)


def qr_svg(text: str) -> str:
    """Return the code of a text as an SVG element that fills the box it is put in.

    One unit is one module. Raises ValueError where qr_matrix does.
    """
    matrix = qr_matrix(text)
    side = len(matrix) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h{n}v1h-{n}z"
        for y, row in enumerate(matrix)
        for x, n in _dark(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'aria-label="QR code of {escape(text)}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#ffffff"/><path fill="#000000" d="{path}"/>'
        "</svg>"
    )


def _dark(row: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return where in a row dark modules begin, and how many follow each other there."""
    found: list[tuple[int, int]] = []
    for x, module in enumerate(row):
        if not module:
            continue
        if found and sum(found[-1]) == x:
            found[-1] = found[-1][0], found[-1][1] + 1
        else:
            found.append((x, 1))
    return found
