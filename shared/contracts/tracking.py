"""Tracking codes: what a citizen holds in hand to find the answer, without an account and without giving a name.

Ten characters of Crockford's base 32 (no I, L, O, U): nine drawn from a cryptographic source (45 bits, so unguessable at
any rate a public page allows), the tenth a check character after Luhn mod 32, which catches every single wrong
character and nearly every swapped neighbour, so that a slip of the pen is told apart from an unknown code.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def check_character(body: str) -> str:
    """The check character for a body of nine characters (Luhn mod N, ISO/IEC 7812-1 annex B, with N = 32)."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def new_tracking_code() -> str:
    """Draw a fresh code. Uniqueness is the database's to hold; a clash is a one in 35 billion event per pair."""
    drawn = secrets.randbits(5 * (LENGTH - 1))
    body = "".join(ALPHABET[drawn >> 5 * place & 31] for place in range(LENGTH - 1))
    return body + check_character(body)


def read_tracking_code(text: str) -> str | None:
    """What a person typed, folded to the code it means, or None where it can't be one.

    Takes lower case, full width, blanks, dashes of any kind and the letters Crockford reads as digits (I, L as 1; O as 0).
    """
    folded = unicodedata.normalize("NFKC", text)
    bare = "".join(character for character in folded if not _only_spaces_it_out(character))
    code = bare.upper().translate(_READ_AS)
    if len(code) != LENGTH or any(character not in ALPHABET for character in code):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def _only_spaces_it_out(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Pd"


def show_tracking_code(code: str) -> str:
    """The code as it is printed and read out: ``2QW8H-N5T0C``."""
    return f"{code[:5]}-{code[5:]}"


def _must_be_code(text: str) -> str:
    code = read_tracking_code(text)
    if code is None:
        raise ValueError("not a tracking code: ten characters, the last of them a check character")
    return code


TrackingCode = Annotated[str, AfterValidator(_must_be_code)]
