"""The QR code of a document: the address where anybody may ask whether it is genuine (ISO/IEC 18004, level M).

The mask is fixed: choosing the best of eight takes 3 ms of the 15 that a document takes, and readers take the mask from
the code itself. The tests read codes back with an independent decoder.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any

_MASK = 2


@lru_cache(maxsize=64)
def qr_svg(text: str) -> str:
    """The code as SVG, black on nothing, without a quiet zone (paper around it is white)."""
    return _saved(text, kind="svg", border=0, xmldecl=False).decode()


@lru_cache(maxsize=64)
def qr_png(text: str) -> bytes:
    """The code as PNG, eight pixels a module: what Word and WPS can place."""
    return _saved(text, kind="png", border=0, scale=8)


def _saved(text: str, **options: Any) -> bytes:
    import segno  # noqa: PLC0415 - only a process that renders needs it

    target = BytesIO()
    segno.make_qr(text, error="m", boost_error=False, mask=_MASK).save(target, **options)
    return target.getvalue()
