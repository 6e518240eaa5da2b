"""Whole numbers as addresses, headers and forms say them: a page, a version, a count.

Law of this file: what people or programs send is text; whatever isn't plain digits, or is longer than any number of ours, is no
number, and never a fault of the server.
"""

from __future__ import annotations

MOST_DIGITS = 6
"""Beyond them no register has pages and no case versions, and no database can count."""


def whole_number(text: str) -> int | None:
    """The number that a text says; None where it says none. ``²`` and ``９`` are digits to Unicode, not to us."""
    said = text.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= MOST_DIGITS else None
