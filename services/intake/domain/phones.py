"""Phones in E.164 (ITU-T), as the centre's callers write them.

Law of this file: mainland mobiles and landlines (GB numbering plan) and anything written with a country code are read; what
can't be a number is None, never guessed. An area code is added to a bare local number from configuration only.
"""

from __future__ import annotations

import re

from services.intake.domain.text import folded

_SEPARATORS = re.compile(r"[\s\-().·—–]")
_EXTENSION = re.compile(r"(?:转|ext\.?|x|#).*$", re.IGNORECASE)
_MOBILE = re.compile(r"^(?:\+?86|0086)?(1[3-9]\d{9})$")
_LANDLINE = re.compile(r"^(?:\+?86|0086)?0?([1-9]\d{1,2}\d{7,8})$")
_FOREIGN = re.compile(r"^(?:\+|00)([1-9]\d{6,14})$")
_LOCAL = re.compile(r"^([2-9]\d{6,7})$")
_AREA = re.compile(r"^0\d{2,3}")


def e164(said: str | None, *, area_code: str = "0632") -> str | None:
    """``138 0013 8000`` to ``+8613800138000``; None where it is no phone number."""
    text = folded(said)
    if not text:
        return None
    digits = _SEPARATORS.sub("", _EXTENSION.sub("", text))
    if match := _MOBILE.match(digits):
        return f"+86{match[1]}"
    if digits.startswith("0") and not digits.startswith("00") and (match := _LANDLINE.match(digits)):
        return f"+86{match[1]}" if _AREA.match(digits) else None
    if digits.startswith(("+86", "0086")):
        match = _LANDLINE.match(digits)
        return f"+86{match[1]}" if match else None
    if match := _FOREIGN.match(digits):
        return f"+{match[1]}"
    if match := _LOCAL.match(digits):
        return f"+86{area_code.removeprefix('0')}{match[1]}"
    return None
