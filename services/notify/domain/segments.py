"""How many segments a text message takes: GSM-7 where every character allows it, UCS-2 otherwise.

Law of this file: 160 septets alone or 153 in a chain, 70 UTF-16 units alone or 67 in a chain (3GPP TS 23.038 §6 and
TS 23.040 §9.2.3.24.1: six octets of each chained segment are its header). A character that takes two units (an
extension character, a surrogate pair) is never cut in two. It must not know what the text says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet: one septet each (3GPP TS 23.038 §6.2.1)."""
GSM7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""One escape and one septet each (§6.2.1.1)."""

_ALONE = {"GSM-7": 160, "UCS-2": 70}
_CHAINED = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, slots=True)
class Size:
    """What a text weighs on the air."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int


def size_of(text: str) -> Size:
    """Encoding, units and segments of a text. An empty text takes one segment."""
    encoding: Literal["GSM-7", "UCS-2"] = "GSM-7" if GSM7.issuperset(set(text) - GSM7_EXTENSION) else "UCS-2"
    weights = [_weight(character, encoding) for character in text]
    units = sum(weights)
    if units <= _ALONE[encoding]:
        return Size(encoding, units, 1)
    return Size(encoding, units, _chain(weights, _CHAINED[encoding]))


def _weight(character: str, encoding: str) -> int:
    if encoding == "GSM-7":
        return 2 if character in GSM7_EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1  # noqa: PLR2004 - the last code point that is one UTF-16 unit


def _chain(weights: list[int], largest: int) -> int:
    """Fill segments one after another; what doesn't fit whole starts the next."""
    segments, filled = 1, 0
    for weight in weights:
        if filled + weight > largest:
            segments, filled = segments + 1, 0
        filled += weight
    return segments
