"""Values of a JSON object, checked: of the kind and in the range that they have to be."""

from __future__ import annotations

from typing import Any

from dnn.settings import shown


def part(about: dict[str, Any], name: str, kind: type) -> Any:
    """Return the value of a name, of this kind. Raises ValueError."""
    value = about.get(name)
    if not isinstance(value, kind):
        words = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}[kind]
        raise ValueError(f"{name}: {shown(value)} is not allowed; it is {words}")
    return value


def whole(about: dict[str, Any], name: str, most: int, least: int = 0) -> int:
    """Return the whole number of a name, in this range. Raises ValueError."""
    value = about.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(
            f"{name}: {shown(value)} is not allowed; "
            f"allowed: whole numbers from {least:,} to {most:,}"
        )
    return value


def texts(about: dict[str, Any], name: str) -> list[str]:
    """Return the list of texts of a name. Raises ValueError."""
    found = part(about, name, list)
    if not all(isinstance(text, str) for text in found):
        raise ValueError(f"{name}: allowed are texts only")
    return found
