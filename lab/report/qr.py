"""A link as a QR code: dark on white in any theme, with the quiet zone that readers need."""

from __future__ import annotations

#: Modules of white around the code. Source: ISO/IEC 18004, section 6.3.8.
QUIET = 4
#: Characters beyond which a code is too fine to be read off a projector or a printed page.
LONGEST = 600


def qr_svg(text: str) -> str:
    """Return the code of a text as an SVG element that fills the box it is put in.

    One unit is one module. Up to 15 % of it may be hidden or dirty (error correction M), more where
    there is room. Raises ValueError for no text and for more than LONGEST characters.
    """
    import segno  # workers draw none

    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"text: {len(text)} characters; a QR code takes 1 to {LONGEST}")
    return segno.make_qr(text, error="m").svg_inline(
        border=QUIET, dark="#000000", light="#ffffff", omitsize=True, title=f"QR code of {text}"
    )
