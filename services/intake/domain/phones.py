"""Phones in E.164 (ITU-T), as the centre's callers write them.

Law of this file: mainland mobiles and landlines and anything written with a country code are read by the table below; what
fits no row is None, never guessed. The area code of a bare local number is the centre's own.
"""

from __future__ import annotations

import re
from functools import lru_cache

from services.intake.domain.text import folded

_SEPARATORS = re.compile(r"[\s\-().·—–]")
_EXTENSION = re.compile(r"(?:转|ext|x|#).*$", re.IGNORECASE)

_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})"), "+86{}"),  # a mobile
    (re.compile(r"0([1-9]\d{1,2}\d{7,8})"), "+86{}"),  # a landline with its area code
    (re.compile(r"(?:\+86|0086)0?([1-9]\d{1,2}\d{7,8})"), "+86{}"),
    (re.compile(r"(?:\+|00)(?!86)([1-9]\d{6,14})"), "+{}"),  # abroad, Hong Kong, Macao, Taiwan
    (re.compile(r"([2-8]\d{6,7})"), "+86{area}{}"),  # a local number as neighbours say it
)


@lru_cache(maxsize=4096)  # one number is read, checked and stored: it is asked for four times in a row of an export
def e164(said: str | None, *, area_code: str = "632") -> str | None:
    """``138 0013 8000`` to ``+8613800138000``; None where it is no phone number."""
    text = folded(said)
    if not text:
        return None
    digits = _SEPARATORS.sub("", _EXTENSION.sub("", text))
    for form, written in _FORMS:
        if match := form.fullmatch(digits):
            return written.format(match[1], area=area_code)
    return None
